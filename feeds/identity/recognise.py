"""Which post is which line of the lock: moved, renamed, dated anew, edited, or all at once but one."""

import re
from collections.abc import Callable, Collection, Hashable, Iterable, Sequence
from typing import TypeVar

from feeds.identity.lock import Line

_DATED = r"\d{4}-\d{1,2}-\d{1,2}[-_]?"
Seeker = TypeVar("Seeker")
Holder = TypeVar("Holder")


def recognise(posts: Sequence[Line], known: Collection[Line]) -> dict[str, Line]:
    """Return the known line of each post, by the path of the post, for those that are recognised.

    The surest signs count first, and posts that are there before those that are gone. A sign counts only when one post
    and one id have it: of two that look alike neither is guessed. `posts` are as `lock.line_of` makes them.
    """
    found: dict[str, Line] = {}
    rest = list(posts)
    here, gone = ([line for line in known if line.gone is is_gone] for is_gone in (False, True))
    for sign in _SIGNS:
        for lines in (here, gone):
            if rest and lines:
                matched = {post.path: line for post, line in pairs(rest, lines, sign, sign, lambda line: line.id)}
                ids = {line.id for line in matched.values()}
                found |= matched
                rest = [post for post in rest if post.path not in matched]
                here[:], gone[:] = ([line for line in each if line.id not in ids] for each in (here, gone))
    return found


def pairs(
    seekers: Iterable[Seeker],
    holders: Iterable[Holder],
    seek: Callable[[Seeker], Hashable],
    hold: Callable[[Holder], Hashable],
    name: Callable[[Holder], str],
) -> list[tuple[Seeker, Holder]]:
    """Pair those with a sign that no other seeker has, nor a holder of another name; None is no sign."""
    held: dict[Hashable, list[Holder]] = {}
    for holder in holders:
        held.setdefault(hold(holder), []).append(holder)
    sought: dict[Hashable, list[Seeker]] = {}
    for seeker in seekers:
        sought.setdefault(seek(seeker), []).append(seeker)
    found: list[tuple[Seeker, Holder]] = []
    taken: set[str] = set()
    for sign, (first, *others) in sought.items():
        names = {name(holder) for holder in held.get(sign, ())} if sign is not None else set()
        # A name has several signs, too: after a merge of two branches that both moved its post.
        if len(names) == 1 and not others and not names & taken:
            found.append((first, held[sign][0]))
            taken |= names
    return found


def _slug(path: str) -> str:
    """Return what a path calls a post, whatever the engine: "x" of _posts/2024-01-01-x.md and of posts/x/index.md."""
    *folders, name = path.split("/")
    stem = name.rpartition(".")[0] or name
    if stem.lower() in ("index", "_index") and folders:
        stem = folders[-1]
    return re.sub(_DATED, "", stem, count=1).lower() or stem


def _day(line: Line) -> str:
    return line.published[:10]


# From "nothing changed" on down. Where only the path is left to go by, the post must have been there at the last build:
# a file that takes the name of one deleted long ago is another post.
_SIGNS: tuple[Callable[[Line], Hashable], ...] = (
    lambda line: (line.path, line.published, line.title, line.opening),
    lambda line: (line.published, line.title, line.opening) if line.opening else None,
    lambda line: (line.path, line.published, line.title),
    lambda line: (line.path, line.opening) if line.opening else None,
    lambda line: line.opening or None,
    lambda line: (line.published, line.title) if line.title else None,
    lambda line: None if line.gone else line.path,
    lambda line: (line.path, line.title) if line.title else None,
    lambda line: (_day(line), line.title) if line.title else None,
    lambda line: (_day(line), _slug(line.path)),
)
