"""Readers who were asked by mail whether they want a newsletter, and have not answered yet.

The mails that ask are deliveries like all others, of issues that carry no posts. These issues have a stream of their
own for each newsletter, "weekly/confirm": no newsletter can have that name.
"""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime

from msgspec import Struct
from msgspec.structs import asdict
from sqlalchemy import Connection, and_, delete, func, insert, literal, or_, select, union

from feeds.model import Subscription
from feeds.store import deliveries
from feeds.store.tables import delivery, issue, pending, request, subscriber

STREAM = "/confirm"
_AT_ONCE = 10_000  # values in a statement: PostgreSQL takes 65,535, and SQLite, as many build it, 32,766


class Request(Struct, frozen=True):
    """What a reader is asked about."""

    subscriber_id: int
    newsletter: str
    categories: tuple[str, ...]
    cadence: str
    consent: str  # who asked for it, and how
    asked: datetime

    @property
    def subscription(self) -> Subscription:
        """What the reader gets by saying yes."""
        return Subscription(self.newsletter, self.categories, self.cadence)


_REQUEST = [request.c[name] for name in Request.__struct_fields__]


def stream(newsletter: str) -> str:
    """Return the name that the issues have which ask for a newsletter."""
    return newsletter + STREAM


def newsletter_of(name: str) -> str:
    """Return the newsletter that issues of a name belong to, or ask for."""
    return name.removesuffix(STREAM)


def is_stream(name: str) -> bool:
    """Tell whether issues of that name ask readers to confirm."""
    return name.endswith(STREAM)


def queue(connection: Connection, issue_id: int, variant_id: int, readers: Sequence[Request], now: datetime) -> None:
    """Queue the mail that asks each of these readers, all about one newsletter; what asked them before is void."""
    ids = [each.subscriber_id for each in readers]
    withdraw(connection, ids, readers[0].newsletter, now)
    rows = [asdict(each) | {"issue_id": issue_id} for each in readers]
    connection.execute(insert(request), rows)
    row = deliveries.queued(issue_id, literal(variant_id), literal(0), now)
    asked = select(*row.values()).where(subscriber.c.id.in_(ids))
    connection.execute(insert(delivery).from_select(list(row), asked))


def asked_by(connection: Connection, issue_id: int, subscriber_id: int) -> tuple[str, datetime] | None:
    """Return the newsletter that a mail asked a reader about, and when; None when it asked nothing."""
    theirs = and_(delivery.c.issue_id == issue_id, delivery.c.subscriber_id == subscriber_id)
    query = select(issue.c.newsletter, issue.c.opened).join_from(issue, delivery).where(theirs)
    row = connection.execute(query).first()
    return (newsletter_of(row[0]), row[1]) if row and is_stream(row[0]) else None


def waiting(connection: Connection, subscriber_id: int, newsletter: str) -> Request | None:
    """Return what a reader was asked about a newsletter, if it still waits for an answer."""
    wanted = and_(request.c.subscriber_id == subscriber_id, request.c.newsletter == newsletter)
    row = connection.execute(select(*_REQUEST).where(wanted)).first()
    return Request(*row) if row else None


def keys(connection: Connection, domains: Collection[str]) -> dict[int, str]:
    """Return id -> key of the readers at some domains who were asked and have not answered."""
    columns = (subscriber.c.id, subscriber.c.email_key)
    query = select(*columns).join_from(request, subscriber).where(subscriber.c.domain.in_(domains)).distinct()
    return {row[0]: row[1] for row in connection.execute(query)}


def mails(
    connection: Connection, subscriber_ids: Collection[int], since: datetime
) -> Mapping[int, tuple[int, datetime]]:
    """Return how many mails have asked some readers, by id, about whatever newsletter since a time; and the last."""
    columns = (delivery.c.subscriber_id, func.count(), func.max(issue.c.opened))
    ours = and_(issue.c.newsletter.endswith(STREAM), issue.c.opened > since)
    query = select(*columns).join_from(delivery, issue).where(ours).group_by(delivery.c.subscriber_id)
    ids = sorted(subscriber_ids)
    parts = (delivery.c.subscriber_id.in_(ids[at : at + _AT_ONCE]) for at in range(0, len(ids), _AT_ONCE))
    return {row[0]: (row[1], row[2]) for part in parts for row in connection.execute(query.where(part))}


def any_before(connection: Connection, before: datetime) -> bool:
    """Tell whether somebody has been pending, or has not answered, since a time before that."""
    old = select(1).where(pending, subscriber.c.created < before).exists()
    return bool(connection.scalar(select(or_(old, select(1).where(request.c.asked < before).exists()))))


def unanswered(connection: Connection, before: datetime) -> tuple[int, ...]:
    """Return the readers who never said yes, and were last asked before a time.

    Among them those to whom the mail that asked came back, or who complained of it.
    """
    waiting = select(1).where(request.c.subscriber_id == subscriber.c.id, request.c.asked >= before).exists()
    old = select(subscriber.c.id).where(pending, subscriber.c.created < before, ~waiting)
    away = and_(subscriber.c.status.in_(("bounced", "complained")), subscriber.c.confirmed.is_(None))
    kept_away = select(subscriber.c.id).join_from(request, subscriber).where(request.c.asked < before, away)
    return tuple(connection.scalars(union(old, kept_away)))


def forget(connection: Connection, before: datetime) -> None:
    """Forget what was asked before a time, and never answered."""
    connection.execute(delete(request).where(request.c.asked < before))


def withdraw(connection: Connection, subscriber_ids: Collection[int], newsletter: str, now: datetime) -> bool:
    """Ask readers no more about a newsletter, "" for any; tell whether one was asked and had not answered.

    The mails that ask and have not left are skipped.
    """
    asking = issue.c.newsletter == stream(newsletter) if newsletter else issue.c.newsletter.endswith(STREAM)
    deliveries.drop(connection, "not asked any more", now, subscriber_ids, select(issue.c.id).where(asking))
    theirs = delete(request).where(request.c.subscriber_id.in_(subscriber_ids))
    theirs = theirs.where(request.c.newsletter == newsletter) if newsletter else theirs
    return connection.execute(theirs).rowcount > 0
