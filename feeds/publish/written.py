"""The files of a site on disk: what each was made from, so that it is made again only for a reason."""

import os
from collections.abc import Iterator, Mapping
from pathlib import Path

from msgspec import Struct

from feeds import cache, output
from feeds.config import Settings
from feeds.formats import FORMATS, is_ours
from feeds.formats.places import patterns
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

    def put(self, file: File) -> None:
        """Write a file, if it is not there as it should be. Raises OutputError."""
        path = (self._out / file.path).as_posix()
        noted = self._before.get(path)
        if noted and file.key == noted.key and noted.stamp == output.stamp(self._root / path):
            self._now[path] = noted
            self.old.append(path)
            return
        is_new, stamp = output.put(self._root / path, file.data, file.time)
        (self.new if is_new else self.old).append(path)
        if file.key and stamp:
            self._now[path] = Noted(file.key, stamp, file.ids)

    def ids(self, path: Path) -> tuple[str, ...] | None:
        """Return the ids of the posts in a feed as we wrote it; None for one that somebody else may have touched."""
        noted = self._before.get(path.relative_to(self._root).as_posix())
        return noted.ids if noted and noted.stamp == output.stamp(path) else None

    def note(self) -> None:
        """Note for the next build what was written."""
        if self._now != self._before:
            cache.note(self._root, _NAME, self._now, cache.key())

    @property
    def stamps(self) -> Mapping[str, output.Stamp | None]:
        """Return the stamps of all that was written."""
        return {path: self._now[path].stamp if path in self._now else None for path in (*self.new, *self.old)}

    def remove_others(self) -> tuple[str, ...]:
        """Remove feeds that we wrote and write no more: of a category that is gone, in a format not wanted now."""
        root, out = self._root, self._out
        names = {each.file_name for each in FORMATS.values()}
        found = {out / folder / name for folder in _folders(root / out) for name in names}
        found |= {path.relative_to(root) for pattern in self._patterns for path in (root / out).glob(pattern)}
        ours = {*self.new, *self.old}
        gone = sorted(path for path in found if path.as_posix() not in ours and is_ours(output.read(root / path)))
        for path in gone:
            output.remove(root / path, root / out)
        return tuple(path.as_posix() for path in gone)


def _folders(out: Path) -> Iterator[str]:
    """Yield the folders below `out` where feeds may be: itself, and all below feeds/."""
    yield ""
    for folder, _, _ in os.walk(out / "feeds"):
        yield os.path.relpath(folder, out)
