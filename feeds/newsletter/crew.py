"""Hand over messages on several connections at once: a thread for each, which makes a message and sends it.

The threads know nothing of the ledger: they take jobs, and say what became of each. A message is stamped and signed
in its thread, so that the ledger's thread does nothing but write.
"""

import threading
from collections import deque
from collections.abc import Callable
from contextlib import ExitStack
from queue import SimpleQueue
from typing import Self

from msgspec import Struct

from feeds.delivery import Backend, Envelope
from feeds.errors import FeedsError
from feeds.model import Outcome
from feeds.store.deliveries import Claimed

GATHER = 0.003  # seconds that those done first wait for the others: more in a commit is worth more

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
    error: Exception | None = None  # why its thread can do no more


class Crew:
    """The threads from the first message of a run to the last; a context manager."""

    def __init__(self, backend: Backend) -> None:
        self._lanes = backend.lanes()
        self._jobs: SimpleQueue[Job | None] = SimpleQueue()
        self._done: deque[Done] = deque()
        self._wanted, self._ripe = 1, threading.Event()  # set when so many are done
        self._open = ExitStack()
        self._able = len(self._lanes)  # threads that can go on
        self._proven = False  # that a message could be handed over
        self.busy = 0

    @property
    def room(self) -> int:
        """How many jobs it can take now: one, until a first message has shown that the relay lets us in."""
        return min(self._able, self._able if self._proven else 1) - self.busy

    def give(self, job: Job) -> None:
        """Let the next idle thread do a job."""
        self.busy += 1
        self._jobs.put(job)

    def wait(self, seconds: float) -> list[Done]:
        """Return what was done meanwhile: soon after something is, else after `seconds`."""
        if self._await(1, seconds):
            self._await(self.busy, GATHER)
        found = [self._done.popleft() for _ in range(len(self._done))]
        self.busy -= len(found)
        lost = sum(each.error is not None for each in found)
        self._proven = self._proven or lost < len(found)
        self._able -= lost
        if lost and not self._proven:
            self._able = 0  # a password that was wrong once is not tried on every connection
        return found

    def _await(self, count: int, seconds: float) -> bool:
        """Sleep until so many are done, without being woken for each of them; tell whether they are."""
        self._wanted = count
        self._ripe.clear()
        return len(self._done) >= count or self._ripe.wait(seconds)

    @property
    def is_lost(self) -> bool:
        """Whether no thread can go on."""
        return self._able == 0

    def __enter__(self) -> Self:
        self._threads = [threading.Thread(target=self._work, args=(lane,), daemon=True) for lane in self._lanes]
        for lane in self._lanes:
            self._open.enter_context(lane)
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *exception: object) -> None:
        for _ in self._threads:
            self._jobs.put(None)
        for thread in self._threads:
            thread.join()
        self._open.close()

    def _work(self, lane: Backend) -> None:
        while job := self._jobs.get():
            done = _handed_over(job, lane)
            self._done.append(done)
            if len(self._done) >= self._wanted:
                self._ripe.set()
            if done.error:
                return


def _handed_over(job: Job, lane: Backend) -> Done:
    try:
        message = job.make(job.claimed, job.envelope)
    except ValueError as error:
        return Done(job.claimed, Outcome("failed", reply=str(error)))
    except Exception as error:  # it goes on in the ledger's thread
        return Done(job.claimed, Outcome("queued", reply=str(error), counts=False), error)
    try:
        return Done(job.claimed, lane.send(message, job.envelope))
    except FeedsError as error:  # nothing has left
        return Done(job.claimed, Outcome("queued", reply=str(error), counts=False), error)
    except Exception as error:
        return Done(job.claimed, None, error)
