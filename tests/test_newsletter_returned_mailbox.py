"""A mailbox with what mail servers really write, each about a delivery of ours, read from end to end.

The messages are those of bounces/; here they name a delivery that there is, signed as ours are.
"""

from pathlib import Path

import pytest
from msgspec import Struct
from sqlalchemy import select

from feeds import newsletter as deeds
from feeds.config import Settings
from feeds.delivery.memory import Memory
from feeds.newsletter import returned
from feeds.replies import VERDICTS
from feeds.store import Store, tables
from feeds.tokens import Claim, sign, sign_address
from tests.newsletter_site import MONDAY, WEEK, WEEKLY, posts, settings, source, subscribe
from tests.test_newsletter_returned import BOUNCES, ENVIRONMENT, KEYS, LATER
from tests.test_replies import BOUNCES as FOLDER
from tests.test_replies import COMMANDS, COMPLAINTS, FAILED, MESSAGE_ID, NOTHING, TOKEN, VERP

NAMES = sorted(path.stem for path in FOLDER.glob("*.eml"))
ELSEWHERE = ("receipt", "report-auth-failure", "report-not-spam")  # they come to the sender, for a person to see
FORGERS_KEYS = ["the secret of somebody else"]


class Case(Struct, frozen=True):
    """What is to become of a message, of the delivery that it is about, and of the reader."""

    became: str
    delivery: str = "sent"
    reader: str = "active"


def case(name: str) -> Case:
    """Say what is right for a message of bounces/."""
    if name in FAILED:
        return Case("bounced", "bounced", "bounced" if VERDICTS[FAILED[name][0]].suppress else "active")
    if name in COMPLAINTS:
        left = COMPLAINTS[name][0] == "opt-out"
        return Case("unsubscribed", reader="unsubscribed") if left else Case("complained", "complained", "complained")
    if name in COMMANDS:
        command = COMMANDS[name]
        if command.token:
            return Case("unsubscribed", reader="unsubscribed")
        return Case("asked" if command.kind == "subscribe" else "left")
    return Case("left" if NOTHING[name] == "unrelated" or name in ELSEWHERE else "ignored")


@pytest.fixture
def site(tmp_path: Path) -> Settings:
    for name in ("cur", "new", "tmp"):
        (tmp_path / "Mail" / name).mkdir(parents=True)
    return settings(tmp_path, bounces=BOUNCES)


@pytest.fixture
def memory() -> Memory:
    return Memory()


@pytest.fixture
def store(store: Store, site: Settings, memory: Memory) -> Store:
    """Give a database with an issue that as many readers got as there are messages."""
    deeds.remember(store, source(), MONDAY - WEEK)
    subscribe(site, store, *NAMES)
    deeds.remember(store, source(*posts("ab")), MONDAY)
    deeds.open_issue(site, store, WEEKLY, source(*posts("ab")), MONDAY)
    deeds.deliver(site, store, memory, lambda: MONDAY, environ=ENVIRONMENT)
    return store


def put(site: Settings, memory: Memory, keys: list[str], *, sealed: bool) -> None:
    """Put each message into the mailbox, about the delivery to the reader of its name."""
    ids = {envelope.recipient.partition("@")[0]: envelope.message_id.strip("<>") for envelope, _ in memory.messages}
    for number, name in enumerate(NAMES, 1):
        message = (FOLDER / f"{name}.eml").read_bytes()
        address = f"bounces+{sign_address(1, number, keys)}@example.org"
        message_id = ids[name] if sealed else f"1.{number:032x}@example.org"
        for placeholder, own in (
            (VERP, address),
            (MESSAGE_ID, message_id),
            (MESSAGE_ID.partition("@")[0], message_id.partition("@")[0]),
            (TOKEN, sign(Claim("unsubscribe:weekly", number), keys)),
        ):
            message = message.replace(placeholder.encode(), own.encode())
        (site.root / "Mail/new" / name).write_bytes(message)


def standing(store: Store) -> dict[str, tuple[str, str]]:
    """Return the state of the delivery and of the reader, by name."""
    columns = (tables.subscriber.c.email, tables.delivery.c.state, tables.subscriber.c.status)
    with store.reading() as connection:
        rows = connection.execute(
            select(*columns).join_from(tables.delivery, tables.subscriber).where(tables.delivery.c.issue_id == 1)
        )
        return {email.partition("@")[0]: (state, status) for email, state, status in rows}


def test_families_are_all_there() -> None:
    """Servers and providers, in more than forty forms; delays, and absences in six languages and more."""
    families = {"postfix", "exim", "exchange", "gmail", "qmail", "notes", "sendmail", "yahoo", "opensmtpd", "icloud"}
    absent = {
        "away-arabic",
        "away-english",
        "away-french",
        "away-german",
        "away-hebrew",
        "away-japanese",
        "away-spanish",
    }

    assert len(FAILED) >= 40
    assert families <= {name.partition("-")[0] for name in FAILED}
    assert absent | {"exim-delayed", "gmail-delay", "postfix-delayed", "sendmail-warning"} <= {*NOTHING}


def test_each_message_does_what_it_proves(site: Settings, store: Store, memory: Memory) -> None:
    """To its delivery and its reader and no other; what is not ours lies there as it did, unread."""
    put(site, memory, KEYS, sealed=True)
    became = returned.read_mailbox(site, store, lambda: LATER, environ=ENVIRONMENT)
    again = returned.read_mailbox(site, store, lambda: LATER, environ=ENVIRONMENT)
    expected = {name: case(name) for name in NAMES}
    left = sorted(name for name in NAMES if expected[name].became == "left")

    assert standing(store) == {name: (each.delivery, each.reader) for name, each in expected.items()}
    assert became == {word: sum(each.became == word for each in expected.values()) for word in became}
    assert sum(became.values()) == len(NAMES)
    assert sorted(path.name for path in (site.root / "Mail/new").iterdir()) == left
    assert again == {"left": len(left)}


def test_forged_messages_do_nothing(site: Settings, store: Store, memory: Memory) -> None:
    """The same, signed by somebody who does not know our secret."""
    put(site, memory, FORGERS_KEYS, sealed=False)
    became = returned.read_mailbox(site, store, lambda: LATER, environ=ENVIRONMENT)

    assert set(standing(store).values()) == {("sent", "active")}
    assert set(became) == {"forged", "left", "asked"}
    assert became["forged"] >= len(FAILED)
    assert became["asked"] == 1
