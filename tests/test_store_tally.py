"""The counts of an issue's deliveries, which nobody counts."""

import random
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, event, func, select, update

import feeds.store
from feeds.model import Outcome, Subscription, Variant
from feeds.store import (
    Store,
    deliveries,
    issues,
    leaving,
    migrations,
    requests,
    returns,
    standings,
    subscribers,
    tables,
    workers,
)
from feeds.store.deliveries import Claimed, Settlement
from feeds.store.groups import Group
from feeds.store.issues import NewIssue
from feeds.store.subscribers import NewSubscriber

URL = "sqlite:///feeds.db"
NOW = datetime(2026, 11, 23, 8, tzinfo=UTC)
READERS = [f"{name}@example.org" for name in "abcdefghijkl"]
OUTCOMES = ("sent", "sent", "sent", "failed", "uncertain", "deferred", "queued", "expired")


class Office:
    """A worker that delivers two issues to the same readers, and a person who meddles."""

    def __init__(self, connection: Connection, seed: int) -> None:
        self.connection, self.chance = connection, random.Random(seed)
        self.issue_ids = open_issues(connection)
        self.worker_id = workers.enter(connection, NOW + timedelta(minutes=15))
        self.claimed: list[Claimed] = []
        self.flying: list[Claimed] = []

    @property
    def issue_id(self) -> int:
        return self.chance.choice(self.issue_ids)

    @property
    def reader(self) -> int:
        return self.chance.randint(1, len(READERS))

    def claim(self) -> None:
        limit = self.chance.randint(1, 5)
        self.claimed += deliveries.claim(self.connection, self.worker_id, self.issue_id, NOW, limit)

    def start(self) -> None:
        named = [(each, f"<{each.issue_id}.{each.subscriber_id}@example.org>") for each in self.claimed]
        self.flying += deliveries.start(self.connection, self.worker_id, named, NOW)
        self.claimed.clear()

    def settle(self) -> None:
        done = [Settlement(each, Outcome(self.chance.choice(OUTCOMES)), NOW) for each in self.flying]
        deliveries.settle(self.connection, self.worker_id, done, NOW)
        self.flying.clear()

    def die(self) -> None:
        deliveries.release(self.connection, [self.worker_id], NOW)
        self.worker_id = workers.enter(self.connection, NOW)
        self.claimed.clear()
        self.flying.clear()

    def come_back(self) -> None:
        known = returns.find(self.connection, self.issue_id, self.reader)
        assert known
        returns.came_back(self.connection, known, Outcome(self.chance.choice(["bounced", "complained"])), NOW)

    def decide(self) -> None:
        for doubt in list(returns.doubts(self.connection)):
            returns.decide(self.connection, doubt, left=self.chance.random() < 0.5, reply="", now=NOW)

    def requeue(self) -> None:
        deliveries.requeue_uncertain(self.connection, NOW)
        returns.requeue(self.connection, self.issue_id, NOW)

    def drop(self) -> None:
        deliveries.drop(self.connection, "mail comes back", NOW, [self.reader])

    def leave(self) -> None:
        leaving.leave(self.connection, self.reader, "weekly", "left", NOW)

    def erase(self) -> None:
        leaving.erase(self.connection, self.reader, NOW)

    def cancel(self) -> None:
        deliveries.cancel(self.connection, self.issue_ids[1], NOW)

    def withdraw(self) -> None:
        requests.withdraw(self.connection, [self.reader], "weekly", NOW)


WORK: list[Callable[[Office], None]] = [Office.claim, Office.start, Office.settle]
MEDDLING: list[Callable[[Office], None]] = [
    Office.die,
    Office.come_back,
    Office.decide,
    Office.requeue,
    Office.drop,
    Office.leave,
    Office.erase,
    Office.cancel,
    Office.withdraw,
]


def open_issues(connection: Connection) -> list[int]:
    subscribers.add(connection, [NewSubscriber(each, each, each) for each in READERS], "test", NOW)
    known = subscribers.by_key(connection, READERS)
    subscribers.subscribe(connection, {id_: Subscription("weekly") for id_, _ in known.values()}, 0, NOW)
    opened = []
    for number in (1, 2):
        opened.append(issues.add(connection, NewIssue("weekly", number, f"{number}", 1, "open", "{}"), NOW))
        variant_id = issues.add_variant(connection, opened[-1], Variant("k", "s", "h", "t", (), "ar"))
        queued = deliveries.queue(connection, opened[-1], {Group(0, (), ""): variant_id}, "weekly", NOW)
        issues.freeze(connection, opened[-1], queued)
    return opened


def looked_at(connection: Connection) -> dict[int, dict[str, int]]:
    """Count the deliveries by looking at each."""
    found: dict[int, dict[str, int]] = {}
    columns = (tables.delivery.c.issue_id, tables.delivery.c.state)
    for issue_id, state, count in connection.execute(select(*columns, func.count()).group_by(*columns)):
        found.setdefault(issue_id, {})[state] = count
    return found


@pytest.mark.parametrize("seed", range(3))
def test_counts_are_those_of_the_ledger(store: Store, seed: int) -> None:
    """Whatever becomes of deliveries, whoever does it, in whichever order."""
    with store.writing() as connection:
        office = Office(connection, seed)
        for _ in range(60):
            office.chance.choice([*WORK * 4, *MEDDLING])(office)
            counted = {each.id: each.deliveries for each in issues.listed(connection)}

            assert counted == looked_at(connection)


def test_each_worker_counts_for_itself(store: Store) -> None:
    """Else one would wait until the other has committed; what comes back later is nobody's."""
    with store.writing() as connection:
        office = Office(connection, 0)
        for _ in range(2):
            office.issue_ids = office.issue_ids[:1]
            office.claimed += deliveries.claim(connection, office.worker_id, office.issue_id, NOW, 3)
            office.start()
            sent = [Settlement(each, Outcome("sent"), NOW) for each in office.flying]
            deliveries.settle(connection, office.worker_id, sent, NOW)
            office.die()
        known = returns.find(connection, office.issue_id, 1)
        assert known
        returns.came_back(connection, known, Outcome("bounced"), NOW)
        rows = select(tables.tally.c.worker_id, tables.tally.c.sent).order_by(tables.tally.c.worker_id)

        assert [tuple(row) for row in connection.execute(rows)] == [(0, -1), (1, 3), (2, 3)]


def test_issue_half_sent_is_brought_up_to_date(tmp_path: Path, every_database: None) -> None:
    """Its counts are right at once, and stay so until all have it."""
    made = feeds.store.connect(URL, tmp_path)  # type: ignore[attr-defined]  # of `every_database`
    with made.begin() as connection:
        migrations.migrate(connection, "0003")
        office = Office(connection, 0)
        office.issue_ids.pop()
        office.claimed += deliveries.claim(connection, office.worker_id, office.issue_id, NOW, 6)
        office.start()
        for outcome in ("sent", "sent", "failed"):
            its, left = tables.delivery.c, office.flying.pop()
            change = update(tables.delivery).where(
                its.issue_id == left.issue_id, its.subscriber_id == left.subscriber_id
            )
            connection.execute(change.values(state=outcome, sent_at=NOW, worker_id=None))
    made.dispose()
    with Store.open(URL, tmp_path) as store, store.writing() as connection:
        office.connection = connection
        told = [(issues.read(connection, office.issue_id).deliveries, looked_at(connection)[office.issue_id])]
        for _ in range(2):
            office.settle()
            told.append((issues.read(connection, office.issue_id).deliveries, looked_at(connection)[office.issue_id]))
            deliveries.requeue_uncertain(connection, NOW)
            returns.requeue(connection, office.issue_id, NOW)
            office.claimed += deliveries.claim(connection, office.worker_id, office.issue_id, NOW, len(READERS))
            office.start()
        sent = [Settlement(each, Outcome("sent"), NOW) for each in office.flying]
        deliveries.settle(connection, office.worker_id, sent, NOW)
        issues.close_done(connection, NOW)
        end = issues.read(connection, office.issue_id)

    assert [counted for counted, _ in told] == [seen for _, seen in told]
    assert (end.state, end.deliveries) == ("done", {"sent": len(READERS)})


def test_status_looks_at_few_deliveries(tmp_path: Path) -> None:
    """Neither at those queued nor at those sent, however many these are."""
    asked: list[tuple[str, Any]] = []
    with Store.open("sqlite://", tmp_path) as store, store.writing() as connection:
        issue_id = open_issues(connection)[0]
        event.listen(connection, "before_cursor_execute", lambda *words: asked.append(words[2:4]))
        standings.reasons(connection, issue_id)
        standings.next_turn(connection, issue_id)
        issues.close_done(connection, NOW)
        plan = [
            row for each in [*asked] for row in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {each[0]}", each[1])
        ]

    looks = [row.detail for row in plan if " delivery " in row.detail]
    assert len(looks) == 5
    assert all("ix_delivery_apart (state=" in each or "ix_delivery_held" in each for each in looks), looks
