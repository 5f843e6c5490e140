"""Eleventy: any folder, data files that fill in front matter, permalinks that are small templates.

Written from what its documentation is known to say; not compared with its source yet.
"""

import re
from collections.abc import Mapping
from typing import Any

from feeds.sources import paths
from feeds.sources.dialect import STATES, WHOLE, Dialect, Keys, Piece, Place, markups
from feeds.sources.permalink import expand, hyphenated
from feeds.sources.text import one_line

_ROOTS = ("src", "content", "source", "site")
_EXPRESSION = re.compile(r"\{\{-?\s*+([\w.]++)((?:\s*+\|[^{}|]*+)*+)\s*+-?\}\}")
_STRFTIME = {"%Y": "year", "%m": "month", "%d": "day", "%-m": "i_month", "%-d": "i_day"}


def place(path: str) -> Place:
    """Read what a path says: the day in front of a name is none of its slug."""
    return paths.place(path, _ROOTS, has_languages=False)


def address(piece: Piece, permalink: str) -> str:
    """Return the path that a post is served at: its `permalink`, where it is no template beyond us, else its file's."""
    own = piece.values.get("permalink")
    pattern = tokens(own) if isinstance(own, str) else ""
    if "{" in pattern:
        pattern = _filled(pattern, piece.values)
    return expand(pattern if pattern and "{" not in pattern else permalink, piece, _NAMES)


def tokens(pattern: str) -> str:
    """Put our placeholders for what a template says of the page: "{{ page.fileSlug }}" is ":slug"."""
    return _EXPRESSION.sub(_token, pattern)


def _token(found: re.Match[str]) -> str:
    name, filters = found[1], found[2]
    if name in ("page.fileSlug", "page.filePathStem"):
        return {"page.fileSlug": ":file_slug", "page.filePathStem": ":file_path"}[name]
    if name in ("page.date", "date") and (form := re.search(r"[\"']([^\"']*%[^\"']*)[\"']", filters)):
        return re.sub(r"%-?\w", lambda part: f":{_STRFTIME.get(part[0], part[0])}", form[1])
    return ":title" if name == "title" else found[0]


def _filled(pattern: str, values: Mapping[str, Any]) -> str:
    """Put what front matter says for `{{ key }}`."""

    def value(found: re.Match[str]) -> str:
        said = one_line(values.get(found[1].lower().replace("-", "_")))
        return (hyphenated(said).lower() if "slug" in found[2] else said) or found[0]

    return _EXPRESSION.sub(value, pattern)


def _file_path(piece: Piece) -> str:
    """Return folders and name; what is called like its folder is at the folder's address."""
    folders = list(paths.home(piece.place))
    is_twice = folders and folders[-1] == piece.place.slug
    return "/".join(folders if is_twice else [*folders, piece.place.slug])


def data_of(path: str) -> tuple[str, ...]:
    """List the data files of a post: those of its folders from the root on, then its own."""
    *folders, name = path.split("/")
    stems = ["/".join([*folders[: depth + 1], folder]) for depth, folder in enumerate(folders)]
    stems.append("/".join([*folders, name.rpartition(".")[0]]))
    return tuple(stem + ending for stem in stems for ending in (".json", ".11tydata.json"))


_NAMES = {
    "slug": lambda piece: hyphenated(piece.slug).lower(),
    "title": lambda piece: hyphenated(piece.title).lower(),
    "file_slug": lambda piece: piece.place.slug,
    "file_path": _file_path,
}

ELEVENTY = Dialect(
    name="eleventy",
    markups=markups("markdown-it"),
    template="nunjucks",
    marks=(
        *(
            {name: ""}
            for name in (".eleventy.js", *(f"eleventy.config.{ending}" for ending in ("js", "cjs", "mjs", "ts")))
        ),
        {"package.json": r'"@11ty/eleventy"'},
    ),
    sign=r"(?s:.*)(?:^eleventy\w+:|\beleventy\w*\.(?:js|config)|^---js(?:on)?$|^newstitle:)",
    place=place,
    address=address,
    permalink="/:file_path/",
    tokens=tokens,
    names=frozenset(_NAMES),
    keys=Keys(
        title=("title", "newstitle"),
        categories=(("categories", WHOLE), ("category", WHOLE)),
        tags=(("tags", WHOLE), ("tag", WHOLE)),
    ),
    states=(*STATES, ("eleventyexcludefromcollections", True, "kept out of feeds")),
    no_tags=frozenset({"all", "post", "posts", "blog"}),
    data_of=data_of,
)
