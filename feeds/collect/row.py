"""What became of one file, as it is noted from one build to the next."""

from collections.abc import Iterable
from datetime import UTC, timedelta, timezone
from functools import cache, lru_cache

from msgspec import Struct
from msgspec.structs import force_setattr

from feeds.model import Post, Problem
from feeds.tree import Stamp, unpacked

UNSURE = b""  # of a file that the next build is to read once more
_TIMES = ("published", "updated", "expires")  # of a post


class Row(Struct, frozen=True, array_like=True, gc=False):
    """What became of one file."""

    path: str
    stamp: Stamp
    digest: bytes = b""  # of its text
    post: Post | None = None
    left_out: str = ""  # the reason
    problems: tuple[Problem, ...] = ()
    line: str = ""  # the post's line in feeds.lock, once it has one
    offsets: tuple[int, ...] = ()  # of the post's times from UTC, in minutes: what is noted knows the instant alone


def sure(stamp: Stamp, settled: int) -> Stamp:
    """Return a stamp, if a change that comes after it cannot leave it what it is (see `tree.settled`)."""
    _, mtime, ctime = unpacked(stamp)
    return stamp if mtime < settled > ctime else UNSURE


def offsets(post: Post | None) -> tuple[int, ...]:
    """Return how far the times of a post are from UTC, in minutes; nothing where none is."""
    if post and post.published.tzinfo is UTC and post.updated is post.published and not post.expires:
        return ()  # as nearly always
    found = (getattr(post, name).utcoffset() if getattr(post, name, None) else None for name in _TIMES)
    minutes = tuple([offset // timedelta(minutes=1) if offset else 0 for offset in found])
    return minutes if any(minutes) else ()


def restore(rows: Iterable[Row]) -> None:
    """Make posts what they were when they were noted: these are nobody else's yet.

    Times are as their authors wrote them, since feeds show that; and what is the same is one again, which is a fifth of
    the memory.
    """
    for row in rows:
        if row.post and row.post.path is not row.path:  # else it was not read from a note, but made here
            _share(row.post, row.path)
            for name, minutes in zip(_TIMES, row.offsets, strict=False):
                if minutes:
                    force_setattr(row.post, name, getattr(row.post, name).astimezone(_zone(minutes)))


def _share(post: Post, path: str) -> None:
    force_setattr(post, "path", path)
    force_setattr(post, "categories", _once(post.categories))
    if post.updated == post.published:
        force_setattr(post, "updated", post.published)


@lru_cache(maxsize=1024)  # posts of a blog have the same few categories
def _once(categories: tuple[str, ...]) -> tuple[str, ...]:
    return categories


@cache
def _zone(minutes: int) -> timezone:
    return timezone(timedelta(minutes=minutes))
