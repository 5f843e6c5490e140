"""How far deliveries are: counts and reasons, read at any time without holding up who writes."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from typing import Any

from msgspec import Struct
from sqlalchemy import Column, ColumnElement, Connection, Select, and_, func, select

from feeds.store.tables import APART, apart, delivery, issue, worker


class Reason(Struct, frozen=True):
    """How many deliveries of an issue are neither sent nor under way, for the same reason."""

    state: str
    meaning: str  # of the last reply, in a word
    code: int  # SMTP; 0 without a reply
    enhanced: str
    readers: int
    example: str  # one of their replies, any


class Standing(Struct, frozen=True):
    """One delivery as the ledger has it."""

    newsletter: str
    number: int  # of the issue
    address: str
    state: str
    attempts: int
    code: int
    enhanced: str
    meaning: str
    reply: str
    message_id: str
    next_at: datetime
    updated: datetime


_STANDING: list[Column[Any]] = [
    (issue if name in ("newsletter", "number") else delivery).c[name] for name in Standing.__struct_fields__
]


def reasons(connection: Connection, issue_id: int) -> tuple[Reason, ...]:
    """Return why deliveries of an issue are neither sent nor under way, the most frequent reason first."""
    alike = (delivery.c.state, delivery.c.meaning, delivery.c.code, delivery.c.enhanced)
    found = select(*alike, func.count().label("readers")).where(_apart_of(issue_id)).group_by(*alike).cte("found")
    same = [column == found.c[column.name] for column in alike]
    example = select(delivery.c.reply).where(_apart_of(issue_id), *same).limit(1).scalar_subquery()
    query = select(found, example).order_by(found.c.readers.desc(), *(found.c[column.name] for column in alike))
    return tuple(Reason(*row) for row in connection.execute(query))


def of_issue(connection: Connection, issue_id: int, states: Sequence[str] = ()) -> Iterator[Standing]:
    """Yield the deliveries of an issue: all, or those in some states."""
    query = _standings().where(delivery.c.issue_id == issue_id).order_by(delivery.c.subscriber_id)
    query = query.where(delivery.c.state.in_(states)) if states else query
    return _read(connection.execute(query.execution_options(yield_per=1000)))


def of_reader(connection: Connection, subscriber_id: int) -> Iterator[Standing]:
    """Yield the deliveries of a reader, newest first."""
    query = _standings().where(delivery.c.subscriber_id == subscriber_id).order_by(delivery.c.issue_id.desc())
    return _read(connection.execute(query))


def next_turn(connection: Connection, issue_id: int) -> datetime | None:
    """Return when the first deferred delivery of an issue is tried again."""
    deferred = and_(_apart_of(issue_id), delivery.c.state == "deferred")
    turn: datetime | None = connection.scalar(select(func.min(delivery.c.next_at)).where(deferred))
    return turn


def at_work(connection: Connection, now: datetime) -> int:
    """Return how many processes deliver."""
    return connection.scalar(select(func.count()).where(worker.c.lease >= now)) or 0


def _apart_of(issue_id: int) -> ColumnElement[bool]:
    return and_(apart, delivery.c.state.in_(APART), delivery.c.issue_id == issue_id)


def _standings() -> Select[Any]:
    return select(*_STANDING).join_from(delivery, issue)


def _read(rows: Iterable[Sequence[Any]]) -> Iterator[Standing]:
    for row in rows:
        yield Standing(*row)
