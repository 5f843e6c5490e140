"""What lies below some folders, by names and stats alone: no file is opened. Decides nothing about what is a post.

A file is known by its `Stamp`. The time of the last change of its inode is part of it, which no program can set back:
so a file that was replaced by one of the same size and age is another one.
"""

import errno
import os
import posixpath
import stat
import struct
from collections import deque
from collections.abc import Iterable, Iterator
from datetime import datetime
from hashlib import blake2b

from msgspec import Struct

Stamp = bytes  # `_PACKED`: as numbers, those of a site of 100,000 posts would take 16 MB
_PACKED = struct.Struct("<3q")  # bytes, time of the last change of its text and of its inode, both in ns
_LATEST = 2**63 - 1  # ns, the year 2262; what a file says of itself may lie beyond
_FRESH = 2_000_000_000  # ns
_NOT_OURS = frozenset({"node_modules", "__pycache__"})


class Odd(Struct, frozen=True):
    """What cannot be read."""

    path: str
    what: str
    mend: str
    is_folder: bool = False


class Tree(Struct, frozen=True):
    """What lies below some folders."""

    files: dict[str, Stamp]  # by path, relative to the root and with forward slashes; in no order
    odd: list[Odd]

    def digest(self) -> bytes:
        """Return what is another one as soon as anything below is another one."""
        # No name is empty or has a null in it, and all stamps are of one length.
        text = "\0".join([*self.files, "", *(f"{odd.path}\0{odd.what}" for odd in self.odd)])
        return blake2b(text.encode() + b"".join(self.files.values()), digest_size=16).digest()


def settled(now: datetime) -> int:
    """Return the time in ns that a file must not have changed since, to be told by its stamp from what it may become.

    The clock of file systems is coarse (2 s on FAT): what changes twice in one tick of it has one stamp.
    """
    return int(now.timestamp()) * 1_000_000_000 - _FRESH


def stamp(path: str | os.PathLike[str]) -> Stamp | None:
    """Return the stamp of a file, that of a folder without its size, or None where there is nothing."""
    try:
        info = os.stat(path)  # noqa: PTH116  # a tenth of the time of a Path
    except (OSError, ValueError):
        return None
    return _packed(-1 if stat.S_ISDIR(info.st_mode) else info.st_size, info)


def unpacked(stamp: Stamp) -> tuple[int, int, int]:
    """Return the bytes of a file, and when its text and its inode last changed, in ns."""
    size, mtime, ctime = _PACKED.unpack(stamp)
    return size, mtime, ctime


def _packed(size: int, info: os.stat_result) -> Stamp:
    try:
        return _PACKED.pack(size, info.st_mtime_ns, info.st_ctime_ns)
    except struct.error:
        return _PACKED.pack(size, max(-_LATEST, min(info.st_mtime_ns, _LATEST)), info.st_ctime_ns)


def grow(root: str, starts: Iterable[str], without: str = "", *, hidden: bool = False) -> Tree:
    """Find all files below the folders `starts` of `root`, links followed, each folder once.

    Passes by what is hidden, unless that is wanted as well, and the folder `without`.
    """
    tree, been = Tree({}, []), set[tuple[int, int]]()
    here, linked = deque(starts), deque[str]()
    while here or linked:  # links to folders last, so that a file goes by its real path
        folder = here.popleft() if here else linked.popleft()
        try:
            info = os.stat(posixpath.join(root, folder))  # noqa: PTH116
            if (inode := (info.st_dev, info.st_ino)) not in been:
                been.add(inode)
                for path, is_link in _look(root, folder, tree, hidden):
                    if path != without:
                        (linked if is_link else here).append(path)
        except OSError as error:
            what = f"the folder cannot be read: {os.strerror(error.errno or errno.EIO)}"
            tree.odd.append(Odd(folder, what, "make it readable", is_folder=True))
    return tree


def _look(root: str, folder: str, tree: Tree, hidden: bool) -> Iterator[tuple[str, bool]]:
    """Take the files of one folder into the tree; yield the folders in it, and whether they are links."""
    prefix = f"{folder}/" if folder else ""
    with os.scandir(posixpath.join(root, folder)) as entries:
        for entry in entries:
            name = entry.name
            if name[0] == "." and not hidden:
                continue
            path = prefix + name
            try:
                if not (name.isascii() or _is_sayable(name)):
                    tree.odd.append(Odd(_shown(path), "its name is not UTF-8", "rename it", entry.is_dir()))
                elif entry.is_file():
                    info = entry.stat()
                    tree.files[path] = _packed(info.st_size, info)
                elif entry.is_dir():
                    if hidden or name not in _NOT_OURS:
                        yield path, entry.is_symlink()
                else:
                    entry.stat()  # raises for a link to nothing
                    tree.odd.append(Odd(path, "it is no ordinary file", "remove it"))  # a pipe would wait for ever
            except OSError as error:
                what = f"it cannot be read: {os.strerror(error.errno or errno.EIO)}"
                tree.odd.append(Odd(path, what, "mend the link, or remove it"))


def _is_sayable(name: str) -> bool:
    """Tell whether a name is UTF-8; what is not cannot stand in an address, nor in a message."""
    try:
        name.encode()
    except UnicodeEncodeError:
        return False
    return True


def _shown(path: str) -> str:
    return os.fsencode(path).decode(errors="backslashreplace")
