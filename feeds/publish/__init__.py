"""Publish: the posts of a site become feed files on disk, and `check` says what is wrong with any of them."""

import os
import sys
from collections.abc import Collection, Iterable, Iterator
from datetime import datetime
from itertools import chain
from pathlib import Path

from msgspec import Struct

from feeds import catalogue, lockfile, output
from feeds.config import Settings
from feeds.formats import FORMATS, is_ours
from feeds.formats.places import patterns
from feeds.identity import guard
from feeds.model import Feed, LeftOut, Post, Problem
from feeds.progress import Progress, quiet
from feeds.publish.announcing import Told, announce, ping
from feeds.publish.archive import archived
from feeds.publish.files import File, archive_files, feed_files, page_files
from feeds.publish.known import republished
from feeds.publish.outlook import Outlook, outlooks
from feeds.publish.posts import Public, Renderer, public, survey

__all__ = [
    "Built",
    "Checked",
    "Outlook",
    "Public",
    "Renderer",
    "Told",
    "announce",
    "build",
    "check",
    "feeds_of",
    "foresee",
    "ping",
    "public",
]


class Built(Struct, frozen=True):
    """What a build came to; paths are relative to the site's folder."""

    posts: int
    feeds: tuple[Feed, ...]
    written: tuple[str, ...]
    unchanged: tuple[str, ...]
    removed: tuple[str, ...]
    left_out: tuple[LeftOut, ...]
    problems: tuple[Problem, ...]


class Checked(Struct, frozen=True):
    """What a check came to."""

    posts: int
    left_out: tuple[LeftOut, ...]
    problems: tuple[Problem, ...]


def build(
    settings: Settings,
    now: datetime,
    progress: Progress = quiet,
    *,
    accept_new_ids: bool = False,
    found: Public | None = None,
) -> Built:
    """Write the feeds of the posts that are public at `now`, and feeds.lock, each file only when it changes.

    Posts that were `found` already are not collected again. Files of feeds that are no more are removed. Raises
    GuardError when ids would change, unless that is accepted; SettingsError; or OutputError when the disk refuses:
    each file is whole then, and the next build goes on where this one stopped.
    """
    found = found or survey(settings, now)
    renderer = Renderer(settings, found.posts)
    feeds, older = documents(settings, feeds_of(settings, found))
    if not accept_new_ids:
        guard.refuse((*found.changes, *republished(settings, feeds)))
    _render(_shown((*feeds, *older)), renderer, progress)
    # Before the feeds: what a kill leaves behind are ids of feeds not written yet, never feeds of ids forgotten.
    lockfile.write(settings.root, found.lock)
    out = Path(settings.feeds.out)
    changed: dict[str, bool] = {}
    for file in chain(
        feed_files(feeds, renderer), archive_files(older, renderer, settings.root / out), page_files(settings, feeds)
    ):
        path = (out / file.path).as_posix()
        changed[path] = output.write(settings.root / path, file.data, file.time)
    removed = _remove_others(settings.root, out, changed, patterns(settings.feeds.paths))
    return Built(
        posts=len(found.posts),
        feeds=feeds,
        written=tuple(path for path, new in changed.items() if new),
        unchanged=tuple(path for path, new in changed.items() if not new),
        removed=removed,
        left_out=found.left_out,
        problems=tuple(sorted((*found.problems, *renderer.problems))),
    )


def foresee(
    settings: Settings, now: datetime, progress: Progress = quiet, *, accept_new_ids: bool = False
) -> tuple[Outlook, ...]:
    """Return what readers of each feed would see after a build, and write nothing. Raises what `build` does."""
    found = survey(settings, now)
    renderer = Renderer(settings, found.posts)
    feeds, _ = documents(settings, feeds_of(settings, found))
    if not accept_new_ids:
        guard.refuse((*found.changes, *republished(settings, feeds)))
    _render(_shown(feeds), renderer, progress)
    return tuple(outlooks(settings, feeds, feed_files(feeds, renderer), {post.id for post in found.posts}))


def check(settings: Settings, now: datetime, progress: Progress = quiet) -> Checked:
    """Find what is wrong with the posts, all of them, the feeds that they make, and the feeds that are on disk.

    Raises SettingsError, or OutputError for a feed that cannot be read.
    """
    found = survey(settings, now)
    renderer = Renderer(settings, found.posts)
    feeds, older = documents(settings, feeds_of(settings, found))
    _render(found.posts, renderer, progress)
    out = settings.root / settings.feeds.out
    files = [*feed_files(feeds, renderer), *archive_files(older, renderer, out), *page_files(settings, feeds)]
    sources = {post.id: post.path for post in found.posts}
    problems = {*found.problems, *renderer.problems, *found.changes, *republished(settings, feeds)}
    for number, file in enumerate(files, 1):
        problems.update(_wrong(settings, file, sources))
        progress("feeds", number, len(files))
    return Checked(len(found.posts), found.left_out, tuple(sorted(problems)))


def feeds_of(settings: Settings, found: Public) -> tuple[Feed, ...]:
    """Return the feeds that the posts make, the site's own first."""
    wanted = settings.feeds
    return catalogue.feeds_for(
        settings.site,
        found.posts,
        by=wanted.by,
        formats=wanted.formats,
        limit=sys.maxsize if wanted.archive else wanted.limit,
        content=wanted.content,
        hub=wanted.hub,
        podcast=settings.podcast if settings.podcast.category else None,
        authority=found.lock.authority,
        paths=wanted.paths,
    )


def documents(settings: Settings, feeds: tuple[Feed, ...]) -> tuple[tuple[Feed, ...], tuple[Feed, ...]]:
    """Return the feeds as readers poll them, and the archive documents beside. Raises OutputError."""
    wanted = settings.feeds
    if not wanted.archive:
        return feeds, ()
    return archived(feeds, settings.root / wanted.out, settings.site.url, wanted.limit)


def _shown(feeds: Iterable[Feed]) -> Collection[Post]:
    """Return the posts that stand in some feed, each once."""
    return {post.id: post for feed in feeds for post in feed.posts}.values()


def _render(posts: Collection[Post], renderer: Renderer, progress: Progress) -> None:
    for number, _ in enumerate(renderer.entries(posts), 1):
        progress("posts", number, len(posts))


def _wrong(settings: Settings, file: File, sources: dict[str, str]) -> Iterator[Problem]:
    """Yield what is wrong with a feed as it would be written, and as it was."""
    from feeds.check import check as check_document

    path = (Path(settings.feeds.out) / file.path).as_posix()
    if file.format:
        for document in {file.data, output.read(settings.root / path) or file.data}:
            yield from check_document(file.format, document, file.url, path, sources)


def _remove_others(root: Path, out: Path, ours: Iterable[str], others: Iterable[str]) -> tuple[str, ...]:
    """Remove feeds that we wrote and write no more: of a category that is gone, in a format not wanted now."""
    names = {each.file_name for each in FORMATS.values()}
    found = {out / folder / name for folder in _folders(root / out) for name in names}
    found |= {path.relative_to(root) for pattern in others for path in (root / out).glob(pattern)}
    gone = sorted(path for path in found if path.as_posix() not in ours and is_ours(output.read(root / path)))
    for path in gone:
        output.remove(root / path, root / out)
    return tuple(path.as_posix() for path in gone)


def _folders(out: Path) -> Iterator[str]:
    """Yield the folders below `out` where feeds may be: itself, and all below feeds/."""
    yield ""
    for folder, _, _ in os.walk(out / "feeds"):
        yield os.path.relpath(folder, out)
