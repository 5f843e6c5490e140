"""The files of a site on disk: what each was made from, so that it is made again only for a reason."""

import posixpath
from collections.abc import Iterable, Mapping
from functools import cached_property, partial
from itertools import accumulate, chain
from pathlib import Path

from msgspec import Struct

from feeds import cache, output
from feeds.config import Settings
from feeds.formats import FORMATS, is_ours
from feeds.formats.places import patterns
from feeds.halves import both
from feeds.identity import lock
from feeds.publish.built import Places
from feeds.publish.file import File

_NAME = "written"
_OF_XML = frozenset({"rss", "atom", "opml"})


class Noted(Struct, frozen=True, array_like=True):
    """A file as it was written."""

    key: bytes  # of what it was made from
    stamp: output.Stamp
    ids: tuple[str, ...]  # of the posts in it
    items: tuple[bytes, ...]  # as `File` has them
    sizes: tuple[int, ...]  # bytes of each of its parts


class _Put(Struct, frozen=True, array_like=True):
    is_new: bool
    stamp: output.Stamp | None
    sizes: tuple[int, ...]


class Written:
    """What is in the output folder, as far as we wrote it."""

    def __init__(self, settings: Settings) -> None:
        self.new: list[str] = []
        self.old: list[str] = []
        out = Path(settings.feeds.out).as_posix()
        self._root, self._out = settings.root, "" if out == "." else out
        self._patterns = patterns(settings.feeds.paths)
        self._before = cache.recall(self._root, _NAME, dict[str, Noted], cache.key()) or {}
        self._now: dict[str, Noted] = {}
        self.stamps: dict[str, output.Stamp | None] = {}  # of all that was written

    def put_all(self, files: Iterable[File]) -> tuple[str, ...]:
        """Write all files of the site, feeds.lock being there; return the feeds of ours that were removed.

        Where there are pages to write, a second process does that: these take as long as all feeds of a small site in
        one format. Raises OutputError, or SettingsError for a template of the site.
        """
        self.stamps[lock.FILE_NAME] = output.stamp(self._root / lock.FILE_NAME)
        waiting = [file for file in files if not self._is_there(file)]
        here = [file for file in waiting if file.kind in _OF_XML]
        there = [file for file in waiting if file.kind not in _OF_XML]
        work = (partial(self._put, here), partial(self._put, there))
        done = both(*work, list[_Put]) if any(not file.kind for file in there) else [each() for each in work]
        for file, put in zip([*here, *there], chain(*done), strict=True):
            self._take(file, put)
        return self._remove_others()

    def _put(self, files: Iterable[File]) -> list[_Put]:
        def put(file: File) -> _Put:
            parts = file.make()
            is_new, stamp = output.put(self._root / self._path(file.path), b"".join(parts), file.time)
            return _Put(is_new, stamp, tuple(map(len, parts)))

        return [put(file) for file in files]

    def _is_there(self, file: File) -> bool:
        """Tell whether a file is there as it should be, and keep it in mind then."""
        noted = self._before.get(self._path(file.path))
        if not noted or noted.key != file.key or not self._is_as_noted(file.path, noted):
            return False
        self._take(file, _Put(False, noted.stamp, noted.sizes))
        return True

    def _is_as_noted(self, place: str, noted: Noted) -> bool:
        return noted.stamp == output.stamp(posixpath.join(self._root, self._path(place)))

    def _take(self, file: File, put: _Put) -> None:
        path = self._path(file.path)
        (self.new if put.is_new else self.old).append(path)
        self.stamps[path] = put.stamp
        if file.key and put.stamp:
            self._now[path] = Noted(file.key, put.stamp, file.ids, file.items, put.sizes)

    def _path(self, place: str) -> str:
        return posixpath.join(self._out, place)  # a tenth of the time of a Path

    def former(self, item: bytes) -> Mapping[bytes, bytes]:
        """Return the items of a feed that holds `item` as we wrote it, each under what it is made from."""
        if not (path := self._homes.pop(item, "")):
            return {}
        noted, data = self._before[path], output.read(self._root / path)
        if noted.stamp != output.stamp(self._root / path):  # looked at after it was read
            return {}
        ends = list(accumulate(noted.sizes))
        return {name: data[start:end] for name, start, end in zip(noted.items, ends[::2], ends[1::2], strict=False)}

    @cached_property
    def _homes(self) -> dict[bytes, str]:
        return {item: path for path, noted in self._before.items() for item in noted.items}

    def ids(self, place: str) -> tuple[str, ...] | None:
        """Return the ids of the posts in a feed as we wrote it; None for one that somebody else may have touched.

        `place` is below the output folder.
        """
        noted = self._before.get(self._path(place))
        return noted.ids if noted and self._is_as_noted(place, noted) else None

    def note(self) -> None:
        """Note for the next build what was written."""
        if self._now != self._before:
            cache.note(self._root, _NAME, self._now, cache.key())

    @property
    def places(self) -> Places:
        """Where feeds of ours may lie."""
        return Places(self._out, tuple(each.file_name for each in FORMATS.values()), self._patterns)

    def _remove_others(self) -> tuple[str, ...]:
        """Remove feeds that we wrote and write no more: of a category that is gone, in a format not wanted now."""
        found = self.places.strays(self._root, self.stamps)
        gone = sorted(path for path in found if is_ours(output.read(self._root / path)))
        for path in gone:
            output.remove(self._root / path, self._root / self._out)
        return tuple(gone)
