"""Deliver an issue by SMTP into Postfix's smtp-sink, side by side with what others can do into the same one.

    python -m benchmarks.delivery --work SCRATCH [--messages 3000] [--connections 1 10] [--rounds 3] [--readers 1000000]

In each round every one sends the same number of messages of the same size: Postfix's smtp-source, written in C and
keeping no account; this project, with every message marked durably before it leaves and settled after; and a plain loop
of smtplib over one connection that builds an EmailMessage for each reader. Prints medians, and ratios within the run.
Then opens an issue for a million readers, and says how long that took and how much memory.
"""

import argparse
import os
import resource
import shutil
import smtplib
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from email.policy import SMTP
from pathlib import Path
from statistics import median

from sqlalchemy import insert

from feeds import newsletter as deeds
from feeds.config import Mail, Settings, Smtp
from feeds.delivery.memory import Memory
from feeds.model import Entry, Newsletter, Post, Site
from feeds.store import Store, tables

NOW = datetime(2026, 11, 23, 8, tzinfo=UTC)
WEEK = timedelta(weeks=1)
SINK, SOURCE = "/usr/sbin/smtp-sink", "/usr/sbin/smtp-source"
WORDS = "خبر من الجزائر عن الناس وما يفعلون كل يوم في مدنهم وقراهم "


def main() -> None:
    """Measure what the command line asks for."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--work", type=Path, required=True)
    parser.add_argument("--messages", type=int, default=3000)
    parser.add_argument("--connections", type=int, nargs="+", default=[1, 10])
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--readers", type=int, default=1_000_000)
    chosen = parser.parse_args()
    shutil.rmtree(chosen.work, ignore_errors=True)
    chosen.work.mkdir(parents=True)
    size = message_size(chosen.work / "size")
    print(f"messages of {size} bytes")
    with sink() as port:
        for connections in chosen.connections:
            compare(chosen.work, port, connections, chosen.messages, chosen.rounds, size)
    if chosen.readers:
        freeze(chosen.work / "freeze", chosen.readers)


def compare(work: Path, port: int, connections: int, messages: int, rounds: int, size: int) -> None:
    """Let everyone send in turn, and print the medians."""
    runs: dict[str, Callable[[Path], float]] = {
        "smtp-source": lambda _: source(port, connections, messages, size),
        "feeds": lambda folder: ours(folder, port, connections, messages),
        "plain loop": lambda _: plain(port, max(messages // 10, 100), size),
    }
    rates: dict[str, list[float]] = {name: [] for name in runs}
    for number in range(rounds):
        for name, run in runs.items():
            rates[name].append(run(work / f"{connections}-{number}"))
    middle = {name: median(values) for name, values in rates.items()}
    for name, rate in middle.items():
        print(f"{connections:3} connections  {name:12} {rate:7.0f}/s   {middle['feeds'] / rate:5.2f} of it is ours")


def source(port: int, connections: int, messages: int, size: int) -> float:
    """Send with smtp-source; return messages a second."""
    addresses = ["-f", "a@example.org", "-t", "b@example.org"]
    command = [SOURCE, "-d", "-s", str(connections), "-m", str(messages), "-l", str(size), *addresses]
    return timed(messages, lambda: subprocess.run([*command, f"127.0.0.1:{port}"], check=True))


def ours(folder: Path, port: int, connections: int, messages: int) -> float:
    """Deliver an issue that is open, with full durability; return messages a second."""
    smtp = Smtp("127.0.0.1", port, "none", connections=connections)
    settings = site(folder, Mail("News <news@example.org>", postal_address="1 Road", backend="smtp", smtp=smtp))
    with Store.open(settings.store.url, folder) as store:
        enrol(store, messages)
        open_issue(settings, store)
        backend = deeds.backend_of(settings, {})
        rate = timed(messages, lambda: deeds.deliver(settings, store, backend, clock, environ={}))
        assert deeds.listed(store)[0].deliveries == {"sent": messages}
    return rate


def plain(port: int, messages: int, size: int) -> float:
    """Send as a plain program does; return messages a second."""
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


def freeze(folder: Path, readers: int) -> None:
    """Open an issue for very many readers, in a process of its own; print how long it took and its memory."""
    settings = site(folder, Mail("News <news@example.org>"))
    with Store.open(settings.store.url, folder) as store:
        enrol(store, readers)
    child = os.fork()
    if not child:
        with Store.open(settings.store.url, folder) as store:
            seconds = readers / timed(readers, lambda: open_issue(settings, store))
        memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        print(f"an issue for {readers} readers: {seconds:.1f} s, {memory:.0f} MB at the peak")
        sys.stdout.flush()
        os._exit(0)
    os.waitpid(child, 0)


def site(folder: Path, mail: Mail) -> Settings:
    """Make a site with a newsletter."""
    folder.mkdir(parents=True)
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
    settings, memory = site(folder, Mail("News <news@example.org>")), Memory()
    with Store.open(settings.store.url, folder) as store:
        enrol(store, 1)
        open_issue(settings, store)
        deeds.deliver(settings, store, memory, clock, environ={})
    return len(memory.messages[0][1])


def timed(messages: int, run: Callable[[], object]) -> float:
    """Return messages a second."""
    began = time.perf_counter()
    run()
    return messages / (time.perf_counter() - began)


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
        yield port
        process.terminate()


def _subscriber(number: int) -> dict[str, object]:
    address = f"reader{number}@example.org"
    names = {"email": address, "email_key": address, "address": address, "domain": "example.org"}
    return {"id": number + 1, **names, "status": "active", "created": NOW, "confirmed": NOW}


def _subscription(number: int) -> dict[str, object]:
    return {"subscriber_id": number + 1, "newsletter": "weekly", "categories": (), "cursor": 0, "since": NOW}


if __name__ == "__main__":
    main()
