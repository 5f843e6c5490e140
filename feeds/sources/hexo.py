"""Hexo: source/_posts, categories that nest, addresses by day and name.

As lib/plugins/processor/post.ts and lib/plugins/filter/post_permalink.ts of Hexo have it, and slugize of hexo-util;
compared with what Hexo 8 does.
"""

import re
import unicodedata
from collections.abc import Mapping
from functools import cache
from hashlib import sha1
from typing import Any

from msgspec.structs import replace

from feeds.sources import paths
from feeds.sources.dialect import WHOLE, Dialect, Keys, Piece, Place, markups
from feeds.sources.permalink import expander
from feeds.sources.text import one_line

_ROOTS = ("source/_posts", "source/_drafts", "_posts", "_drafts")
_CONTROLS = re.compile(r"[\x00-\x1f]")
_LATIN = re.compile(  # by the names of letters in Unicode
    "(?:FULLWIDTH |CIRCLED )?LATIN (SMALL|CAPITAL) (?:LETTER|LIGATURE) (?:SHARP |DOTLESS )?([A-Z]{1,2})(?: WITH .*)?"
)
_SIGNS = re.compile(r"[\s~`!@#$%^&*()_+=\[\]{}|\\;:\"'<>,.?/-]+")
_IN_NAMES = {"year": r"\d{4}", "month": r"\d\d", "day": r"\d\d", "i_month": r"\d{1,2}", "i_day": r"\d{1,2}"}


def place(path: str) -> Place:
    """Read what a path says: the day in front of a name; whether it is part of the address is for `_title` to say."""
    found = paths.place(path, _ROOTS, has_languages=False)
    return replace(found, is_draft="_drafts" in path.split("/"))


def address(piece: Piece, permalink: str) -> str:
    """Return the path that Hexo serves a post at: its own `permalink` as it is, else the pattern of the site."""
    return _expand(one_line(piece.values.get("permalink")) or permalink, piece)


def slugized(text: str) -> str:
    """Make a name part of an address: Latin letters without marks, a hyphen for each run of signs of ASCII.

    Letters of other scripts keep their marks.
    """
    return _SIGNS.sub("-", "".join(map(_bare, _CONTROLS.sub("", text)))).strip("-")


@cache
def _bare(char: str) -> str:
    latin = None if char.isascii() else _LATIN.fullmatch(unicodedata.name(char, ""))
    if latin is None:
        return char
    return latin[2].lower() if latin[1] == "SMALL" else latin[2]


def values_of(data: Mapping[str, Any], _: str) -> Mapping[str, Any]:
    """Return what _config.yml says of the names of files."""
    return {"new_post_name": data.get("new_post_name")} if data else data


def _title(piece: Piece) -> str:
    """Return what Hexo calls the slug: the path below _posts, without what else `new_post_name` puts into a name."""
    path = "/".join([*piece.place.folders, piece.place.stem])
    pattern = one_line(piece.values.get("new_post_name")).rpartition(".")[0]
    if pattern in ("", ":title"):
        return path
    found = _named(pattern).fullmatch(path)
    return found[1] if found and found.re.groups else slugized(path)


@cache
def _named(pattern: str) -> re.Pattern[str]:
    """Turn ":year-:month-:day-:title" into a pattern of paths."""
    parts = re.split(r":(\w+)", pattern)
    wanted = ("(.+)" if name == "title" else _IN_NAMES.get(name, ".+") for name in parts[1::2])
    return re.compile("".join(map(str.__add__, map(re.escape, parts[::2]), [*wanted, ""])))


def _category(piece: Piece) -> str:
    """Return the path of the last category: a list is one hierarchy, a list of lists several."""
    said = piece.values.get("categories")
    is_several = isinstance(said, list) and any(isinstance(each, list) for each in said)
    last = said[-1] if is_several and said else piece.categories
    return "/".join(slugized(one_line(each)) for each in (last if isinstance(last, list | tuple) else [last]))


def _hash(piece: Piece) -> str:
    return sha1(f"{_title(piece)}{int(piece.day.timestamp())}".encode(), usedforsecurity=False).hexdigest()[:12]


_NAMES = {
    "title": _title,
    "name": lambda piece: _title(piece).rpartition("/")[2],
    "post_title": lambda piece: slugized(piece.title).lower(),
    "category": lambda piece: _category(piece) or "uncategorized",
    "lang": lambda piece: piece.language,
    "timestamp": lambda piece: str(int(piece.day.timestamp())),
    "hash": _hash,
    "id": lambda piece: one_line(piece.values.get("id")),
    "abbrlink": lambda piece: one_line(piece.values.get("abbrlink")),  # of the plugin hexo-abbrlink
}
_expand = expander(_NAMES)

HEXO = Dialect(
    name="hexo",
    markups=markups("marked"),
    template="hexo",
    marks=(
        {"_config.yml": "", "source/_posts": ""},
        {"_config.yml": r"^(?:new_post_name|source_dir|permalink_defaults)\s*:"},
        {"source/_posts": ""},
    ),
    sign=r"\A(?:.*/)?source/_posts/",
    place=place,
    address=address,
    permalink="/:year/:month/:day/:title/",
    names=frozenset(_NAMES),
    keys=Keys(categories=(("categories", WHOLE), ("category", WHOLE)), tags=(("tags", WHOLE), ("tag", WHOLE))),
    data_of=lambda _: ("_config.yml",),
    values_of=values_of,
)
