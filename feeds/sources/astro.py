"""Astro: collections below src/content and pages below src/pages; what lies there keeps its path.

As packages/astro/src/content/{utils,loaders/glob}.ts and examples/blog of Astro 6 have it, and github-slugger. A site
routes its collections as it likes, so a permalink in the settings is often needed.
"""

import unicodedata

from msgspec.structs import replace

from feeds.sources import paths
from feeds.sources.dialect import WHOLE, Dialect, Keys, Piece, Place, markups
from feeds.sources.permalink import expander, hyphenated
from feeds.sources.text import one_line

_KEPT = frozenset({"Lu", "Ll", "Lt", "Lm", "Lo", "Mn", "Mc", "Me", "Nd", "Nl", "Pc"})
_ROOTS = ("src/content", "src/data", "src/pages", "content", "pages")


def place(path: str) -> Place:
    """Read what a path says; a name that begins with _ is left out, as Astro does."""
    found = paths.place(path, _ROOTS)
    hidden = any(step.startswith("_") for step in [*found.folders, found.stem])
    is_page = "/src/pages/" in f"/{path}"
    collection = "" if is_page else next(iter(found.folders), "")
    return replace(
        found, collection=collection, refused="its name starts with _, so Astro passes it by" if hidden else ""
    )


def address(piece: Piece, permalink: str) -> str:
    """Return the path that a post is likely served at: its own, else that of its collection and name."""
    own = next(filter(None, (one_line(piece.values.get(key)) for key in ("permalink", "url", "path"))), "")
    if own.startswith(("http://", "https://")):
        return own
    path = _expand(own or permalink, piece)
    return path if own or not piece.language else f"/{piece.language.lower()}{path}"


def slugged(text: str) -> str:
    """Make a name part of an address as github-slugger does: small, a hyphen for each blank, without signs."""
    kept = (char for char in text.lower() if char in " -" or unicodedata.category(char) in _KEPT)
    return "".join(kept).replace(" ", "-")


def _id(piece: Piece) -> str:
    """Return what a post is called within its collection: its `slug`, else folders and name; pages go by their path."""
    given = piece.place
    steps = (*paths.home(given), paths.name(given))
    if not given.collection:
        return "/".join(steps)
    return one_line(piece.values.get("slug")).strip("/") or "/".join(map(slugged, steps[1:] or steps))


_NAMES = {
    "id": _id,
    "slug": lambda piece: one_line(piece.values.get("slug")).strip("/") or slugged(paths.name(piece.place)),
    "title": lambda piece: hyphenated(piece.title).lower(),
    "name": lambda piece: paths.name(piece.place),
    "folders": lambda piece: "/".join(folder.lower() for folder in paths.home(piece.place)),
    "collection": lambda piece: piece.place.collection,
}
_expand = expander(_NAMES)
_KEYS = Keys(
    date=("pubdate", "pubdatetime", "publishdate", "published_date", "publisheddate", *Keys().date),
    updated=("updateddate", "moddatetime", "modifieddate", *Keys().updated),
    image=("heroimage", "hero_image", "ogimage", *Keys().image),
    categories=(("categories", WHOLE), ("category", WHOLE)),
    tags=(("tags", WHOLE), ("tag", WHOLE)),
)

ASTRO = Dialect(
    name="astro",
    markups=markups("gfm", mdx="gfm"),
    template="mdx",
    marks=(
        *({f"astro.config.{ending}": ""} for ending in ("mjs", "js", "ts", "cjs", "mts")),
        {"package.json": r'"astro"\s*:'},
    ),
    sign=r"(?s:.*)^(?:pubDate|pubDatetime|heroImage|updatedDate):",
    place=place,
    address=address,
    permalink="/:collection/:id/",
    names=frozenset(_NAMES),
    keys=_KEYS,
)
