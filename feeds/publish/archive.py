"""Archived feeds (RFC 5005 section 4): the document that readers poll, and archive documents for all older posts.

An archive document never changes once it is written: a reader that has read it never asks for it again. So

- it holds a fixed number of posts, counted from the oldest, and only posts that newer ones have pushed out of reach of
  ordinary edits;
- one that is on disk stays as it is, whatever becomes of its posts. What was corrected since stands in the polled
  document again, as section 4 advises;
- it names the document before it, which is there already, and none after it, which is not there yet: a name that is
  added later would change it, and one that leads nowhere would end a reader's walk. Only the first names the second,
  since a document must name some other (W3C validator: ArchiveIncomplete); so the first two are written together.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from itertools import count
from pathlib import Path

from msgspec.structs import replace

from feeds import output
from feeds.catalogue import newest_first
from feeds.formats import FORMATS, holds_address, ids, is_ours
from feeds.markup import absolute_url
from feeds.model import Feed, History, Post

Kept = Mapping[int, frozenset[str]]  # number of an archive document on disk -> ids of its posts


def archived(feeds: Sequence[Feed], out: Path, site_url: str, limit: int) -> tuple[tuple[Feed, ...], tuple[Feed, ...]]:
    """Part feeds of all posts into the documents that readers poll and the archive documents of them all.

    `out` is the folder on disk, and `limit` how many posts an archive document holds. Raises OutputError.
    """
    polled, older = [], []
    for feed in feeds:
        document, archives = _parted(feed, *_kept(feed, out, site_url), site_url, limit)
        polled.append(document)
        older += archives
    return tuple(polled), tuple(older)


def kept_document(path: Path, url: str) -> bytes:
    """Return the archive document at `path` that is to stay as it is; nothing when there is none.

    One that speaks of another address is of another site, or of this before it moved. Raises OutputError.
    """
    document = output.read(path)
    return document if is_ours(document) and holds_address(document, url) else b""


def chunks(posts: Sequence[Post], kept: Kept, limit: int) -> Iterator[tuple[int, tuple[Post, ...]]]:
    """Yield the number and posts of each archive document that is to be written.

    A document that was removed by hand is written anew. At least `limit` posts stay for the polled document.
    """
    known = frozenset[str]().union(*kept.values())
    rest = [post for post in reversed(newest_first(posts)) if post.id not in known]
    last = max(kept, default=0)
    for number in count(1):
        if number in kept:
            continue
        spare = max(0, len(rest) - limit)
        if number > last and spare < (limit if number > 1 else 2 * limit):
            return
        yield number, tuple(rest[: min(limit, spare)])
        rest = rest[min(limit, spare) :]


def _kept(feed: Feed, out: Path, site_url: str) -> tuple[Kept, frozenset[int]]:
    """Read which posts the archive documents on disk hold, and which documents are there in every format."""
    held: dict[int, frozenset[str]] = {}
    whole = set()
    names = (path.name for path in (out / _folder(feed)).glob("[1-9]*"))
    for number in sorted(int(name) for name in names if name.isascii() and name.isdecimal()):
        folder, urls = out / _folder(feed, number), _urls(feed, number, site_url)
        found = [kept_document(folder / FORMATS[name].file_name, url) for name, url in urls.items()]
        if any(found):
            held[number] = ids(next(filter(None, found)))
        if all(found):
            whole.add(number)
    return held, frozenset(whole)


def _parted(feed: Feed, kept: Kept, whole: Collection[int], site_url: str, limit: int) -> tuple[Feed, list[Feed]]:
    posts = {post.id: post for post in feed.posts}
    held = {number: tuple(posts[each] for each in found if each in posts) for number, found in kept.items()}
    held |= dict(chunks(feed.posts, kept, limit))
    archives = [
        replace(
            feed,
            urls=_urls(feed, number, site_url),
            folder=_folder(feed, number),
            posts=() if number in whole else newest_first(held[number]),  # nothing is to be written
            hub="",  # it never changes, so there is nothing to tell
            history=History(
                previous=_urls(feed, number - 1, site_url),
                current=feed.urls,
                following=_urls(feed, 2, site_url) if number == 1 else {},
            ),
        )
        for number in sorted(held)
    ]
    gone = {post.id for each in held.values() for post in each}
    previous = _urls(feed, max(held, default=0), site_url)
    return replace(feed, posts=_polled(feed.posts, gone, limit), history=History(previous)), archives


def _polled(posts: Sequence[Post], archived: set[str], limit: int) -> tuple[Post, ...]:
    """Choose what readers poll: all that is in no archive, the newest, and what was corrected in their time."""
    newest, older = posts[:limit], posts[limit:]
    new = [post for post in older if post.id not in archived]
    corrected = [post for post in older if post.id in archived and post.updated >= newest[-1].published]
    latest = sorted(corrected, key=lambda post: post.updated, reverse=True)[:limit]
    return newest_first([*newest, *new, *latest])


def _folder(feed: Feed, number: int = 0) -> str:
    folder = f"{feed.folder or 'feeds'}/archive"
    return f"{folder}/{number}" if number else folder


def _urls(feed: Feed, number: int, site_url: str) -> dict[str, str]:
    """Return where the archive document `number` is served in each format; nothing for number 0."""
    folder = _folder(feed, number)
    names = feed.urls if number else ()
    return {name: absolute_url(f"{folder}/{FORMATS[name].file_name}", site_url) for name in names}
