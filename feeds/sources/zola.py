"""Zola: TOML front matter, the date in the name where no key gives one, languages before the extension.

As components/{content/src/{page,file_info},site/src/feeds,utils/src/slugs}.rs of Zola have it, and the crate slug.
"""

import re
from collections.abc import Mapping
from typing import Any

from feeds.sources import paths
from feeds.sources.dialect import WHOLE, Dialect, Keys, Piece, Place, markups
from feeds.sources.permalink import expander
from feeds.sources.text import one_line
from feeds.sources.transliterate import by_deunicode

_SLUGIFY, _KEEPS_DATES = "slugify.paths", "slugify.paths_keep_dates"  # as `values_of` hands them down
_UNSAFE = re.compile(r'[<>:"/\\|?*]')  # SlugifyStrategy::Safe: what NTFS refuses


def place(path: str) -> Place:
    """Read what a path says: `content/blog/2024-01-31_x.he.md` is the Hebrew post "x" of the section "blog"."""
    return paths.place(path, ("content",))


def address(piece: Piece, permalink: str) -> str:
    """Return the path that Zola serves a post at: its own `path`, else below the folders of its sections."""
    own = one_line(piece.values.get("path"))
    path = _expand(own or permalink, piece)
    prefix = f"/{piece.language}" if piece.language and piece.place.language and not own else ""
    return f"{prefix}{path.rstrip('/')}/"


def slugified(text: str, how: str = "on") -> str:
    """Make a name part of an address as `[slugify] paths` of config.toml says: "on", "safe" or "off"."""
    if how == "off":
        return text
    if how == "safe":
        return _UNSAFE.sub("", text.rstrip(" ."))
    return re.sub("[^a-z0-9]+", "-", by_deunicode(text).lower()).strip("-")


def values_of(data: Mapping[str, Any], _: str) -> Mapping[str, Any]:
    """Return what config.toml says of names in addresses."""
    said = data.get("slugify")
    return {f"slugify.{key}": value for key, value in said.items()} if isinstance(said, dict) else {}


def _slug(piece: Piece) -> str:
    keeps_date = piece.values.get(_KEEPS_DATES) is True
    name = one_line(piece.values.get("slug")) or (paths.name(piece.place) if keeps_date else piece.place.slug)
    return slugified(name, one_line(piece.values.get(_SLUGIFY)))


_NAMES = {
    "slug": _slug,
    "sections": lambda piece: "/".join(paths.home(piece.place)),
}
_expand = expander(_NAMES)

ZOLA = Dialect(
    name="zola",
    markups=markups("pulldown"),
    template="zola",
    marks=({"zola.toml": ""}, {"config.toml": r"^base_url\s*="}),
    sign=r"\A(?:.*/)?content/(?s:.*)^(?:\[taxonomies\]|\[extra\]|path = |in_search_index|aliases = \[)",
    place=place,
    address=address,
    permalink="/:sections/:slug/",
    names=frozenset(_NAMES),
    keys=Keys(
        authors=("authors", "author", "extra.authors", "extra.author"),
        image=(*Keys().image, "extra.image", "extra.cover", "extra.thumbnail"),
        categories=(("taxonomies.categories", WHOLE), ("categories", WHOLE), ("category", WHOLE)),
        tags=(("taxonomies.tags", WHOLE), ("tags", WHOLE)),
    ),
    undated="no date, so Zola keeps it out of feeds",
    data_of=lambda _: ("zola.toml", "config.toml"),
    values_of=values_of,
)
