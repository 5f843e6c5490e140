"""Run one command and say what it cost, or let one run and say what a change costs it."""

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from msgspec import Struct

_BYTES_OF_MAXRSS = 1 if sys.platform == "darwin" else 1024  # getrusage(2): kilobytes, but bytes on a Mac
_TICKS = os.sysconf("SC_CLK_TCK")  # a second
_POLL = 0.01  # seconds


class Cost(Struct, frozen=True):
    """What a command took, its children included."""

    wall: float  # seconds
    cpu: float  # seconds, user and system, on all cores
    memory: float  # megabytes, at the peak, of the largest of its processes
    stopped: bool = False  # it took too long: all this, and it was not done


class FailedError(Exception):
    """A command failed; the text is the end of what it said."""


def measure(command: Sequence[str | Path], folder: Path, limit: float) -> Cost:
    """Run a command in a folder; stop it, and all that it started, after `limit` seconds. Raises FailedError."""
    launch = [sys.executable, "-IS", Path(__file__).with_name("launch.py"), str(limit), *command]
    with _log(folder).open("wb") as said:
        took = subprocess.run(launch, cwd=folder, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=said).stdout
    if not took:
        raise FailedError(f"does not start: {_said(folder)}")
    wall, cpu, memory, status = map(float, took.split())
    if status and wall < limit:
        raise FailedError(f"exit {status:.0f} after {wall:.0f} s: {_said(folder)}")
    return Cost(wall, cpu, memory * _BYTES_OF_MAXRSS / 1e6, wall >= limit)


@contextmanager
def serving(command: Sequence[str | Path], folder: Path, ready: Callable[[], bool], limit: float) -> Iterator[int]:
    """Let a server run, give its process id once it is ready, and end it. Raises FailedError."""
    ends = time.monotonic() + limit
    with _log(folder).open("wb") as said:
        process = subprocess.Popen(command, cwd=folder, stdin=subprocess.DEVNULL, stdout=said, stderr=said)
    try:
        while not ready():
            if process.poll() is not None or time.monotonic() > ends:
                raise FailedError(f"is not ready: {_said(folder)}")
            time.sleep(_POLL)
        yield process.pid
    finally:
        process.kill()
        process.wait()


def measure_change(server: int, change: Callable[[], object], seen: Callable[[], bool], limit: float) -> Cost:
    """Say what a change costs a running server (a process id on Linux) until it is seen, or `limit` seconds pass."""
    before, began = _cpu(server), time.perf_counter()
    change()
    while not (done := seen()) and time.perf_counter() - began < limit:
        time.sleep(_POLL)
    wall = time.perf_counter() - began
    return Cost(wall, max(_cpu(server) - before, 1 / _TICKS), _peak(server), not done)


def _log(folder: Path) -> Path:
    return folder.with_suffix(".log")


def _said(folder: Path) -> str:
    return _log(folder).read_text("utf-8", "replace")[-1000:]


def _cpu(process: int) -> float:
    fields = Path(f"/proc/{process}/stat").read_text("utf-8").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / _TICKS  # proc(5): utime and stime


def _peak(process: int) -> float:
    status = Path(f"/proc/{process}/status").read_text("utf-8")
    return int(status.partition("VmHWM:")[2].split()[0]) * 1024 / 1e6
