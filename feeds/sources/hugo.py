"""Hugo: posts anywhere below content/, at the address of their path; languages in folders or before the extension.

As Hugo's documentation has it (content-management/urls, configuration/front-matter, _common/permalink-tokens) and
helpers/path.go (UnicodeSanitize).
"""

import re
import unicodedata
from collections.abc import Callable, Mapping
from typing import Any

from feeds.sources import paths
from feeds.sources.dialect import STATES, WHOLE, Dialect, Keys, Piece, Place, markups
from feeds.sources.permalink import DAY_PARTS, expand
from feeds.sources.text import one_line

_KEPT = "._-+~@#"
_SLICES = {"[last]": ":last_section", "[1:]": ":inner_sections", "[:last]": ":upper_sections"}


def place(path: str) -> Place:
    """Read what a path says: `content/he/post/x.md` and `content/post/x.he.md` are Hebrew and in the section "post"."""
    return paths.place(path, ("content",))


def address(piece: Piece, permalink: str) -> str:
    """Return the path that a post is served at; its own `url` stands as it is, whatever language it is in."""
    own = one_line(piece.values.get("url"))
    if own.startswith(("http://", "https://")):
        return own
    path = expand(tokens(own) or permalink, piece, _NAMES)
    if not path.rpartition("/")[2].count("."):
        path = path.rstrip("/") + "/"
    return path if own.startswith("/") or not piece.language else f"/{piece.language.lower()}{path}"


def tokens(pattern: str) -> str:
    """Give slices of sections names of their own: ":sections[1:]" is ":inner_sections"."""
    return re.sub(r":sections(\[[^\]]*\])", lambda found: _SLICES.get(found[1], ":sections"), pattern)


def urlized(text: str) -> str:
    """Make a name part of an address as Hugo does: small letters, hyphens for spaces, most signs dropped."""
    kept = (char for char in text if char.isspace() or char in _KEPT or unicodedata.category(char)[0] in "LMN")
    return re.sub(r"[\s-]*\s[\s-]*", "-", "".join(kept).strip()).lower()


def _base_name(piece: Piece) -> str:
    """Return the name of the file, whose date goes only where it is the one that counts."""
    is_dated = any(piece.values.get(key) for key in HUGO.keys.date)
    return urlized(paths.name(piece.place) if is_dated else piece.place.slug)


def _slug(piece: Piece) -> str:
    return urlized(one_line(piece.values.get("slug")))


def _sections(piece: Piece) -> list[str]:
    return [urlized(folder) for folder in paths.home(piece.place)]


def data_of(path: str) -> tuple[str, ...]:
    """List the pages of the sections that a path lies in, from the outermost on, for what they hand down."""
    folders = path.split("/")[:-1]
    return tuple("/".join([*folders[:depth], "_index.md"]) for depth in range(1, len(folders) + 1))


def values_of(data: Mapping[str, Any], _: str) -> Mapping[str, Any]:
    """Return what a section hands down to all pages in it: its `cascade`, without what is for some kinds alone."""
    said = data.get("cascade")
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
    "last_section": lambda piece: "/".join(_sections(piece)[-1:]),
    "inner_sections": lambda piece: "/".join(_sections(piece)[1:]),
    "upper_sections": lambda piece: "/".join(_sections(piece)[:-1]),
    "monthname": lambda piece: DAY_PARTS["long_month"](piece.day),
    "weekday": lambda piece: str(piece.day.isoweekday() % 7),
    "weekdayname": lambda piece: DAY_PARTS["long_day"](piece.day),
    "yearday": lambda piece: str(piece.day.timetuple().tm_yday),
}

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
