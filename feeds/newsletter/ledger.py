"""One worker's hand in the ledger: it claims, marks what is about to leave, and notes what became of it.

Before a message leaves, "sending" is committed; after a crash only rows so marked are in doubt, one for each message
that was in the air. What became of some messages is committed together with the marks of the next ones, so that all
connections share one wait for the disk.
"""

from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta

import msgspec
from sqlalchemy import Connection

from feeds.delivery import Envelope
from feeds.model import Outcome
from feeds.newsletter import consequences
from feeds.newsletter.gate import Gate
from feeds.replies import retry_at
from feeds.replies.verdict import MAX_AGE
from feeds.store import Store, deliveries, events, issues, workers
from feeds.store.deliveries import Claimed, Settlement

Clock = Callable[[], datetime]
Started = list[tuple[Claimed, Envelope]]

BATCH = 100
MOST_HELD = 1000  # rows whose domain must wait
LEASE = timedelta(minutes=15)  # longer than the ten minutes that a relay may take for one message (RFC 5321 4.5.3.2.6)
PAUSE = timedelta(minutes=1)  # before what did not count as a try is tried again
LONGEST_PAUSE = timedelta(hours=4)


class Ledger:
    """A worker from when it begins until it stops; for one thread."""

    def __init__(self, store: Store, clock: Clock, *, repeatable: bool, gate: Gate | None = None) -> None:
        """Begin: take the rows of dead workers, what they left in doubt too if it is `repeatable`."""
        self._hand, self._clock, self._gate = store.hand(), clock, gate or Gate({})
        self._held: list[Claimed] = []  # claimed, not yet started
        self._done: list[Settlement] = []  # not committed yet
        self.outcomes: Counter[str] = Counter()
        now = clock()
        with self._hand.writing() as connection:
            dead = workers.dead(connection, now)
            deliveries.release(connection, dead, now)
            workers.leave(connection, dead)
            if repeatable:
                deliveries.requeue_uncertain(connection, now)
            self._worker_id = workers.enter(connection, now + LEASE)
        self._renewed = now

    @property
    def wait(self) -> float:
        """Seconds until something that was held back may leave; 0 when nothing is."""
        return self._gate.wait

    def advance(self, issue_id: int, room: int, envelope: Callable[[Claimed], Envelope]) -> Started:
        """Commit what became of messages, and mark up to `room` deliveries of an issue as about to leave.

        Fewer come back when there are no more, or none that may leave now. Raises StoreError: then nothing may leave.
        """
        if not (room or self._done or self._is_renewal_due(self._clock())):
            return []
        with self._writing() as (connection, now):
            return self._start(connection, issue_id, room, envelope, now) if room else []

    def settle(self, claimed: Claimed, outcome: Outcome) -> None:
        """Note what became of a delivery; it is committed with whatever is written next."""
        self._done.append(settlement(claimed, outcome, self._clock()))

    def pause(self, issue_id: int, reason: str) -> None:
        """Let no more of an issue leave until a person says so."""
        with self._writing() as (connection, now):
            if issues.set_state(connection, issue_id, "paused", now, former=("open",)):
                events.note(connection, "issue paused", now, issue_id=issue_id, detail=reason)

    def close(self) -> None:
        """Let nothing more leave for an hour, whoever delivers."""
        with self._writing() as (_, now):
            self._gate.close(now)

    def put_back(self) -> None:
        """Let go of what was held back, for the next run."""
        if self._held:
            with self._writing() as (connection, now):
                deliveries.release(connection, [self._worker_id], now)
            self._held.clear()

    def stop(self) -> None:
        """Let go of everything: what is still in the air is in doubt."""
        with self._writing() as (connection, now):
            deliveries.release(connection, [self._worker_id], now)
            workers.leave(connection, [self._worker_id])
            issues.close_done(connection, now)
        self._hand.rest()

    def _start(
        self, connection: Connection, issue_id: int, room: int, envelope: Callable[[Claimed], Envelope], now: datetime
    ) -> Started:
        while chosen := self._choose(connection, issue_id, room, envelope, now):
            named = [(claimed, each.message_id) for claimed, each in chosen.items()]
            if started := deliveries.start(connection, self._worker_id, named, now):
                return [(each, chosen[each]) for each in started]
        return []

    def _choose(
        self, connection: Connection, issue_id: int, room: int, envelope: Callable[[Claimed], Envelope], now: datetime
    ) -> dict[Claimed, Envelope]:
        """Return up to `room` deliveries that may leave now; those whose domain must wait are held back."""
        chosen: dict[Claimed, Envelope] = {}
        waiting: list[Claimed] = []
        while len(chosen) < room and (claimed := self._next(connection, issue_id, len(waiting), now)):
            if self._gate.admits(claimed.domain, now):
                chosen[claimed] = envelope(claimed)
            else:
                waiting.append(claimed)
        self._held = waiting + self._held
        return chosen

    def _next(self, connection: Connection, issue_id: int, waiting: int, now: datetime) -> Claimed | None:
        if not self._held and "" not in self._gate.shut and waiting < MOST_HELD:
            shut = self._gate.shut
            self._held = list(deliveries.claim(connection, self._worker_id, issue_id, now, BATCH, shut))
        return self._held.pop(0) if self._held else None

    @contextmanager
    def _writing(self) -> Iterator[tuple[Connection, datetime]]:
        now = self._clock()
        with self._hand.writing() as connection:
            if renews := self._is_renewal_due(now):
                workers.renew(connection, self._worker_id, now + LEASE)
            self._gate.read(connection, now, anew=not self._held)
            for each in deliveries.settle(connection, self._worker_id, self._done, now):
                consequences.draw(connection, each, now)
            for each in self._done:
                self._gate.heard(consequences.verdict_of(each.outcome.meaning), each.claimed.domain, now)
            yield connection, now
            self._gate.write(connection)
        self._renewed = now if renews else self._renewed
        self.outcomes.update(each.outcome.state for each in self._done)
        self._done.clear()

    def _is_renewal_due(self, now: datetime) -> bool:
        return now - self._renewed > LEASE / 3


def settlement(claimed: Claimed, outcome: Outcome, now: datetime) -> Settlement:
    """Decide when a delivery is tried again; after two days of deferral, never."""
    if outcome.state != "deferred":
        return Settlement(claimed, outcome, now)
    first = min(claimed.first_at or now, now)
    if outcome.counts:
        at = retry_at(claimed.attempts + 1, first, now, claimed.address)
    else:  # no try has been used up, so the pauses grow with the time that it has been going on
        at = now + min(max(PAUSE, (now - first) / 2), LONGEST_PAUSE)
    if at is None or at - first > MAX_AGE:
        return Settlement(claimed, msgspec.structs.replace(outcome, state="expired"), now)
    return Settlement(claimed, outcome, at)
