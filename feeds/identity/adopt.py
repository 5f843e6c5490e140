"""Ids taken over from a feed that readers have already."""

from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence

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


_Sign = Callable[[_Sight], Hashable]
_Matched = dict[str, tuple[Post, Seen]]  # by the path of the post


def adopt(posts: Sequence[Post], seen: Iterable[Seen]) -> Adopted:
    """Find the post of each entry: by id, link, the path of its link or a former one, else by title and date."""
    entries = tuple({entry.id: entry for entry in seen}.values())
    shown = {entry.id: _Sight(entry.id, entry.url, mark(plain(entry.title)), entry.published) for entry in entries}
    own = [(post, _Sight(post.id, post.url, mark(post.title), line_of(post).published)) for post in posts]
    former = [(post, replace(sight, url=url)) for post, sight in own for url in _once(post.aliases)]
    matched: _Matched = {}
    for sights, sign in ((own, _id), (own, _page), (own, _path), (former, _path), (own, _title), (own, _title_and_day)):
        taken = {entry.id for _, entry in matched.values()}
        left = [entry for entry in entries if entry.id not in taken]
        rest = [(post, sight) for post, sight in sights if post.path not in matched]
        matched |= _match(rest, left, shown, sign)
    taken = {entry.id for _, entry in matched.values()}
    since = min(filter(None, (entry.published for entry in entries)), default="")
    missing = (post for post, sight in own if post.path not in matched and since and sight.published >= since)
    return Adopted(tuple(matched.values()), tuple(each for each in entries if each.id not in taken), tuple(missing))


def by_page(posts: Iterable[Post], seen: Iterable[Seen]) -> dict[str, str]:
    """Return the ids of posts, by path, whose page one entry alone links to, and no other post has."""
    entries = {entry.id: entry for entry in seen}.values()
    return {post.path: entry.id for post, entry in pairs(posts, entries, _page, _page, lambda entry: entry.id)}


def lines_of(adopted: Adopted) -> tuple[Line, ...]:
    """Return the lines of the lock that give posts the ids of their entries."""
    return tuple(line_of(replace(post, id=entry.id)) for post, entry in adopted.matched)


def _match(
    rest: Iterable[tuple[Post, _Sight]], left: Iterable[Seen], shown: Mapping[str, _Sight], sign: _Sign
) -> _Matched:
    """Pair posts with entries of the same sign; of two entries for one post, the first."""
    found = pairs(rest, left, lambda each: sign(each[1]), lambda entry: sign(shown[entry.id]), lambda entry: entry.id)
    return {post.path: (post, entry) for (post, _), entry in reversed(found)}


def _once(urls: Iterable[str]) -> Iterable[str]:
    """Take each page once: "/a" and "/a/" are one."""
    return {page(url): url for url in urls}.values()


def _id(sight: _Sight) -> Hashable:
    return sight.id or None


def _page(sight: Post | Seen | _Sight) -> Hashable:
    return page(sight.url) if page(sight.url)[1] else None  # a link to the front page is no link to a post


def _path(sight: _Sight) -> Hashable:
    return page(sight.url)[1] or None


def _title(sight: _Sight) -> Hashable:
    return (sight.title, sight.published) if sight.title and sight.published else None


def _title_and_day(sight: _Sight) -> Hashable:
    return (sight.title, sight.published[:10]) if sight.title and sight.published else None
