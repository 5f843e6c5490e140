"""Work that two processes share, where it pays."""

import os
import threading
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import TypeVar

import msgspec

Item = TypeVar("Item")
Found = TypeVar("Found")
Here = TypeVar("Here")


def halves(
    items: Sequence[Item], work: Callable[[Sequence[Item]], Found], kind: type[Found], fewest: int
) -> list[Found]:
    """Return what `work` makes of `items`, in one part or, from `fewest` on, in two (see `both`)."""
    if len(items) < fewest or not _may_split():
        return [work(items)]
    middle = len(items) // 2
    return [*both(lambda: work(items[:middle]), lambda: work(items[middle:]), kind)]


def both(here: Callable[[], Here], there: Callable[[], Found], kind: type[Found]) -> tuple[Here, Found]:
    """Return what two works come to, the second by a process of its own; msgspec must be able to encode that.

    Only a process without other threads is split, where there is a second processor. Should the second process die,
    or its work fail, the first does that as well.
    """
    if not _may_split():
        return here(), there()
    reader, writer = os.pipe()
    try:
        child = os.fork()
    except OSError:  # no memory for a second process, or no more of them for this user
        os.close(reader)
        os.close(writer)
        return here(), there()
    if not child:
        _answer(writer, lambda: msgspec.msgpack.encode(there()))
    os.close(writer)
    try:
        with os.fdopen(reader, "rb") as pipe:
            first, data = here(), pipe.read()
    finally:
        _, status = os.waitpid(child, 0)
    return first, msgspec.msgpack.decode(data, type=kind) if status == 0 else there()


def _may_split() -> bool:
    if not hasattr(os, "fork") or threading.active_count() > 1:
        return False
    return len(os.sched_getaffinity(0)) > 1 if hasattr(os, "sched_getaffinity") else (os.cpu_count() or 1) > 1


def _answer(writer: int, work: Callable[[], bytes]) -> None:
    """Write what comes of the work, and end this process without a trace: its parent cleans up for both."""
    status = 1
    with suppress(BaseException):
        with os.fdopen(writer, "wb") as pipe:
            pipe.write(work())
        status = 0
    os._exit(status)
