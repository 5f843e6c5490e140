"""Deliveries that came back, or that a relay's log decides.

    sent | uncertain | queued | claimed | deferred -> bounced;  these and bounced -> complained
    uncertain -> sent | queued
    failed | expired -> queued     by hand
    queued | deferred -> cancelled | skipped     what was in the air when its issue was cancelled or its reader left

A message whose delivery waits for its turn again may have left before: hence queued and the others.
"""

from collections.abc import Iterator
from datetime import datetime

from msgspec import Struct
from sqlalchemy import ColumnElement, Connection, and_, or_, select, update

from feeds.model import Outcome
from feeds.store import cursors, tally
from feeds.store.deliveries import UNSENT, kept
from feeds.store.tables import delivery, issue, request, subscriber, subscription

_LEFT_MEANWHILE = "the reader left"
_LEFT = ("sent", "uncertain", *UNSENT)
FORMER = {"bounced": _LEFT, "complained": (*_LEFT, "bounced")}


class Known(Struct, frozen=True):
    """A delivery that something came back for."""

    issue_id: int
    subscriber_id: int
    newsletter: str
    state: str
    is_current: bool  # the reader still has the address that it went to


class Doubt(Struct, frozen=True):
    """A delivery of which nobody knows whether it left."""

    issue_id: int
    subscriber_id: int
    message_id: str
    first_at: datetime
    updated: datetime  # when it was last about to leave, or a little later


def find(connection: Connection, issue_id: int, subscriber_id: int) -> Known | None:
    """Return a delivery by its key."""
    columns = (delivery.c.issue_id, delivery.c.subscriber_id, issue.c.newsletter, delivery.c.state)
    query = select(*columns, delivery.c.address == subscriber.c.address).where(_is(issue_id, subscriber_id))
    row = connection.execute(query.join_from(delivery, issue).join(subscriber)).first()
    return Known(*row) if row else None


def came_back(connection: Connection, known: Known, outcome: Outcome, now: datetime) -> bool:
    """Put a delivery into the state "bounced" or "complained"; False when it is in it already, or never left."""
    theirs, sent = _is(known.issue_id, known.subscriber_id), delivery.c.state == "sent"
    words = {"enhanced": outcome.enhanced, "reply": kept(outcome.reply), "meaning": outcome.meaning}
    after = {"state": outcome.state, "code": outcome.code, "worker_id": None, "updated": now, **words}
    change = update(delivery).where(theirs).values(after)
    if connection.execute(change.where(sent)).rowcount:
        tally.add(connection, known.issue_id, 0, -1)
        return True
    return connection.execute(change.where(delivery.c.state.in_(FORMER[outcome.state]), ~sent)).rowcount == 1


def recall(connection: Connection, issue_id: int, subscriber_id: int, now: datetime) -> None:
    """Let a delivery that waits for its turn again go no more, if its issue was cancelled or its reader left meanwhile.

    Cancelling and leaving change nothing that is in the air.
    """
    theirs = and_(subscription.c.subscriber_id == subscriber_id, subscription.c.newsletter == issue.c.newsletter)
    facts = select(issue.c.newsletter, issue.c.state, subscription.c.status).join_from(
        issue, subscription, theirs, isouter=True
    )
    newsletter, state, status = connection.execute(facts.where(issue.c.id == issue_id)).one()
    waiting = and_(_is(issue_id, subscriber_id), delivery.c.state.in_(("queued", "deferred")))
    if state == "cancelled":
        connection.execute(update(delivery).where(waiting).values(state="cancelled", updated=now))
        cursors.move_back(connection, newsletter, issue_id, subscriber_id=subscriber_id)
    elif status == "unsubscribed":
        connection.execute(update(delivery).where(waiting).values(state="skipped", reply=_LEFT_MEANWHILE, updated=now))


def doubts(connection: Connection) -> Iterator[Doubt]:
    """Yield what is uncertain, of any issue."""
    columns = [delivery.c[name] for name in Doubt.__struct_fields__]
    for row in connection.execute(select(*columns).where(delivery.c.state == "uncertain")):
        yield Doubt(*row)


def decide(connection: Connection, doubt: Doubt, *, left: bool, reply: str, now: datetime) -> bool:
    """Settle what was uncertain: the message left and is sent, or did not and is queued; tell whether it was."""
    after = {"state": "sent", "sent_at": doubt.updated} if left else {"state": "queued", "next_at": now}
    unsure = and_(_is(doubt.issue_id, doubt.subscriber_id), delivery.c.state == "uncertain")
    change = update(delivery).where(unsure).values(reply=kept(reply), updated=now, **after)
    decided = connection.execute(change).rowcount == 1
    if decided and left:
        tally.add(connection, doubt.issue_id, 0, 1)
    elif decided:
        recall(connection, doubt.issue_id, doubt.subscriber_id, now)
    return decided


def requeue(connection: Connection, issue_id: int, now: datetime) -> int:
    """Queue once more what of an issue failed or was given up; return how much.

    For readers who still get its newsletter, or whom it still asks; and nothing of an issue that was cancelled.
    """
    active = select(subscriber.c.id).where(subscriber.c.status == "active")
    asked = select(request.c.subscriber_id).where(request.c.issue_id == issue_id)  # and have not answered
    its = subscription.c.newsletter == select(issue.c.newsletter).where(issue.c.id == issue_id).scalar_subquery()
    left = select(subscription.c.subscriber_id).where(its, subscription.c.status == "unsubscribed")
    given_up = and_(
        delivery.c.issue_id == issue_id,
        select(1).where(issue.c.id == issue_id, issue.c.state != "cancelled").exists(),
        delivery.c.state.in_(("failed", "expired")),
        or_(delivery.c.subscriber_id.in_(active), delivery.c.subscriber_id.in_(asked)),
        delivery.c.subscriber_id.not_in(left),
    )
    change = (
        update(delivery).where(given_up).values(state="queued", attempts=0, first_at=None, next_at=now, updated=now)
    )
    count = connection.execute(change).rowcount
    if count:  # not by `issues.set_state`: the date of its approval is the date of its messages
        again = and_(issue.c.id == issue_id, issue.c.state == "done")
        connection.execute(update(issue).where(again).values(state="open", closed=None))
    return count


def _is(issue_id: int, subscriber_id: int) -> ColumnElement[bool]:
    return and_(delivery.c.issue_id == issue_id, delivery.c.subscriber_id == subscriber_id)
