"""feeds.lock: the id of each post, and what the post is recognised by when its file was moved.

One line a post, in the order of their paths, each a JSON array, so that git merges two branches line by line. The
order does not matter to us, nor do lines that are there twice.
"""

import re
from bisect import insort
from collections.abc import Iterable, Mapping
from contextlib import suppress
from datetime import UTC
from heapq import merge
from io import SEEK_END, BytesIO
from itertools import islice
from types import MappingProxyType

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from feeds.errors import SettingsError
from feeds.identity.marks import mark
from feeds.model import Post

FILE_NAME = "feeds.lock"
_HEAD = "# The ids by which feed readers tell posts apart. Made by `feeds build`; keep it with the posts, in git."
_AUTHORITY = "authority "
_AT_ONCE = 1_000
_SECONDS = 19  # characters of a time up to its seconds
_MOST_GONE = 1_000  # lines of posts that are gone, or as many as there are posts, where these are more

_NOTHING: Mapping[str, "Noted"] = MappingProxyType({})


class Line(Struct, frozen=True, array_like=True, order=True):
    """One post that readers know."""

    path: str
    id: str
    published: str  # "2025-06-20T23:30:00Z"
    title: str = ""  # its mark
    opening: str = ""  # the mark of how its body begins
    gone: bool = False  # the post is not public any more; should it come back, it has its id


class Noted(Struct, frozen=True, gc=False):
    """A post as it stands in the lock."""

    id: str
    text: str  # of its line


class Lock(Struct, frozen=True):
    """What feeds.lock says."""

    authority: str  # the host that new ids are made with; fixed by the first build, wherever the site moves
    lines: tuple[Line, ...] = ()
    # Posts by path, whose lines need not be read: they stand there as the build before wrote them, or this one will.
    standing: Mapping[str, Noted] = {}


_DECODER = msgspec.json.Decoder(Line)
_ENCODER = msgspec.json.Encoder()


def line_of(post: Post) -> Line:
    """Return the line that a post has in the lock."""
    published = post.published.astimezone(UTC).isoformat()[:_SECONDS]
    return Line(post.path, post.id, f"{published}Z", mark(post.title), post.opening)


def renewed(lock: Lock, posts: Iterable[Post]) -> Lock:
    """Return the lock as it is after a build of `posts`: what they say now, and what is remembered of others."""
    standing: dict[str, Noted] = {}
    for post in posts:
        noted = lock.standing.get(post.path)
        is_same = noted and noted.id == post.id
        standing[post.path] = noted if noted and is_same else Noted(post.id, text_of(line_of(post)))
    here = {noted.id for noted in standing.values()}
    left = (line(noted.text) for noted in lock.standing.values() if noted.id not in here)
    others = [replace(line, gone=True) for line in (*lock.lines, *left) if line.id not in here]
    others.sort(key=lambda line: (line.published, line), reverse=True)
    return Lock(lock.authority, tuple(sorted(others[: max(_MOST_GONE, len(here))])), standing)


def all_lines(lock: Lock) -> tuple[Line, ...]:
    """Return the lines of a lock, those too that were not read."""
    return (*lock.lines, *(line(noted.text) for noted in lock.standing.values()))


def text_of(line: Line) -> str:
    """Write a line down."""
    return _ENCODER.encode(line).decode()


def render(lock: Lock) -> bytes:
    """Write a lock down."""
    rest = sorted({(line.path, line.id, text_of(line)) for line in lock.lines})
    rows = merge(((path, lock.standing[path].id, lock.standing[path].text) for path in sorted(lock.standing)), rest)
    written = BytesIO(f"{_HEAD}\n{_AUTHORITY}{lock.authority}\n".encode())
    written.seek(0, SEEK_END)
    # Some at a time: of a site of 100,000 posts all would be there twice, 16 MB as text and 16 as bytes.
    while some := [f"{text}\n" for _, _, text in islice(rows, _AT_ONCE)]:
        written.write("".join(some).encode())
    return written.getvalue()


def parse(data: bytes, noted: Mapping[str, Noted] = _NOTHING) -> Lock | None:
    """Read what `render` wrote, or git merged; None for nothing. `noted` are posts, by path, that are as they were.

    Raises SettingsError that names the line.
    """
    if not data or data.isspace():
        return None
    rows = data.decode(errors="surrogateescape").split("\n")
    del data  # 16 MB of a site of 100,000 posts
    rows = [row.strip() for row in rows]
    authority, texts = _authority(rows), set(rows)
    standing = {path: each for path, each in noted.items() if each.text in texts}
    ids = {each.id for each in standing.values()}
    lines = _lines(rows, texts.difference([each.text for each in standing.values()]))
    # Two branches, merged: which is it now?
    if any((line.path in standing or line.id in ids) and not line.gone for line in lines):
        return Lock(authority, _lines(rows, texts))
    return Lock(authority, tuple([line for line in lines if line.id not in ids]), standing)


def outline(data: bytes) -> Lock:
    """Return what `render` wrote without the lines of posts that are there."""
    rows = data.decode().split("\n")
    return Lock(rows[1].removeprefix(_AUTHORITY), tuple([line(row) for row in rows if row.endswith(",true]")]))


def amended(data: bytes, lines: Iterable[tuple[str, str]]) -> bytes:
    """Change lines in what `render` wrote, each from one text to another; "" is none, for a new line.

    Raises ValueError where a line is not there.
    """
    head, authority, *rows, end = data.decode().split("\n")
    for old, new in lines:
        if old:
            rows.remove(old)
        insort(rows, new, key=_place)
    return "\n".join([head, authority, *rows, end]).encode()


def line(text: str) -> Line:
    """Read a line that `text_of` wrote."""
    return _DECODER.decode(text)


def _place(text: str) -> tuple[str, str, str]:
    read = line(text)
    return read.path, read.id, text


def _authority(rows: list[str]) -> str:
    """Return the authority; the rows that start with "[" are lines of posts."""
    authority = ""
    others = ((number, row) for number, row in enumerate(rows, 1) if row and row[0] not in "[#")
    for number, row in others:
        if row.startswith(_AUTHORITY):
            named = row.removeprefix(_AUTHORITY).strip()
            if not re.fullmatch("[a-z0-9.-]+", named):
                raise _broken(number)
            if authority not in ("", named):
                raise _wrong(number, f"a second authority, {named}", f"keep the line of {authority} alone")
            authority = named
        elif row.startswith(("<<<<<<<", "=======", ">>>>>>>", "|||||||")):
            raise _wrong(number, "a merge left its marks", "remove them and keep the lines of both sides")
        else:
            raise _broken(number)
    if not authority:
        raise _wrong(1, "no line says the authority", "take the file from git, or delete it to begin anew")
    return authority


def _lines(rows: list[str], texts: set[str]) -> tuple[Line, ...]:
    return tuple(sorted({_line(text, rows) for text in texts if text.startswith("[")}))


def _line(text: str, rows: list[str]) -> Line:
    with suppress(msgspec.DecodeError, UnicodeError):
        line = _DECODER.decode(text)
        if line.path and line.id:
            return line
    raise _broken(rows.index(text) + 1)


def _broken(number: int) -> SettingsError:
    return _wrong(number, "this is no line of a lock", "take it from git, or remove it and see `feeds build --dry-run`")


def _wrong(number: int, what: str, mend: str) -> SettingsError:
    return SettingsError(what, mend, f"{FILE_NAME}:{number}")
