"""What a build came to, and whether another one could come to anything else. Imports next to nothing."""

import os
import posixpath
import sys
from collections.abc import Collection, Mapping
from datetime import datetime
from hashlib import blake2b
from pathlib import Path

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from feeds import cache, output, tree
from feeds.errors import OutputError
from feeds.model import Feed, LeftOut, Problem
from feeds.tree import Stamp, Tree

_NAME = "built"
_SETTINGS = "feeds.toml"


class Built(Struct, frozen=True):
    """What a build came to; paths are relative to the site's folder."""

    posts: int
    feeds: tuple[Feed, ...]
    written: tuple[str, ...]
    unchanged: tuple[str, ...]
    removed: tuple[str, ...]
    left_out: tuple[LeftOut, ...]
    problems: tuple[Problem, ...]


class Places(Struct, frozen=True):
    """Where feeds of ours may lie: in the output folder, in all below its feeds/, and where patterns tell."""

    out: str  # "" for the site's own folder
    names: tuple[str, ...]
    patterns: tuple[str, ...]

    def strays(self, root: Path, written: Collection[str]) -> dict[str, Stamp]:
        """Return what lies there now, with its stamp, beside what was `written`."""
        top = str(root / self.out)
        folders = [top, *(folder for folder, _, _ in os.walk(f"{top}/feeds"))]
        found = {f"{folder}/{name}" for folder in folders for name in self.names}
        found.update(str(path) for pattern in self.patterns for path in Path(top).glob(pattern))
        paths = (posixpath.join(self.out, path[len(top) + 1 :]) for path in found)
        return {path: each for path in paths if path not in written and (each := tree.stamp(root / path))}


class World(Struct, frozen=True):
    """All that a build looked at; while it is the same, the build would be the same."""

    since: datetime
    until: datetime | None  # when a post goes public, or is public no more
    settings: bytes  # digest of feeds.toml
    folders: tuple[str, ...]  # of posts
    without: str  # the folder in them that is not read
    posts: bytes  # digest of what lies below them
    templates: str  # folder of the site's own
    state: bytes  # digest of what lies below it
    places: Places
    strays: Mapping[str, Stamp]  # what lies there that was not written
    seen: Mapping[str, Stamp | None]  # files elsewhere
    outputs: Mapping[str, output.Stamp | None]  # what was written
    rows: bytes = b""  # name of what was noted of all files, b"" for nothing
    texts: Mapping[str, bytes] = {}  # path of each post that stands in a feed -> digest of its file
    problems: tuple[Problem, ...] = ()  # of posts, whether they stand in a feed or not


class _Noted(Struct, frozen=True):
    world: World
    built: bytes  # JSON, since MessagePack has no offsets of times


class Before(Struct, frozen=True):
    """The last build, in a world that is the same but for what lies below the folders of posts."""

    world: World
    built: bytes  # JSON
    tree: Tree  # what lies there now
    state: bytes  # digest of that

    def result(self) -> Built:
        """Return what it came to."""
        return msgspec.json.decode(self.built, type=Built)


def unchanged(root: Path, now: datetime) -> tuple[Built | None, Before | None]:
    """Return what a build at `now` would come to if nothing has changed since the last one; None if it may have.

    And the last build, if nothing but posts can have changed. Looks at folders and stats alone, beside feeds.toml and
    our own code.
    """
    noted = cache.recall(root, _NAME, _Noted, cache.key())
    if noted is None or not _is_same(root, noted.world, now):
        return None, None
    grown = tree.grow(str(root), noted.world.folders, noted.world.without)
    before = Before(noted.world, noted.built, grown, grown.digest())
    return (before.result() if noted.world.posts == before.state else None), before


def note(root: Path, world: World, built: Built) -> None:
    """Note a build that is done."""
    paths = tuple(sorted((*built.written, *built.unchanged)))
    again = replace(built, written=(), unchanged=paths, removed=())
    cache.note(root, _NAME, _Noted(world, msgspec.json.encode(again)), cache.key())


def settings_digest(root: Path) -> bytes:
    """Return a digest of feeds.toml."""
    try:
        return blake2b(output.read(root / _SETTINGS), digest_size=16).digest()
    except OutputError:
        return b"unreadable"


def state_of(root: Path, folder: str, settled: int = sys.maxsize) -> bytes:
    """Return a digest of what lies below a folder of the site, which need not be there.

    b"" when something there changed after `settled` (see `tree.settled`).
    """
    grown = tree.grow(str(root), [folder], hidden=True)
    return grown.digest() if all(tree.unpacked(stamp)[2] < settled for stamp in grown.files.values()) else b""


def _is_same(root: Path, world: World, now: datetime) -> bool:
    """Tell whether all is as it was but for the posts, which take longest to look at."""
    return (
        world.since <= now
        and (world.until is None or now < world.until)
        and world.settings == settings_digest(root)
        and all(output.stamp(root / path) == stamp for path, stamp in world.outputs.items())
        and all(tree.stamp(root / path) == stamp for path, stamp in world.seen.items())
        and world.state == state_of(root, world.templates)
        and world.strays == world.places.strays(root, world.outputs)
    )
