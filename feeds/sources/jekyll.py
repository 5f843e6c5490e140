"""Jekyll: `_posts` with the date in the name, collections, and pages anywhere.

As lib/jekyll/{document,page,url,utils,readers/post_reader,drops/url_drop}.rb of Jekyll 4 have it.
"""

import re
from collections.abc import Callable, Mapping
from functools import lru_cache
from pathlib import PurePosixPath
from typing import Any

from feeds.sources.dialect import SPACES, WHOLE, Dialect, Keys, Piece, Place, markups
from feeds.sources.permalink import expander, hyphenated
from feeds.sources.text import one_line

STYLES = {
    "date": "/:categories/:year/:month/:day/:title:output_ext",
    "pretty": "/:categories/:year/:month/:day/:title/",
    "ordinal": "/:categories/:year/:y_day/:title:output_ext",
    "weekdate": "/:categories/:year/W:week/:short_day/:title:output_ext",
    "none": "/:categories/:title:output_ext",
}
# The suffix of pages and collections follows the style of posts (utils.rb, add_permalink_suffix).
_SUFFIXES = {"pretty": "/", "date": ":output_ext", "ordinal": ":output_ext", "none": ":output_ext", "weekdate": ""}
_DATED = re.compile(r"(\d{4}-\d{1,2}-\d{1,2})-(.*)", re.DOTALL)
# What YAML has for a timestamp, without a zone: "2025-08-01 23:30" is none (psych/scalar_scanner.rb).
_TIMESTAMP = r"\d{4}-\d{1,2}-\d{1,2}(?:[Tt]|\s+)\d{1,2}:\d\d:\d\d(?:\.\d*)?"
_PRETTY = "._~!$&'()+,;=@"
_OWN_FOLDERS = {"_site", "_layouts", "_includes", "_sass", "_data", "_plugins"}


def place(path: str) -> Place:
    """Read what a path says: `es/_posts/2024-01-31-hola.md` is a post of the category "es"."""
    above, _, name = path.rpartition("/")
    stem, dot, _ = name.rpartition(".")
    stem = (stem if dot else name).rstrip(".")
    dated = _DATED.fullmatch(stem)
    day, slug = dated.groups() if dated else ("", stem)
    folders, kind, categories, own = _folders(above)
    return Place(
        path=path,
        stem=stem,
        slug=slug,
        day=day,
        folders=folders,
        categories=categories,
        collection="posts" if kind == "drafts" else kind,
        is_draft=kind == "drafts",
        needs_front_matter=kind not in ("posts", "drafts"),
        refused=f"in {own}, which holds no posts" if own else _refused(name, kind, day),
    )


@lru_cache(maxsize=1024)
def _folders(above: str) -> tuple[tuple[str, ...], str, tuple[str, ...], str]:
    """Read the folders that a file lies in: the group ("" for pages), the categories, and which one is Jekyll's own."""
    folders = tuple(above.split("/")) if above else ()
    special = next((folder for folder in folders if folder in ("_posts", "_drafts")), "")
    kind = (special or (folders[0] if folders and folders[0].startswith("_") else ""))[1:]
    categories = folders[: folders.index(special)] if special else ()
    return folders, kind, categories, next((folder for folder in folders if folder in _OWN_FOLDERS), "")


def _refused(name: str, kind: str, day: str) -> str:
    if name.startswith("_"):
        return "its name starts with _, so Jekyll passes it by"
    return "no date in its name, so Jekyll takes it for no post" if kind == "posts" and not day else ""


def address(piece: Piece, permalink: str) -> str:
    """Return the path that Jekyll serves a post at, with `permalink` a style or pattern of `_config.yml`."""
    own = one_line(piece.values.get("permalink"))
    path = _expand(own or _pattern(piece.place, permalink), piece)
    return re.sub("/{2,}", "/", path.replace("..", "/").replace("./", ""))  # url.rb, sanitize_url


def _pattern(place: Place, permalink: str) -> str:
    if place.collection == "posts":
        return STYLES.get(permalink, permalink)
    if not place.collection and place.stem == "index":
        return "/:path/"
    ending = next((end for end in ("/", ":output_ext") if permalink.endswith(end)), "")
    stem = "/:collection/:path" if place.collection else "/:path/:basename"
    return stem + _SUFFIXES.get(permalink, ending)


def _categories(piece: Piece) -> list[str]:
    """List categories as Jekyll has them in addresses, where "a, b" is "a," and "b"."""
    said = piece.values.get("categories")
    given = said.split() if isinstance(said, str) and "," in said else []
    return [*piece.place.categories, *given] if given else list(piece.categories)


def _path(piece: Piece) -> str:
    folders = piece.place.folders[1:] if piece.place.collection else piece.place.folders
    return "/".join([*folders, piece.place.stem] if piece.place.collection else folders)


def _output_ext(piece: Piece) -> str:
    ending = piece.place.path.rpartition(".")[2].lower()
    return f".{ending}" if ending in ("htm", "xhtml") else ".html"


def is_utc(values: Mapping[str, Any], stated: object) -> bool:
    """Tell whether Ruby's YAML takes a date for a timestamp: in UTC, then, whatever `timezone` Jekyll is told.

    Where it is told none it goes by the clock of its machine, which we do not know: that of the settings then.
    """
    return bool(values.get("site_timezone")) and isinstance(stated, str) and bool(re.fullmatch(_TIMESTAMP, stated))


def values_of(data: Mapping[str, Any], path: str) -> Mapping[str, Any]:
    """Return what the `defaults` of _config.yml say of a path; the narrower a scope, the more it counts."""
    given = [each for each in _list(data.get("defaults")) if isinstance(each, dict)]
    scoped = [(each["scope"], each.get("values")) for each in given if isinstance(each.get("scope"), dict)]
    found = place(path)
    kinds = ("drafts", "posts") if found.is_draft else (found.collection or "pages",)
    holding = [
        (str(scope.get("path") or ""), values)
        for scope, values in scoped
        if isinstance(values, dict) and _is_within(scope, path, kinds)
    ]
    merged: dict[str, Any] = {}
    for _, values in sorted(holding, key=lambda each: len(each[0])):
        merged |= values
    return {**merged, "site_timezone": data.get("timezone")}


def _is_within(scope: Mapping[str, Any], path: str, kinds: tuple[str, ...]) -> bool:
    folder = str(scope.get("path") or "").strip("/")
    is_there = (
        not folder or f"{path}/".startswith(f"{folder}/") or ("*" in folder and PurePosixPath(path).match(folder))
    )
    return is_there and scope.get("type") in (None, *kinds)


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


_NAMES: dict[str, Callable[[Piece], str]] = {
    "title": lambda piece: hyphenated(piece.slug, _PRETTY),
    "slug": lambda piece: hyphenated(piece.slug).lower(),
    "name": lambda piece: hyphenated(piece.place.stem).lower(),
    "basename": lambda piece: piece.place.stem,
    "path": _path,
    "collection": lambda piece: piece.place.collection,
    "categories": lambda piece: "/".join(dict.fromkeys(each.lower() for each in _categories(piece))),
    "slugified_categories": lambda piece: "/".join(dict.fromkeys(hyphenated(c).lower() for c in _categories(piece))),
    "output_ext": _output_ext,
}
_expand = expander(_NAMES)

JEKYLL = Dialect(
    name="jekyll",
    template="liquid",
    marks=({"_config.yml": ""}, {"_config.yaml": ""}, {"_config.toml": ""}, {"_posts": ""}),
    sign=r"\A(?:.*/)?_posts/",
    place=place,
    address=address,
    permalink="date",
    names=frozenset(_NAMES),
    styles=frozenset(STYLES),
    keys=Keys(
        categories=(("categories", SPACES), ("category", WHOLE)),
        tags=(("tag", WHOLE), ("tags", SPACES)),
    ),
    markups=markups("kramdown", text="html"),  # what has no converter is put out as it is
    are_images_rooted=True,
    is_utc=is_utc,
    data_of=lambda _: ("_config.yml",),
    values_of=values_of,
)
