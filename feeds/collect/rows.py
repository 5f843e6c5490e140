"""What became of each file, noted from one build to the next."""

import os
import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from hashlib import sha256
from itertools import chain
from operator import attrgetter
from pathlib import Path

from msgspec import Struct
from msgspec.structs import force_setattr, replace

from feeds import cache, sources, tree
from feeds.collect import parts
from feeds.collect.parts import Head, Parts
from feeds.collect.row import UNSURE, Row, offsets, restore, sure
from feeds.collect.sight import Shelf, Sight
from feeds.halves import halves
from feeds.identity.lock import Noted
from feeds.model import Post, Problem, Site
from feeds.sources import Dialect, Parsed
from feeds.tree import Stamp, Tree

_MANY = 500  # files that two processes share: a second one costs some ms, a file about 0.2
_FEW = 50  # of more changed files, none is looked at one by one
_PART = "part of the post beside it"
_BIGGEST = 20 * 1024 * 1024  # bytes; a post beyond that is a mistake, and reading it would stall all others
_INDEX = re.compile(r".*/index(?:\.[A-Za-z-]{2,8})?\.(?:md|markdown|html|adoc|org)")


class _Read(Struct, frozen=True, array_like=True):
    seen: dict[str, Stamp | None]  # files elsewhere that posts were told about
    rows: list[Row]  # by path


class Rows:
    """What became of the files of a site, now and at the build before."""

    def __init__(self, root: Path, folders: Sequence[str], site: Site, dialect: Dialect, now: datetime | None) -> None:
        self.found: list[Row] = []  # by path
        self.seen: dict[str, Stamp | None] = {}  # files elsewhere that posts were told about
        self._root, self._folders, self._site, self._dialect = root, folders, site, dialect
        self._settled, self._key, self._before = tree.settled(now) if now else 0, b"", list[Row]()
        self._beside: list[tuple[str, Stamp]] = []
        self._head: Head | None = None  # as it is noted
        self._now = Head({}, [], [], [])
        self._parts: Parts | None = None

    def read(self, grown: Tree) -> list[Row]:
        """Return what became of each file, by path; one that is what it was is not opened."""
        self._begin(grown)
        noted = parts.recall(self._root, self._key)
        if noted and self._are_as_seen(noted[0].seen):
            self._head, self._before = noted
            self.seen = self._head.seen
            restore(self._before)
        inner = _inner(grown.files) if self._dialect.are_bundles_whole else set[str]()
        stamps = grown.files
        kept = [row for row in self._before if stamps.get(row.path) == row.stamp]
        if inner or any(row.left_out == _PART for row in kept):
            kept = [row for row in kept if (row.left_out == _PART) == (row.path in inner)]
        rest = sorted(stamps.keys() - {row.path for row in kept})
        new = [path for path in rest if self._is_text(path)]
        fresh = self._read(new, stamps, inner) if new else []
        self.found = sorted([*kept, *fresh], key=attrgetter("path"))
        self._now = parts.head(grown, self.found, self._settled)
        return self.found

    def changed(self, grown: Tree) -> tuple[bytes, list[tuple[Row | None, Row]]] | None:
        """Return the name of what was noted, and what became of the few files that changed since, each beside that.

        None where many have, or where that may concern other files.
        """
        self._begin(grown)
        self._parts = parts.noted(self._root, self._key, grown, self._settled)
        if self._parts is None or not self._are_as_seen(self._parts.seen):
            return None
        self.seen, self._before = self._parts.seen, self._parts.rows
        restore(self._before)
        known = {row.path: row for row in self._before}
        there = self._parts.files
        new = {path for path in there if path not in known and self._is_text(path)}
        fresh = sorted([*new, *(path for path, row in known.items() if there.get(path, row.stamp) != row.stamp)])
        inner = _inner(grown.files) if self._dialect.are_bundles_whole else set[str]()
        if len(fresh) > _FEW or known.keys() - there.keys() or not self._are_alone(new, inner):
            return None
        self.found = self._read(fresh, grown.files, inner)
        return self._parts.name, [(known.get(row.path), row) for row in self.found]

    def noted(self, posts: Iterable[Post]) -> dict[str, Noted]:
        """Return how those of these posts stood in feeds.lock that are as they were, by path."""
        public = {post.path for post in posts}
        rows = ((row, row.post) for row in self.found if row.line and row.path in public)
        return {row.path: Noted(post.id, row.line) for row, post in rows if post}

    def name(self, ids: Mapping[str, str]) -> None:
        """Give posts their ids, by path; they are nobody else's yet."""
        for row in self.found:
            if row.post and (name := ids.get(row.path, row.post.id)) != row.post.id:
                force_setattr(row.post, "id", name)

    def stand(self, standing: Mapping[str, Noted]) -> None:
        """Take how posts stand in feeds.lock now, by path."""
        self.found = [
            replace(row, line=noted.text) if (noted := standing.get(row.path)) and noted.text != row.line else row
            for row in self.found
        ]

    def note(self) -> bytes:
        """Note for the next build what became of the files; return the name of what is noted now, b"" for nothing."""
        if not self._settled or not self._is_settled_beside:
            return b""
        if self._parts:
            return self._parts.note(self.seen, self.found)
        if self.found != self._before or not self._head or self._head.states != self._now.states:
            self._head = replace(self._now, seen=self.seen)
            parts.note(self._root, self._key, self._head, self.found)
        return self._head.name

    def may_say(self, text: str) -> bool:
        """Tell whether a text may stand in what was noted of files; "no" is sure."""
        return not self._parts or self._parts.may_say(text)

    @property
    def digests(self) -> dict[str, bytes]:
        """The digest of each file, by path."""
        return {row.path: row.digest for row in self.found}

    @property
    def are_settled(self) -> bool:
        """Whether all that was read can be told by its stamp from what it may become."""
        states = self._parts.states if self._parts else self._now.states
        return self._is_settled_beside and all(states)

    @property
    def _is_settled_beside(self) -> bool:
        stamps = chain((stamp for _, stamp in self._beside), filter(None, self.seen.values()))
        return all(tree.unpacked(stamp)[2] < self._settled for stamp in stamps)

    def _begin(self, grown: Tree) -> None:
        self._beside = [(path, grown.files[path]) for path in sorted(sources.beside(grown.files))]
        self._key = cache.key(self._dialect.name, self._dialect.permalink, self._site, self._folders, self._beside)

    def _are_as_seen(self, seen: Mapping[str, Stamp | None]) -> bool:
        return all(tree.stamp(self._root / path) == stamp for path, stamp in seen.items())

    def _is_text(self, path: str) -> bool:
        return sources.is_text(path.rpartition("/")[2], self._dialect)

    def _are_alone(self, new: set[str], inner: set[str]) -> bool:
        """Tell whether new posts leave other files what they are: none lies in the folder of one, nor is made one."""
        homes = {path.rpartition("/")[0] for path in new if _INDEX.fullmatch(path)}
        return not new & inner and not any(path.rpartition("/")[0] in homes and self._is_text(path) for path in inner)

    def _read(self, paths: Sequence[str], stamps: Mapping[str, Stamp], inner: set[str]) -> list[Row]:
        """Open these files."""
        wanted = set(paths)
        known = {row.path: row for row in self._before if row.path in wanted}

        def read(some: Sequence[str]) -> _Read:
            sight = Sight(self._root, self._folders, stamps)
            shelf = Shelf(self._folders, self._dialect, sight)
            rows = [
                Row(path, sure(stamps[path], self._settled), left_out=_PART)
                if path in inner
                else self._row(path, stamps[path], known.get(path), shelf)
                for path in some
            ]
            return _Read(sight.seen, rows)

        found = halves(paths, read, _Read, _MANY)
        # What is known from before was made with what was there before: should that differ, the next build sees it.
        self.seen = {path: stamp for part in found for path, stamp in part.seen.items()} | self.seen
        rows = [row for part in found for row in part.rows]
        restore(rows)
        return rows

    def _row(self, path: str, stamp: Stamp, known: Row | None, shelf: Shelf) -> Row:
        size, stamp = tree.unpacked(stamp)[0], sure(stamp, self._settled)
        if reason := sources.refusal(path, self._dialect):
            return Row(path, stamp, left_out=reason)
        if size > _BIGGEST:
            what = f"it has {size:,} bytes"
            return Row(path, stamp, problems=(Problem(path, 0, what, f"keep a post under {_BIGGEST:,}"),))
        try:
            data = _read(f"{self._root}/{path}", size)
        except OSError as error:
            what = f"it cannot be read: {error.strerror}"
            return Row(path, UNSURE, problems=(Problem(path, 0, what, "make it readable"),))
        mark = digest(data)
        if known and known.digest == mark:  # a clone, or a copy that was put back
            return replace(known, stamp=stamp)
        parsed = self._parsed(path, data, shelf)
        reason = parsed.left_out.reason if parsed.left_out else ""
        times = offsets(parsed.post)
        return Row(path, stamp, mark, parsed.post, reason, parsed.problems, offsets=times)

    def _parsed(self, path: str, data: bytes, shelf: Shelf) -> Parsed:
        try:
            return sources.parse(data.decode("utf-8"), path, self._site, self._dialect, shelf.beside(path))
        except UnicodeDecodeError as error:
            line = data.count(b"\n", 0, error.start) + 1
            problem = Problem(path, line, "it is not UTF-8", "save it as UTF-8")
        except Exception as error:  # ours to mend, but no reason to lose all other posts
            problem = Problem(path, 0, f"it cannot be read: {error!r}", "please report this with the file")
        return Parsed(None, None, (problem,))


def _read(path: str, size: int) -> bytes:
    """Read a file that had `size` bytes, by half of the calls to the system that `open` makes. Raises OSError."""
    file = os.open(path, os.O_RDONLY)
    try:
        data = os.read(file, size + 1)
        while len(data) != size and (more := os.read(file, _BIGGEST)):  # it has grown since
            data += more
        return data
    finally:
        os.close(file)


def digest(data: bytes) -> bytes:
    """Return a digest of a file."""
    return sha256(data).digest()[:16]  # processors have instructions for it: half of the time of BLAKE2


def _inner(files: Iterable[str]) -> set[str]:
    """Return the files that lie in the folder of a post that is a whole folder."""
    folders = {path.rpartition("/")[0] for path in files if "/index." in path and _INDEX.fullmatch(path)}
    return folders and {path for path in files if path.rpartition("/")[0] in folders and not _INDEX.fullmatch(path)}
