"""Readers who leave: one newsletter, or the database altogether."""

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import Connection, String, and_, cast, delete, literal, select, update

from feeds.store import deliveries
from feeds.store.tables import delivery, issue, subscriber, subscription


def generation(connection: Connection, subscriber_id: int) -> int | None:
    """Return the generation of a reader's links; None when there is no such reader."""
    return connection.scalar(select(subscriber.c.generation).where(subscriber.c.id == subscriber_id))


def leave(connection: Connection, subscriber_id: int, newsletter: str, reason: str, now: datetime) -> bool:
    """End a subscription and skip what has not left of its newsletter; tell whether that is a change."""
    theirs = and_(subscription.c.subscriber_id == subscriber_id, subscription.c.newsletter == newsletter)
    change = update(subscription).where(theirs, subscription.c.status != "unsubscribed").values(status="unsubscribed")
    if connection.execute(change).rowcount == 0:
        return False
    its = select(issue.c.id).where(issue.c.newsletter == newsletter)
    deliveries.drop(connection, reason, now, [subscriber_id], its)
    return True


def was_moved(connection: Connection, subscriber_id: int, newsletter: str) -> bool:
    """Tell whether a reader had issues of a newsletter, though they neither get it nor have left it."""
    theirs = and_(subscription.c.subscriber_id == subscriber_id, subscription.c.newsletter == newsletter)
    had = select(1).join_from(delivery, issue).where(delivery.c.subscriber_id == subscriber_id)
    moved = had.where(issue.c.newsletter == newsletter, ~select(1).where(theirs).exists())
    return connection.scalar(moved.limit(1)) is not None


def subscribes(connection: Connection, subscriber_id: int) -> bool:
    """Tell whether a reader still gets any newsletter."""
    theirs = and_(subscription.c.subscriber_id == subscriber_id, subscription.c.status != "unsubscribed")
    return connection.scalar(select(1).where(theirs)) is not None


def erase(connection: Connection, subscriber_id: int, now: datetime) -> None:
    """Forget who a reader is; that an issue was sent to somebody stays, so that its counts do."""
    if connection.dialect.name == "sqlite":  # built without it, it leaves what is overwritten in the file
        connection.exec_driver_sql("PRAGMA secure_delete = ON")
    nobody = {"email": "", "address": "", "domain": "", "name": "", "language": "", "timezone": "", "consent": ""}
    gone = update(subscriber).where(subscriber.c.id == subscriber_id)
    key = literal("erased ") + cast(subscriber.c.id, String)  # keys are unique, and no address has a space
    connection.execute(gone.values(status="erased", email_key=key, generation=subscriber.c.generation + 1, **nobody))
    connection.execute(delete(subscription).where(subscription.c.subscriber_id == subscriber_id))
    theirs = update(delivery).where(delivery.c.subscriber_id == subscriber_id)
    address = literal("erased ") + cast(delivery.c.subscriber_id, String)
    connection.execute(theirs.values(address=address, domain="", reply="", updated=now))


def left(connection: Connection, newsletter: str, among: Collection[int] = ()) -> set[int]:
    """Return the readers, by id, of all or of some, who had a newsletter once and left it."""
    theirs = and_(subscription.c.newsletter == newsletter, subscription.c.status == "unsubscribed")
    query = select(subscription.c.subscriber_id).where(theirs)
    return set(connection.scalars(query.where(subscription.c.subscriber_id.in_(among)) if among else query))
