"""See that files have changed by looking at them once a second.

Notifications of the system would tell of a change sooner, but not on network mounts and in many containers, and they
would need a package of compiled code; a look at 10,000 files takes some hundredths of a second.
"""

import os
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import suppress
from pathlib import Path

# What shows that a file was touched: path -> (time of change in ns, size).
Look = Mapping[str, tuple[int, int]]
_SKIPPED = ("node_modules", "__pycache__")


def look(places: Iterable[Path], without: Iterable[Path] = ()) -> Look:
    """Look at the files `places` and at all files below the folders among them, but not at those `without`.

    Hidden ones are passed by, and so is what cannot be read: it is seen once it can.
    """
    skipped = {os.path.realpath(path) for path in without}
    return dict(seen for place in places for seen in _below(str(place), skipped, set()))


def _below(place: str, skipped: set[str], been: set[str]) -> Iterator[tuple[str, tuple[int, int]]]:
    real = os.path.realpath(place)
    if real in skipped or real in been:
        return
    been.add(real)
    with suppress(OSError):
        path = Path(place)
        if not path.is_dir():
            yield place, _mark(path.stat())
            return
        for entry in os.scandir(place):
            if entry.name.startswith(".") or entry.name in _SKIPPED:
                continue
            with suppress(OSError):  # gone since, or a link to itself
                if entry.is_dir():
                    yield from _below(entry.path, skipped, been)
                elif os.path.join(real, entry.name) not in skipped:  # noqa: PTH118  # a Path takes thrice as long
                    yield entry.path, _mark(entry.stat())


def _mark(stat: os.stat_result) -> tuple[int, int]:
    return stat.st_mtime_ns, stat.st_size


def watch(see: Callable[[], Look], deed: Callable[[], None], stop: threading.Event, seconds: float = 1.0) -> None:
    """Do `deed` at once, and again whenever what `see` shows has changed, until `stop` is set.

    While files still change from one look to the next, as in a checkout, it waits.
    """
    done: Look | None = None
    before = see()
    while not stop.is_set():
        now = see()
        if now != done and (now == before or done is None):
            deed()
            done = now  # seen before the deed: what changed meanwhile is a change
        before = now
        stop.wait(seconds)
