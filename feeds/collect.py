"""Walk the folders of posts and read each file: `scan` finds them, `collect` makes posts of them.

Decides nothing about posts: what is one is `sources`' to say. Bodies are not kept; `read_body` fetches one.
"""

import os
import posixpath
import re
import stat
from collections import deque
from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from feeds import sources
from feeds.errors import SettingsError
from feeds.model import LeftOut, Post, Problem, Site
from feeds.sources import ENGINES, Beside, Dialect, Parsed, heading
from feeds.sources.permalink import unknown

_BIGGEST = 20 * 1024 * 1024  # bytes; a post beyond that is a mistake, and reading it would stall all others
_LONGEST_DATA = 1024 * 1024  # bytes of a file beside posts
_INDEX = re.compile(r"index(?:\.[A-Za-z-]{2,8})?\.(?:md|markdown|html|adoc|org)")
_NOT_OURS = frozenset({"node_modules"})


class Collected(Struct, frozen=True):
    """What the folders hold, by path."""

    posts: tuple[Post, ...]  # without ids yet
    left_out: tuple[LeftOut, ...]
    problems: tuple[Problem, ...]


class Found(Struct, frozen=True, order=True):
    """A file that may hold a post, with what tells whether it is still the same."""

    path: str  # relative to the site's folder, with forward slashes
    size: int  # bytes
    mtime_ns: int


class Scan(Struct, frozen=True):
    """What a look at the folders alone shows."""

    files: tuple[Found, ...]  # by path
    left_out: tuple[LeftOut, ...]
    problems: tuple[Problem, ...]


def collect(
    folder: Path, folders: Sequence[str], engine: str, permalink: str, site: Site, without: str = ""
) -> Collected:
    """Read all posts below `folders` of the site's folder `folder`, in the order of their paths.

    `engine` is a key of `sources.ENGINES` or "auto", `permalink` a pattern that the engine knows or "" for its own;
    what lies in a folder `without` below is not read: the pages that we write are no posts.
    A file that cannot be used is a Problem. Raises SettingsError for an unknown engine, pattern or folder.
    """
    dialect = choose_dialect(folder, engine, permalink)
    seen = scan(folder, folders, dialect, without)
    shelf = _Shelf(folder, folders, dialect)
    parsed = [_parsed(folder, found, site, dialect, shelf) for found in seen.files]
    return Collected(
        posts=tuple(each.post for each in parsed if each.post),
        left_out=tuple(sorted([*seen.left_out, *(each.left_out for each in parsed if each.left_out)])),
        problems=tuple(sorted([*seen.problems, *(problem for each in parsed for problem in each.problems)])),
    )


def read_body(folder: Path, post: Post) -> tuple[str, int]:
    """Return the source of a post's body, without the heading that is its title, and the line where it starts.

    Raises OSError or UnicodeDecodeError when the file is not what it was when it was collected.
    """
    text = (folder / post.path).read_text("utf-8")
    body, line = sources.split_body(text, post.path)
    if post.opens_with_title:
        _, body, lines = heading.split(body, post.markup)
        line += lines
    return body, line


def choose_dialect(folder: Path, engine: str, permalink: str) -> Dialect:
    """Take the dialect of an engine ("auto": as the site's folder shows) with a permalink. Raises SettingsError."""
    if engine == "auto":
        engine = sources.recognise(partial(look, folder))
    if engine not in ENGINES:
        known = ", ".join(["auto", *ENGINES])
        raise SettingsError(f"posts.engine = {engine!r}", f"expected one of {known}", str(folder / "feeds.toml"))
    dialect = ENGINES[engine]
    if not permalink:
        return dialect
    permalink = dialect.tokens(permalink)
    strange = unknown(permalink, dialect.names)
    if strange or (":" not in permalink and permalink not in dialect.styles):
        known = ", ".join(
            [*sorted(dialect.styles), *(f":{name}" for name in sorted(dialect.names)), "parts of the date"]
        )
        what = f"posts.permalink = {permalink!r}" + (f" has {strange[0]}" if strange else "")
        raise SettingsError(what, f"expected one of or a pattern of {known}", str(folder / "feeds.toml"))
    return replace(dialect, permalink=permalink)


def look(folder: Path, path: str) -> str | None:
    """Return the beginning of a file in the site's folder, "" for a folder, None where there is nothing to read."""
    try:
        if (folder / path).is_dir():
            return ""
        with (folder / path).open("rb") as file:
            return file.read(_LONGEST_DATA).decode("utf-8-sig", errors="replace")
    except (OSError, ValueError):
        return None


def scan(folder: Path, folders: Sequence[str], dialect: Dialect, without: str = "") -> Scan:
    """Find the files that may hold posts, opening none. Raises SettingsError for a folder that is not there."""
    walk = _Walk(folder, dialect, posixpath.normpath(without))
    for start in [_checked(folder, each) for each in folders]:
        walk.below(start)
    return Scan(tuple(sorted(walk.files.values())), tuple(walk.left_out), tuple(walk.problems))


def _checked(folder: Path, name: str) -> str:
    path = os.path.normpath(name)
    where = str(folder / "feeds.toml")
    if path.startswith("..") or Path(path).is_absolute():
        raise SettingsError(f"posts.folders: {name!r} lies outside the site's folder", "move feeds.toml up", where)
    if not (folder / path).is_dir():
        mend = "make it, or name the folder that holds the posts"
        raise SettingsError(f"posts.folders: there is no folder {name!r}", mend, where)
    return "" if path == "." else path.replace(os.sep, "/")


class _Walk:
    """A walk through folders that no loop, odd name or locked door ends."""

    def __init__(self, root: Path, dialect: Dialect, without: str) -> None:
        self.files: dict[str, Found] = {}
        self.left_out: list[LeftOut] = []
        self.problems: list[Problem] = []
        self._root, self._dialect, self._without = root, dialect, without
        self._been: set[tuple[int, int]] = set()

    def below(self, start: str) -> None:
        """Take all files below the folder `start`; links to folders last, so that a file goes by its real path."""
        here, linked = [start], deque[str]()
        while here or linked:
            path = here.pop() if here else linked.popleft()
            entries = self._entries(path)
            is_bundle = self._dialect.are_bundles_whole and any(_INDEX.fullmatch(entry.name) for entry in entries)
            for entry in entries:
                inner = f"{path}/{entry.name}".lstrip("/")
                if self._is_folder(entry):
                    if self._is_open(entry.name, inner):
                        (linked if entry.is_symlink() else here).append(inner)
                elif sources.is_text(entry.name, self._dialect) and self._is_sayable(inner) and inner not in self.files:
                    if is_bundle and not _INDEX.fullmatch(entry.name):
                        self.left_out.append(LeftOut(inner, "part of the post beside it"))
                    else:
                        self._take(entry, inner)

    def _is_open(self, name: str, path: str) -> bool:
        hidden = name.startswith(".") or name in _NOT_OURS or path == self._without
        return not hidden and self._is_sayable(path)

    def _entries(self, path: str) -> list[os.DirEntry[str]]:
        """List a folder by name, once."""
        try:
            info = (self._root / path).stat()
            if (key := (info.st_dev, info.st_ino)) in self._been:
                return []
            self._been.add(key)
            with os.scandir(self._root / path) as entries:
                return sorted(entries, key=lambda entry: entry.name)
        except OSError as error:
            self._problem(path, f"the folder cannot be read: {error.strerror}", "make it readable")
            return []

    @staticmethod
    def _is_folder(entry: os.DirEntry[str]) -> bool:
        try:
            return entry.is_dir()
        except OSError:  # a link to itself
            return False

    def _is_sayable(self, path: str) -> bool:
        """Tell whether a path is UTF-8; what is not cannot stand in an address, nor in a message."""
        try:
            path.encode()
        except UnicodeEncodeError:
            shown = os.fsencode(path).decode(errors="backslashreplace")
            self._problem(shown, "its name is not UTF-8", "rename it")
            return False
        return True

    def _take(self, entry: os.DirEntry[str], path: str) -> None:
        if reason := sources.refusal(path, self._dialect):
            self.left_out.append(LeftOut(path, reason))
            return
        try:
            info = entry.stat()
        except OSError as error:
            self._problem(path, f"it cannot be read: {error.strerror}", "mend the link, or remove it")
            return
        if not stat.S_ISREG(info.st_mode):  # opening a pipe would wait for ever
            self._problem(path, "it is no ordinary file", "remove it")
        elif info.st_size > _BIGGEST:
            self._problem(path, f"it has {info.st_size:,} bytes", f"keep a post under {_BIGGEST:,}")
        else:
            self.files[path] = Found(path, info.st_size, info.st_mtime_ns)

    def _problem(self, path: str, what: str, mend: str) -> None:
        self.problems.append(Problem(path, 0, what, mend))


class _Shelf:
    """The files beside posts that say something of them; each is read once."""

    def __init__(self, root: Path, folders: Sequence[str], dialect: Dialect) -> None:
        self._root, self._dialect = root, dialect
        self._data: dict[str, Mapping[str, Any]] = {}
        self._people: dict[str, Any] = {}
        for folder in ("data", "_data", *folders):
            for ending in ("json", "toml", "yaml", "yml"):
                self._people |= self._values(f"{folder}/authors.{ending}")

    def beside(self, path: str) -> Beside:
        """Return what other files say of the post at a path."""
        values: dict[str, Any] = {}
        for name in self._dialect.data_of(path):
            values |= self._dialect.values_of(self._values(name), path)
        header = self._dialect.header_of(path)
        return Beside((look(self._root, header) or "") if header else "", header, values, self._people)

    def _values(self, path: str) -> Mapping[str, Any]:
        if path not in self._data:
            self._data[path] = sources.data(look(self._root, path) or "", path)
        return self._data[path]


def _parsed(folder: Path, found: Found, site: Site, dialect: Dialect, shelf: _Shelf) -> Parsed:
    try:
        text = (folder / found.path).read_bytes().decode("utf-8")
        return sources.parse(text, found.path, site, dialect, shelf.beside(found.path))
    except OSError as error:
        problem = Problem(found.path, 0, f"it cannot be read: {error.strerror}", "make it readable")
    except UnicodeDecodeError as error:
        line = error.object.count(b"\n", 0, error.start) + 1
        problem = Problem(found.path, line, "it is not UTF-8", "save it as UTF-8")
    except Exception as error:  # ours to mend, but no reason to lose all other posts
        problem = Problem(found.path, 0, f"it cannot be read: {error!r}", "please report this with the file")
    return Parsed(None, None, (problem,))
