"""What is noted of a site's files, in parts by their paths: a build after a small change reads what it concerns."""

import os
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence
from contextlib import suppress
from itertools import pairwise
from operator import attrgetter
from pathlib import Path

import msgspec
from msgspec import Struct

from feeds import cache
from feeds.collect.row import UNSURE, Row
from feeds.tree import Stamp, Tree

_NAME = "posts"
_ROWS = 1_000  # to a part: a site of 100,000 posts would need 70 MB at once
_DECODER = msgspec.msgpack.Decoder(list[Row])
_ENCODER = msgspec.msgpack.Encoder()


class Head(Struct, frozen=True, array_like=True):
    """What is noted beside the rows."""

    seen: dict[str, Stamp | None]  # files elsewhere that posts were told about
    firsts: list[str]  # the path that each part begins with; it ends where the next one does
    states: list[bytes]  # digest of the files of each; b"" while one of them may change without a trace
    odd: bytes = b""  # digest of what cannot be read
    name: bytes = b""  # of what is noted; another one each time


class Parts:
    """What was noted of the files of a site, beside those that are there now; only what differs is made rows of."""

    def __init__(self, head: Head, encoded: list[bytes], grown: Tree, settled: int) -> None:
        """Compare what was noted with a tree. Raises DecodeError."""
        self.seen, self._firsts, self._encoded, self._settled = head.seen, head.firsts, encoded, settled
        self._odd, self._files = head.odd, _cut(grown, head.firsts)
        self.states = list(map(_digest, self._files))
        pairs = enumerate(zip(self.states, head.states, strict=True))
        changed = [place for place, (now, before) in pairs if now != before]
        self._rows = {place: _DECODER.decode(encoded[place]) for place in changed}
        self.name = head.name

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
        return any(data in part for part in self._encoded)

    def note(self, root: Path, key: bytes, seen: dict[str, Stamp | None], rows: Iterable[Row]) -> bytes:
        """Put rows in the places of those of their paths, and note all; return the name of that."""
        for row in rows:
            place = bisect_right(self._firsts, row.path) - 1
            others = [each for each in self._rows[place] if each.path != row.path]
            self._rows[place] = sorted([*others, row], key=attrgetter("path"))
        for place, found in self._rows.items():
            self._encoded[place] = _ENCODER.encode(found)
            self.states[place] = _state(self._files[place], found, self._settled)
        self.name = os.urandom(16)
        cache.note(root, _NAME, Head(seen, self._firsts, self.states, self._odd, self.name), key, self._encoded)
        return self.name


def head(grown: Tree, rows: Sequence[Row], settled: int) -> Head:
    """Part rows, by path, and a tree; what changed before `settled` is at rest (see `tree.settled`)."""
    firsts = ["", *(row.path for row in rows[_ROWS::_ROWS])]
    cut = enumerate(_cut(grown, firsts))
    states = [_state(part, rows[place * _ROWS : (place + 1) * _ROWS], settled) for place, part in cut]
    return Head({}, firsts, states, _odd(grown), os.urandom(16))


def recall(root: Path, key: bytes) -> tuple[Head, list[Row]] | None:
    """Return what was noted with a key."""
    return cache.recall_parts(
        root, _NAME, Head, key, lambda parts: [row for part in parts for row in _DECODER.decode(part)]
    )


def note(root: Path, key: bytes, head: Head, rows: Sequence[Row]) -> None:
    """Note rows, by path."""
    parts = (_ENCODER.encode(rows[start : start + _ROWS]) for start in range(0, len(rows), _ROWS))
    cache.note(root, _NAME, head, key, parts)


def noted(root: Path, key: bytes, grown: Tree, settled: int) -> Parts | None:
    """Return what was noted with a key, if as much as before can be read."""
    found = cache.recall_parts(root, _NAME, Head, key, list)
    with suppress(msgspec.DecodeError):
        if found and len(found[0].firsts) == len(found[1]) and found[0].odd == _odd(grown):
            return Parts(*found, grown, settled)
    return None


def _cut(grown: Tree, firsts: Sequence[str]) -> list[dict[str, Stamp]]:
    paths = sorted(grown.files)
    places = [bisect_left(paths, first) for first in firsts]
    return [{path: grown.files[path] for path in paths[start:end]} for start, end in pairwise([*places, len(paths)])]


def _state(files: dict[str, Stamp], rows: Sequence[Row], settled: int) -> bytes:
    """Return a digest of files; b"" when one of them, or what became of it, may not be what it seems."""
    is_settled = all(mtime < settled > ctime for _, mtime, ctime in files.values())
    return _digest(files) if is_settled and all(row.stamp != UNSURE for row in rows) else b""


def _digest(files: dict[str, Stamp]) -> bytes:
    return Tree(files, []).digest()


def _odd(grown: Tree) -> bytes:
    return Tree({}, grown.odd).digest()
