"""What lies below some folders, by names and stats alone: no file is opened. Decides nothing about what is a post.

A file is known by its `Stamp`. The time of the last change of its inode is part of it, which no program can set back:
so a file that was replaced by one of the same size and age is another one.
"""

import errno
import marshal
import os
import posixpath
import stat
from collections import deque
from collections.abc import Iterable, Iterator
from datetime import datetime
from hashlib import blake2b

from msgspec import Struct

Stamp = tuple[int, int, int]  # bytes, time of the last change of its text and of its inode, both in ns
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
        # Version 2 has no back references, which depend on what else refers to an object.
        rows = [self.files, [(odd.path, odd.what) for odd in self.odd]]
        return blake2b(marshal.dumps(rows, 2), digest_size=16).digest()


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
    return (-1 if stat.S_ISDIR(info.st_mode) else info.st_size, info.st_mtime_ns, info.st_ctime_ns)


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
                is_folder = entry.is_dir()
                if not (name.isascii() or _is_sayable(name)):
                    tree.odd.append(Odd(_shown(path), "its name is not UTF-8", "rename it", is_folder))
                elif is_folder:
                    if hidden or name not in _NOT_OURS:
                        yield path, entry.is_symlink()
                elif entry.is_file():
                    info = entry.stat()
                    tree.files[path] = (info.st_size, info.st_mtime_ns, info.st_ctime_ns)
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
