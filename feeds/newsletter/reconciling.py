"""Decide what is uncertain: by the relay's log, or by hand; and try again what was given up."""

import re
from collections.abc import Iterable
from datetime import datetime, timedelta

from msgspec import Struct
from sqlalchemy import Connection

from feeds import relaylog
from feeds.errors import UsageError
from feeds.model import Issue
from feeds.store import Store, deliveries, events, issues, returns, subscribers, workers
from feeds.subscriptions.enrolling import key_of

SLOWEST = timedelta(minutes=10)  # that a relay may still be taking a message after (RFC 5321 4.5.3.2.6)


class Reconciled(Struct, frozen=True):
    """What became of the deliveries that were uncertain."""

    sent: int = 0  # the relay took them
    queued: int = 0  # it did not
    unknown: int = 0  # the log does not tell of the time when they were about to leave, or that was just now


def reconcile(store: Store, lines: Iterable[str], now: datetime) -> Reconciled:
    """Look for what is uncertain in the log of the relay: what it took is sent, what it did not is queued again.

    What the log cannot know, since it begins later or ends earlier, stays uncertain. `now` is in the zone of the log.
    """
    log = relaylog.parse(lines, now)
    count = {"sent": 0, "queued": 0, "unknown": 0}
    with store.writing() as connection:
        dead = workers.dead(connection, now)  # what a killed run left behind is in doubt from now on
        deliveries.release(connection, dead, now)
        workers.leave(connection, dead)
        for doubt in [*returns.doubts(connection)]:
            found = log.taken.get(doubt.message_id)
            is_fresh = now - doubt.updated < SLOWEST
            if found is None and (is_fresh or not log.covers(doubt.first_at, doubt.updated)):
                count["unknown"] += 1
                continue
            reply = f"the relay's log: {found or 'never taken'}"
            returns.decide(connection, doubt, left=found is not None, reply=reply, now=now)
            count["queued" if found is None else "sent"] += 1
        issues.close_done(connection, now)
    return Reconciled(**count)


def resolve(store: Store, label: str, email: str, state: str, now: datetime) -> None:
    """Say of an uncertain delivery that it is "sent", or that it is to be "queued" again. Raises UsageError."""
    with store.writing() as connection:
        issue = issue_named(connection, label)
        reader = subscribers.find(connection, key_of(email))
        doubts = returns.doubts(connection)
        wanted = (issue.id, reader.id if reader else 0)
        doubt = next((each for each in doubts if (each.issue_id, each.subscriber_id) == wanted), None)
        if not doubt:
            raise UsageError(
                f"nothing is uncertain between {label} and {email}", "`feeds outbox show READER` tells more"
            )
        returns.decide(connection, doubt, left=state == "sent", reply="by the operator", now=now)
        events.note(connection, f"resolved {state}", now, issue_id=issue.id, subscriber_id=wanted[1])
        issues.close_done(connection, now)


def retry(store: Store, label: str, now: datetime) -> int:
    """Queue what of an issue failed or was given up, for readers who still get mail; return how much.

    Raises UsageError when there is no such issue.
    """
    with store.writing() as connection:
        issue = issue_named(connection, label)
        count = returns.requeue(connection, issue.id, now)
        events.note(connection, "retried", now, issue_id=issue.id, detail=str(count))
    return count


def issue_named(connection: Connection, label: str) -> Issue:
    """Return the issue with a label such as "weekly-42". Raises UsageError."""
    named = re.fullmatch(r"([a-z0-9/-]+)-(\d{1,9})", label)
    if named and (found := issues.find(connection, named[1], int(named[2]))):
        return found
    raise UsageError(f"there is no issue {label!r}", "write it like weekly-42; `feeds issue list` shows all")
