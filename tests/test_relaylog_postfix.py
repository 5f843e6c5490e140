"""A real Postfix, its log, and what the ledger makes of it."""

import smtplib
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

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
from tests.servers import Postfix, postfix

pytestmark = pytest.mark.needs("postfix")


@pytest.fixture
def relay() -> Iterator[Postfix]:
    """Run a Postfix that takes all and delivers nothing."""
    with postfix() as running:
        yield running


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


def test_nothing_is_lost_or_doubled(relay: Postfix, tmp_path: Path) -> None:
    """Of what is uncertain, what Postfix took is sent, and what broke off or never came leaves once more."""
    site, memory, now = settings(tmp_path), Memory(*[Outcome("uncertain")] * 4), datetime.now(UTC)
    with Store.open(URL, tmp_path) as store:
        deeds.remember(store, source(), now - WEEK)
        subscribe(site, store, "one", "two", "three", "four")
        deeds.remember(store, source(*posts("ab")), now)
        deeds.open_issue(site, store, WEEKLY, source(*posts("ab")), now)
        deeds.deliver(site, store, memory, lambda: datetime.now(UTC), environ={})
        for envelope, message in memory.messages[:2]:
            hand_over(relay.port, envelope, message)
        for envelope, message in memory.messages[2:3]:
            break_off(relay.port, envelope, message)
        relay.until_idle()
        lines, later = relay.log.read_text("utf-8").splitlines(), datetime.now().astimezone() + timedelta(minutes=11)
        became = reconciling.reconcile(store, lines, later)
        deeds.deliver(site, store, memory, lambda: later, environ={})
        with store.reading() as connection:
            states = list(connection.scalars(select(tables.delivery.c.state)))

    assert sum(envelope.message_id in "\n".join(lines) for envelope, _ in memory.messages[:4]) == 3
    assert became == Reconciled(sent=2, queued=2)
    assert [each.recipient for each, _ in memory.messages[4:]] == [each.recipient for each, _ in memory.messages[2:4]]
    assert states == ["sent"] * 4
