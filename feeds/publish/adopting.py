"""Take over the ids of a feed that readers have already."""

from collections.abc import Sequence
from datetime import datetime

from msgspec import Struct
from msgspec.structs import replace

from feeds import lockfile
from feeds.config import Settings
from feeds.fetch import fetch, is_address
from feeds.identity.adopt import adopt as pair
from feeds.identity.entries import Seen, entries
from feeds.identity.lock import renewed
from feeds.model import Post, Problem
from feeds.publish.posts import survey


class Adoption(Struct, frozen=True):
    """What came of taking ids over."""

    matched: int  # posts that have the id of an entry now
    changed: int  # of these, the posts that had another id before
    unknown: tuple[str, ...]  # entries that no post matches, by link or title
    missing: tuple[str, ...]  # paths of posts that no entry matches, though the feeds go back beyond their dates
    problems: tuple[Problem, ...]  # posts whose front matter asks for another id


def adopt(settings: Settings, places: Sequence[str], now: datetime) -> Adoption:
    """Give posts the ids that they have in the feeds at `places`, files or addresses, and write feeds.lock.

    Raises UsageError for what is no feed, OutputError for an address that does not answer, SettingsError.
    """
    found = survey(settings, now)
    seen = [entry for place in places for entry in _entries(place, settings.site.url)]
    adopted = pair(found.posts, seen)
    wrong = {
        post.path: _wrong(post, entry)
        for post, entry in adopted.matched
        if post.guid not in ("", entry.id) and post.id != entry.id
    }
    ids = {post.path: entry.id for post, entry in adopted.matched if post.path not in wrong}
    posts = [replace(post, id=ids.get(post.path, post.id)) for post in found.posts]
    lockfile.write(settings.root, renewed(found.lock, posts))
    return Adoption(
        matched=len(ids),
        changed=sum(1 for post in found.posts if ids.get(post.path, post.id) != post.id),
        unknown=tuple(entry.url or entry.title or entry.id for entry in adopted.unknown),
        missing=tuple(post.path for post in adopted.missing),
        problems=tuple(sorted(wrong.values())),
    )


def _entries(place: str, site_url: str) -> tuple[Seen, ...]:
    return entries(fetch(place), place, place if is_address(place) else site_url)


def _wrong(post: Post, entry: Seen) -> Problem:
    what = f"its front matter makes it {post.id}, but readers know it as {entry.id}"
    return Problem(post.path, 0, what, f'write "guid: {entry.id}" there, or leave the key out and adopt again')
