"""Ids taken over from a feed that readers have already."""

from collections.abc import Callable, Hashable, Iterable, Sequence

from msgspec import Struct
from msgspec.structs import replace

from feeds.identity.entries import Seen, page
from feeds.identity.lock import Line, line_of
from feeds.identity.marks import mark
from feeds.identity.recognise import pairs
from feeds.model import Post
from feeds.sources.text import plain


class Adopted(Struct, frozen=True):
    """What came of comparing a feed with the posts."""

    matched: tuple[tuple[Post, Seen], ...]
    unknown: tuple[Seen, ...]  # entries that no post matches
    missing: tuple[Post, ...]  # posts that no entry matches, though the feed goes back beyond them


class _Sight(Struct, frozen=True):
    """What a post and an entry are compared by."""

    id: str
    url: str
    title: str  # its mark
    published: str


def adopt(posts: Sequence[Post], seen: Iterable[Seen]) -> Adopted:
    """Find the post of each entry: by id, link or the path of its link, else by title and date."""
    entries = tuple({entry.id: entry for entry in seen}.values())
    sights = {post.path: _Sight(post.id, post.url, mark(post.title), line_of(post).published) for post in posts}
    shown = {entry.id: _Sight(entry.id, entry.url, mark(plain(entry.title)), entry.published) for entry in entries}
    matched: dict[str, tuple[Post, Seen]] = {}
    for sign in _SIGNS:
        rest = [post for post in posts if post.path not in matched]
        taken = {entry.id for _, entry in matched.values()}
        left = [entry for entry in entries if entry.id not in taken]
        of_post, of_entry = _both(sign, sights, shown)
        matched |= {post.path: (post, entry) for post, entry in pairs(rest, left, of_post, of_entry, lambda e: e.id)}
    taken = {entry.id for _, entry in matched.values()}
    since = min(filter(None, (entry.published for entry in entries)), default="")
    return Adopted(
        tuple(matched.values()),
        tuple(entry for entry in entries if entry.id not in taken),
        tuple(post for post in posts if post.path not in matched and since and sights[post.path].published >= since),
    )


def lines_of(adopted: Adopted) -> tuple[Line, ...]:
    """Return the lines of the lock that give posts the ids of their entries."""
    return tuple(line_of(replace(post, id=entry.id)) for post, entry in adopted.matched)


def _both(
    sign: Callable[[_Sight], Hashable], sights: dict[str, _Sight], shown: dict[str, _Sight]
) -> tuple[Callable[[Post], Hashable], Callable[[Seen], Hashable]]:
    return lambda post: sign(sights[post.path]), lambda entry: sign(shown[entry.id])


# A link to the front page is no link to a post.
_SIGNS: tuple[Callable[[_Sight], Hashable], ...] = (
    lambda sight: sight.id or None,
    lambda sight: page(sight.url) if page(sight.url)[1] else None,
    lambda sight: page(sight.url)[1] or None,
    lambda sight: (sight.title, sight.published) if sight.title and sight.published else None,
    lambda sight: (sight.title, sight.published[:10]) if sight.title and sight.published else None,
)
