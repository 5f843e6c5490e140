"""Do several things at once in one thread: each goes a step on when what it waits for is there.

A deed is a generator that yields what it waits for. Threads in its place, which wake each other up all the time, took a
sixth more of the processor for a message.
"""

import math
import socket
from collections.abc import Callable, Generator
from concurrent.futures import ThreadPoolExecutor
from selectors import EVENT_READ, EVENT_WRITE, DefaultSelector
from time import monotonic
from typing import Generic, NamedTuple, TypeVar

__all__ = ["EVENT_READ", "EVENT_WRITE", "Loop", "Steps", "Wait", "aside", "finished"]

T = TypeVar("T")


class Wait(NamedTuple):
    """What a deed waits for."""

    socket: socket.socket
    event: int  # that it can be read, or written
    seconds: float  # at most: then TimeoutError is raised where the deed stands


Steps = Generator[Wait, None, T]


class _Place(Generic[T]):
    """A socket that is watched, also between two deeds: the next one begins there soon."""

    def __init__(self, socket: socket.socket, event: int) -> None:
        self.socket, self.event = socket, event
        self.steps: Steps[T] | None = None  # of the deed that waits there
        self.deadline = math.inf


class Loop(Generic[T]):
    """The deeds that are under way."""

    def __init__(self) -> None:
        self._selector = DefaultSelector()
        self._places: dict[socket.socket, _Place[T]] = {}
        self._ended: list[T] = []
        self._look = math.inf  # no deadline is before

    def begin(self, steps: Steps[T]) -> None:
        """Take the first step of a deed."""
        self._go_on(steps)

    def wait(self, count: int, seconds: float) -> list[T]:
        """Go on until so many deeds have ended, or for `seconds`; return what those that ended came to."""
        until = monotonic() + seconds
        while len(self._ended) < count and (now := monotonic()) < until:
            for key, _ in self._selector.select(max(0.0, min(until, self._look) - now)):
                self._reach(key.data)
            if self._look < monotonic():
                self._give_up()
        ended, self._ended = self._ended, []
        return ended

    def close(self) -> None:
        """Let go of what it waits with."""
        self._selector.close()

    def _go_on(self, steps: Steps[T], late: TimeoutError | None = None) -> None:
        try:
            wait = steps.throw(late) if late else next(steps)
        except StopIteration as end:
            self._ended.append(end.value)
            return
        place = self._places.get(wait.socket) or self._new_place(wait)
        if place.event != wait.event:
            place.event = wait.event
            self._selector.modify(place.socket, place.event, place)
        place.steps, place.deadline = steps, monotonic() + wait.seconds
        self._look = min(self._look, place.deadline)

    def _reach(self, place: _Place[T], late: TimeoutError | None = None) -> None:
        steps, place.steps = place.steps, None
        if steps:
            self._go_on(steps, late)
        if not steps or place.socket.fileno() < 0:  # nobody waits for what the other end says, or it is closed
            self._forget(place)

    def _new_place(self, wait: Wait) -> _Place[T]:
        for place in [each for each in self._places.values() if each.socket.fileno() < 0]:
            self._forget(place)  # the system may have given its number to this one
        place = self._places[wait.socket] = _Place(wait.socket, wait.event)
        self._selector.register(place.socket, place.event, place)
        return place

    def _forget(self, place: _Place[T]) -> None:
        if self._places.pop(place.socket, None):
            self._selector.unregister(place.socket)

    def _give_up(self) -> None:
        """Tell deeds that have waited for too long."""
        for place in [each for each in self._places.values() if each.steps and each.deadline < monotonic()]:
            self._reach(place, TimeoutError("timed out"))
        self._look = min((each.deadline for each in self._places.values() if each.steps), default=math.inf)


def finished(steps: Steps[T]) -> T:
    """Do a deed from beginning to end, and nothing else meanwhile."""
    loop = Loop[T]()
    try:
        loop.begin(steps)
        while not (ended := loop.wait(1, 60)):
            pass
        return ended[0]
    finally:
        loop.close()


def aside(deed: Callable[[], T]) -> Steps[T]:
    """Do what blocks in a thread, while the others go on."""
    ours, its = socket.socketpair()
    with ours, its, ThreadPoolExecutor(1) as threads:
        future = threads.submit(deed)
        future.add_done_callback(lambda _: its.send(b"."))
        yield Wait(ours, EVENT_READ, math.inf)
        return future.result()
