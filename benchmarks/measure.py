"""Run one command and say what it cost, or let one run and say what a change costs it."""

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from msgspec import Struct

_BYTES_OF_MAXRSS = 1 if sys.platform == "darwin" else 1024  # getrusage(2): kilobytes, but bytes on a Mac
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
    began = time.perf_counter()
    with _started(command, folder) as process:
        alarm = threading.Timer(limit, os.killpg, (process.pid, signal.SIGKILL))
        alarm.start()
        _, status, usage = os.wait4(process.pid, 0)
        wall = time.perf_counter() - began
        alarm.cancel()
        process.returncode = os.waitstatus_to_exitcode(status)
    stopped = wall >= limit
    if process.returncode and not stopped:
        raise FailedError(f"exit {process.returncode} after {wall:.0f} s: {_said(folder)}")
    return Cost(wall, usage.ru_utime + usage.ru_stime, usage.ru_maxrss * _BYTES_OF_MAXRSS / 1e6, stopped)


@contextmanager
def serving(command: Sequence[str | Path], folder: Path, ready: Callable[[], bool], limit: float) -> Iterator[int]:
    """Let a server run, give its process id once it is ready, and end it. Raises FailedError."""
    with _started(command, folder) as process:
        ends = time.monotonic() + limit
        while not ready():
            if process.poll() is not None or time.monotonic() > ends:
                raise FailedError(f"is not ready: {_said(folder)}")
            time.sleep(_POLL)
        yield process.pid


def measure_change(server: int, change: Callable[[], object], seen: Callable[[], bool], limit: float) -> Cost:
    """Say what a change costs a running server (a process id on Linux) until it is seen, or `limit` seconds pass."""
    before, began = _cpu(server), time.perf_counter()
    change()
    while not (done := seen()) and time.perf_counter() - began < limit:
        time.sleep(_POLL)
    wall = time.perf_counter() - began
    return Cost(wall, _cpu(server) - before, _peak(server), not done)


@contextmanager
def _started(command: Sequence[str | Path], folder: Path) -> Iterator["subprocess.Popen[bytes]"]:
    """Start a command as the head of a group of its own, which is gone afterwards."""
    with _log(folder).open("wb") as said:
        process = subprocess.Popen(
            command, cwd=folder, stdout=said, stderr=said, stdin=subprocess.DEVNULL, start_new_session=True
        )
    try:
        yield process
    finally:
        if process.returncode is None:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()


def _log(folder: Path) -> Path:
    return folder.with_suffix(".log")


def _said(folder: Path) -> str:
    return _log(folder).read_text("utf-8", "replace")[-1000:]


def _cpu(process: int) -> float:
    fields = Path(f"/proc/{process}/stat").read_text("utf-8").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")  # proc(5): utime and stime


def _peak(process: int) -> float:
    status = Path(f"/proc/{process}/status").read_text("utf-8")
    return int(status.partition("VmHWM:")[2].split()[0]) * 1024 / 1e6
