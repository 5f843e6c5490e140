"""A site with an issue for many readers, the real `feeds deliver`, and Postfix's smtp-sink as the ground truth."""

import os
import re
import signal
import subprocess
import sys
from collections import Counter, defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from feeds import newsletter as deeds
from feeds import subscriptions
from feeds.config import Settings, load
from feeds.store import Store, deliveries, standings
from tests.newsletter_site import MONDAY, WEEK, post, posts, source
from tests.test_delivery_smtp import SINK, free_port, until_listening

LONG = os.environ.get("FAULTS") == "long"
ROUNDS = 50 if LONG else 5
CONNECTIONS = 10
IN_DOUBT = ("sending", "uncertain")
MAIN = "from feeds.cli import main; main()"

SETTINGS = """
[site]
url = "https://example.org/"
title = "مدونتي"
language = "ar"
[[newsletter]]
name = "weekly"
cadence = "{cadence}"
settle = 0
[mail]
from = "مدونتي <news@example.org>"
postal_address = "شارع 1، الجزائر"
backend = "smtp"
[mail.smtp]
host = "127.0.0.1"
port = {port}
security = "none"
connections = {connections}
{more}
[store]
url = "{url}"
"""


class Run(subprocess.Popen[str]):
    """A command that is running; a test that fails beside it does not wait for its end, stopped as it may be."""

    def __exit__(self, kind: type[BaseException] | None, *rest: Any) -> None:
        if kind:
            self.kill()
        super().__exit__(kind, *rest)


class Ground:
    """The site, and how to see both truths: the ledger's and the server's."""

    def __init__(
        self,
        folder: Path,
        readers: int | list[str],
        *,
        url: str = "sqlite:///feeds.db",
        more: str = "",
        connections: int = CONNECTIONS,
        opened: bool = True,
        port: int = 0,
        cadence: str = "weekly on monday at 08:00",
    ) -> None:
        self.folder, self.port, self.dumps = folder, port or free_port(), folder / "dumps"
        self.dumps.mkdir()
        text = SETTINGS.format(port=self.port, url=url, more=more, connections=connections, cadence=cadence)
        (folder / "feeds.toml").write_text(text, "utf-8")
        (folder / "posts").mkdir()
        names = [f"reader{number}" for number in range(readers)] if isinstance(readers, int) else readers
        self.readers = [f"{name}@example.org" for name in names]
        self.connections = connections
        self._arrived: dict[str, tuple[str, str]] = {}  # by file
        self.subscribe()
        if opened:
            self.open_issue()

    @property
    def settings(self) -> Settings:
        return load(self.folder)

    def subscribe(self) -> None:
        """Subscribe the readers, before there is a post."""
        listing = self.folder / "readers.csv"
        listing.write_text("email\n" + "\n".join(self.readers), "utf-8")
        with self.store() as store:
            deeds.remember(store, source(), MONDAY - WEEK)
            subscriptions.import_csv(self.settings, store, listing, MONDAY - WEEK)

    def open_issue(self) -> None:
        """Open an issue for the readers."""
        some = [*posts("ab"), post("long", MONDAY)]
        with self.store() as store:
            deeds.remember(store, source(*some), MONDAY)
            opened = deeds.open_issue(self.settings, store, self.settings.newsletter[0], source(*some), MONDAY)
        assert opened is not None
        assert opened.deliveries == {"queued": len(self.readers)}

    def publish(self) -> None:
        """Put posts into the folder, for the command to find."""
        for name in "ab":
            text = f"---\ntitle: خبر {name}\ndate: 2026-11-01\n---\n\nنص.\n"
            (self.folder / "posts" / f"{name}.md").write_text(text, "utf-8")

    def store(self) -> Store:
        return Store.open(self.settings.store.url, self.folder)

    @contextmanager
    def sink(self, *flags: str) -> Iterator[None]:
        """Run smtp-sink, with these faults; it keeps each message in a file."""
        user = ["-u", "root"] if os.geteuid() == 0 else []
        command = [SINK, *user, *flags, "-d", f"{self.dumps}/%M.", f"127.0.0.1:{self.port}", "100"]
        with subprocess.Popen(command, stderr=subprocess.DEVNULL) as process:
            try:
                until_listening(self.port)
                yield
            finally:
                process.terminate()

    def deliver(self, *command: str, first: str = "") -> Run:
        """Start the real thing, after some lines of Python."""
        code = f"{first}\n{MAIN}"
        arguments = [sys.executable, "-c", code, *(command or ("deliver",)), "--site", str(self.folder)]
        return Run(arguments, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)

    def delivered(self) -> tuple[int, str]:
        """Deliver until the command ends; return its exit code and what it said."""
        return ended(self.deliver())

    def states(self) -> dict[str, str]:
        """Return what the ledger knows: reader -> state."""
        with self.store() as store, store.reading() as connection:
            return {each.address: each.state for each in standings.of_issue(connection, 1)}

    def received(self) -> dict[str, list[str]]:
        """Return what the server knows: reader -> the Message-IDs that arrived whole."""
        for path in self.dumps.iterdir():
            if path.name not in self._arrived:
                text = path.read_text("utf-8", "replace")
                boundary = re.search(r'boundary="([^"]+)"', text)
                if boundary and f"--{boundary[1]}--" in text:
                    recipient = re.search(r"^X-Rcpt-Args: <([^>]+)>", text, re.MULTILINE)
                    name = re.search(r"^Message-ID: (\S+)", text, re.MULTILINE)
                    assert recipient
                    assert name
                    self._arrived[path.name] = recipient[1], name[1]
        found: dict[str, list[str]] = defaultdict(list)
        for reader, name_of_it in self._arrived.values():
            found[reader].append(name_of_it)
        return found

    def in_doubt(self) -> set[str]:
        """Return the readers of whom the ledger does not know whether their message left."""
        return {reader for reader, state in self.states().items() if state in IN_DOUBT}

    def agrees(self) -> None:
        """Fail unless all that is known is so: sent is what arrived, once; what did not arrive is not sent."""
        states, received = self.states(), self.received()
        sent = {reader for reader, state in states.items() if state == "sent"}
        doubt = {reader for reader, state in states.items() if state in IN_DOUBT}

        assert sent <= received.keys()
        assert received.keys() <= sent | doubt
        assert Counter(states.values())["sending"] <= self.connections
        assert {reader: len(names) for reader, names in received.items()} == dict.fromkeys(received, 1)

    def settle_doubt(self, before: set[str]) -> None:
        """Send once more what is in doubt: everybody has it then, and only who was in doubt may have it twice."""
        with self.store() as store, store.writing() as connection:
            deliveries.requeue_uncertain(connection, datetime.now(UTC))
        assert self.delivered()[0] == 0
        received = self.received()

        assert self.states() == dict.fromkeys(self.readers, "sent")
        assert received.keys() == set(self.readers)
        assert {reader for reader, names in received.items() if len(names) > 1} <= before
        assert all(len(set(names)) == 1 for names in received.values())

    def count(self) -> int:
        """Return how many messages the server has seen something of."""
        return sum(1 for _ in os.scandir(self.dumps))

    def until(self, count: int, process: Run) -> None:
        """Wait until the server has seen something of so many messages, or the process has ended."""
        while self.count() < count and process.poll() is None:
            pass

    def counts(self) -> Counter[str]:
        return Counter(self.states().values())


def ended(process: Run) -> tuple[int, str]:
    """Wait for a command; return its exit code and what it said."""
    with process:
        said, complained = process.communicate()
    return process.returncode, said + complained


def stopped(process: Run) -> None:
    """Stop a process in the midst of what it does, and wait until it stands still; SIGCONT lets it go on."""
    process.send_signal(signal.SIGSTOP)
    os.waitid(os.P_PID, process.pid, os.WSTOPPED | os.WEXITED | os.WNOWAIT)
