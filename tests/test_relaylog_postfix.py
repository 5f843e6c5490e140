"""A real Postfix, its log, and what the ledger makes of it."""

import re
import smtplib
import subprocess
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from shutil import chown
from socket import create_server
from tempfile import TemporaryDirectory

import pytest
from sqlalchemy import select

from feeds import newsletter as deeds
from feeds.delivery import Envelope
from feeds.delivery.memory import Memory
from feeds.model import Outcome
from feeds.newsletter import reconciling
from feeds.newsletter.reconciling import Reconciled
from feeds.store import Store, tables
from tests.newsletter_site import URL, WEEK, WEEKLY, posts, settings, source, subscribe

pytestmark = pytest.mark.needs("postfix")

MAIN = """\
compatibility_level = 3.6
queue_directory = {root}/queue
data_directory = {root}/data
myhostname = relay.example.org
inet_interfaces = loopback-only
default_transport = discard:
local_transport = discard:
relay_transport = discard:
maillog_file = {root}/mail.log
maillog_file_prefixes = {root}
alias_maps =
"""


@pytest.fixture
def relay() -> Iterator[tuple[int, Path]]:
    """Run a Postfix that takes all and delivers nothing; give its port and its log."""
    with TemporaryDirectory() as name, create_server(("127.0.0.1", 0)) as probe:
        root, port = Path(name), probe.getsockname()[1]
        probe.close()
        root.chmod(0o755)
        for place in ("etc", "queue", "data"):
            (root / place).mkdir()
        chown(root / "data", "postfix")
        master = Path("/usr/share/postfix/master.cf.dist").read_text("utf-8")
        master = re.sub(r"(?m)^smtp( +)inet", rf"127.0.0.1:{port}\1inet", master)
        master = re.sub(r"(?m)^(\S+ +(?:inet|unix|unix-dgram|fifo) +\S+ +\S+ +)[y-]", r"\1n", master)  # no chroot
        (root / "etc/master.cf").write_text(master)
        (root / "etc/main.cf").write_text(MAIN.format(root=root))
        command = ["/usr/sbin/postfix", "-c", str(root / "etc")]
        subprocess.run([*command, "start"], check=True, capture_output=True)
        yield port, root / "mail.log"
        subprocess.run([*command, "stop"], check=True, capture_output=True)


def hand_over(port: int, envelope: Envelope, message: bytes) -> None:
    with smtplib.SMTP("127.0.0.1", port) as client:
        client.sendmail(envelope.sender, [envelope.recipient], message)


def break_off(port: int, envelope: Envelope, message: bytes) -> None:
    """Begin to hand over a message, and be killed."""
    client = smtplib.SMTP("127.0.0.1", port)
    client.ehlo()
    client.mail(envelope.sender)
    client.rcpt(envelope.recipient)
    client.docmd("DATA")
    client.send(message + b"x\r\n" * 30_000)
    client.close()


def settled(log: Path, taken: int, broken: int) -> list[str]:
    """Wait until the log tells of all messages; return its lines."""
    for _ in range(500):
        text = log.read_text("utf-8")
        if text.count("queue active") == taken and text.count("lost connection after DATA") == broken:
            break
        time.sleep(0.02)
    return text.splitlines()


def test_nothing_is_lost_or_doubled(relay: tuple[int, Path], tmp_path: Path) -> None:
    """Of what is uncertain, what Postfix took is sent, and what broke off or never came leaves once more."""
    port, log = relay
    site, memory, now = settings(tmp_path), Memory(*[Outcome("uncertain")] * 4), datetime.now(UTC)
    with Store.open(URL, tmp_path) as store:
        deeds.remember(store, source(), now - WEEK)
        subscribe(site, store, "one", "two", "three", "four")
        deeds.remember(store, source(*posts("ab")), now)
        deeds.open_issue(site, store, WEEKLY, source(*posts("ab")), now)
        deeds.deliver(site, store, memory, lambda: datetime.now(UTC), environ={})
        for envelope, message in memory.messages[:2]:
            hand_over(port, envelope, message)
        for envelope, message in memory.messages[2:3]:
            break_off(port, envelope, message)
        lines, later = settled(log, 2, 1), datetime.now().astimezone() + timedelta(minutes=11)
        became = reconciling.reconcile(store, lines, later)
        deeds.deliver(site, store, memory, lambda: later, environ={})
        with store.reading() as connection:
            states = list(connection.scalars(select(tables.delivery.c.state)))

    assert sum(envelope.message_id in "\n".join(lines) for envelope, _ in memory.messages[:4]) == 3
    assert became == Reconciled(sent=2, queued=2)
    assert [each.recipient for each, _ in memory.messages[4:]] == [each.recipient for each, _ in memory.messages[2:4]]
    assert states == ["sent"] * 4
