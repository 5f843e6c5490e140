"""Run one command and say what it cost."""

import os
import subprocess
import sys
import threading
import time
from collections.abc import Sequence
from pathlib import Path

from msgspec import Struct

_BYTES_OF_MAXRSS = 1 if sys.platform == "darwin" else 1024  # getrusage(2): kilobytes, but bytes on a Mac


class Cost(Struct, frozen=True):
    """What a command took, its children included."""

    wall: float  # seconds
    cpu: float  # seconds, user and system, on all cores
    memory: float  # megabytes, at the peak, of the largest of its processes


class FailedError(Exception):
    """A command failed or took too long; the text is the end of what it said."""


def measure(command: Sequence[str | Path], folder: Path, limit: float) -> Cost:
    """Run a command in a folder for at most `limit` seconds. Raises FailedError."""
    log = folder.with_suffix(".log")
    with log.open("wb") as said:
        began = time.perf_counter()
        process = subprocess.Popen(command, cwd=folder, stdout=said, stderr=said, stdin=subprocess.DEVNULL)
        alarm = threading.Timer(limit, process.kill)
        alarm.start()
        _, status, usage = os.wait4(process.pid, 0)
        wall = time.perf_counter() - began
    alarm.cancel()
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise FailedError(f"exit {process.returncode} after {wall:.0f} s: {log.read_text('utf-8', 'replace')[-1000:]}")
    return Cost(wall, usage.ru_utime + usage.ru_stime, usage.ru_maxrss * _BYTES_OF_MAXRSS / 1e6)
