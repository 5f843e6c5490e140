"""What readers know already: by feeds.lock, and by our feeds in the output folder."""

import os
import re
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from feeds import lockfile, output
from feeds.config import Settings
from feeds.formats import FORMATS, is_ours
from feeds.formats.places import path_of
from feeds.identity import authority_of, guard
from feeds.identity.adopt import adopt, lines_of
from feeds.identity.entries import entries
from feeds.identity.lock import Lock
from feeds.model import EPOCH, Feed, Post, Problem

# The id of the site's feed in a format that has one (see `catalogue`): it tells the authority.
_FEED_ID = re.compile(rb"tag:([a-z0-9.-]+),%s:feed[\"<]" % EPOCH.date().isoformat().encode())


def known(settings: Settings, posts: Sequence[Post]) -> Lock:
    """Return the lock; where there is none, what our feeds on disk show, and for a new site that nothing is known.

    `posts` need no ids. Raises SettingsError for a lock that is broken, OutputError for what cannot be read.
    """
    if lock := lockfile.read(settings.root):
        return lock
    out = settings.root / settings.feeds.out
    documents = [document for path in _paths(out) if is_ours(document := output.read(path))]
    found = next(filter(None, map(_FEED_ID.search, documents)), None)
    authority = found[1].decode() if found else authority_of(settings.site.url)
    seen = [entry for document in documents for entry in entries(document, str(out))]
    return Lock(authority, lines_of(adopt(posts, seen)) if seen else ())


def republished(settings: Settings, feeds: Iterable[Feed]) -> Iterator[Problem]:
    """Yield what readers of our feeds on disk would see anew, were `feeds` written over them."""
    out = settings.root / settings.feeds.out
    for feed in feeds:
        own = (out / path_of(feed, name) for name in feed.urls)
        files = (*own, *(out / feed.folder / each.file_name for each in FORMATS.values()))
        path, document = next(((path, data) for path in files if is_ours(data := output.read(path))), (out, b""))
        # Nearly always each id stands there as it is, and looking for it costs a hundredth of reading the feed.
        if document and not all(post.id.encode() in document for post in feed.posts):
            yield from guard.republished(feed.posts, entries(document, str(path)))


def _paths(out: Path) -> Iterator[Path]:
    """Yield where feeds may be below `out`: in itself, and in all folders below feeds/."""
    for folder in (out, *(Path(folder) for folder, _, _ in os.walk(out / "feeds"))):
        yield from (folder / each.file_name for each in FORMATS.values())
