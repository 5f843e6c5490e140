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


class _Deed(Generic[T]):
    """A deed under way."""

    def __init__(self, steps: Steps[T]) -> None:
        self.steps = steps
        self.wait: Wait | None = None
        self.deadline = math.inf


class Loop(Generic[T]):
    """The deeds that are under way."""

    def __init__(self) -> None:
        self._selector = DefaultSelector()
        self._ended: list[T] = []
        self._look = math.inf  # no deadline is before

    def begin(self, steps: Steps[T]) -> None:
        """Take the first step of a deed."""
        self._go_on(_Deed(steps))

    def wait(self, count: int, seconds: float) -> list[T]:
        """Go on until so many deeds have ended, or for `seconds`; return what those that ended came to."""
        until = monotonic() + seconds
        while len(self._ended) < count and (now := monotonic()) < until:
            for key, _ in self._selector.select(max(0.0, min(until, self._look) - now)):
                self._go_on(key.data)
            if self._look < monotonic():
                self._give_up()
        ended, self._ended = self._ended, []
        return ended

    def close(self) -> None:
        """Let go of what it waits with."""
        self._selector.close()

    def _go_on(self, deed: _Deed[T], late: TimeoutError | None = None) -> None:
        try:
            wait = deed.steps.throw(late) if late else next(deed.steps)
        except StopIteration as end:
            self._ended.append(end.value)
            self._watch(deed, None)
        else:
            self._watch(deed, wait)
            deed.deadline = monotonic() + wait.seconds
            self._look = min(self._look, deed.deadline)

    def _watch(self, deed: _Deed[T], wait: Wait | None) -> None:
        former, deed.wait = deed.wait, wait
        if former and wait and former.socket is wait.socket:
            if former.event != wait.event:
                self._selector.modify(wait.socket, wait.event, deed)
            return
        if former:
            self._selector.unregister(former.socket)
        if wait:
            self._selector.register(wait.socket, wait.event, deed)

    def _give_up(self) -> None:
        """Tell deeds that have waited for too long."""
        deeds = [key.data for key in self._selector.get_map().values()]
        for deed in deeds:
            if deed.deadline < monotonic():
                self._go_on(deed, TimeoutError("timed out"))
        self._look = min((key.data.deadline for key in self._selector.get_map().values()), default=math.inf)


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
