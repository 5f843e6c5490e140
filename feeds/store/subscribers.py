"""Subscribers and what they chose; who is due for which posts."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import datetime
from itertools import groupby
from typing import Any

from msgspec import Struct
from msgspec.structs import asdict, replace
from sqlalchemy import Column, ColumnElement, Connection, and_, delete, func, select, true, tuple_, update

from feeds.model import Subscriber, Subscription
from feeds.store.engine import insert_new
from feeds.store.tables import subscriber, subscription

_PERSON: list[Column[Any]] = [subscriber.c[name] for name in ("id", "email", "name", "language", "timezone", "status")]
_CHOICE: list[Column[Any]] = [subscription.c[name] for name in Subscription.__struct_fields__]


# Who may ask for a newsletter, unless the address is suppressed: complaining does that, the operator may undo it.
MAY_COME = ("pending", "active", "unsubscribed", "complained")
Clock = tuple[str, str]  # the cadence that a reader chose, and their zone; "" is the newsletter's and the site's


class NewSubscriber(Struct, frozen=True):
    """A subscriber to be added."""

    email: str
    email_key: str  # equal for two spellings of one address
    address: str  # as sent to: domain in ASCII
    name: str = ""
    language: str = ""
    timezone: str = ""
    categories: tuple[str, ...] = ()
    cadence: str = ""


_NEW = [name for name in NewSubscriber.__struct_fields__ if name not in ("categories", "cadence")]


def add(
    connection: Connection, readers: Sequence[NewSubscriber], consent: str, now: datetime, *, status: str = "active"
) -> None:
    """Add subscribers who are "active", or "pending"; those whose key is there already stay as they are."""
    confirmed = now if status == "active" else None
    same = {"status": status, "created": now, "confirmed": confirmed, "consent": consent}
    rows = [{**{name: getattr(each, name) for name in _NEW}, "domain": _domain(each), **same} for each in readers]
    connection.execute(insert_new(connection, subscriber), rows)


def by_key(connection: Connection, keys: Sequence[str]) -> dict[str, tuple[int, str]]:
    """Return key -> (id, status) of the subscribers who have one of these keys."""
    columns = (subscriber.c.email_key, subscriber.c.id, subscriber.c.status)
    rows = connection.execute(select(*columns).where(subscriber.c.email_key.in_(keys)))
    return {key: (subscriber_id, status) for key, subscriber_id, status in rows}


def key(connection: Connection, subscriber_id: int) -> str:
    """Return what tells the address of a subscriber apart from others; "" when there is no such subscriber."""
    return connection.scalar(select(subscriber.c.email_key).where(subscriber.c.id == subscriber_id)) or ""


def subscribe(connection: Connection, chosen: Mapping[int, Subscription], cursor: int, now: datetime) -> set[int]:
    """Give subscribers, by id, what they chose, from the posts after `cursor` on; return who did not have it yet."""
    same = {"cursor": cursor, "status": "active", "since": now}
    rows = [{"subscriber_id": key, **asdict(each), **same} for key, each in chosen.items()]
    if not rows:
        return set()
    statement = insert_new(connection, subscription).returning(subscription.c.subscriber_id)
    return set(connection.scalars(statement, rows))


def resubscribe(
    connection: Connection, subscriber_id: int, chosen: Subscription, consent: str, cursor: int, now: datetime
) -> bool:
    """Give a reader what they confirmed, from the posts after `cursor` on; False if mail to them comes back.

    Who had left altogether gets this newsletter and none of the former ones.
    """
    theirs = subscription.c.subscriber_id == subscriber_id
    former = connection.execute(
        select(subscriber.c.status, subscriber.c.consent).where(subscriber.c.id == subscriber_id)
    )
    status, before = former.one()
    if status not in MAY_COME:
        return False
    if status in ("unsubscribed", "complained"):
        connection.execute(update(subscription).where(theirs).values(status="unsubscribed"))
    connection.execute(delete(subscription).where(theirs, subscription.c.newsletter == chosen.newsletter))
    subscribe(connection, {subscriber_id: chosen}, cursor, now)
    record = f"{before}\n{consent}".strip()
    change = update(subscriber).where(subscriber.c.id == subscriber_id)
    connection.execute(change.values(status="active", confirmed=now, consent=record))
    return True


def activate(connection: Connection, subscriber_id: int, consent: str, now: datetime) -> None:
    """Take a pending reader's word as given by somebody else."""
    pending = update(subscriber).where(subscriber.c.id == subscriber_id, subscriber.c.status == "pending")
    connection.execute(pending.values(status="active", confirmed=now, consent=consent))


def find(connection: Connection, email_key: str) -> Subscriber | None:
    """Return the subscriber with this key."""
    return next(_subscribers(connection, subscriber.c.email_key == email_key), None)


def record(connection: Connection, subscriber_id: int) -> tuple[datetime, datetime | None, str]:
    """Return when a subscriber came, when they confirmed that, and the record of who asked for it, and how."""
    columns = (subscriber.c.created, subscriber.c.confirmed, subscriber.c.consent)
    created, confirmed, consent = connection.execute(select(*columns).where(subscriber.c.id == subscriber_id)).one()
    return created, confirmed, consent


def with_ids(connection: Connection, ids: Collection[int]) -> dict[int, Subscriber]:
    """Return some subscribers, by id."""
    return {each.id: each for each in _subscribers(connection, subscriber.c.id.in_(ids))}


def change(
    connection: Connection,
    subscriber_id: int,
    person: Mapping[str, object],
    newsletter: str,
    choice: Mapping[str, object],
    now: datetime,
) -> None:
    """Write what a reader is called and speaks, and what they chose of a newsletter: column -> value.

    On another clock they are from now on, so that none of its past occasions is due for them.
    """
    theirs = subscription.c.subscriber_id == subscriber_id
    if person:
        connection.execute(update(subscriber).where(subscriber.c.id == subscriber_id).values(person))
    if choice:
        connection.execute(update(subscription).where(theirs, subscription.c.newsletter == newsletter).values(choice))
    if "timezone" in person or "cadence" in choice:
        its = true() if "timezone" in person else subscription.c.newsletter == newsletter
        connection.execute(update(subscription).where(theirs, its).values(since=now))


def listed(connection: Connection, *, status: str = "", newsletter: str = "") -> Iterator[Subscriber]:
    """Yield subscribers in the order in which they came: all, or those in one status or with one newsletter."""
    theirs = select(subscription.c.subscriber_id).where(subscription.c.newsletter == newsletter)
    in_status = [subscriber.c.status == status] if status else []
    with_newsletter = [subscriber.c.id.in_(theirs)] if newsletter else []
    return _subscribers(connection, *in_status, *with_newsletter)


def set_status(connection: Connection, subscriber_id: int, status: str, *, former: Sequence[str] = ()) -> bool:
    """Put a subscriber into a status, from one of the `former` ones if given; tell whether that is a change."""
    change = update(subscriber).where(subscriber.c.id == subscriber_id, subscriber.c.status != status)
    if former:
        change = change.where(subscriber.c.status.in_(former))
    return connection.execute(change.values(status=status)).rowcount == 1


def languages(connection: Connection) -> set[str]:
    """Return the languages of all active readers."""
    return set(connection.scalars(select(subscriber.c.language).where(subscriber.c.status == "active").distinct()))


def clocks(connection: Connection, newsletter: str) -> dict[Clock, datetime]:
    """Return the clocks that readers of a newsletter go by, and since when there is a reader who does."""
    columns = (subscription.c.cadence, subscriber.c.timezone)
    query = select(*columns, func.min(subscription.c.since)).join_from(subscription, subscriber)
    rows = connection.execute(query.where(reads(newsletter)).group_by(*columns))
    return {(cadence, timezone): since for cadence, timezone, since in rows}


def count(connection: Connection, newsletter: str, clocks: tuple[Clock, ...] = ()) -> int:
    """Count a newsletter's readers, all or those on some clocks."""
    query = select(func.count()).select_from(subscription).join(subscriber)
    return connection.scalar(query.where(reads(newsletter), goes_by(clocks))) or 0


def newsletters(connection: Connection) -> dict[str, int]:
    """Return the newsletters that somebody gets, and how many do, whether feeds.toml still names them or not."""
    theirs = and_(subscription.c.status == "active", subscriber.c.status == "active")
    query = select(subscription.c.newsletter, func.count()).join_from(subscription, subscriber).where(theirs)
    return {row[0]: row[1] for row in connection.execute(query.group_by(subscription.c.newsletter))}


def who_read(connection: Connection, newsletter: str, among: Collection[int]) -> set[int]:
    """Return those of some subscribers, by id, who get a newsletter."""
    query = select(subscriber.c.id).join_from(subscriber, subscription)
    return set(connection.scalars(query.where(reads(newsletter), subscriber.c.id.in_(among))))


def reads(newsletter: str) -> ColumnElement[bool]:
    """Return the condition for the readers of a newsletter, on `subscription` joined with `subscriber`."""
    return and_(
        subscription.c.newsletter == newsletter, subscription.c.status == "active", subscriber.c.status == "active"
    )


def goes_by(clocks: tuple[Clock, ...]) -> ColumnElement[bool]:
    """Return the condition for readers on one of these clocks, none is any; on the same join."""
    if not clocks:
        return true()
    near = subscriber.alias("near")  # said once more, for the index: else all readers are gone through
    nearby = select(near.c.id).where(near.c.timezone.in_({zone for _, zone in clocks}))
    its = tuple_(subscription.c.cadence, subscriber.c.timezone).in_(clocks)
    return and_(its, subscription.c.subscriber_id.in_(nearby))


def _domain(reader: NewSubscriber) -> str:
    return reader.address.rpartition("@")[2]


def _subscribers(connection: Connection, *wanted: ColumnElement[bool]) -> Iterator[Subscriber]:
    query = (
        select(*_PERSON, *_CHOICE)
        .join_from(subscriber, subscription, isouter=True)
        .where(*wanted)
        .order_by(subscriber.c.id, subscription.c.newsletter)
    )
    rows = connection.execute(query.execution_options(yield_per=1000))
    for person, group in groupby(rows, key=lambda row: row[: len(_PERSON)]):
        choices = (row[len(_PERSON) :] for row in group)
        chosen = tuple(Subscription(*each) for each in choices if each[0] is not None)
        yield replace(Subscriber(*person), subscriptions=chosen)
