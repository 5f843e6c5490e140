"""One worker's hand in the ledger: it claims, marks what is about to leave, and notes what became of it.

Before a message leaves, "sending" is committed; after a crash only rows so marked are in doubt, one for each message
that was in the air. What became of a message is committed together with the mark of the next one, so that each
message costs one wait for the disk.
"""

from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta

import msgspec
from sqlalchemy import Connection

from feeds.model import Outcome
from feeds.replies import retry_at
from feeds.store import Store, deliveries, issues, workers
from feeds.store.deliveries import Claimed, Settlement

Clock = Callable[[], datetime]

BATCH = 50
LEASE = timedelta(minutes=15)  # longer than the ten minutes that a relay may take for one message (RFC 5321 4.5.3.2.6)
PAUSE = timedelta(minutes=1)  # before what did not count as a try is tried again


class Ledger:
    """A worker from when it begins until it stops."""

    def __init__(self, store: Store, clock: Clock, *, repeatable: bool) -> None:
        """Begin: take the rows of dead workers, what they left in doubt too if it is `repeatable`."""
        self._store, self._clock = store, clock
        self._done: list[Settlement] = []  # not committed yet
        self.outcomes: Counter[str] = Counter()
        now = clock()
        with store.writing() as connection:
            dead = workers.dead(connection, now)
            deliveries.release(connection, dead, now)
            workers.leave(connection, dead)
            if repeatable:
                deliveries.requeue_uncertain(connection, now)
            self._worker_id = workers.enter(connection, now + LEASE)
        self._renewed = now

    def claim(self, issue_id: int) -> tuple[Claimed, ...]:
        """Take some deliveries of an issue whose turn has come; none when there are no more."""
        with self._writing() as (connection, now):
            return deliveries.claim(connection, self._worker_id, issue_id, now, BATCH)

    def start(self, claimed: Claimed, message_id: str) -> bool:
        """Mark a delivery as about to leave, durably; False when it must not leave after all."""
        with self._writing() as (connection, now):
            return deliveries.start(connection, self._worker_id, claimed, message_id, now)

    def settle(self, claimed: Claimed, outcome: Outcome) -> None:
        """Note what became of a delivery; it is committed with whatever is written next."""
        self._done.append(settlement(claimed, outcome, self._clock()))

    def stop(self) -> None:
        """Let go of everything: what is still in the air is in doubt."""
        with self._writing() as (connection, now):
            deliveries.release(connection, [self._worker_id], now)
            workers.leave(connection, [self._worker_id])
            issues.close_done(connection, now)

    @contextmanager
    def _writing(self) -> Iterator[tuple[Connection, datetime]]:
        now = self._clock()
        with self._store.writing() as connection:
            if renews := now - self._renewed > LEASE / 3:
                workers.renew(connection, self._worker_id, now + LEASE)
            for each in self._done:
                deliveries.settle(connection, self._worker_id, each, now)
            yield connection, now
        self._renewed = now if renews else self._renewed
        self.outcomes.update(each.outcome.state for each in self._done)
        self._done.clear()


def settlement(claimed: Claimed, outcome: Outcome, now: datetime) -> Settlement:
    """Decide when a delivery is tried again; after two days of deferral, never."""
    if outcome.state != "deferred":
        return Settlement(claimed, outcome, now)
    at = retry_at(claimed.attempts + 1, claimed.first_at or now, now, claimed.address)
    if at is None:
        return Settlement(claimed, msgspec.structs.replace(outcome, state="expired"), now)
    return Settlement(claimed, outcome, at if outcome.counts else now + PAUSE)
