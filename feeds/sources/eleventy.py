"""Eleventy: any folder, data files that fill in front matter, permalinks that are small templates.

As src/{TemplateFileSlug,TemplatePermalink,Template,Data/TemplateData}.js of Eleventy have it; compared with 3.1.
"""

import re
import unicodedata
from collections.abc import Mapping
from typing import Any

from msgspec.structs import replace

from feeds.sources import paths
from feeds.sources.dialect import COMMAS, STATES, WHOLE, Dialect, Keys, Piece, Place, markups
from feeds.sources.permalink import expander, hyphenated
from feeds.sources.text import one_line

_ROOTS = ("src", "content", "source", "site")
_EXPRESSION = r"\{\{-?\s*+([\w.]++)((?:\s*+\|[^{}|]*+)*+)\s*+-?\}\}"
_DAY = r"\d{4}-\d\d-\d\d"
_DATED = r"(?s).*?\d{4}-\d\d-\d\d-(.*)"
_STRFTIME = {"%Y": "year", "%m": "month", "%d": "day", "%-m": "i_month", "%-d": "i_day"}


def place(path: str) -> Place:
    """Read what a path says: its first day, wherever it stands, which is none of the slug but is of the address."""
    found = paths.place(path, _ROOTS, has_languages=False)
    day = re.search(_DAY, path)
    return replace(found, day=day[0] if day else found.day, slug=_undated(paths.name(found)))


def address(piece: Piece, permalink: str) -> str:
    """Return the path that a post is served at: its `permalink`, where it is no template beyond us, else its file's."""
    own = piece.values.get("permalink")
    own = own.get("build") if isinstance(own, dict) else own
    pattern = tokens(own) if isinstance(own, str) else ""
    if "{" in pattern:
        pattern = _filled(pattern, piece.values)
    path = _expand(pattern if pattern and "{" not in pattern else permalink, piece)
    return re.sub(r"(?<=/)index(?:\.html|/)?$", "", path)


def tokens(pattern: str) -> str:
    """Put our placeholders for what a template says of the page: "{{ page.fileSlug }}" is ":slug"."""
    return re.sub(_EXPRESSION, _token, pattern)


def _token(found: re.Match[str]) -> str:
    name, filters = found[1], found[2]
    if name == "page.fileSlug":
        return ":slugged_file" if "slug" in filters else ":file_slug"
    if name == "page.filePathStem":
        return ":file_stem"
    if name in ("page.date", "date") and (form := re.search(r"[\"']([^\"']*%[^\"']*)[\"']", filters)):
        return re.sub(r"%-?\w", lambda part: f":{_STRFTIME.get(part[0], part[0])}", form[1])
    return ":title" if name == "title" else found[0]


def _filled(pattern: str, values: Mapping[str, Any]) -> str:
    """Put what front matter says for `{{ key }}`."""

    def value(found: re.Match[str]) -> str:
        said = one_line(values.get(found[1].lower().replace("-", "_")))
        return (_slugged(said) if "slug" in found[2] else said) or found[0]

    return re.sub(_EXPRESSION, value, pattern)


def _undated(name: str) -> str:
    dated = re.fullmatch(_DATED, name)
    return dated[1] if dated else name


def _slugged(text: str) -> str:
    """Return what the filters slug and slugify make of text in Latin letters; of others each makes something else."""
    bare = (char for char in unicodedata.normalize("NFKD", text) if not unicodedata.combining(char))
    return hyphenated("".join(bare).replace("&", " and ")).lower()


def _file_path(piece: Piece) -> str:
    """Return folders and name; what is called like its folder is at the folder's address."""
    folders, stem = list(piece.place.folders), piece.place.stem
    is_folder = stem == "index" or folders[-1:] == [stem]
    return "/".join(folders if is_folder else [*folders, stem])


def data_of(path: str) -> tuple[str, ...]:
    """List the data files of a post: those of its folders from the root on, then its own."""
    *folders, name = path.split("/")
    stems = ["/".join([*folders[: depth + 1], folder]) for depth, folder in enumerate(folders)]
    stems.append("/".join([*folders, name.rpartition(".")[0]]))
    return tuple(stem + ending for stem in stems for ending in (".json", ".11tydata.json"))


def values_of(data: Mapping[str, Any], _: str) -> Mapping[str, Any]:
    """Return what a data file says; its tags count beside those of the post, and of data files stronger than it."""
    return {**data, "tags_beside": data["tags"]} if "tags" in data else data


_NAMES = {
    "slug": lambda piece: _slugged(piece.slug),
    "title": lambda piece: _slugged(piece.title),
    "file_slug": lambda piece: piece.place.slug,
    "slugged_file": lambda piece: _slugged(piece.place.slug),
    "file_path": _file_path,
    "file_stem": lambda piece: "/".join([*piece.place.folders, _undated(piece.place.stem)]),
}
_expand = expander(_NAMES)

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
        tags=(("tags", COMMAS), ("tag", WHOLE), ("tags_beside", COMMAS)),
    ),
    states=(
        *STATES,
        ("permalink", False, "without a page"),
        ("eleventyexcludefromcollections", True, "kept out of feeds"),
    ),
    no_tags=frozenset({"all", "post", "posts", "blog"}),
    data_of=data_of,
    values_of=values_of,
)
