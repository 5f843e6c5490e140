"""Files written whole or not at all, and only when they change. Contains no decisions about what is in them."""

import errno
import os
import stat
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from datetime import datetime
from itertools import takewhile
from pathlib import Path

from feeds.errors import OutputError

Stamp = tuple[int, int, int, int]  # bytes, times of the last change of its text and of its inode in ns, inode
_MENDS = {
    errno.ENOSPC: "make room on the disk, then build again",
    errno.EDQUOT: "make room in your quota, then build again",
    errno.EROFS: "mount it writable",
    errno.EACCES: "let this user read and write there",
    errno.EPERM: "let this user read and write there",
    errno.ENOTDIR: "move the file that stands where a folder should be",
    errno.EEXIST: "move the file that stands where a folder should be",
    errno.EISDIR: "move the folder that stands where the file should be",
}


def write(path: Path, data: bytes, time: datetime) -> bool:
    """Make the file at `path` hold `data`; return False when it does already and is not touched.

    Its modification time, and with it the Last-Modified of a web server, becomes `time`, or a second after the old one
    where that is later: no reader that asks whether it changed is told "no". Its mode stays as it is. Any number of
    processes may do it at once. Raises OutputError; then the old file is whole and nothing is left beside it.
    """
    return put(path, data, time)[0]


def put(path: Path, data: bytes, time: datetime) -> tuple[bool, Stamp | None]:
    """Do as `write` does; return the stamp of the file that holds `data`, too."""
    with _translated(path):
        path = Path(os.path.realpath(path))  # a symbolic link stays one
        before = stamp(path)  # looked at before it is read: who writes meanwhile makes another file
        if before and before[0] == len(data) and path.is_file() and path.read_bytes() == data:
            return False, before
        path.parent.mkdir(parents=True, exist_ok=True)
        return True, _replace(path, [data], time.timestamp())


def stamp(path: str | os.PathLike[str]) -> Stamp | None:
    """Return what tells whether a file that we wrote is still the same; None where there is none.

    The time of its inode is what no program can set back, and two that write at once make two files.
    """
    try:
        return _stamp(os.stat(path))  # noqa: PTH116  # a tenth of the time of a Path
    except (OSError, ValueError):
        return None


def _stamp(info: os.stat_result) -> Stamp:
    return info.st_size, info.st_mtime_ns, info.st_ctime_ns, info.st_ino


def replace(path: Path, parts: Iterable[bytes]) -> None:
    """Make the file at `path` hold `parts`, one after the other, whatever it holds. Raises what `write` does."""
    with _translated(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        _replace(path, parts, None)


def read(path: Path) -> bytes:
    """Return what the file at `path` holds; nothing when there is none. Raises OutputError."""
    with _translated(path):
        return path.read_bytes() if path.is_file() else b""


def remove(path: Path, top: Path) -> None:
    """Remove a file, and the folders up to `top` that it leaves empty. Raises OutputError."""
    with _translated(path):
        path.unlink(missing_ok=True)
    with suppress(OSError):  # not empty, or gone by another hand
        for folder in takewhile(lambda folder: folder != top, path.parents):
            folder.rmdir()


def _replace(path: Path, parts: Iterable[bytes], time: float | None) -> Stamp:
    temporary = path.with_name(f".{path.name}.{os.urandom(6).hex()}.tmp")
    try:
        with temporary.open("xb") as file:
            file.writelines(parts)
            # No fsync: it would cost more than the whole build, and what a power cut tears the next build mends.
        if path.is_file():
            old = path.stat()
            temporary.chmod(stat.S_IMODE(old.st_mode))
            time = time and max(time, old.st_mtime + 1)
        if time is not None:
            os.utime(temporary, (time, time))
        made = _stamp(temporary.stat())
        temporary.replace(path)
        there = _stamp(path.stat())  # a new name is a change of the inode
        return there if there[-1] == made[-1] else made
    finally:
        temporary.unlink(missing_ok=True)


@contextmanager
def _translated(path: Path) -> Iterator[None]:
    """Say what the operating system could not do in words that help."""
    try:
        yield
    except OSError as error:
        mend = _MENDS.get(error.errno or 0, "look at the disk and the folder, then try again")
        raise OutputError(error.strerror or str(error), mend, str(path)) from error
