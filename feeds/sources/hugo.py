"""Hugo: posts anywhere below content/, at the address of their path; languages in folders or before the extension.

As Hugo's documentation has it (content-management/urls, configuration/front-matter), resources/page/permalinks.go and
helpers/path.go (UnicodeSanitize).
"""

import re
import unicodedata
from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Any

from feeds.sources import paths
from feeds.sources.dialect import STATES, WHOLE, Dialect, Keys, Piece, Place, markups
from feeds.sources.key_names import key_name
from feeds.sources.permalink import DAY_PARTS, escape, expander
from feeds.sources.text import one_line

_KEPT = "._-+~@#"
_URLIZED = re.compile("[a-z0-9._+~@#-]*")  # most names of files are fine as they are
_END = r"(?:\d{1,2}|last)?"
_SLICE = re.compile(rf":sections\[({_END}(?:(?::|\.\.){_END})?)\]")
_CONFIGURATIONS = tuple(
    f"{folder}{name}.{ending}"
    for folder in ("", "config/_default/")
    for name in ("config", "hugo")
    for ending in ("toml", "yaml", "yml", "json")
)


def place(path: str) -> Place:
    """Read what a path says: `content/he/post/x.md` and `content/post/x.he.md` are Hebrew and in the section "post"."""
    return paths.place(path, ("content",))


def address(piece: Piece, permalink: str) -> str:
    """Return the path that a post is served at; its own `url` stands as it is, whatever language it is in."""
    values = piece.values
    own = one_line(values.get("url"))
    if own.startswith(("http://", "https://")):
        return own
    by_section = one_line(values.get("permalinks")) if permalink == HUGO.permalink else ""
    pattern = tokens(own or by_section) or permalink
    if "[" in pattern:
        pattern = _SLICE.sub(lambda found: _sliced(piece, found[1]), pattern)
    path = _expand(pattern, piece)
    if not own and values.get("uglyurls") is True:
        path = path.rstrip("/") + ".html"
    elif (by_section and not own) or "." not in path[path.rfind("/") + 1 :]:
        path = path.rstrip("/") + "/"
    # Only the name or folder of a file tells Hugo its language: `lang` in front matter is the author's own key.
    folder = (piece.language.lower() if piece.place.language else "") or one_line(values.get("language_folder"))
    return path if own.startswith("/") or not folder else f"/{folder}{path}"


def tokens(pattern: str) -> str:
    """Write the slices of sections without a colon, which is for placeholders: ":sections[1:]" is ":sections[1..]"."""
    if "[" not in pattern:
        return pattern
    return _SLICE.sub(lambda found: found[0][0] + found[0][1:].replace(":", ".."), pattern)


def urlized(text: str) -> str:
    """Make a name part of an address as Hugo does: small letters, hyphens for spaces, most signs dropped."""
    if _URLIZED.fullmatch(text):
        return text
    kept = (char for char in text if char.isspace() or char in _KEPT or unicodedata.category(char)[0] in "LMN")
    return re.sub(r"[\s-]*\s[\s-]*", "-", "".join(kept).strip()).lower()


def _base_name(piece: Piece) -> str:
    """Return the name of the file, whose date goes only where it is the one that counts."""
    is_dated = any(piece.values.get(key) for key in HUGO.keys.date)
    return urlized(paths.name(piece.place) if is_dated else piece.place.slug)


def _slug(piece: Piece) -> str:
    return urlized(one_line(piece.values.get("slug")))


def _sections(piece: Piece) -> tuple[str, ...]:
    return _urlized(paths.home(piece.place))


@lru_cache(maxsize=1024)
def _urlized(folders: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(map(urlized, folders))


def _sliced(piece: Piece, cut: str) -> str:
    """Return some of the sections: "1..", "..last", or one of them, "last" or "0" (permalinks.go, toSliceFunc)."""
    sections = _sections(piece)
    low, dots, high = cut.partition("..")
    first, last = (len(sections) - 1 if end == "last" else int(end or 0) for end in (low, high))
    return escape("/".join(sections[first : (last if high else None) if dots else first + 1]))


def data_of(path: str) -> tuple[str, ...]:
    """List the configuration, and the pages of the sections that a path lies in, for what they hand down to it."""
    return _data_of_folder(path.rpartition("/")[0])


@lru_cache(maxsize=256)
def _data_of_folder(folder: str) -> tuple[str, ...]:
    folders = folder.split("/") if folder else []
    sections = ("/".join([*folders[:depth], "_index.md"]) for depth in range(1, len(folders) + 1))
    return (*_CONFIGURATIONS, *sections)


def values_of(data: Mapping[str, Any], path: str) -> Mapping[str, Any]:
    """Return what is handed down to a path: the pattern of its section, and `cascade` where it is for all kinds."""
    if not data:
        return data
    is_in_folder = data.get("defaultcontentlanguageinsubdir") is True
    said = {
        "permalinks": _pattern(data.get("permalinks"), path),
        "uglyurls": data.get("uglyurls"),
        "language_folder": is_in_folder and (data.get("defaultcontentlanguage") or "en"),
    }
    return {**_cascade(data.get("cascade")), **{key: value for key, value in said.items() if value}}


def _pattern(said: Any, path: str) -> str:
    """Return the pattern of the innermost section that has one in `permalinks`; "" where none has."""
    if not isinstance(said, dict):
        return ""
    sections = key_name("/".join(paths.home(place(path))))  # keys of data are names
    given = {**said, **said["page"]} if isinstance(said.get("page"), dict) else said
    found = {key.strip(" /"): pattern for key, pattern in given.items() if isinstance(pattern, str)}
    fitting = [key for key in found if f"{sections}/".startswith(f"{key}/")]
    return found[max(fitting, key=len)] if fitting else ""


def _cascade(said: Any) -> dict[str, Any]:
    maps = [each for each in (said if isinstance(said, list) else [said]) if isinstance(each, dict)]
    merged: dict[str, Any] = {}
    for each in maps:
        merged |= {} if "target" in each or "_target" in each else each
    return merged


_NAMES: dict[str, Callable[[Piece], str]] = {
    "title": lambda piece: urlized(piece.title),
    "slug": lambda piece: _slug(piece) or urlized(piece.title),
    "filename": _base_name,
    "contentbasename": _base_name,
    "slugorfilename": lambda piece: _slug(piece) or _base_name(piece),
    "slugorcontentbasename": lambda piece: _slug(piece) or _base_name(piece),
    "section": lambda piece: next(iter(_sections(piece)), ""),
    "sections": lambda piece: "/".join(_sections(piece)),
    "monthname": lambda piece: DAY_PARTS["long_month"](piece.day),
    "weekday": lambda piece: str(piece.day.isoweekday() % 7),
    "weekdayname": lambda piece: DAY_PARTS["long_day"](piece.day),
    "yearday": lambda piece: str(piece.day.timetuple().tm_yday),
}
_expand = expander(_NAMES)

HUGO = Dialect(
    name="hugo",
    markups=markups("goldmark"),
    template="hugo",
    marks=(
        *({f"hugo.{ending}": ""} for ending in ("toml", "yaml", "yml", "json")),
        *({f"config.{ending}": r"(?i)^\W*baseurl\W"} for ending in ("toml", "yaml", "yml", "json")),
        {"config/_default": "", "content": ""},
    ),
    sign=r"\A(?:.*/)?content/(?s:.*)^(?:lastmod|publishDate|(?:date|title|author|tags) = |aliases|url:|slug:)",
    place=place,
    address=address,
    permalink="/:sections/:slugorcontentbasename/",
    tokens=tokens,
    names=frozenset(_NAMES),
    keys=Keys(
        # Its feeds carry the publishDate, which is the date where there is none (tpl/tplimpl/embedded rss.xml).
        date=("publishdate", "pubdate", *Keys().date),
        updated=("lastmod", *Keys().updated),
        expires=("expirydate", "unpublishdate", *Keys().expires),
        authors=("authors", "author", "params.authors", "params.author", "by"),
        image=("images", *Keys().image, "params.images", "params.image", "params.cover"),
        categories=(("categories", WHOLE), ("category", WHOLE), ("taxonomies.categories", WHOLE)),
        tags=(("tags", WHOLE), ("tag", WHOLE), ("taxonomies.tags", WHOLE)),
    ),
    states=(*STATES, ("headless", True, "hidden"), ("build.list", False, "hidden")),
    are_bundles_whole=True,
    data_of=data_of,
    values_of=values_of,
)
