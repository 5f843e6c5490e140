"""What became of each file, noted from one build to the next."""

import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta, timezone
from functools import cache as remember
from hashlib import sha256
from itertools import chain
from operator import attrgetter
from pathlib import Path

from msgspec import Struct
from msgspec.structs import force_setattr, replace

from feeds import cache, sources, tree
from feeds.collect.sight import Shelf, Sight
from feeds.halves import halves
from feeds.identity.lock import Noted
from feeds.model import Post, Problem, Site
from feeds.sources import Dialect, Parsed
from feeds.tree import File, Stamp, Tree

_NAME = "posts"
_MANY = 500  # files that two processes share: a second one costs some ms, a file about 0.2
_PART = "part of the post beside it"
_BIGGEST = 20 * 1024 * 1024  # bytes; a post beyond that is a mistake, and reading it would stall all others
_INDEX = re.compile(r".*/index(?:\.[A-Za-z-]{2,8})?\.(?:md|markdown|html|adoc|org)")
_UNSURE: Stamp = (-1, -1, -1)  # of a file that the next build is to read once more
_TIMES = ("published", "updated", "expires")  # of a post


class Row(Struct, frozen=True, array_like=True):
    """What became of one file."""

    path: str
    stamp: Stamp
    digest: bytes = b""  # of its text
    post: Post | None = None
    left_out: str = ""  # the reason
    problems: tuple[Problem, ...] = ()
    line: str = ""  # the post's line in feeds.lock, once it has one
    offsets: tuple[int, ...] = ()  # of the post's times from UTC, in minutes: what is noted knows the instant alone


class _Noted(Struct, frozen=True, array_like=True):
    seen: dict[str, Stamp | None]  # files elsewhere that posts were told about
    rows: list[Row]  # by path


class Rows:
    """What became of the files of a site, now and at the build before."""

    def __init__(self, root: Path, folders: Sequence[str], site: Site, dialect: Dialect, now: datetime | None) -> None:
        self.found: list[Row] = []  # by path
        self.seen: dict[str, Stamp | None] = {}  # files elsewhere that posts were told about
        self._root, self._folders, self._site, self._dialect = root, folders, site, dialect
        self._settled, self._key, self._before = now and tree.settled(now), b"", list[Row]()
        self._beside: list[File] = []

    def read(self, grown: Tree) -> list[Row]:
        """Return what became of each file, by path; one that is what it was is not opened."""
        self._beside = sorted(file for file in grown.files if sources.is_beside(file[0]))
        self._key = cache.key(self._dialect.name, self._dialect.permalink, self._site, self._folders, self._beside)
        self._recall()
        inner = _inner(grown.files) if self._dialect.are_bundles_whole else set[str]()
        stamps = {file[0]: file[1:] for file in grown.files}
        kept = [row for row in self._before if stamps.get(row.path) == row.stamp]
        if inner or any(row.left_out == _PART for row in kept):
            kept = [row for row in kept if (row.left_out == _PART) == (row.path in inner)]
        rest = sorted(stamps.keys() - {row.path for row in kept})
        new = [path for path in rest if sources.is_text(path.rpartition("/")[2], self._dialect)]
        fresh = self._read(new, stamps, inner) if new else []
        self.found = sorted([*kept, *fresh], key=attrgetter("path"))
        return self.found

    def noted(self, posts: Iterable[Post]) -> dict[str, Noted]:
        """Return how those of these posts stood in feeds.lock that are as they were, by path."""
        public = {post.path for post in posts}
        rows = ((row, row.post) for row in self.found if row.line and row.path in public)
        return {row.path: Noted(post.id, row.line) for row, post in rows if post}

    def note(self, changed: Mapping[str, tuple[Post, str]]) -> None:
        """Note for the next build what became of the files.

        `changed` are posts, by path, that have other ids or lines in feeds.lock than they had, with their lines.
        """
        sure = self._settled
        if not sure or not self._is_settled_beside:
            return
        rows = [
            row if row.path not in changed and row.stamp[1] < sure > row.stamp[2] else self._told(row, changed, sure)
            for row in self.found
        ]
        if rows != self._before:
            cache.note(self._root, _NAME, self.seen, self._key, rows)

    @property
    def are_settled(self) -> bool:
        """Whether all that was read can be told by its stamp from what it may become."""
        sure = self._settled or 0
        return self._is_settled_beside and all(row.stamp != _UNSURE and row.stamp[2] < sure for row in self.found)

    @property
    def _is_settled_beside(self) -> bool:
        stamps = chain((file[1:] for file in self._beside), filter(None, self.seen.values()))
        return all(stamp[2] < (self._settled or 0) for stamp in stamps)

    def _told(self, row: Row, changed: Mapping[str, tuple[Post, str]], sure: int) -> Row:
        post, line = changed.get(row.path, (row.post, row.line))
        return replace(row, post=post, line=line, stamp=row.stamp if max(row.stamp[1:]) < sure else _UNSURE)

    def _recall(self) -> None:
        noted = cache.recall_rows(self._root, _NAME, dict[str, Stamp | None], Row, self._key)
        if noted and all(tree.stamp(self._root / path) == stamp for path, stamp in noted[0].items()):
            self.seen, self._before = noted
            _put_back_offsets(self._before)

    def _read(self, paths: Sequence[str], stamps: Mapping[str, Stamp], inner: set[str]) -> list[Row]:
        """Open these files."""
        wanted = set(paths)
        known = {row.path: row for row in self._before if row.path in wanted}

        def read(some: Sequence[str]) -> _Noted:
            sight = Sight(self._root, self._folders, stamps)
            shelf = Shelf(self._folders, self._dialect, sight)
            rows = [
                Row(path, stamps[path], left_out=_PART)
                if path in inner
                else self._row(path, stamps[path], known.get(path), shelf)
                for path in some
            ]
            return _Noted(sight.seen, rows)

        parts = halves(paths, read, _Noted, _MANY)
        # What is known from before was made with what was there before: should that differ, the next build sees it.
        self.seen = {path: stamp for part in parts for path, stamp in part.seen.items()} | self.seen
        rows = [row for part in parts for row in part.rows]
        _put_back_offsets(rows)
        return rows

    def _row(self, path: str, stamp: Stamp, known: Row | None, shelf: Shelf) -> Row:
        if reason := sources.refusal(path, self._dialect):
            return Row(path, stamp, left_out=reason)
        if stamp[0] > _BIGGEST:
            what = f"it has {stamp[0]:,} bytes"
            return Row(path, stamp, problems=(Problem(path, 0, what, f"keep a post under {_BIGGEST:,}"),))
        try:
            with open(f"{self._root}/{path}", "rb", buffering=0) as file:  # noqa: PTH123  # a Path takes thrice as long
                data = file.read()
        except OSError as error:
            what = f"it cannot be read: {error.strerror}"
            return Row(path, _UNSURE, problems=(Problem(path, 0, what, "make it readable"),))
        mark = digest(data)
        if known and known.digest == mark:  # a clone, or a copy that was put back
            return replace(known, stamp=stamp)
        parsed = self._parsed(path, data, shelf)
        reason = parsed.left_out.reason if parsed.left_out else ""
        return Row(path, stamp, mark, parsed.post, reason, parsed.problems, offsets=_offsets(parsed.post))

    def _parsed(self, path: str, data: bytes, shelf: Shelf) -> Parsed:
        try:
            return sources.parse(data.decode("utf-8"), path, self._site, self._dialect, shelf.beside(path))
        except UnicodeDecodeError as error:
            line = data.count(b"\n", 0, error.start) + 1
            problem = Problem(path, line, "it is not UTF-8", "save it as UTF-8")
        except Exception as error:  # ours to mend, but no reason to lose all other posts
            problem = Problem(path, 0, f"it cannot be read: {error!r}", "please report this with the file")
        return Parsed(None, None, (problem,))


def _offsets(post: Post | None) -> tuple[int, ...]:
    """Return how far the times of a post are from UTC, in minutes; nothing where none is."""
    offsets = (getattr(post, name).utcoffset() if getattr(post, name, None) else None for name in _TIMES)
    minutes = tuple([offset // timedelta(minutes=1) if offset else 0 for offset in offsets])
    return minutes if any(minutes) else ()


def _put_back_offsets(rows: Iterable[Row]) -> None:
    """Show the times of posts as their authors wrote them, since feeds do; these posts are nobody else's yet."""
    for row in rows:
        for name, minutes in zip(_TIMES, row.offsets, strict=False):
            if row.post and minutes:
                force_setattr(row.post, name, getattr(row.post, name).astimezone(_zone(minutes)))


@remember
def _zone(minutes: int) -> timezone:
    return timezone(timedelta(minutes=minutes))


def digest(data: bytes) -> bytes:
    """Return a digest of a file."""
    return sha256(data).digest()[:16]  # processors have instructions for it: half of the time of BLAKE2


def _inner(files: Iterable[File]) -> set[str]:
    """Return the files that lie in the folder of a post that is a whole folder."""
    folders = {path.rpartition("/")[0] for path, *_ in files if "/index." in path and _INDEX.fullmatch(path)}
    return {path for path, *_ in files if path.rpartition("/")[0] in folders and not _INDEX.fullmatch(path)}
