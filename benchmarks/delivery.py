"""Deliver an issue by SMTP into Postfix's smtp-sink, side by side with what others can do into the same one.

    python -m benchmarks.delivery --work SCRATCH [--messages 10000] [--connections 1 10 50] [--rounds 5]

In each round every one sends the same number of messages of the same size: Postfix's smtp-source, written in C and
keeping no account; this project, with every message marked durably before it leaves and settled after; and a plain loop
of smtplib over one connection that builds an EmailMessage for each reader. Prints medians, those of the ratios
within each round with the least and the most, and the processor time that each takes for a message, which other work on
the machine disturbs less.
"""

import argparse
import os
import resource
import shutil
import smtplib
import socket
import subprocess
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from email.policy import SMTP
from pathlib import Path
from statistics import median
from typing import NamedTuple
from zoneinfo import available_timezones

from msgspec.structs import replace
from sqlalchemy import case, insert, update

from feeds import newsletter as deeds
from feeds.config import Mail, Settings, Smtp
from feeds.delivery.backend import Envelope, Opened
from feeds.delivery.memory import Memory
from feeds.model import Entry, Newsletter, Outcome, Post, Site
from feeds.newsletter import standing
from feeds.store import Store, tables

NOW = datetime(2026, 11, 23, 8, tzinfo=UTC)
WEEK = timedelta(weeks=1)
SINK, SOURCE = "/usr/sbin/smtp-sink", "/usr/sbin/smtp-source"
ZONES = sorted(zone for zone in available_timezones() if zone.startswith("Africa/"))[:32]
MAIL = Mail("News <news@example.org>")
WORDS = "خبر من الجزائر عن الناس وما يفعلون كل يوم في مدنهم وقراهم "


class Rate(NamedTuple):
    """How fast, and at what cost."""

    messages: float  # a second
    cpu: float  # seconds of processor time for each


def main() -> None:
    """Measure what the command line asks for."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--work", type=Path, required=True)
    parser.add_argument("--messages", type=int, default=10000)
    parser.add_argument("--connections", type=int, nargs="+", default=[1, 10, 50])
    parser.add_argument("--rounds", type=int, default=5)
    chosen = parser.parse_args()
    shutil.rmtree(chosen.work, ignore_errors=True)
    chosen.work.mkdir(parents=True)
    size = message_size(chosen.work / "size")
    print(f"messages of {size} bytes")
    with sink() as port:
        for connections in chosen.connections:
            compare(chosen.work, port, connections, chosen.messages, chosen.rounds, size)


def compare(work: Path, port: int, connections: int, messages: int, rounds: int, size: int) -> None:
    """Let everyone send in turn, and print the medians."""
    runs: dict[str, Callable[[Path], Rate]] = {
        "smtp-source": lambda _: source(port, connections, messages, size),
        "feeds": lambda folder: ours(folder, port, connections, messages),
        "plain loop": lambda _: plain(port, max(messages // 10, 100), size),
    }
    found: dict[str, list[Rate]] = {name: [] for name in runs}
    for number in range(rounds):
        for name, run in runs.items():
            found[name].append(run(work / f"{connections}-{number}"))
    for name, some in found.items():
        rate, cpu = median(each.messages for each in some), median(each.cpu for each in some) * 1e6
        ratios = sorted(us.messages / it.messages for us, it in zip(found["feeds"], some, strict=True))
        print(
            f"{connections:3} connections  {name:12} {rate:7.0f}/s {cpu:6.0f} us CPU  "
            f"ours is {median(ratios):5.2f} of it ({ratios[0]:.2f}-{ratios[-1]:.2f})"
        )


def source(port: int, connections: int, messages: int, size: int) -> Rate:
    """Send with smtp-source."""
    addresses = ["-f", "a@example.org", "-t", "b@example.org"]
    command = [SOURCE, "-d", "-s", str(connections), "-m", str(messages), "-l", str(size), *addresses]
    return timed(messages, lambda: subprocess.run([*command, f"127.0.0.1:{port}"], check=True))


def ours(folder: Path, port: int, connections: int, messages: int) -> Rate:
    """Deliver an issue that is open, with full durability."""
    smtp = Smtp("127.0.0.1", port, "none", connections=connections)
    settings = site(folder, Mail("News <news@example.org>", postal_address="1 Road", backend="smtp", smtp=smtp))
    with Store.open(settings.store.url, folder) as store:
        enrol(store, messages)
        open_issue(settings, store)
        backend = deeds.backend_of(settings, {})
        rate = timed(messages, lambda: deeds.deliver(settings, store, backend, clock, environ={}))
        assert deeds.listed(store)[0].deliveries == {"sent": messages}
    return rate


def plain(port: int, messages: int, size: int) -> Rate:
    """Send as a plain program does."""
    text = WORDS * (size // 8 // len(WORDS.encode()))
    html = WORDS * (size // 2 // len(WORDS.encode()))

    def run() -> None:
        with smtplib.SMTP("127.0.0.1", port, "localhost") as server:
            for number in range(messages):
                message = EmailMessage(policy=SMTP)
                message["From"], message["To"] = "news@example.org", f"reader{number}@example.org"
                message["Subject"] = "خبر"
                message.set_content(text, cte="base64")
                message.add_alternative(html, "html", cte="base64")
                server.send_message(message)

    return timed(messages, run)


def measured(deed: Callable[[Settings, Store], object], folder: Path, readers: int) -> None:
    """Do something; print what it cost."""
    settings = site(folder, MAIL)
    with Store.open(settings.store.url, folder) as store:
        began, cpu = time.perf_counter(), time.process_time()
        deed(settings, store)
        seconds, cpu = time.perf_counter() - began, time.process_time() - cpu
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    what = (deed.__doc__ or "").strip().rstrip(".")
    print(f"{readers:8} readers  {what:60} {seconds:7.2f} s  {cpu:6.2f} s CPU  {memory:4.0f} MB", flush=True)


def freeze(settings: Settings, store: Store) -> None:
    """Open an issue for all."""
    open_issue(settings, store)


def begin(settings: Settings, store: Store) -> None:
    """Deliver a thousand of its messages."""
    memory = Counting()
    deeds.deliver(settings, store, memory, clock, environ={}, stopping=lambda: memory.count >= 1000)


def look(_settings: Settings, store: Store) -> None:
    """Say who got it, and why others did not."""
    standing.status(store, "", clock())


def freeze_zones(settings: Settings, store: Store) -> None:
    """Open what is due for readers in 32 zones, 24 hours on."""
    with store.writing() as connection:
        zone = case(*[(tables.subscriber.c.id % len(ZONES) == n, name) for n, name in enumerate(ZONES)])
        connection.execute(update(tables.subscriber).values(timezone=zone))
    newsletter = replace(settings.newsletter[0], cadence="daily at 08:00", timezone="reader")
    post = Post("posts/a.md", "https://example.org/a/", "خبر", NOW - WEEK, NOW - WEEK, "tag:a")
    source = deeds.Source({post.id: post}, lambda _: [Entry(post, "<p>خبر</p>", "خبر")])
    deeds.remember(store, source, NOW)
    opened = deeds.open_due(replace(settings, newsletter=(newsletter,)), store, source, NOW + timedelta(hours=24))
    assert not opened.refused


class Counting(Opened):
    """A backend that takes all messages and keeps none."""

    remote, repeatable = False, False

    def __init__(self) -> None:
        self.count = 0

    def send(self, _message: bytes, _envelope: Envelope) -> Outcome:
        """Count it."""
        self.count += 1
        return Outcome("sent", 250, "2.0.0", "2.0.0 Ok")


def site(folder: Path, mail: Mail) -> Settings:
    """Make a site with a newsletter."""
    folder.mkdir(parents=True, exist_ok=True)
    newsletters = (Newsletter("weekly", content="full"),)
    return Settings(Site("https://example.org/", "News", language="ar"), newsletter=newsletters, mail=mail, root=folder)


def enrol(store: Store, readers: int) -> None:
    """Subscribe readers, as fast as the database takes them."""
    deeds.remember(store, deeds.Source({}, lambda _: []), NOW - WEEK)
    for start in range(0, readers, 10_000):
        numbers = range(start, min(start + 10_000, readers))
        with store.writing() as connection:
            connection.execute(insert(tables.subscriber), [_subscriber(number) for number in numbers])
            connection.execute(insert(tables.subscription), [_subscription(number) for number in numbers])


def open_issue(settings: Settings, store: Store) -> None:
    """Open an issue whose messages have about 30 KB."""
    post = Post("posts/a.md", "https://example.org/a/", "خبر", NOW - WEEK, NOW - WEEK, "tag:a")
    entry = Entry(post, f"<p>{WORDS * 125}</p>", WORDS)
    source = deeds.Source({post.id: post}, lambda _: [entry])
    deeds.remember(store, source, NOW)
    assert deeds.open_issue(settings, store, settings.newsletter[0], source, NOW)


def message_size(folder: Path) -> int:
    """Return the size of the messages that we send."""
    settings, memory = site(folder, MAIL), Memory()
    with Store.open(settings.store.url, folder) as store:
        enrol(store, 1)
        open_issue(settings, store)
        deeds.deliver(settings, store, memory, clock, environ={})
    return len(memory.messages[0][1])


def timed(messages: int, run: Callable[[], object]) -> Rate:
    """Do something with so many messages, and return how fast that was."""
    before, began = processor(), time.perf_counter()
    run()
    return Rate(messages / (time.perf_counter() - began), (processor() - before) / messages)


def processor() -> float:
    """Return the seconds of processor time that we and our children have taken."""
    usages = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(each.ru_utime + each.ru_stime for each in usages)


def clock() -> datetime:
    """Tell the time."""
    return datetime.now(UTC)


@contextmanager
def sink() -> Iterator[int]:
    """Run smtp-sink; give its port."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = int(free.getsockname()[1])
    user: Sequence[str] = ["-u", "nobody"] if os.geteuid() == 0 else []
    with subprocess.Popen([SINK, *user, f"127.0.0.1:{port}", "200"], stderr=subprocess.DEVNULL) as process:
        for _ in range(100):
            with suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
                break
            time.sleep(0.05)
        try:
            yield port
        finally:
            process.terminate()


def _subscriber(number: int) -> dict[str, object]:
    address = f"reader{number}@example.org"
    names = {"email": address, "email_key": address, "address": address, "domain": "example.org"}
    return {"id": number + 1, **names, "status": "active", "created": NOW, "confirmed": NOW}


def _subscription(number: int) -> dict[str, object]:
    return {"subscriber_id": number + 1, "newsletter": "weekly", "categories": (), "cursor": 0, "since": NOW}


if __name__ == "__main__":
    main()
