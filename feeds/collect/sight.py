"""The files beside posts that say something of them, and what was looked for elsewhere."""

import posixpath
from collections.abc import Container, Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any

from feeds import sources, tree
from feeds.sources import Beside, Dialect
from feeds.tree import Stamp

_LONGEST = 1024 * 1024  # bytes of a file beside posts


def look(folder: Path, path: str) -> str | None:
    """Return the beginning of a file in the site's folder, "" for a folder, None where there is nothing to read."""
    try:
        if (folder / path).is_dir():
            return ""
        with (folder / path).open("rb") as file:
            return file.read(_LONGEST).decode("utf-8-sig", errors="replace")
    except (OSError, ValueError):
        return None


class Sight:
    """Looks at files, and keeps in mind which: another build need not be made while they are what they were."""

    def __init__(self, root: Path, folders: Sequence[str] = (), files: Container[str] = ()) -> None:
        """Look below `root`; the `files` below `folders` are known, and what is none of them needs no look."""
        self.seen: dict[str, Stamp | None] = {}
        self._root, self._files = root, files
        self._starts = tuple("" if (start := posixpath.normpath(each)) == "." else f"{start}/" for each in folders)

    def look(self, path: str) -> str | None:
        """Do as the function `look` does."""
        if path in self._files:
            return look(self._root, path)
        if path.startswith(self._starts) and "/." not in f"/{path}":
            return None
        self.seen[path] = tree.stamp(self._root / path)
        return look(self._root, path)


class Shelf:
    """What files beside posts say; each is read once."""

    def __init__(self, folders: Sequence[str], dialect: Dialect, sight: Sight) -> None:
        self._dialect, self._sight = dialect, sight
        self._data: dict[str, Mapping[str, Any]] = {}
        self._people: dict[str, Any] = {}
        self._told = lru_cache(maxsize=256)(self._all_that_say)  # mostly the same for all posts of a folder
        for folder in ("data", "_data", *folders):
            for ending in ("json", "toml", "yaml", "yml"):
                self._people |= self._values(posixpath.normpath(f"{folder}/authors.{ending}"))

    def beside(self, path: str) -> Beside:
        """Return what other files say of the post at a path."""
        values: dict[str, Any] = {}
        for data in self._told(self._dialect.data_of(path)):
            values |= self._dialect.values_of(data, path)
        header = self._dialect.header_of(path)
        return Beside((self._sight.look(header) or "") if header else "", header, values, self._people)

    def _all_that_say(self, names: tuple[str, ...]) -> list[Mapping[str, Any]]:
        return [data for name in names if (data := self._values(name))]

    def _values(self, path: str) -> Mapping[str, Any]:
        if path not in self._data:
            self._data[path] = sources.data(self._sight.look(path) or "", path)
        return self._data[path]
