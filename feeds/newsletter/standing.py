"""Say who got an issue, who did not, and why: at any time, also while it is being sent."""

from collections.abc import Iterator, Sequence
from datetime import datetime

from msgspec import Struct

from feeds.errors import UsageError
from feeds.model import Issue
from feeds.newsletter.reconciling import issue_named
from feeds.store import Store, issues, requests, standings, subscribers
from feeds.store.standings import Reason, Standing
from feeds.subscriptions.enrolling import key_of


class Status(Struct, frozen=True):
    """How far an issue is."""

    issue: Issue
    reasons: tuple[Reason, ...]
    next_turn: datetime | None  # when something deferred is tried again
    at_work: int  # processes that deliver, whatever issue


def status(store: Store, label: str, now: datetime) -> Status:
    """Return how far an issue is; "" is the newest. Raises UsageError when there is none."""
    issue = issue_named(store, label) if label else _newest(store)
    with store.reading() as connection:
        turn = standings.next_turn(connection, issue.id)
        reasons = standings.reasons(connection, issue.id)
        return Status(issues.read(connection, issue.id), reasons, turn, standings.at_work(connection, now))


def under_way(store: Store, now: datetime) -> tuple[Status, ...]:
    """Return how far each issue is that is not done, the oldest first."""
    with store.reading() as connection:
        found = [each for each in issues.listed(connection) if each.state not in ("done", "cancelled")]
    return tuple(status(store, f"{each.newsletter}-{each.number}", now) for each in found)


def of_issue(store: Store, label: str, states: Sequence[str] = ()) -> Iterator[Standing]:
    """Yield the deliveries of an issue, all or those in some states; "" is the newest issue. Raises UsageError."""
    issue = issue_named(store, label) if label else _newest(store)
    with store.reading() as connection:
        yield from standings.of_issue(connection, issue.id, states)


def of_reader(store: Store, email: str) -> tuple[Standing, ...]:
    """Return the deliveries of a reader, newest first. Raises UsageError when there is no such reader."""
    with store.reading() as connection:
        reader = subscribers.find(connection, key_of(email))
        if not reader:
            raise UsageError(f"there is no subscriber {email}", "`feeds subscribers list` shows all")
        return tuple(standings.of_reader(connection, reader.id))


def _newest(store: Store) -> Issue:
    with store.reading() as connection:
        found = [each for each in issues.listed(connection) if not requests.is_stream(each.newsletter)]
    if not found:
        raise UsageError("there is no issue yet", "`feeds issue NEWSLETTER` opens one")
    return found[-1]
