"""What readers know already: by feeds.lock, and by the feeds in the output folder."""

import os
import posixpath
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path

from msgspec.structs import replace

from feeds import lockfile, output
from feeds.config import Settings
from feeds.errors import UsageError
from feeds.formats import FORMATS
from feeds.formats.places import path_of, patterns
from feeds.identity import authority_of, guard
from feeds.identity.adopt import adopt, by_page, lines_of
from feeds.identity.entries import Seen, entries
from feeds.identity.lock import Lock, Noted
from feeds.model import EPOCH, Feed, Post, Problem
from feeds.publish.written import Written

# The id of the site's feed in a format that has one (see `catalogue`): it tells the authority.
_FEED_ID = rb"tag:([a-z0-9.-]+),%s:feed[\"<]" % EPOCH.date().isoformat().encode()

# What an engine writes while its author tries it out (`jekyll serve`): no reader has it.
_ON_THIS_MACHINE = r"(?i)https?://(localhost|127\.\d+\.\d+\.\d+|0\.0\.0\.0|\[::1?\])([:/]|$)"


def known(settings: Settings, posts: Sequence[Post], noted: Mapping[str, Noted]) -> Lock:
    """Return the lock; where there is none, what the feeds show that ours will replace; of a new site, nothing.

    `posts` need no ids; `noted` are those of them that are as they were at the last build. Raises SettingsError for a
    lock that is broken, OutputError for what cannot be read.
    """
    if lock := lockfile.read(settings.root, noted):
        return lock
    paths = list(_paths(settings.root / settings.feeds.out, settings.feeds.paths))
    found = next(filter(None, (re.search(_FEED_ID, output.read(path)) for path in paths)), None)
    authority = found[1].decode() if found else authority_of(settings.site.url)
    seen = [entry for path in paths for entry in _seen(path)]
    if not seen:
        return Lock(authority)
    unnamed = [replace(post, id="") for post in posts]  # some have the id that they had when they were noted
    return Lock(authority, lines_of(adopt(unnamed, seen)))


def first_shown(settings: Settings, posts: Sequence[Post], lock: Lock, held: Mapping[str, str]) -> dict[str, str]:
    """Return ids for posts that have none in `held`, by path: those of an engine whose feed had them before ours.

    Only the page that an entry links to tells that it is the post, and no id counts that the lock has for any.
    """
    new = {post.path for post in posts if not post.guid and post.path not in held}
    if not new:
        return {}
    taken = {*(noted.id for noted in lock.standing.values()), *(line.id for line in lock.lines)}
    paths = _of_site(settings.root / settings.feeds.out, settings.feeds.paths)
    seen = [entry for path in paths for entry in _seen(path) if entry.id not in taken]
    return {path: name for path, name in by_page(posts, seen).items() if path in new} if seen else {}


def republished(
    settings: Settings, feeds: Iterable[Feed], posts: Iterable[Post], written: Written
) -> Iterator[Problem]:
    """Yield what readers of the feeds on disk, whoever made them, would see anew, were `feeds` written over them.

    `posts` are all that are public: an entry of one that only made room for newer ones is not lost.
    """
    ids = {post.id for post in posts}
    for feed in feeds:
        for place in _places(feed):
            path = settings.root / settings.feeds.out / place
            if (known := written.ids(place)) is not None and ids.issuperset(known):
                continue
            document = output.read(path)
            # Nearly always each id stands there as it is, and looking for it costs a hundredth of reading the feed.
            if document and not all(post.id.encode() in document for post in feed.posts):
                seen = _seen(path)
                theirs = {entry.id for entry in seen}
                new = [post for post in feed.posts if post.id not in theirs]
                yield from guard.republished(new, [entry for entry in seen if entry.id not in ids])


def are_ours_alone(settings: Settings, feeds: Iterable[Feed], written: Written) -> bool:
    """Tell whether all that lies where `republished` would look is as we wrote it."""
    out = settings.root / settings.feeds.out
    places = {place for feed in feeds for place in _places(feed)}
    return all(written.ids(place) is not None or not (out / place).exists() for place in places)


def _places(feed: Feed) -> set[str]:
    """Return where readers may have the feed from, below the output folder."""
    own = (path_of(feed, name) for name in feed.urls)
    return {*own, *(posixpath.join(feed.folder, each.file_name) for each in FORMATS.values())}


def _seen(path: Path) -> tuple[Seen, ...]:
    """Return the entries of the feed at `path`; none when no feed is there."""
    try:
        document = output.read(path)
        found = entries(document, str(path)) if document else ()  # a new site must not wait for lxml
    except UsageError:
        return ()
    return tuple(entry for entry in found if not re.match(_ON_THIS_MACHINE, entry.id))


def _paths(out: Path, paths: str) -> Iterator[Path]:
    """Yield where feeds may be below `out`: where the setting `paths` has them, in itself, and in all below feeds/."""
    for pattern in patterns(paths):
        yield from sorted(out.glob(pattern))
    for folder in (out, *(Path(folder) for folder, _, _ in os.walk(out / "feeds"))):
        yield from (folder / each.file_name for each in FORMATS.values())


def _of_site(out: Path, paths: str) -> Iterator[Path]:
    """Yield where the site's own feed may be, in any format."""
    own = (pattern for pattern in patterns(paths) if "*" not in pattern)
    yield from (out / path for path in sorted({*own, *(each.file_name for each in FORMATS.values())}))
