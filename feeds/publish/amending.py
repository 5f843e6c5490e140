"""A build after a small change: the feeds of the last build, with the posts that changed in their places.

A blog of 100,000 posts where one was edited, or one is new: all others stand where they stood, and are not looked at.
Whatever may concern them is left to a whole build; so this one comes to nothing that that one would not come to.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from feeds import catalogue, collect, identity, lockfile
from feeds.collect import Changes
from feeds.config import Settings
from feeds.formats import places
from feeds.identity import lock
from feeds.identity.lock import Noted
from feeds.identity.recognise import recognise
from feeds.model import Feed, Post
from feeds.publish import built as memory
from feeds.publish.building import media_of, settings_digest
from feeds.publish.built import Before, Built
from feeds.publish.files import feed_files, page_files
from feeds.publish.known import are_ours_alone
from feeds.publish.posts import Renderer
from feeds.publish.written import Written


class _Wider(BaseException):  # which nobody else mends
    """More than the posts that changed may be concerned."""


class _Edit(Struct, frozen=True):
    """A post that changed."""

    post: Post  # with its id
    line: str  # in feeds.lock
    before: Post | None = None  # None for one that is new
    line_before: str = ""

    @property
    def is_new(self) -> bool:
        """Whether it was not there before."""
        return self.before is None


class _Others(Iterable[Post]):
    def __iter__(self) -> Iterator[Post]:
        raise _Wider


def amended(settings: Settings, now: datetime, before: Before) -> Built | None:
    """Build as `building.build` does where little has changed since the build `before`; else do nothing: None.

    Raises OutputError.
    """
    wanted, world = settings.posts, before.world
    choices = (wanted.folders, wanted.engine, wanted.permalink, settings.site)
    if settings.feeds.archive or not world.rows or settings_digest(settings) != world.settings:
        return None
    changes = collect.changes(settings.root, *choices, now=now, grown=before.tree)
    if changes is None or changes.name != world.rows:
        return None
    try:
        edits, content = _edits(settings, now, changes)
        return _built(settings, now, before, changes, edits, content)
    except _Wider:
        return None


def _built(
    settings: Settings, now: datetime, before: Before, changes: Changes, edits: Sequence[_Edit], content: bytes
) -> Built:
    """Write the feeds with what was edited; `content` is that of feeds.lock, b"" for the same."""
    world, last, rows = before.world, before.result(), changes.rows
    feeds = _placed(settings, last.feeds, edits)
    written = Written(settings)
    if not are_ours_alone(settings, feeds, written):
        raise _Wider
    shown = {post.path: post for feed in feeds for post in feed.posts}
    texts = {**world.texts, **{row.path: row.digest for row in rows.found}}
    renderer = Renderer(settings, _Others(), {path: texts[path] for path in shown})
    files = list(feed_files(feeds, renderer, written.former))  # renders all, before anything is written
    if content:
        lockfile.put(settings.root, content)
    removed = written.put_all([*files, *page_files(settings, feeds)])
    built = Built(
        posts=last.posts + sum(edit.is_new for edit in edits),
        feeds=feeds,
        written=tuple(written.new),
        unchanged=tuple(written.old),
        removed=removed,
        left_out=last.left_out,
        problems=tuple(sorted((*world.problems, *renderer.problems))),
    )
    rows.name({edit.post.path: edit.post.id for edit in edits})
    rows.stand({edit.post.path: Noted(edit.post.id, edit.line) for edit in edits})
    name = rows.note()
    renderer.note()
    written.note()
    next_changes = (world.until, catalogue.next_change([edit.post for edit in edits], now))
    world = replace(
        world,
        since=now,
        until=min(filter(None, next_changes), default=None),
        posts=before.state if rows.are_settled else b"",
        rows=name,
        texts={path: texts[path] for path in shown},
        strays=written.places.strays(settings.root, written.stamps),
        seen={**world.seen, **rows.seen, **media_of(settings, shown.values())},
        outputs=written.stamps,
    )
    memory.note(settings.root, world, built)
    return built


def _edits(settings: Settings, now: datetime, changes: Changes) -> tuple[list[_Edit], bytes]:
    """Return the posts that changed, and what feeds.lock is to say, b"" for what it says."""
    edits, new = [], list[Post]()
    for old, row in changes.pairs:
        if old and not (old.post or row.post) and (old.left_out, old.problems) == (row.left_out, row.problems):
            continue  # it is no post, for the same reason
        post, was = row.post, old.post if old else None
        rows = [row, *([old] if old else [])]
        if not post or (old and not old.line) or any(each.problems for each in rows):
            raise _Wider
        given = [each for each in (post, was) if each]
        wanted = settings.posts
        if catalogue.publishable(given, now, wanted.include_drafts, wanted.include_future)[1]:
            raise _Wider
        if not was:
            new.append(post)
        elif _standing(was) != _standing(post):
            raise _Wider
        else:
            post = replace(post, id=was.id)
            edits.append(_Edit(post, lock.text_of(lock.line_of(post)), was, old.line if old else ""))
    if not new and all(edit.line == edit.line_before for edit in edits):
        return edits, b""
    return _locked(settings, changes, edits, new)


def _standing(post: Post) -> tuple[object, ...]:
    """Return what decides where a post stands, and which others it concerns."""
    groups = (post.categories, post.tags, post.authors, post.language)
    return (post.url, post.published, post.guid, groups)


def _locked(
    settings: Settings, changes: Changes, edits: Sequence[_Edit], new: Sequence[Post]
) -> tuple[list[_Edit], bytes]:
    """Give new posts their ids, if these are sure to be theirs, and all of them their lines in feeds.lock."""
    data = lockfile.data(settings.root)
    outline = lock.outline(data)
    lines = recognise(
        [lock.line_of(post) for post in (*(edit.post for edit in edits), *new)],
        [*(lock.line(edit.line_before) for edit in edits), *outline.lines],
    )
    held = {edit.post.path: edit.post.id for edit in edits}
    if {path: line.id for path, line in lines.items()} != held:
        raise _Wider
    named, problems = identity.assign(new, outline.authority, settings.site.timezone)
    is_taken = any(msgspec.json.encode(post.id) in data or changes.rows.may_say(post.url) for post in named)
    if problems or is_taken:
        raise _Wider
    edits = [*edits, *(_Edit(post, lock.text_of(lock.line_of(post))) for post in named)]
    try:
        return edits, lock.amended(data, [(edit.line_before, edit.line) for edit in edits])
    except ValueError:
        raise _Wider from None


def _placed(settings: Settings, feeds: Sequence[Feed], edits: Iterable[_Edit]) -> tuple[Feed, ...]:
    """Put posts in the places of what they were; new ones join feeds that an older post has given its name."""
    language = settings.site.language
    changed = {edit.post.path: edit.post for edit in edits}
    joining: dict[str, list[Post]] = {feed.folder: [] for feed in feeds}
    groups = {(places.kind(feed.folder), catalogue.folded(feed.category)): feed for feed in feeds[1:]}
    for post in [edit.post for edit in edits if edit.is_new]:
        joining[""].append(post)
        for name in catalogue.names_of(post, settings.feeds.by, language):
            feed = groups.get(name)
            if feed is None or post.published <= min(each.published for each in feed.posts):
                raise _Wider
            joining[feed.folder].append(post)
    return tuple(_with(feed, changed, joining[feed.folder], language, settings.feeds.limit) for feed in feeds)


def _with(feed: Feed, changed: Mapping[str, Post], joining: Iterable[Post], language: str, limit: int) -> Feed:
    posts = [*(changed.get(post.path, post) for post in feed.posts), *joining]
    if places.kind(feed.folder) == "language":
        posts = [catalogue.spoken(post, language) for post in posts]
    return replace(feed, posts=catalogue.newest_first(posts)[:limit])
