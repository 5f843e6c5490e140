"""Astro: collections below src/content and pages below src/pages; what lies there keeps its path.

Written from what its documentation is known to say; not compared with its source yet. A site routes its collections
as it likes, so a permalink in the settings is often needed.
"""

from msgspec.structs import replace

from feeds.sources import paths
from feeds.sources.dialect import WHOLE, Dialect, Keys, Piece, Place, markups
from feeds.sources.permalink import expand, hyphenated
from feeds.sources.text import one_line

_ROOTS = ("src/content", "src/data", "src/pages", "content", "pages")


def place(path: str) -> Place:
    """Read what a path says; a name that begins with _ is left out, as Astro does."""
    found = paths.place(path, _ROOTS)
    hidden = any(step.startswith("_") for step in [*found.folders, found.stem])
    return replace(found, refused="its name starts with _, so Astro passes it by" if hidden else "")


def address(piece: Piece, permalink: str) -> str:
    """Return the path that a post is likely served at: its own, else that of its collection and name."""
    own = next(filter(None, (one_line(piece.values.get(key)) for key in ("permalink", "url", "path"))), "")
    if own.startswith(("http://", "https://")):
        return own
    path = expand(own or permalink, piece, _NAMES)
    return path if own or not piece.language else f"/{piece.language.lower()}{path}"


def _slug(piece: Piece) -> str:
    return one_line(piece.values.get("slug")).strip("/") or hyphenated(paths.name(piece.place), "_").lower()


_NAMES = {
    "slug": _slug,
    "title": lambda piece: hyphenated(piece.title).lower(),
    "name": lambda piece: paths.name(piece.place),
    "folders": lambda piece: "/".join(folder.lower() for folder in paths.home(piece.place)),
    "collection": lambda piece: next(iter(paths.home(piece.place)), ""),
}
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
    permalink="/:folders/:slug/",
    names=frozenset(_NAMES),
    keys=_KEYS,
)
