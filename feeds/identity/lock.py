"""feeds.lock: the id of each post, and what the post is recognised by when its file was moved.

One line a post, in the order of their paths, each a JSON array, so that git merges two branches line by line. The
order does not matter to us, nor do lines that are there twice.
"""

from collections.abc import Iterable
from datetime import UTC

import msgspec
from msgspec import Struct

from feeds.errors import SettingsError
from feeds.identity.marks import mark
from feeds.model import Post

FILE_NAME = "feeds.lock"
_HEAD = "# The ids by which feed readers tell posts apart. Made by `feeds build`; keep it with the posts, in git."
_AUTHORITY = "authority "
_MOST_GONE = 1_000  # lines of posts that are gone, or as many as there are posts, where these are more


class Line(Struct, frozen=True, array_like=True, order=True):
    """One post that readers know."""

    path: str
    id: str
    published: str  # "2025-06-20T23:30:00Z"
    title: str = ""  # its mark
    opening: str = ""  # the mark of how its body begins
    gone: bool = False  # the post is not public any more; should it come back, it has its id


class Lock(Struct, frozen=True):
    """What feeds.lock says."""

    authority: str  # the host that new ids are made with; fixed by the first build, wherever the site moves
    lines: tuple[Line, ...] = ()


_DECODER = msgspec.json.Decoder(Line)
_ENCODER = msgspec.json.Encoder()


def line_of(post: Post) -> Line:
    """Return the line that a post has in the lock."""
    published = post.published.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    return Line(post.path, post.id, published, mark(post.title), post.opening)


def renewed(lock: Lock, posts: Iterable[Post]) -> Lock:
    """Return the lock as it is after a build of `posts`: what they say now, and what is remembered of others."""
    lines = [line_of(post) for post in posts]
    here = {line.id for line in lines}
    others = [msgspec.structs.replace(line, gone=True) for line in lock.lines if line.id not in here]
    others.sort(key=lambda line: (line.published, line), reverse=True)
    return Lock(lock.authority, tuple(sorted([*lines, *others[: max(_MOST_GONE, len(lines))]])))


def render(lock: Lock) -> bytes:
    """Write a lock down."""
    lines = (_ENCODER.encode(line).decode() for line in sorted(set(lock.lines)))
    return "\n".join([_HEAD, f"{_AUTHORITY}{lock.authority}", *lines, ""]).encode()


def parse(data: bytes) -> Lock:
    """Read what `render` wrote, or git merged. Raises SettingsError that names the line."""
    authority, found = "", []
    for number, raw in enumerate(data.splitlines(), 1):
        row = raw.strip()
        if row.startswith(b"["):
            found.append(_line(row, number))
        elif row.startswith(_AUTHORITY.encode()):
            named = row[len(_AUTHORITY) :].decode(errors="replace").strip()
            if authority not in ("", named):
                raise _wrong(number, f"a second authority, {named}", f"keep the line of {authority} alone")
            authority = named
        elif row.startswith((b"<<<<<<<", b"=======", b">>>>>>>", b"|||||||")):
            raise _wrong(number, "a merge left its marks", "remove them and keep the lines of both sides")
        elif row and not row.startswith(b"#"):
            raise _broken(number)
    if not authority:
        raise _wrong(1, "no line says the authority", "take the file from git, or delete it to begin anew")
    return Lock(authority, tuple(sorted(set(found))))


def _line(row: bytes, number: int) -> Line:
    try:
        line = _DECODER.decode(row)
    except (msgspec.DecodeError, UnicodeDecodeError):
        raise _broken(number) from None
    if not (line.path and line.id):
        raise _broken(number)
    return line


def _broken(number: int) -> SettingsError:
    return _wrong(number, "this is no line of a lock", "take it from git, or remove it and see `feeds build --dry-run`")


def _wrong(number: int, what: str, mend: str) -> SettingsError:
    return SettingsError(what, mend, f"{FILE_NAME}:{number}")
