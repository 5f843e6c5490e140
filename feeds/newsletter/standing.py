"""Say who got an issue, who did not, and why: at any time, also while it is being sent."""

from collections.abc import Iterator, Sequence
from datetime import datetime

from msgspec import Struct
from sqlalchemy import Connection

from feeds.errors import UsageError
from feeds.model import Issue
from feeds.newsletter.reconciling import issue_named
from feeds.store import Store, issues, standings
from feeds.store.standings import Reason, Standing
from feeds.subscriptions.enrolling import reader_of

UNDER_WAY = ("waiting", "open", "paused")


class Status(Struct, frozen=True):
    """How far an issue is."""

    issue: Issue
    reasons: tuple[Reason, ...]
    next_turn: datetime | None  # when something deferred is tried again
    at_work: int  # processes that deliver, whatever issue


def status(store: Store, label: str, now: datetime) -> Status:
    """Return how far an issue is; "" is the newest. Raises UsageError when there is none."""
    with store.reading() as connection:
        return _status(connection, issue_named(connection, label) if label else _newest(connection), now)


def under_way(store: Store, now: datetime) -> tuple[Status, ...]:
    """Return how far each issue is that is not done, the oldest first."""
    with store.reading() as connection:
        found = [each for state in UNDER_WAY for each in issues.listed(connection, state=state)]
        return tuple(_status(connection, each, now) for each in sorted(found, key=lambda each: each.id))


def of_issue(store: Store, label: str, states: Sequence[str] = ()) -> Iterator[Standing]:
    """Yield the deliveries of an issue, all or those in some states; "" is the newest issue. Raises UsageError."""
    with store.reading() as connection:
        issue = issue_named(connection, label) if label else _newest(connection)
        yield from standings.of_issue(connection, issue.id, states)


def of_reader(store: Store, email: str) -> tuple[Standing, ...]:
    """Return the deliveries of a reader, newest first. Raises UsageError when there is no such reader."""
    with store.reading() as connection:
        return tuple(standings.of_reader(connection, reader_of(connection, email).id))


def _status(connection: Connection, issue: Issue, now: datetime) -> Status:
    reasons = standings.reasons(connection, issue.id)
    turn = standings.next_turn(connection, issue.id) if issue.deliveries.get("deferred") else None
    return Status(issue, reasons, turn, standings.at_work(connection, now))


def _newest(connection: Connection) -> Issue:
    if found := issues.newest(connection):
        return found
    raise UsageError("there is no issue yet", "`feeds issue NEWSLETTER` opens one")
