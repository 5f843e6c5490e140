"""What is noted of a site's files, in parts by their paths: a build after a small change reads what it concerns.

Each part is noted under a name that no other one has had, beside the head, which names them: so one that is carried
over unread is what it was, or it is gone. Two builds at once may remove parts of each other: those are read anew.
"""

import os
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence
from functools import cached_property
from itertools import pairwise
from operator import attrgetter
from pathlib import Path

from msgspec import Struct
from msgspec.structs import replace

from feeds import cache
from feeds.collect.row import UNSURE, Row, sure
from feeds.tree import Stamp, Tree

_NAME = "posts"
_ROWS = 500  # to a part, of 0.4 MB: a site of 100,000 posts would read and write 70 MB for one


class Head(Struct, frozen=True, array_like=True):
    """What is noted beside the rows."""

    seen: dict[str, Stamp | None]  # files elsewhere that posts were told about
    firsts: list[str]  # the path that each part begins with; it ends where the next one does
    states: list[bytes]  # digest of the files of each; b"" while one of them may change without a trace
    names: list[str]  # under which each is noted
    odd: bytes = b""  # digest of what cannot be read
    name: bytes = b""  # of what is noted; another one each time


class Parts:
    """What was noted of the files of a site, beside those that are there now; only what differs is made rows of."""

    def __init__(self, root: Path, key: bytes, head: Head, grown: Tree, settled: int) -> None:
        """Compare what was noted with a tree."""
        self.seen, self.name, self._head = head.seen, head.name, head
        self._root, self._key, self._settled = root, key, settled
        self._files = _cut(grown, head.firsts)
        self.states = list(map(_digest, self._files))
        pairs = enumerate(zip(self.states, head.states, strict=True))
        changed = [place for place, (now, before) in pairs if now != before]
        read = ((place, cache.recall(root, head.names[place], list[Row], key)) for place in changed)
        self._rows = {place: rows for place, rows in read if rows is not None}
        self.is_whole = len(self._rows) == len(changed)  # whether no part that has changed is gone

    @property
    def files(self) -> dict[str, Stamp]:
        """The files of the parts that have changed."""
        return {path: stamp for place in self._rows for path, stamp in self._files[place].items()}

    @property
    def rows(self) -> list[Row]:
        """What was noted of them."""
        return [row for rows in self._rows.values() for row in rows]

    def may_say(self, text: str) -> bool:
        """Tell whether a text may stand in some row; "no" is sure."""
        data = text.encode()
        return any(not part or data in part for part in self._encoded)

    @cached_property
    def _encoded(self) -> list[bytes]:
        return [cache.encoded(self._root, name, self._key) for name in self._head.names]

    def note(self, seen: dict[str, Stamp | None], rows: Iterable[Row]) -> bytes:
        """Put rows in the places of those of their paths, and note all; return the name of that."""
        names = [*self._head.names]
        for row in rows:
            place = bisect_right(self._head.firsts, row.path) - 1
            others = [each for each in self._rows[place] if each.path != row.path]
            self._rows[place] = sorted([*others, row], key=attrgetter("path"))
        for place, found in self._rows.items():
            self.states[place] = _state(self._files[place], found, self._settled)
            names[place] = _unused()
        head = replace(self._head, seen=seen, states=self.states, names=names, name=os.urandom(16))
        _note(self._root, self._key, head, ((names[place], found) for place, found in self._rows.items()))
        return head.name


def head(grown: Tree, rows: Sequence[Row], settled: int) -> Head:
    """Part rows, by path, and a tree; what changed before `settled` is at rest (see `tree.settled`)."""
    firsts = ["", *(row.path for row in rows[_ROWS::_ROWS])]
    cut = enumerate(_cut(grown, firsts))
    states = [_state(part, rows[place * _ROWS : (place + 1) * _ROWS], settled) for place, part in cut]
    return Head({}, firsts, states, [_unused() for _ in firsts], _odd(grown), os.urandom(16))


def recall(root: Path, key: bytes) -> tuple[Head, list[Row]] | None:
    """Return what was noted with a key, as far as it can be read."""
    head = cache.recall(root, _NAME, Head, key)
    if head is None:
        return None
    parts = (cache.recall(root, name, list[Row], key) or [] for name in head.names)
    return head, [row for part in parts for row in part]


def note(root: Path, key: bytes, head: Head, rows: Sequence[Row]) -> None:
    """Note rows, by path."""
    parts = (rows[start : start + _ROWS] for start in range(0, len(rows), _ROWS))
    _note(root, key, head, zip(head.names, parts, strict=False))  # where there are no rows, there is a name for them


def noted(root: Path, key: bytes, grown: Tree, settled: int) -> Parts | None:
    """Return what was noted with a key, if as much as before can be read."""
    head = cache.recall(root, _NAME, Head, key)
    if head is None or head.odd != _odd(grown):
        return None
    parts = Parts(root, key, head, grown, settled)
    return parts if parts.is_whole else None


def _note(root: Path, key: bytes, head: Head, parts: Iterable[tuple[str, Sequence[Row]]]) -> None:
    for name, rows in parts:
        cache.note(root, name, rows, key)
    cache.note(root, _NAME, head, key)
    cache.forget(root, f"{_NAME}.", head.names)


def _unused() -> str:
    return f"{_NAME}.{os.urandom(16).hex()}"


def _cut(grown: Tree, firsts: Sequence[str]) -> list[dict[str, Stamp]]:
    paths = sorted(grown.files)
    places = [bisect_left(paths, first) for first in firsts]
    return [{path: grown.files[path] for path in paths[start:end]} for start, end in pairwise([*places, len(paths)])]


def _state(files: dict[str, Stamp], rows: Sequence[Row], settled: int) -> bytes:
    """Return a digest of files; b"" when one of them, or what became of it, may not be what it seems."""
    is_sure = all(sure(stamp, settled) for stamp in files.values()) and all(row.stamp != UNSURE for row in rows)
    return _digest(files) if is_sure else b""


def _digest(files: dict[str, Stamp]) -> bytes:
    return Tree(files, []).digest()


def _odd(grown: Tree) -> bytes:
    return Tree({}, grown.odd).digest()
