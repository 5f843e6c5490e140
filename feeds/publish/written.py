"""The files of a site on disk: what each was made from, so that it is made again only for a reason."""

from collections.abc import Iterable
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


class Noted(Struct, frozen=True, array_like=True):
    """A file as it was written."""

    key: bytes  # of what it was made from
    stamp: output.Stamp
    ids: tuple[str, ...]  # of the posts in it


class Written:
    """What is in the output folder, as far as we wrote it."""

    def __init__(self, settings: Settings) -> None:
        self.new: list[str] = []
        self.old: list[str] = []
        self._root, self._out = settings.root, Path(settings.feeds.out)
        self._patterns = patterns(settings.feeds.paths)
        self._before = cache.recall(self._root, _NAME, dict[str, Noted], cache.key()) or {}
        self._now: dict[str, Noted] = {}
        self.stamps: dict[str, output.Stamp | None] = {}  # of all that was written

    def put(self, file: File) -> None:
        """Write a file, if it is not there as it should be. Raises OutputError."""
        path = (self._out / file.path).as_posix()
        if noted := self._noted(file):
            self._now[path], self.stamps[path] = noted, noted.stamp
            self.old.append(path)
            return
        is_new, stamp = output.put(self._root / path, file.data, file.time)
        (self.new if is_new else self.old).append(path)
        self.stamps[path] = stamp
        if file.key and stamp:
            self._now[path] = Noted(file.key, stamp, file.ids)

    def put_all(self, feeds: Iterable[File], pages: Iterable[File]) -> tuple[str, ...]:
        """Write all files of the site, feeds.lock being there; return the feeds of ours that were removed.

        A second process makes the pages, which take as long as all feeds of a small site. Raises OutputError.
        """
        self.stamps[lock.FILE_NAME] = output.stamp(self._root / lock.FILE_NAME)

        def put(files: Iterable[File]) -> None:
            for file in files:
                self.put(file)

        pages = list(pages)
        if waiting := [page for page in pages if not self._noted(page)]:
            _, made = both(lambda: put(feeds), lambda: [page.data for page in waiting], list[bytes])
            for page, data in zip(waiting, made, strict=True):
                page.data = data
        else:
            put(feeds)
        put(pages)
        return self._remove_others()

    def _noted(self, file: File) -> Noted | None:
        """Return what was noted of a file that is there as it should be."""
        path = (self._out / file.path).as_posix()
        noted = self._before.get(path)
        return noted if noted and noted.key == file.key and noted.stamp == output.stamp(self._root / path) else None

    def ids(self, path: Path) -> tuple[str, ...] | None:
        """Return the ids of the posts in a feed as we wrote it; None for one that somebody else may have touched."""
        noted = self._before.get((self._out / path.relative_to(self._root / self._out)).as_posix())
        return noted.ids if noted and noted.stamp == output.stamp(path) else None

    def note(self) -> None:
        """Note for the next build what was written."""
        if self._now != self._before:
            cache.note(self._root, _NAME, self._now, cache.key())

    @property
    def places(self) -> Places:
        """Where feeds of ours may lie."""
        return Places(str(self._out), tuple(each.file_name for each in FORMATS.values()), self._patterns)

    def _remove_others(self) -> tuple[str, ...]:
        """Remove feeds that we wrote and write no more: of a category that is gone, in a format not wanted now."""
        found = self.places.strays(self._root, self.stamps)
        gone = sorted(path for path in found if is_ours(output.read(self._root / path)))
        for path in gone:
            output.remove(self._root / path, self._root / self._out)
        return tuple(gone)
