"""How far each reader is in the posts: a cursor moves with an issue, and back when that is cancelled."""

from collections.abc import Collection

from sqlalchemy import ColumnElement, Connection, ScalarSelect, and_, select, true, update

from feeds.store import groups
from feeds.store.groups import Group
from feeds.store.subscribers import Clock, goes_by, reads
from feeds.store.tables import PENDING, delivery, issue, subscriber, subscription


def move_past(
    connection: Connection, newsletter: str, idle: Collection[Group], cut: int, clocks: tuple[Clock, ...] = ()
) -> None:
    """Move the cursors of groups for which nothing up to `cut` is of interest.

    Not of those for whom an issue is under way: only from its cut can they go back, should it be cancelled.
    """
    under_way = select(1).where(
        delivery.c.subscriber_id == subscription.c.subscriber_id, delivery.c.state.in_((*PENDING, "uncertain"))
    )
    with groups.numbered(connection, dict.fromkeys(idle, 0)) as (theirs, _):
        readers = select(subscriber.c.id).select_from(theirs).where(reads(newsletter), goes_by(clocks))
        _move(connection, newsletter, and_(subscription.c.subscriber_id.in_(readers), ~under_way.exists()), cut)


def move_with(connection: Connection, newsletter: str, issue_id: int, cut: int) -> None:
    """Move the cursors of all readers who get an issue, and of nobody else."""
    readers = select(delivery.c.subscriber_id).where(delivery.c.issue_id == issue_id)
    _move(connection, newsletter, subscription.c.subscriber_id.in_(readers), cut)


def move_back(connection: Connection, newsletter: str, issue_id: int, *, subscriber_id: int | None = None) -> None:
    """Give the posts of an issue back to readers whose delivery was cancelled, all or one of them.

    Who is to get a later issue has them back when that is cancelled as well: a cursor leaves no gap.
    """
    cancelled = delivery.alias("cancelled_delivery")

    def before(reader: ColumnElement[int]) -> ScalarSelect[int]:
        theirs = and_(cancelled.c.subscriber_id == reader, cancelled.c.state == "cancelled")
        return select(cancelled.c.cursor).where(cancelled.c.issue_id == issue_id, theirs).scalar_subquery()

    cut = select(issue.c.cut).where(issue.c.id == issue_id).scalar_subquery()
    later = select(issue.c.id).where(issue.c.newsletter == newsletter, issue.c.id > issue_id)
    for table, its in (
        (subscription, subscription.c.newsletter == newsletter),
        (delivery, and_(delivery.c.issue_id.in_(later), delivery.c.state != "cancelled")),
    ):
        reader = table.c.subscriber_id
        who = true() if subscriber_id is None else reader == subscriber_id
        stayed = and_(its, who, table.c.cursor == cut, before(reader).is_not(None))
        connection.execute(update(table).where(stayed).values(cursor=before(reader)))


def move_all(connection: Connection, newsletter: str, cut: int) -> None:
    """Move the cursors of all readers of a newsletter."""
    _move(connection, newsletter, true(), cut)


def _move(connection: Connection, newsletter: str, readers: ColumnElement[bool], cut: int) -> None:
    behind = and_(subscription.c.newsletter == newsletter, subscription.c.cursor < cut, readers)
    connection.execute(update(subscription).where(behind).values(cursor=cut))
