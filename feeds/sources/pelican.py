"""Pelican: `Key: value` headers or reST docinfo, the folder as category, addresses by the title.

As pelican/{readers,settings,contents,utils}.py of Pelican have it.
"""

import re
import unicodedata
from collections.abc import Mapping
from typing import Any

from msgspec.structs import replace

from feeds.sources import paths
from feeds.sources.dialect import COMMAS, WHOLE, Dialect, Keys, Piece, Place
from feeds.sources.permalink import expander
from feeds.sources.text import one_line
from feeds.sources.transliterate import by_unidecode

_BRACES = re.compile(r"\{(\w+)(?::([^{}]*))?\}")
_STRFTIME = {
    "%Y": ":year",
    "%y": ":short_year",
    "%m": ":month",
    "%-m": ":i_month",
    "%d": ":day",
    "%-d": ":i_day",
    "%b": ":short_month",
    "%B": ":long_month",
    "%j": ":y_day",
    "%H": ":hour",
    "%M": ":minute",
    "%S": ":second",
}


def place(path: str) -> Place:
    """Read what a path says: `content/Linux/x.md` is of the category "Linux"."""
    found = paths.place(path, ("content",), has_languages=False)
    return replace(found, category=found.folders[-1] if found.folders else "")


def address(piece: Piece, permalink: str) -> str:
    """Return the address of an article: its `Url` or `Save_as`, else the pattern; translations go by their language."""
    own = one_line(piece.values.get("url")) or one_line(piece.values.get("save_as"))
    if own.startswith(("http://", "https://")):
        return own
    of_language = piece.values.get("language_url") if piece.language and not own else ""
    if of_language:
        slug = next((each for each in _SLUGS if each in permalink), ":slug")
        permalink = tokens(of_language).replace(":slug", slug)
    path = _expand(tokens(own) or permalink, piece).removesuffix("index.html")
    if own or not piece.language or of_language or ":lang" in permalink:
        return path
    stem, dot, ending = path.rpartition(".html")
    return f"{stem}-{piece.language}{dot}{ending}" if dot else f"{path.rstrip('/')}-{piece.language}/"


def tokens(pattern: str) -> str:
    """Put our placeholders for Python's: "{date:%Y}/{slug}.html" is ":year/:slug.html"."""
    return _BRACES.sub(_token, pattern)


def _token(found: re.Match[str]) -> str:
    if found[1] == "date":
        return re.sub(r"%-?\w", lambda part: _STRFTIME.get(part[0], part[0]), found[2] or "%Y-%m-%d")
    return f":{found[1]}"


def slugified(text: str, *, is_ascii: bool = True) -> str:
    """Make a name part of an address: without signs, with hyphens for spaces (SLUG_REGEX_SUBSTITUTIONS).

    In ASCII unless SLUGIFY_USE_UNICODE says otherwise.
    """
    text = unicodedata.normalize("NFKC", text)
    text = by_unidecode(text) if is_ascii else text
    return re.sub(r"[-\s]+", "-", re.sub(r"[^\w\s-]", "", text).strip()).lower()


def _slug(piece: Piece) -> str:
    return one_line(piece.values.get("slug")) or slugified(piece.title) or piece.place.slug


def values_of(data: Mapping[str, Any], _: str) -> Mapping[str, Any]:
    """Return what holds for all articles that do not say otherwise, such as that they are drafts."""
    said = data.get("default_metadata")
    given = dict(said) if isinstance(said, dict) else {}
    if pattern := one_line(data.get("article_lang_url") or ("{slug}-{lang}.html" if "article_url" in data else "")):
        given["language_url"] = pattern
    return given


_NAMES = {
    "slug": _slug,
    # What {slug} is where SLUGIFY_USE_UNICODE is set, SLUGIFY_SOURCE is "basename", or FILENAME_METADATA has a slug;
    # `discovery` writes them.
    "unicode_slug": lambda piece: one_line(piece.values.get("slug")) or slugified(piece.title, is_ascii=False),
    "basename": lambda piece: one_line(piece.values.get("slug")) or slugified(piece.place.stem),
    "undated": lambda piece: piece.slug if piece.place.day else _slug(piece),
    "category": lambda piece: slugified(next(iter(piece.categories), "misc")),
    "author": lambda piece: slugified(one_line(piece.values.get("author"))),
    "lang": lambda piece: piece.language,
}
_SLUGS = (":unicode_slug", ":basename", ":undated")
_expand = expander(_NAMES)

PELICAN = Dialect(
    name="pelican",
    marks=({"pelicanconf.py": ""}, {"publishconf.py": ""}),
    sign=r"(?s:[^\n]*)\n(?:Title: |Date: |:date: |={3,}\n(?s:.){1,200}^:[Dd]ate:|(?s:.){1,200}\n={3,}\n\n:[Dd]ate:)",
    place=place,
    address=address,
    permalink="/:slug.html",
    tokens=tokens,
    names=frozenset(_NAMES),
    keeps_clocks=True,  # pelican/utils.py: a date that says its zone is not put on the site's clock
    knows_zones=False,  # dateutil passes by all names but UTC, GMT and Z; the article is then on the site's clock
    author_lists=frozenset({"authors"}),
    keys=Keys(
        updated=("modified", *Keys().updated),
        categories=(("category", WHOLE), ("categories", COMMAS)),
        tags=(("tags", COMMAS), ("tag", WHOLE)),
    ),
    data_of=lambda _: ("pelicanconf.py", "publishconf.py"),
    values_of=values_of,
)
