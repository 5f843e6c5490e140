"""What comes back by mail changes what it proves, and nothing else."""

from datetime import timedelta
from pathlib import Path

import pytest
from msgspec.structs import replace
from sqlalchemy import select, update

from feeds import newsletter as deeds
from feeds import subscriptions
from feeds.config import Bounces, Settings
from feeds.delivery.memory import Memory
from feeds.model import Newsletter
from feeds.newsletter import returned
from feeds.store import Store, returns, tables
from feeds.tokens import sign_address
from tests.newsletter_site import MONDAY, WEEK, posts, settings, source, subscribe

READERS = ("one", "two", "three")
BOUNCES = Bounces("Mail", "bounces@example.org")
LATER = MONDAY + timedelta(hours=1)
ENVIRONMENT = {"FEEDS_SECRET": "a secret that is long enough"}
KEYS = [ENVIRONMENT["FEEDS_SECRET"]]

DSN = """\
From: Mail Delivery System <MAILER-DAEMON@mx.example.net>
To: {verp}
Subject: Undelivered Mail Returned to Sender
Auto-Submitted: auto-replied
Content-Type: multipart/report; report-type=delivery-status; boundary="b"
MIME-Version: 1.0

--b
Content-Type: text/plain

The mail could not be delivered.

--b
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.example.net
{envid}
Final-Recipient: rfc822; one@example.org
Action: failed
Status: {status}
Diagnostic-Code: smtp; 550 {status} {words}

--b
Content-Type: text/rfc822-headers

Message-ID: {message_id}
Subject: an issue

--b--
"""
COMPLAINT = """\
From: <feedback@provider.example.net>
To: <abuse@example.org>
Subject: FW: an issue
MIME-Version: 1.0
Content-Type: multipart/report; report-type=feedback-report; boundary="b"

--b
Content-Type: text/plain

This is a complaint.

--b
Content-Type: message/feedback-report

Feedback-Type: {kind}
User-Agent: SomeGenerator/1.0
Version: 1
Original-Mail-From: <{verp}>

--b
Content-Type: message/rfc822

From: news@example.org
To: one@example.org
Message-ID: <unknown@example.org>
Subject: an issue

text
--b--
"""


@pytest.fixture
def site(tmp_path: Path) -> Settings:
    return settings(tmp_path, bounces=BOUNCES)


@pytest.fixture
def memory() -> Memory:
    return Memory()


@pytest.fixture
def store(store: Store, site: Settings, memory: Memory) -> Store:
    """Give a database with an issue that three readers got."""
    deeds.remember(store, source(), MONDAY - WEEK)
    subscribe(site, store, *READERS)
    send(site, store, memory, "ab")
    return store


def send(site: Settings, store: Store, memory: Memory, names: str, week: int = 0) -> None:
    """Open an issue with posts, and deliver it."""
    now = MONDAY + week * WEEK
    deeds.remember(store, source(*posts(names)), now)
    deeds.open_issue(site, store, site.newsletter[0], source(*posts(names)), now)
    deeds.deliver(site, store, memory, lambda: now, environ=ENVIRONMENT)


def verp(issue: int = 1, subscriber: int = 1, keys: list[str] = KEYS) -> str:
    return f"bounces+{sign_address(issue, subscriber, keys)}@example.org"


def dsn(
    to: str = "nobody@example.org",
    status: str = "5.1.1",
    words: str = "no such user",
    message_id: str = "<x@y>",
    envid: str = "",
) -> bytes:
    lines = f"Original-Envelope-Id: {envid}\n" if envid else ""
    return DSN.format(verp=to, status=status, words=words, message_id=message_id, envid=lines).encode()


def take(site: Settings, store: Store, message: bytes, week: int = 0) -> str:
    return returned.take(site, store, message, LATER + week * WEEK, environ=ENVIRONMENT)


def standing(store: Store, number: int = 1) -> tuple[str, str]:
    """Return the state of a reader's last delivery, and the status of the reader."""
    with store.reading() as connection:
        query = select(tables.delivery.c.state).where(tables.delivery.c.subscriber_id == number)
        state = connection.scalar(query.order_by(tables.delivery.c.issue_id.desc()).limit(1))
        status = connection.scalar(select(tables.subscriber.c.status).where(tables.subscriber.c.id == number))
    return str(state), str(status)


def others(store: Store) -> set[tuple[str, str]]:
    return {standing(store, 2), standing(store, 3)}


def test_each_message_leaves_from_its_own_address(store: Store, memory: Memory) -> None:
    """It is short enough, and says which message came back (VERP)."""
    assert [envelope.sender for envelope, _ in memory.messages] == [verp(1, number) for number in (1, 2, 3)]
    assert all(len(envelope.sender.partition("@")[0]) <= 64 for envelope, _ in memory.messages)


def test_dead_address_gets_no_more_mail(site: Settings, store: Store, memory: Memory) -> None:
    """One bounce that says so is enough; a second copy of it, shouted, changes nothing, nor does it touch others."""
    became = [take(site, store, dsn(to)) for to in (verp(), verp().upper())]
    send(site, store, memory, "abc", week=1)

    assert became == ["bounced", "repeated"]
    assert standing(store) == ("bounced", "bounced")
    assert others(store) == {("sent", "active")}
    assert [envelope.recipient for envelope, _ in memory.messages[3:]] == ["two@example.org", "three@example.org"]


def test_ledger_keeps_what_the_bounce_says(site: Settings, store: Store) -> None:
    """It is the answer to "who did not get issue 1, and why"."""
    take(site, store, dsn(verp(), "5.2.2", "mailbox full"))
    with store.reading() as connection:
        row = connection.execute(select(tables.delivery).where(tables.delivery.c.state == "bounced")).one()

    assert (row.enhanced, row.reply, row.meaning) == ("5.2.2", "550 5.2.2 mailbox full", "mailbox")


def test_full_mailbox_costs_the_subscription_only_in_the_end(site: Settings, store: Store, memory: Memory) -> None:
    """After three issues in a row, over fifteen days or more."""
    seen = []
    for week, names in enumerate(("ab", "abc", "abcd")):
        if week:
            send(site, store, memory, names, week)
        assert take(site, store, dsn(verp(week + 1), "5.2.2", "mailbox full"), week) == "bounced"
        seen.append(standing(store)[1])
    send(site, store, memory, "abcde", week=3)
    take(site, store, dsn(verp(4), "5.2.2", "mailbox full"), week=3)

    assert seen == ["active", "active", "active"]  # fourteen days and an hour
    assert standing(store) == ("bounced", "bounced")


def test_issue_that_arrived_starts_the_count_anew(site: Settings, store: Store, memory: Memory) -> None:
    """The mailbox was emptied meanwhile."""
    for week, names in enumerate(("ab", "abc", "abcd", "abcde", "abcdef")):
        if week:
            send(site, store, memory, names, week)
        if week != 2:
            take(site, store, dsn(verp(week + 1), "5.2.2", "mailbox full"), week)

    assert standing(store) == ("bounced", "active")


def test_refusal_of_us_costs_nobody_the_subscription(site: Settings, store: Store) -> None:
    """It is our reputation that is bad, not the address."""
    assert take(site, store, dsn(verp(), "5.7.1", "message blocked as spam")) == "bounced"
    assert standing(store) == ("bounced", "active")


@pytest.mark.parametrize("by", ["message_id", "envid"])
def test_bounce_to_another_address_is_known_by_its_message(
    site: Settings, store: Store, memory: Memory, by: str
) -> None:
    """Some relays put an address of their own in place of ours; the seal in the Message-ID proves as much."""
    message_id = memory.messages[0][0].message_id
    evidence = message_id if by == "message_id" else message_id.strip("<>").partition("@")[0]

    assert take(site, store, dsn(**{by: evidence})) == "bounced"
    assert standing(store) == ("bounced", "bounced")


FORGED = {
    "another secret": verp(keys=["another secret that is long"]),
    "another reader": verp(1, 1)[:-14] + verp(1, 2)[-14:],
    "made up": f"bounces+{'a' * 40}@example.org",
}


@pytest.mark.parametrize("how", FORGED)
def test_forged_bounce_is_refused(site: Settings, store: Store, how: str) -> None:
    """Else anybody could unsubscribe others."""
    assert take(site, store, dsn(FORGED[how])) == "forged"
    assert {standing(store), *others(store)} == {("sent", "active")}


def test_bounce_that_proves_nothing_is_left_to_a_person(site: Settings, store: Store) -> None:
    """It may be about a mail that somebody wrote by hand."""
    assert take(site, store, dsn()) == "left"
    assert {standing(store), *others(store)} == {("sent", "active")}


def test_bounce_of_an_old_address_does_not_cost_the_new_one(site: Settings, store: Store) -> None:
    """The reader has moved meanwhile."""
    with store.writing() as connection:
        connection.execute(
            update(tables.subscriber).where(tables.subscriber.c.id == 1).values(address="new@example.org")
        )

    assert take(site, store, dsn(verp())) == "bounced"
    assert standing(store) == ("bounced", "active")


@pytest.mark.parametrize("how", ["by a bounce", "by the log"])
def test_what_comes_back_later_does_not_name_an_erased_reader(site: Settings, store: Store, how: str) -> None:
    """Servers say whom they do not know; the ledger keeps that it came back."""
    with store.writing() as connection:
        connection.execute(update(tables.delivery).values(state="uncertain"))
    subscriptions.erase(store, "one@example.org", LATER)
    if how == "by a bounce":
        take(site, store, dsn(verp(), words="<one@example.org>: no such user"))
    else:
        with store.writing() as connection:
            doubt = next(each for each in returns.doubts(connection) if each.subscriber_id == 1)
            returns.decide(connection, doubt, left=True, reply="bounced: <one@example.org> is unknown", now=LATER)
    with store.reading() as connection:
        everything = [row for table in tables.metadata.sorted_tables for row in connection.execute(select(table))]

    assert standing(store)[0] == ("bounced" if how == "by a bounce" else "sent")
    assert "one@example.org" not in str(everything)


def test_bounce_quicker_than_our_own_note_waits(site: Settings, store: Store) -> None:
    """It is read again when the ledger knows that the message left."""
    with store.writing() as connection:
        worker = connection.execute(
            tables.worker.insert().values(host="x", pid=1, lease=LATER).returning(tables.worker.c.id)
        ).scalar_one()
        connection.execute(update(tables.delivery).values(state="sending", worker_id=worker))

    assert take(site, store, dsn(verp())) == "later"
    assert standing(store) == ("sending", "active")


def test_bounce_decides_what_was_uncertain(site: Settings, store: Store) -> None:
    """It did leave, so it does not leave again; the issue, all else being settled, is done."""
    with store.writing() as connection:
        connection.execute(
            update(tables.delivery).where(tables.delivery.c.subscriber_id == 1).values(state="uncertain")
        )
        connection.execute(update(tables.issue).values(state="open"))

    assert take(site, store, dsn(verp())) == "bounced"
    assert deeds.listed(store)[0].state == "done"


@pytest.mark.parametrize("kind", ["abuse", "opt-out"])
def test_complaint_ends_the_subscription(site: Settings, store: Store, memory: Memory, kind: str) -> None:
    """Calling it spam is to be taken for good; opting out through the provider is unsubscribing."""
    message = COMPLAINT.format(kind=kind, verp=verp()).encode()
    became = [take(site, store, message) for _ in range(2)]
    send(site, store, memory, "abc", week=1)

    assert became == ["complained" if kind == "abuse" else "unsubscribed", "repeated"]
    assert standing(store)[1] == ("complained" if kind == "abuse" else "unsubscribed")
    assert len(memory.messages) == 5


def test_forged_complaint_is_refused(site: Settings, store: Store) -> None:
    """As a forged bounce is."""
    assert take(site, store, COMPLAINT.format(kind="abuse", verp=FORGED["made up"]).encode()) == "forged"


def unsubscribing(memory: Memory) -> bytes:
    """Write the mail that the first message offers for leaving."""
    header = next(
        line for line in memory.messages[0][1].decode().replace("\r\n ", " ").splitlines() if "mailto:" in line
    )
    address, _, subject = header.partition("mailto:")[2].rstrip(">").partition("?subject=")
    assert address == "bounces@example.org"
    return f"From: One <one@example.org>\nTo: {address}\nSubject: {subject}\n\n".encode()


def test_mail_with_a_token_unsubscribes(site: Settings, store: Store, memory: Memory) -> None:
    """At once, however often it comes; the others stay."""
    became = [take(site, store, unsubscribing(memory)) for _ in range(2)]

    assert became == ["unsubscribed", "repeated"]
    assert standing(store) == ("sent", "unsubscribed")
    assert others(store) == {("sent", "active")}


@pytest.mark.parametrize("is_reported", [False, True])
def test_mail_for_a_newsletter_that_is_gone_unsubscribes(
    site: Settings, store: Store, memory: Memory, *, is_reported: bool
) -> None:
    """Whichever took over its readers; also who opts out by a report of their provider."""
    with store.writing() as connection:
        connection.execute(update(tables.subscription).values(newsletter="news"))
    renamed = replace(site, newsletter=(Newsletter("news"),))
    mail = COMPLAINT.format(kind="opt-out", verp=verp()).encode() if is_reported else unsubscribing(memory)
    became = [take(renamed, store, mail) for _ in range(2)]

    assert became == ["unsubscribed", "repeated"]
    assert standing(store) == ("sent", "unsubscribed")
    assert others(store) == {("sent", "active")}


def test_token_of_an_older_address_unsubscribes_nobody(site: Settings, store: Store, memory: Memory) -> None:
    """Links die when the address changes hands."""
    with store.writing() as connection:
        connection.execute(update(tables.subscriber).values(generation=1))

    assert take(site, store, unsubscribing(memory)) == "repeated"
    assert standing(store) == ("sent", "active")


UNRELATED = {
    "a letter": b"From: friend@example.net\nSubject: lunch\n\nat one?\n",
    "without a token": b"From: one@example.org\nSubject: unsubscribe\n\n",
    "a wrong token": b"From: one@example.org\nSubject: " + b"a" * 33 + b"\n\n",
    "subscribe, by a machine": b"From: four@example.org\nSubject: subscribe\nAuto-Submitted: auto-generated\n\n",
    "out of office": b"From: b@example.net\nTo: news@example.org\nSubject: Out of office\nAuto-Submitted: yes\n\nx\n",
    "nothing": b"",
    "bytes": bytes(range(256)) * 10,
}


@pytest.mark.parametrize("what", UNRELATED)
def test_other_mail_is_left(site: Settings, store: Store, what: str) -> None:
    """It is for a person to see; the sender of a mail proves nothing."""
    assert take(site, store, UNRELATED[what]) == "left"
    assert {standing(store), *others(store)} == {("sent", "active")}


def test_answer_of_a_machine_to_a_message_of_ours_is_ignored(site: Settings, store: Store) -> None:
    """Being on holiday is no reason to lose a subscription."""
    message = (
        f"From: one@example.org\nTo: {verp()}\nSubject: Out of office\nAuto-Submitted: auto-replied\n\nback soon\n"
    )

    assert take(site, store, message.encode()) == "ignored"
    assert standing(store) == ("sent", "active")


def test_mailbox_is_read_and_the_rest_left_in_it(site: Settings, store: Store, tmp_path: Path) -> None:
    """What was understood is marked as read; reading it again finds nothing to do."""
    for name in ("cur", "new", "tmp"):
        (tmp_path / "Mail" / name).mkdir(parents=True)
    mails = {"1": dsn(verp()), "2": dsn(verp()), "3": UNRELATED["a letter"], "4": dsn(FORGED["made up"])}
    for name, content in mails.items():
        (tmp_path / "Mail/new" / name).write_bytes(content)
    became = [returned.read_mailbox(site, store, lambda: LATER, environ=ENVIRONMENT) for _ in range(2)]

    assert became == [{"bounced": 1, "repeated": 1, "left": 1, "forged": 1}, {"left": 1}]
    assert [path.name for path in (tmp_path / "Mail/new").iterdir()] == ["3"]


def test_bounce_of_fifty_megabytes_is_read(site: Settings, store: Store, tmp_path: Path) -> None:
    """What it says stands at its beginning."""
    for name in ("cur", "new", "tmp"):
        (tmp_path / "Mail" / name).mkdir(parents=True)
    (tmp_path / "Mail/new/1").write_bytes(dsn(verp()) + b"x" * 50_000_000)

    assert returned.read_mailbox(site, store, lambda: LATER, environ=ENVIRONMENT) == {"bounced": 1}


def test_site_without_a_mailbox_reads_none(store: Store, tmp_path: Path) -> None:
    """Nothing is configured, nothing is done."""
    assert returned.read_mailbox(settings(tmp_path), store, lambda: LATER, environ={}) == {}
