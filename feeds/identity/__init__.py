"""The id of a post: what feed readers tell posts apart by, the same in every format and feed, for ever.

It is what the front matter asks for, else what feeds.lock has for the post, wherever its file lies now, else a
tag: URI (RFC 4151) of the authority, the day of publication and the path of the file.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from hashlib import sha256
from itertools import chain, count
from types import MappingProxyType
from zoneinfo import ZoneInfo

from msgspec.structs import replace

from feeds.identity.uris import authority_of, stated, tag_uri
from feeds.model import Post, Problem

__all__ = ["assign", "authority_of", "tag_uri"]

_NONE: Mapping[str, str] = MappingProxyType({})


def assign(
    posts: Sequence[Post],
    authority: str,
    zone: str,
    held: Mapping[str, str] = _NONE,
    taken: Iterable[str] = (),
) -> tuple[tuple[Post, ...], tuple[Problem, ...]]:
    """Return `posts` with the ids that `choose` gives them, and what it finds wrong with them."""
    ids, problems = choose(posts, authority, zone, held, taken)
    return tuple([replace(post, id=ids[post.path]) for post in posts]), problems


def choose(
    posts: Sequence[Post],
    authority: str,
    zone: str,
    held: Mapping[str, str] = _NONE,
    taken: Iterable[str] = (),
) -> tuple[dict[str, str], tuple[Problem, ...]]:
    """Choose the id of each post, by path; of two with the same guid the one that readers know keeps it.

    `authority` is a host name in ASCII (see `authority_of`), `zone` the site's IANA zone, whose day the tag names.
    `held` are the ids that posts, by their paths, have already; `taken` those that no new post may get. Where nothing
    is held, the older of two with the same guid keeps it. Posts at one address are named as well: a reader who opens
    one sees the other.
    """
    ids, problems = _stated(posts, authority, held)
    problems += _at_one_address(posts)
    asked = set(ids.values())
    ids |= {path: name for path, name in held.items() if path not in ids and name not in asked}
    ids |= _tags([post for post in posts if post.path not in ids], authority, ZoneInfo(zone), {*taken, *ids.values()})
    return ids, tuple(sorted(problems))


def _tags(posts: Sequence[Post], authority: str, clock: ZoneInfo, used: set[str]) -> dict[str, str]:
    """Return an id for each post, by path, that is none of those that are `used`."""
    tags = {post.path: tag_uri(authority, post.published.astimezone(clock).date(), post.path) for post in posts}
    if len(used.union(tags.values())) == len(used) + len(tags):
        return tags
    for post in _oldest_first(posts):
        tags[post.path] = next(each for each in _candidates(tags[post.path], post.path) if each not in used)
        used.add(tags[post.path])
    return tags


def _stated(posts: Iterable[Post], authority: str, held: Mapping[str, str]) -> tuple[dict[str, str], list[Problem]]:
    """Return the ids that posts ask for and get, by path, and a problem for each post that does not get it."""
    asking = {
        # What readers know letter by letter, as "4063" of WordPress, stays so.
        post.path: post.guid if held.get(post.path) == post.guid else stated(post.guid, authority)
        for post in _oldest_first([post for post in posts if post.guid])
    }
    problems, owners = [], {name: path for path, name in held.items()} if asking else {}
    for path, name in asking.items():
        owner = owners.setdefault(name, path)
        if owner != path:
            what = f"{owner} has the same guid"
            problems.append(Problem(path, 0, what, "give each post its own", "RFC 4287 4.2.6"))
    return {path: name for path, name in asking.items() if owners[name] == path}, problems


def _at_one_address(posts: Sequence[Post]) -> Iterator[Problem]:
    if len({post.url for post in posts}) == len(posts):
        return
    first: dict[str, str] = {}
    for post in _oldest_first(posts):
        if (owner := first.setdefault(post.url, post.path)) != post.path:
            yield Problem(post.path, 0, f"{owner} has the same address, {post.url}", "give one of them another")


def _oldest_first(posts: Iterable[Post]) -> list[Post]:
    return sorted(posts, key=lambda post: (post.published, post.path))


def _candidates(tag: str, path: str) -> Iterator[str]:
    """Yield the tag of a path, then others for it: paths that differ in their normal form (NFC, NFD) have one tag.

    So has a new post that lies where one was that moved, if both are of the same day.
    """
    digests = (sha256(path.encode() + b"\0" * again).hexdigest()[:8] for again in count())
    return chain([tag], (f"{tag}:{digest}" for digest in digests))
