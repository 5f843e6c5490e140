"""Which post is which line of the lock: moved, renamed, dated anew, edited, or all at once but one."""

import re
from collections.abc import Callable, Hashable, Iterable, Sequence

from feeds.identity.lock import Line

_DATED = re.compile(r"\d{4}-\d{1,2}-\d{1,2}[-_]?")


def recognise(posts: Sequence[Line], known: Iterable[Line]) -> dict[str, Line]:
    """Return the known line of each post, by the path of the post, for those that are recognised.

    The surest signs count first. A sign counts only when one post and one id have it: of two that look alike
    neither is guessed. `posts` are as `lock.line_of` makes them.
    """
    found: dict[str, Line] = {}
    rest, left = list(posts), list(known)
    for sign in _SIGNS:
        if not rest or not left:
            break
        matched = _matched(rest, left, sign)
        found |= matched
        ids = {line.id for line in matched.values()}
        rest = [post for post in rest if post.path not in matched]
        left = [line for line in left if line.id not in ids]
    return found


def _matched(posts: Iterable[Line], known: Iterable[Line], sign: Callable[[Line], Hashable]) -> dict[str, Line]:
    """Match those whose sign is on one post and on one id only; the sign None is none."""
    holders: dict[Hashable, list[Line]] = {}
    for line in known:
        holders.setdefault(sign(line), []).append(line)
    seekers: dict[Hashable, list[Line]] = {}
    for post in posts:
        seekers.setdefault(sign(post), []).append(post)
    matched: dict[str, Line] = {}
    taken: set[str] = set()
    for key, (post, *others) in seekers.items():
        ids = {line.id for line in holders.get(key, ())} if key is not None else set()
        # An id has several lines, and so several signs, after a merge of two branches that both moved its post.
        if len(ids) == 1 and not others and not ids & taken:
            matched[post.path] = holders[key][0]
            taken |= ids
    return matched


def _slug(path: str) -> str:
    """Return what a path calls a post, whatever the engine: "x" of _posts/2024-01-01-x.md and of posts/x/index.md."""
    *folders, name = path.split("/")
    stem = name.rpartition(".")[0] or name
    if stem.lower() in ("index", "_index") and folders:
        stem = folders[-1]
    return _DATED.sub("", stem, count=1).lower() or stem


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
