"""What the relay's replies do to readers, issues and the next tries; and that messages are signed."""

import itertools
import re
from base64 import b64encode
from datetime import datetime, timedelta
from pathlib import Path

import dkim  # type: ignore[import-untyped]
import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat
from sqlalchemy import select

from feeds import newsletter as deeds
from feeds import subscriptions
from feeds.config import Dkim, Settings
from feeds.delivery.memory import Memory
from feeds.errors import DeliveryError, SettingsError
from feeds.model import Outcome
from feeds.store import Store, deliveries, tables
from tests.newsletter_site import MONDAY, URL, WEEK, WEEKLY, posts, settings, source
from tests.test_newsletter_outbox import LATER, READERS, begin, deliver, parsed, site, states, store

__all__ = ["site", "store"]  # fixtures


FULL = Outcome("failed", 552, "5.2.2", "mailbox full", meaning="mailbox")


def test_dead_address_is_suppressed(site: Settings, store: Store) -> None:
    """Its reader gets no mail any more; the others do."""
    deliver(site, store, Memory(Outcome("failed", 550, "5.1.1", "no such user", meaning="address")))
    statuses = [each.status for each in subscriptions.listed(store)]

    assert statuses == ["bounced", "active", "active"]


@pytest.mark.parametrize(("weeks", "status"), [((0, 1, 2), "active"), ((0, 1), "active"), ((0, 1, 3), "bounced")])
def test_full_mailbox_is_given_up_after_three_issues(
    site: Settings, store: Store, weeks: tuple[int, ...], status: str
) -> None:
    """In a row, and over fifteen days at least: a holiday costs nobody the subscription."""
    for number, week in enumerate(weeks):
        if number:
            issue_of("abcdef"[: number + 2], site, store, MONDAY + week * WEEK)
        deliver(site, store, Memory(FULL), MONDAY + week * WEEK)

    assert [each.status for each in subscriptions.listed(store)] == [status, "active", "active"]


def test_mailbox_that_took_one_starts_anew(site: Settings, store: Store) -> None:
    """Full, full, empty again, full: that is once."""
    for number, outcome in enumerate([FULL, FULL, Outcome("sent"), FULL]):
        if number:
            issue_of("abcdef"[: number + 2], site, store, MONDAY + number * WEEK)
        deliver(site, store, Memory(outcome), MONDAY + number * WEEK)

    assert {each.status for each in subscriptions.listed(store)} == {"active"}


def issue_of(names: str, site: Settings, store: Store, now: datetime) -> None:
    deeds.remember(store, source(*posts(names)), now)
    deeds.open_issue(site, store, WEEKLY, source(*posts(names)), now)


def test_what_was_lost_is_tried_with_growing_pauses(site: Settings, store: Store) -> None:
    """Nothing was accepted, so no try is used up; after two days it is given up all the same."""
    memory, tried = Memory(*[Outcome("deferred", counts=False, meaning="lost")] * 1000), []
    for minute in range(0, 60 * 60, 1):
        found = deliver(site, store, memory, MONDAY + timedelta(minutes=minute)) if is_turn(store, minute) else None
        tried += [minute] if found and found.outcomes else []
    pauses = [later - earlier for earlier, later in itertools.pairwise(tried)]

    assert pauses == sorted(pauses)
    assert (pauses[0], pauses[-1]) == (1, 240)
    assert states(store) == dict.fromkeys(READERS, "expired")


def test_what_paused_an_issue_names_no_reader(tmp_path: Path) -> None:
    """The record of what happened outlives those who are erased from it; the operator is told in full."""
    site, refused = settings(tmp_path), "<reader4@example.org>: blocked"
    with Store.open(URL, tmp_path) as store:
        begin(site, store, *[f"reader{number}" for number in range(10)])
        with pytest.raises(DeliveryError, match=refused):
            deliver(site, store, Memory(*[Outcome("failed", 550, "5.7.1", refused, meaning="policy")] * 5))
        with store.reading() as connection:
            said = connection.scalars(select(tables.event.c.detail).where(tables.event.c.kind == "issue paused")).all()

    assert said == ["550 5.7.1"]


def is_turn(store: Store, minute: int) -> bool:
    now = MONDAY + timedelta(minutes=minute)
    with store.reading() as connection:
        turn = {"issue": 1, "now": now, "ahead": now + tables.AHEAD, "limit": 1}
        return connection.execute(deliveries.CLAIMABLE, turn).first() is not None


def test_policy_refusals_pause_the_issue(tmp_path: Path) -> None:
    """Five of them, about us: nobody is suppressed, nothing more leaves until a person says so, with the same date."""
    site, memory, after = settings(tmp_path), Memory(), Memory()
    refused = Outcome("failed", 550, "5.7.1", "blocked", meaning="policy")
    with Store.open(URL, tmp_path) as store:
        begin(site, store, *[f"reader{number}" for number in range(10)])
        with pytest.raises(DeliveryError, match="weekly-1 is paused: 5 of the last 50 messages were refused: 550 bl"):
            deliver(site, store, Memory(*[refused] * 100))
        paused = deeds.listed(store)[0]
        deliver(site, store, memory)
        deeds.resume(store, "weekly", 1, LATER)
        deliver(site, store, after, LATER)
        statuses = {each.status for each in subscriptions.listed(store)}

    assert (paused.state, paused.deliveries) == ("paused", {"failed": 5, "queued": 5})
    assert memory.messages == []
    assert statuses == {"active"}
    assert [parsed(data)["Date"].datetime for _, data in after.messages] == [MONDAY] * 5


def test_refusals_and_hang_ups_are_counted_apart(tmp_path: Path) -> None:
    """The cure is another one: four of the one and one of the other are not yet five of anything."""
    refused = Outcome("failed", 550, "5.7.1", "blocked", meaning="policy")
    site = settings(tmp_path)
    with Store.open(URL, tmp_path) as store:
        begin(site, store, *[f"reader{number}" for number in range(6)])
        done = deliver(site, store, Memory(*[refused] * 4, Outcome("uncertain")))

    assert {"failed": 4, "uncertain": 1, "sent": 1} == done.outcomes


def test_messages_are_signed(tmp_path: Path, site: Settings) -> None:
    """With the key of [mail.dkim]; the signature is the first header."""
    key = rsa.generate_private_key(65537, 2048)
    pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    (tmp_path / "dkim.pem").write_bytes(pem)
    signed = settings(tmp_path, dkim=Dkim("example.org", "news", "dkim.pem"))
    record = b"v=DKIM1; k=rsa; p=" + b64encode(
        key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    )
    with Store.open(URL, tmp_path) as store:
        begin(signed, store, *READERS)
        deliver(signed, store, memory := Memory())

    assert [dkim.verify(data, dnsfunc=lambda *_, **__: record) for _, data in memory.messages] == [True] * 3
    assert all(data.startswith(b"DKIM-Signature: ") for _, data in memory.messages)


@pytest.mark.parametrize(
    ("section", "said"),
    [
        (Dkim("example.org", "news", "none.pem"), "mail.dkim.key_file: none.pem: No such file or directory"),
        (Dkim("", "news", "dkim.pem"), "is no name in the DNS"),
    ],
)
def test_wrong_key_stops_before_anything_leaves(site: Settings, store: Store, section: Dkim, said: str) -> None:
    """All stays queued."""
    key = rsa.generate_private_key(65537, 2048)
    pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    (site.root / "dkim.pem").write_bytes(pem)
    with pytest.raises(SettingsError, match=re.escape(said)):
        deliver(settings(site.root, dkim=section), store, Memory())

    assert states(store) == dict.fromkeys(READERS, "queued")
