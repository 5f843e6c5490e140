"""From posts to feed files on disk; and what is wrong with any of them."""

import os
import sys
from collections import deque
from collections.abc import Collection, Iterable, Iterator, Sequence
from contextlib import suppress
from datetime import datetime
from itertools import islice
from pathlib import Path

from msgspec import Struct

from feeds import catalogue, lockfile, output, tree
from feeds.config import Settings, load
from feeds.errors import SettingsError
from feeds.identity import guard
from feeds.model import Feed, LeftOut, Post, Problem
from feeds.progress import Progress, quiet
from feeds.publish import built as memory
from feeds.publish.archive import archived
from feeds.publish.built import Built, World
from feeds.publish.file import File
from feeds.publish.files import FOLDER, Former, archive_files, feed_files, page_files
from feeds.publish.known import republished
from feeds.publish.media import places
from feeds.publish.outlook import Outlook, outlooks
from feeds.publish.posts import Public, Renderer, survey
from feeds.publish.written import Written

_AT_ONCE = 500  # posts that are rendered before the next sign of progress


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
    templates = memory.state_of(settings.root, FOLDER, tree.settled(now))  # as they are before they are read
    found = found or survey(settings, now)
    renderer = Renderer(settings, found.posts, found.collected.rows.digests)
    feeds, older = documents(settings, feeds_of(settings, found))
    written = Written(settings)
    if not accept_new_ids:
        guard.refuse((*found.changes, *republished(settings, feeds, found.posts, written)))
    shown = _shown((*feeds, *older))
    _render(shown, renderer, progress)
    # Before the feeds: what a kill leaves behind are ids of feeds not written yet, never feeds of ids forgotten.
    lockfile.write(settings.root, found.lock)
    removed = written.put_all(_files(settings, feeds, older, renderer, written.former))
    built = Built(
        posts=len(found.posts),
        feeds=feeds,
        written=tuple(written.new),
        unchanged=tuple(written.old),
        removed=removed,
        left_out=found.left_out,
        problems=tuple(sorted((*found.problems, *renderer.problems))),
    )
    world = _world(settings, found, now, shown, templates, written)
    renderer.note()
    written.note()
    memory.note(settings.root, world, built)
    return built


def _files(
    settings: Settings, feeds: Sequence[Feed], older: Sequence[Feed], renderer: Renderer, former: Former
) -> Iterator[File]:
    """Yield all files of a site."""
    yield from feed_files(feeds, renderer, former)
    yield from archive_files(older, renderer, settings.root / settings.feeds.out)
    yield from page_files(settings, feeds)


def _world(
    settings: Settings,
    found: Public,
    now: datetime,
    shown: Iterable[Post],
    templates: bytes,
    written: Written,
) -> World:
    root, rows = settings.root, found.collected.rows
    name, digests = rows.note(), rows.digests
    return World(
        since=now,
        until=catalogue.next_change(found.collected.posts, now, settings.posts.include_future),
        settings=settings_digest(settings),
        folders=found.collected.folders,
        without=found.collected.without,
        posts=found.collected.state if rows.are_settled else b"",
        templates=FOLDER,
        state=templates,
        places=written.places,
        strays=written.places.strays(root, written.stamps),
        seen={**found.collected.seen, **media_of(settings, shown)},
        outputs=written.stamps,
        rows=name,
        texts={post.path: digests[post.path] for post in shown},
        problems=found.problems,
    )


def media_of(settings: Settings, shown: Iterable[Post]) -> dict[str, tree.Stamp | None]:
    """Return where the media files of posts may lie, and what lies there."""
    paths = {path for post in shown for path in places(settings, post)}
    return {os.path.relpath(path, settings.root): tree.stamp(path) for path in paths}


def settings_digest(settings: Settings) -> bytes:
    """Return a digest of feeds.toml; b"" when the settings are not, or not any more, what it says."""
    digest = memory.settings_digest(settings.root)
    with suppress(SettingsError):
        return digest if load(settings.root) == settings else b""
    return b""


def foresee(
    settings: Settings, now: datetime, progress: Progress = quiet, *, accept_new_ids: bool = False
) -> tuple[Outlook, ...]:
    """Return what readers of each feed would see after a build, and write nothing. Raises what `build` does."""
    found = survey(settings, now)
    renderer = Renderer(settings, found.posts, found.collected.rows.digests)
    feeds, _ = documents(settings, feeds_of(settings, found))
    if not accept_new_ids:
        guard.refuse((*found.changes, *republished(settings, feeds, found.posts, Written(settings))))
    _render(_shown(feeds), renderer, progress)
    return tuple(outlooks(settings, feeds, feed_files(feeds, renderer), {post.id for post in found.posts}))


def check(settings: Settings, now: datetime, progress: Progress = quiet) -> Checked:
    """Find what is wrong with the posts, all of them, the feeds that they make, and the feeds that are on disk.

    Raises SettingsError, or OutputError for a feed that cannot be read.
    """
    found = survey(settings, now)
    renderer = Renderer(settings, found.posts, found.collected.rows.digests)
    feeds, older = documents(settings, feeds_of(settings, found))
    _render(found.posts, renderer, progress)
    written = Written(settings)
    files = list(_files(settings, feeds, older, renderer, written.former))
    sources = {post.id: post.path for post in found.posts}
    problems = {
        *found.problems,
        *renderer.problems,
        *found.changes,
        *republished(settings, feeds, found.posts, written),
        *(_ahead(post) for post in found.posts if post.updated > now),
    }
    for number, file in enumerate(files, 1):
        problems.update(_wrong(settings, file, sources))
        progress("feeds", number, len(files))
    return Checked(len(found.posts), found.left_out, tuple(sorted(problems)))


def _ahead(post: Post) -> Problem:
    what = f"it is said to be updated on {post.updated:%Y-%m-%d}, which is still to come"
    return Problem(post.path, 0, what, "correct the date", "W3C validator: ImplausibleDate")


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
    some = iter(posts)
    for done in range(0, len(posts), _AT_ONCE):
        renderer.prepare(islice(some, _AT_ONCE))
        progress("posts", min(done + _AT_ONCE, len(posts)), len(posts))
    deque(renderer.entries(posts), maxlen=0)


def _wrong(settings: Settings, file: File, sources: dict[str, str]) -> Iterator[Problem]:
    """Yield what is wrong with a feed as it would be written, and as it was."""
    from feeds.check import check as check_document

    path = (Path(settings.feeds.out) / file.path).as_posix()
    if file.kind:
        data = file.data
        for document in {data, output.read(settings.root / path) or data}:
            yield from check_document(file.kind, document, file.url, path, sources)
