"""Hand over messages on several connections at once.

It knows nothing of the ledger: it takes jobs, and says what became of each.
"""

from collections.abc import Callable
from contextlib import ExitStack
from typing import Self

from msgspec import Struct

from feeds.delivery import Backend, Envelope
from feeds.delivery.loop import Loop, Steps
from feeds.errors import FeedsError
from feeds.model import Outcome
from feeds.store.deliveries import Claimed

GATHER = 0.003  # seconds that those done first wait for more, since a commit of many costs little more than of one

Make = Callable[[Claimed, Envelope], bytes]


class Job(Struct, frozen=True):
    """A message to be made and handed over; its delivery is marked as about to leave."""

    claimed: Claimed
    envelope: Envelope
    make: Make


class Done(Struct, frozen=True):
    """What became of a job; without an outcome nobody knows whether the message left."""

    claimed: Claimed
    outcome: Outcome | None
    error: Exception | None = None  # why its lane can take no more


class Crew:
    """The lanes of a backend from the first message of a run to the last; a context manager."""

    def __init__(self, backend: Backend) -> None:
        self._lanes = backend.lanes()
        self._idle = list(self._lanes)
        self._loop = Loop[Done]()
        self._open = ExitStack()
        self._proven = False  # that a message could be handed over
        self.busy = 0

    @property
    def room(self) -> int:
        """How many jobs it can take now: one, until a first message has shown that the relay lets us in."""
        return len(self._idle) if self._proven else min(len(self._idle), 1 - self.busy)

    @property
    def is_lost(self) -> bool:
        """Whether no lane can go on."""
        return not (self._idle or self.busy)

    def give(self, job: Job) -> None:
        """Let an idle lane do a job."""
        self.busy += 1
        self._loop.begin(self._done(job, self._idle.pop()))

    def wait(self, seconds: float) -> list[Done]:
        """Return what was done meanwhile: soon after something is, else after `seconds`.

        Not all need be done: the relay is to have something to do while this half is committed.
        """
        found = self._loop.wait(1, seconds)
        if found:
            found += self._loop.wait(self.busy // 2 - len(found), GATHER)
        self.busy -= len(found)
        self._proven = self._proven or any(not done.error for done in found)
        if found and not self._proven:
            self._idle.clear()  # a password that was wrong once is not tried on every connection
        return found

    def __enter__(self) -> Self:
        for lane in self._lanes:
            self._open.enter_context(lane)
        return self

    def __exit__(self, *exception: object) -> None:
        self._loop.close()
        self._open.close()

    def _done(self, job: Job, lane: Backend) -> Steps[Done]:
        done = yield from _handed_over(job, lane)
        if not done.error:
            self._idle.append(lane)
        return done


def _handed_over(job: Job, lane: Backend) -> Steps[Done]:
    try:
        message = job.make(job.claimed, job.envelope)
    except ValueError as error:
        return Done(job.claimed, Outcome("failed", reply=str(error)))
    except Exception as error:  # it goes on in the run
        return Done(job.claimed, Outcome("queued", reply=str(error), counts=False), error)
    try:
        return Done(job.claimed, (yield from lane.steps(message, job.envelope)))
    except FeedsError as error:  # nothing has left
        return Done(job.claimed, Outcome("queued", reply=str(error), counts=False), error)
    except Exception as error:
        return Done(job.claimed, None, error)
