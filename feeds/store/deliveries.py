"""Deliveries: the outbox and the ledger in one table.

    queued -> claimed -> sending -> sent | deferred | failed | uncertain
                 |         |  `--> queued      nothing left this machine, the try does not count
                 |         `-----> uncertain   the worker died: nobody knows whether it left
                 `---------------> queued      the worker died or stopped: nothing was written
    queued | claimed | deferred -> skipped (the reader left), cancelled (the issue was); deferred -> expired

Every change says which state it starts from, and which worker holds the row: one that finds no row came too late.
"""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from itertools import groupby
from operator import itemgetter
from typing import Any

from msgspec import Struct
from sqlalchemy import (
    BigInteger,
    BindParameter,
    Column,
    ColumnElement,
    Connection,
    Select,
    String,
    and_,
    bindparam,
    case,
    func,
    insert,
    literal,
    or_,
    select,
    true,
    update,
)

from feeds.model import Outcome
from feeds.store import groups, tally
from feeds.store.bulk import update_each
from feeds.store.engine import enlarge_cache, unchecked
from feeds.store.groups import Group
from feeds.store.subscribers import Clock, goes_by, reads
from feeds.store.tables import AHEAD, delivery, issue, moment, ready, request, subscriber, subscription

UNSENT = ("queued", "claimed", "deferred")


class Claimed(Struct, frozen=True):
    """A delivery in the hands of a worker, with what it takes to make its message."""

    issue_id: int
    subscriber_id: int
    variant_id: int
    address: str
    name: str
    generation: int
    message_id: str  # "" the first time
    attempts: int  # before this one
    first_at: datetime | None  # when the first of them was

    @property
    def domain(self) -> str:
        """The part of the address behind the @."""
        return self.address.rpartition("@")[2]


_CLAIMED: list[Column[Any]] = [
    (subscriber if name in ("name", "generation") else delivery).c[name] for name in Claimed.__struct_fields__
]
_TURN_HAS_COME = or_(
    delivery.c.state == "queued",  # a clock that is set back delays nothing that is queued
    delivery.c.next_at <= bindparam("now"),
    delivery.c.next_at > bindparam("ahead"),
)
# The deliveries of an issue whose turn has come, those that wait longest first. Written once: that took as long as to
# find a hundred by it.
CLAIMABLE = (
    select(*_CLAIMED)
    .join_from(delivery, subscriber)
    .where(delivery.c.issue_id == bindparam("issue"), ready, _TURN_HAS_COME)
    .order_by(delivery.c.next_at, delivery.c.subscriber_id)
    .limit(bindparam("limit", type_=BigInteger()))
    .with_for_update(of=delivery, skip_locked=True)
)


class Settlement(Struct, frozen=True):
    """What became of a delivery."""

    claimed: Claimed
    outcome: Outcome
    next_at: datetime  # when its turn comes again, if it does


def queue(
    connection: Connection,
    issue_id: int,
    variants: Mapping[Group, int],
    newsletter: str,
    now: datetime,
    clocks: tuple[Clock, ...] = (),
) -> int:
    """Queue one delivery for each reader of some groups, all or those on some clocks; return how many.

    `variants` says which form of the issue a group gets, by its id.
    """
    enlarge_cache(connection)
    with groups.numbered(connection, variants) as (theirs, variant_id), unchecked(connection):
        row = queued(issue_id, variant_id, subscription.c.cursor, now)
        readers = (
            select(*row.values())
            .select_from(theirs)
            .where(reads(newsletter), goes_by(clocks))
            .with_for_update(of=[subscription, subscriber], key_share=True)  # who leaves, leaves before or after this
        )
        change = insert(delivery).from_select(list(row), readers).execution_options(preserve_rowcount=True)
        return connection.execute(change).rowcount


def queued(
    issue_id: int, variant_id: ColumnElement[Any], cursor: ColumnElement[Any], now: datetime
) -> dict[str, ColumnElement[Any]]:
    """Return what a delivery that is queued says, by column, for a query of its readers."""
    return {
        "issue_id": literal(issue_id),
        "subscriber_id": subscriber.c.id,
        "variant_id": variant_id,
        "address": subscriber.c.address,
        "domain": subscriber.c.domain,
        "state": literal("queued"),
        "cursor": cursor,
        "attempts": literal(0),
        "next_at": literal(now, delivery.c.next_at.type),
        "message_id": literal(""),
        "code": literal(0),
        "enhanced": literal(""),
        "reply": literal(""),
        "meaning": literal(""),
        "updated": literal(now, delivery.c.updated.type),
    }


def claim(
    connection: Connection, worker_id: int, issue_id: int, now: datetime, limit: int, without: Collection[str] = ()
) -> tuple[Claimed, ...]:
    """Take up to `limit` deliveries of an issue whose turn has come, but none to domains in `without`."""
    query = CLAIMABLE.where(delivery.c.domain.not_in(without)) if without else CLAIMABLE
    turn = {"issue": issue_id, "now": now, "ahead": now + AHEAD, "limit": limit}
    found = tuple(Claimed(*row) for row in connection.execute(query, turn))
    rows = [{"subscriber": each.subscriber_id} for each in found]
    update_each(connection, _CLAIM, rows, issue=issue_id, worker=worker_id, now=moment(now))
    return found


def kept(reply: str | BindParameter[str]) -> ColumnElement[str]:
    """Return what is kept of a reply: nothing where the reader was erased, whom it may name."""
    return case((delivery.c.domain == "", ""), else_=reply)


_NOW, _TURN = bindparam("now", type_=BigInteger()), bindparam("turn", type_=BigInteger())  # as `moment` gives them
_OUTCOME = bindparam("outcome", type_=String())
_ONE = and_(delivery.c.issue_id == bindparam("issue"), delivery.c.subscriber_id == bindparam("subscriber"))
_MINE = and_(_ONE, delivery.c.worker_id == bindparam("worker"))
_ACTIVE = or_(
    select(1).where(subscriber.c.id == delivery.c.subscriber_id, subscriber.c.status == "active").exists(),
    select(1)  # or they are being asked, by this very message
    .where(request.c.subscriber_id == delivery.c.subscriber_id, request.c.issue_id == delivery.c.issue_id)
    .exists(),
)
_CLAIM = update(delivery).where(_ONE).values(state="claimed", worker_id=bindparam("worker"), updated=_NOW)
_START = (
    update(delivery)
    .where(_MINE, delivery.c.state == "claimed", _ACTIVE)
    .values(
        state="sending",
        message_id=bindparam("name"),
        attempts=delivery.c.attempts + 1,
        first_at=case((delivery.c.first_at <= _NOW, delivery.c.first_at), else_=_NOW),
        updated=_NOW,
    )
)
_SKIP = (
    update(delivery)
    .where(_MINE, delivery.c.state == "claimed")
    .values(state="skipped", reply="the reader left", worker_id=None, updated=_NOW)
)
_SETTLE = (
    update(delivery)
    .where(_MINE, delivery.c.state == "sending")
    .values(
        state=_OUTCOME,
        code=bindparam("reply_code"),
        enhanced=bindparam("reply_enhanced"),
        reply=kept(bindparam("reply_words", type_=String())),
        meaning=bindparam("reply_meaning"),
        attempts=delivery.c.attempts - bindparam("uncounted"),
        next_at=_TURN,
        sent_at=case((_OUTCOME == "sent", _NOW), else_=delivery.c.sent_at),
        worker_id=None,
        updated=_NOW,
    )
)


def start(
    connection: Connection, worker_id: int, named: Sequence[tuple[Claimed, str]], now: datetime
) -> Sequence[Claimed]:
    """Mark deliveries as about to leave under these Message-IDs: the last thing kept before they do.

    Return those that may leave: the others were taken from this worker, or their readers have left.
    """
    mark = {"worker": worker_id, "now": moment(now)}
    claimed = [each for each, _ in named]
    rows = [{"issue": each.issue_id, "subscriber": each.subscriber_id, "name": name} for each, name in named]
    if update_each(connection, _START, rows, **mark) == len(rows):
        return claimed
    update_each(connection, _SKIP, rows, **mark)
    ours = and_(delivery.c.worker_id == worker_id, delivery.c.state == "sending")
    in_the_air = set(connection.execute(select(delivery.c.issue_id, delivery.c.subscriber_id).where(ours)))
    return [each for each in claimed if (each.issue_id, each.subscriber_id) in in_the_air]


def settle(connection: Connection, worker_id: int, done: Sequence[Settlement], now: datetime) -> Sequence[Settlement]:
    """Note what became of deliveries, but not of those that were taken from this worker.

    Return those noted that were not sent: what was sent has no consequences.
    """
    mark = {"worker": worker_id, "now": moment(now)}
    sent = [_settled(each) for each in done if each.outcome.state == "sent"]
    for issue_id, some in groupby(sent, key=itemgetter("issue")):
        tally.add(connection, issue_id, worker_id, update_each(connection, _SETTLE, list(some), **mark))
    others = [each for each in done if each.outcome.state != "sent"]
    return [each for each in others if update_each(connection, _SETTLE, [_settled(each)], **mark)]


def _settled(done: Settlement) -> dict[str, Any]:
    claimed, outcome = done.claimed, done.outcome
    return {
        "issue": claimed.issue_id,
        "subscriber": claimed.subscriber_id,
        "outcome": outcome.state,
        "reply_code": outcome.code,
        "reply_enhanced": outcome.enhanced,
        "reply_words": outcome.reply,
        "reply_meaning": outcome.meaning,
        "uncounted": 0 if outcome.counts else 1,
        "turn": moment(done.next_at),
    }


def release(connection: Connection, worker_ids: Sequence[int], now: datetime) -> None:
    """Take the rows of workers that stopped or died: what was only claimed is queued, what was leaving uncertain.

    What is uncertain keeps the time at which it was about to leave, by which it is looked for in the relay's log.
    """
    for state, after in (("claimed", {"state": "queued", "updated": now}), ("sending", {"state": "uncertain"})):
        held = and_(delivery.c.worker_id.in_(worker_ids), delivery.c.state == state)
        connection.execute(update(delivery).where(held).values(worker_id=None, **after))


def requeue_uncertain(connection: Connection, now: datetime) -> int:
    """Queue what is uncertain of open issues once more, but not for who has left since; return how much that is."""
    its = and_(issue.c.id == delivery.c.issue_id, issue.c.state == "open")
    theirs = and_(subscription.c.subscriber_id == delivery.c.subscriber_id, subscription.c.status == "unsubscribed")
    left = select(1).where(theirs, subscription.c.newsletter == issue.c.newsletter).correlate(delivery, issue).exists()
    unsure = and_(delivery.c.state == "uncertain", select(1).where(its, ~left).exists())
    return connection.execute(update(delivery).where(unsure).values(state="queued", next_at=now, updated=now)).rowcount


def refusals(connection: Connection, subscriber_id: int, meaning: str) -> tuple[int, datetime | None]:
    """Return how many issues a reader's address refused like this since it last took one, and when it began to.

    Issues after the last one refused do not count as taken: a bounce may come back days later.
    """
    theirs = delivery.c.subscriber_id == subscriber_id
    refused = and_(theirs, delivery.c.state.in_(("failed", "bounced")), delivery.c.meaning == meaning)
    last = select(func.max(delivery.c.issue_id)).where(refused).scalar_subquery()
    taken = and_(theirs, delivery.c.state == "sent", delivery.c.issue_id < last)
    since = select(func.coalesce(func.max(delivery.c.issue_id), 0)).where(taken).scalar_subquery()
    began = func.min(func.coalesce(delivery.c.first_at, delivery.c.updated))
    count, first = connection.execute(select(func.count(), began).where(refused, delivery.c.issue_id > since)).one()
    return count, first


def drop(
    connection: Connection,
    reason: str,
    now: datetime,
    subscriber_ids: Collection[int],
    issue_ids: Select[tuple[int]] | None = None,
) -> None:
    """Skip what has not left yet for readers who leave; of all issues, or of those that a query names."""
    unsent = and_(delivery.c.subscriber_id.in_(subscriber_ids), delivery.c.state.in_(UNSENT))
    its = true() if issue_ids is None else delivery.c.issue_id.in_(issue_ids)
    change = update(delivery).where(unsent, its)
    connection.execute(change.values(state="skipped", reply=reason, worker_id=None, updated=now))


def cancel(connection: Connection, issue_id: int, now: datetime) -> None:
    """Cancel what has not left yet of an issue."""
    unsent = and_(delivery.c.issue_id == issue_id, delivery.c.state.in_(UNSENT))
    change = update(delivery).where(unsent).values(state="cancelled", worker_id=None, updated=now)
    connection.execute(change)
