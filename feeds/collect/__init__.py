"""Read the files that hold posts: `collect` makes posts of them, and opens only those that it does not know yet.

Decides nothing about posts: what is one is `sources`' to say. Bodies are not kept; `read_body` fetches one.
"""

import os
import posixpath
from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import NamedTuple

from msgspec import Struct

from feeds import sources, tree
from feeds.collect.dialects import choose_dialect
from feeds.collect.row import Row
from feeds.collect.rows import Rows, digest
from feeds.collect.sight import Sight, look
from feeds.config import FILE_NAME
from feeds.errors import SettingsError
from feeds.model import LeftOut, Post, Problem, Site
from feeds.sources import heading
from feeds.tree import Stamp, Tree

__all__ = ["Body", "Changes", "Collected", "Row", "changes", "choose_dialect", "collect", "look", "read_body"]


class Body(NamedTuple):
    """The source of a post's body."""

    text: str
    line: int  # of the file, where it starts; 1-based
    digest: bytes  # of the file


class Changes(NamedTuple):
    """What is not as it was noted."""

    rows: Rows
    name: bytes  # of what was noted
    pairs: list[tuple[Row | None, Row]]  # what became of each file, and what was noted of it


class Collected(Struct, frozen=True):
    """What the folders hold, by path."""

    left_out: tuple[LeftOut, ...]
    problems: tuple[Problem, ...]
    rows: Rows
    folders: tuple[str, ...]  # what was looked at: folders, "" for the site's own
    without: str  # but for what is in this one
    state: bytes  # digest of all that lies below the folders
    seen: Mapping[str, Stamp | None]  # what was looked at elsewhere, or was not there
    closed: tuple[Problem, ...]  # the folders that cannot be read

    @property
    def posts(self) -> tuple[Post, ...]:
        """The posts, without ids or with those that they had when they were noted."""
        return tuple([row.post for row in self.rows.found if row.post])


def collect(
    folder: Path,
    folders: Sequence[str],
    engine: str,
    permalink: str,
    site: Site,
    without: str = "",
    now: datetime | None = None,
    grown: Tree | None = None,
) -> Collected:
    """Read all posts below `folders` of the site's folder `folder`, in the order of their paths.

    `engine` is a key of `sources.ENGINES` or "auto", `permalink` a pattern that the engine knows or "" for its own;
    what lies in a folder `without` below is not read: the pages that we write are no posts. Files that are what they
    were when they were noted are not opened; with `now`, the time on the clock, they can be noted.
    `grown` is what lies there, if somebody has just looked.
    A file that cannot be used is a Problem. Raises SettingsError for an unknown engine, pattern or folder.
    """
    starts = tuple(_checked(folder, each) for each in folders)
    without = posixpath.normpath(without)
    grown, sight = grown or tree.grow(str(folder), starts, without), Sight(folder)
    dialect = choose_dialect(folder, engine, permalink, sight)
    rows = Rows(folder, folders, site, dialect, now)
    found = rows.read(grown)
    odd = [each for each in grown.odd if each.is_folder or sources.is_text(posixpath.basename(each.path), dialect)]
    problems = [Problem(each.path, 0, each.what, each.mend) for each in odd]
    closed = [problem for problem, each in zip(problems, odd, strict=True) if each.is_folder]
    return Collected(
        left_out=tuple(sorted(LeftOut(row.path, row.left_out) for row in found if row.left_out)),
        problems=tuple(sorted([*problems, *(problem for row in found for problem in row.problems)])),
        rows=rows,
        folders=starts,
        without=without,
        state=grown.digest(),
        seen=sight.seen | rows.seen,
        closed=tuple(closed),
    )


def changes(
    folder: Path, folders: Sequence[str], engine: str, permalink: str, site: Site, now: datetime, grown: Tree
) -> Changes | None:
    """Read the few files that are not what they were when they were noted; None where all must be looked at.

    `grown` is what lies there. Raises SettingsError for an unknown engine or pattern.
    """
    rows = Rows(folder, folders, site, choose_dialect(folder, engine, permalink), now)
    found = rows.changed(grown)
    return found and Changes(rows, *found)


def read_body(folder: Path, post: Post) -> Body:
    """Return the source of a post's body, without the heading that is its title.

    Raises OSError or UnicodeDecodeError when the file is not what it was when it was collected.
    """
    data = (folder / post.path).read_bytes()
    body, line = sources.split_body(data.decode("utf-8"), post.path)
    if post.opens_with_title:
        _, body, lines = heading.split(body, post.markup)
        line += lines
    return Body(body, line, digest(data))


def _checked(folder: Path, name: str) -> str:
    path = os.path.normpath(name)
    if path.startswith("..") or Path(path).is_absolute():
        raise SettingsError(f"posts.folders: {name!r} lies outside the site's folder", "move feeds.toml up", FILE_NAME)
    if not (folder / path).is_dir():
        mend = "make it, or name the folder that holds the posts"
        raise SettingsError(f"posts.folders: there is no folder {name!r}", mend, FILE_NAME)
    return "" if path == "." else path.replace(os.sep, "/")
