"""What is uncertain gets decided; who got what can be told."""

import re
from datetime import timedelta
from pathlib import Path

import pytest
from msgspec.structs import replace
from sqlalchemy import select, update

from feeds import newsletter as deeds
from feeds import subscriptions
from feeds.config import Settings
from feeds.delivery.memory import Memory
from feeds.errors import UsageError
from feeds.model import Outcome
from feeds.newsletter import reconciling, standing
from feeds.newsletter.reconciling import Reconciled
from feeds.store import Store, tables
from tests.newsletter_site import MONDAY, WEEK, WEEKLY, posts, settings, source, subscribe

HOUR = timedelta(hours=1)
READERS = ("one", "two", "three")


@pytest.fixture
def site(tmp_path: Path) -> Settings:
    return settings(tmp_path)


@pytest.fixture
def memory() -> Memory:
    refused = Outcome("failed", 550, "5.1.1", "no such user", meaning="address")
    return Memory(Outcome("uncertain"), Outcome("uncertain"), refused)


@pytest.fixture
def store(store: Store, site: Settings, memory: Memory) -> Store:
    """Give a database with an issue of which two deliveries are uncertain and one failed."""
    deeds.remember(store, source(), MONDAY - WEEK)
    subscribe(site, store, *READERS)
    deeds.remember(store, source(*posts("ab")), MONDAY)
    deeds.open_issue(site, store, WEEKLY, source(*posts("ab")), MONDAY)
    deeds.deliver(site, store, memory, lambda: MONDAY, environ={})
    return store


def states(store: Store) -> list[str]:
    with store.reading() as connection:
        return list(connection.scalars(select(tables.delivery.c.state).order_by(tables.delivery.c.subscriber_id)))


def log(*message_ids: str, begins: str = "07:00:00", ends: str = "08:00:00") -> list[str]:
    """Write a log in which the relay took some messages, on the Monday."""
    lines = [f"2026-11-23T{begins}+00:00 relay postfix/smtpd[1]: connect from localhost[127.0.0.1]"]
    for number, message_id in enumerate(message_ids):
        lines.append(f"2026-11-23T07:30:01+00:00 relay postfix/cleanup[1]: 4D0F2{number}: message-id={message_id}")
        lines.append(f"2026-11-23T07:30:01+00:00 relay postfix/qmgr[1]: 4D0F2{number}: from=<a@example.org>, size=1")
    return [*lines, f"2026-11-23T{ends}+00:00 relay postfix/smtpd[1]: disconnect from localhost[127.0.0.1]"]


def test_log_decides_what_is_uncertain(site: Settings, store: Store, memory: Memory) -> None:
    """What the relay took is not sent again; what it did not take is, as the same message."""
    first, second = (envelope.message_id for envelope, _ in memory.messages[:2])
    became = reconciling.reconcile(store, log(first), MONDAY + HOUR)
    decided = states(store)
    deeds.deliver(site, store, memory, lambda: MONDAY + HOUR, environ={})

    assert became == Reconciled(sent=1, queued=1)
    assert decided == ["sent", "queued", "failed"]
    assert [envelope.message_id for envelope, _ in memory.messages[2:]] == [second]
    assert (states(store), deeds.listed(store)[0].state) == (["sent", "sent", "failed"], "done")
    assert reconciling.reconcile(store, log(first), MONDAY + HOUR) == Reconciled()


@pytest.mark.parametrize(
    ("lines", "wait"),
    [(log(begins="07:30:01"), HOUR), (log(ends="07:29:59"), HOUR), ([], HOUR), (log(), timedelta(minutes=9))],
    ids=["begins later", "ends earlier", "empty", "just now"],
)
def test_log_that_cannot_know_decides_nothing(store: Store, lines: list[str], wait: timedelta) -> None:
    """A reader who is not found in yesterday's log may have the message all the same."""
    assert reconciling.reconcile(store, lines, MONDAY + wait) == Reconciled(unknown=2)
    assert states(store) == ["uncertain", "uncertain", "failed"]


def test_what_a_killed_run_left_is_looked_for(store: Store, memory: Memory) -> None:
    """By the time at which it was about to leave, without another run before."""
    lease = MONDAY + timedelta(minutes=15)
    with store.writing() as connection:
        row = tables.worker.insert().values(host="elsewhere", pid=1, lease=lease).returning(tables.worker.c.id)
        leaving = {"state": "sending", "worker_id": connection.execute(row).scalar_one()}
        connection.execute(update(tables.delivery).where(tables.delivery.c.subscriber_id == 1).values(leaving))

    assert reconciling.reconcile(store, log(), MONDAY + HOUR) == Reconciled(queued=2)


def test_operator_decides_without_a_log(store: Store) -> None:
    """One at a time, and only what is uncertain."""
    for reader, state in (("one", "sent"), ("two", "queued")):
        reconciling.resolve(store, "weekly-1", f"{reader}@example.org", state, MONDAY + HOUR)

    assert states(store) == ["sent", "queued", "failed"]
    for reader in ("one", "three", "nobody"):
        with pytest.raises(UsageError, match="nothing is uncertain between weekly-1 and"):
            reconciling.resolve(store, "weekly-1", f"{reader}@example.org", "sent", MONDAY + HOUR)


@pytest.mark.parametrize("label", ["weekly-2", "weekly", "", "-1", "weekly-x", "daily-1"])
def test_issue_that_is_none_is_named(store: Store, label: str) -> None:
    """In one line, with how to write it."""
    with pytest.raises(UsageError, match=re.escape(f"there is no issue {label!r}; write it like weekly-42")):
        reconciling.retry(store, label, MONDAY)


def test_failures_can_be_tried_again(site: Settings, store: Store, memory: Memory) -> None:
    """When the reason is gone; not for readers whose address is dead."""
    for name in ("one", "two"):
        reconciling.resolve(store, "weekly-1", f"{name}@example.org", "sent", MONDAY)
    dead = reconciling.retry(store, "weekly-1", MONDAY + HOUR)
    with store.writing() as connection:
        connection.execute(update(tables.subscriber).values(status="active"))
    closed = deeds.listed(store)[0].state
    alive = reconciling.retry(store, "weekly-1", MONDAY + HOUR)
    deeds.deliver(site, store, memory, lambda: MONDAY + HOUR, environ={})

    assert (dead, closed, alive) == (0, "done", 1)
    assert [envelope.recipient for envelope, _ in memory.messages[2:]] == ["three@example.org"]
    assert (states(store), deeds.listed(store)[0].state) == (["sent"] * 3, "done")


def test_failure_is_not_tried_again_for_who_left_that_newsletter(tmp_path: Path, store: Store, memory: Memory) -> None:
    """Though they stay with another one."""
    site = settings(tmp_path, WEEKLY, replace(WEEKLY, name="second"))
    subscriptions.unsuppress(store, "three@example.org", MONDAY)
    subscribe(site, store, "three", newsletter="second")
    with store.writing() as connection:
        subscriptions.leave(site, connection, 3, "weekly", MONDAY)

    assert reconciling.retry(store, "weekly-1", MONDAY + HOUR) == 0
    assert states(store)[2] == "failed"


def test_status_says_who_did_not_get_it_and_why(store: Store) -> None:
    """While it is being sent, too."""
    found = standing.status(store, "", MONDAY)
    failed = list(standing.of_issue(store, "weekly-1", ["failed"]))

    assert found == standing.status(store, "weekly-1", MONDAY)
    assert found.issue.deliveries == {"failed": 1, "uncertain": 2}
    assert [(each.readers, each.state, each.meaning, each.example) for each in found.reasons] == [
        (2, "uncertain", "", ""),
        (1, "failed", "address", "no such user"),
    ]
    assert [(each.address, each.enhanced, each.reply) for each in failed] == [
        ("three@example.org", "5.1.1", "no such user")
    ]
    assert [each.issue.number for each in standing.under_way(store, MONDAY)] == [1]


def test_history_of_a_reader_is_told(store: Store) -> None:
    """However the address is spelled."""
    [only] = standing.of_reader(store, "Three@example.org")

    assert (only.newsletter, only.number, only.state, only.attempts) == ("weekly", 1, "failed", 1)
    with pytest.raises(UsageError, match=r"there is no subscriber nobody@example\.org"):
        standing.of_reader(store, "nobody@example.org")


def test_status_without_an_issue_says_so(tmp_path: Path) -> None:
    """A new site has none."""
    with Store.open("sqlite://", tmp_path) as empty, pytest.raises(UsageError, match="there is no issue yet"):
        standing.status(empty, "", MONDAY)
