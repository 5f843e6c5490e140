"""Docusaurus: blog/, the date in the name or the folders and so in the address, authors by key into authors.yml.

Written from what its documentation is known to say; not compared with its source yet.
"""

import re

from msgspec.structs import replace

from feeds.sources import paths
from feeds.sources.dialect import WHOLE, Dialect, Keys, Piece, Place, markups
from feeds.sources.permalink import expand
from feeds.sources.text import one_line

_ROOTS = ("website", "i18n", "docusaurus")
_TRANSLATED = re.compile(r"(?:.*/)?i18n/([^/]+)/docusaurus-plugin-content-(blog)/(.*)", re.DOTALL)
_DATE_ABOVE = re.compile(r"(?:^|/)\d{4}(?:/\d{1,2}(?:/\d{1,2})?)?$")


def place(path: str) -> Place:
    """Read what a path says: `blog/2024/01/31-x.md` is "x" of that day; below i18n/ar/ it is Arabic."""
    translated = _TRANSLATED.fullmatch(path)
    found = paths.place("/".join(translated.group(2, 3)) if translated else path, _ROOTS, has_languages=False)
    hidden = any(step.startswith("_") for step in [*found.folders, found.stem])
    return replace(
        found,
        path=path,
        language=translated[1] if translated else "",
        refused="its name starts with _, so Docusaurus passes it by" if hidden else "",
    )


def address(piece: Piece, permalink: str) -> str:
    """Return the path that a post is served at: below /blog/ by its `slug`, else by the day and name of its file."""
    path = expand(permalink, piece, _NAMES)
    return f"/{piece.language}{path}" if piece.language else path


def _route(piece: Piece) -> str:
    """Return the first folder, which is where the blog is served."""
    return next(iter(piece.place.folders), "blog")


def _slug(piece: Piece) -> str:
    said = one_line(piece.values.get("slug")).strip("/")
    if said:
        return said
    folders = "/".join(paths.home(piece.place)[1:])
    day = "/".join(part.zfill(2) for part in piece.place.day.split("-")) if piece.place.day else ""
    return "/".join(filter(None, [day, _DATE_ABOVE.sub("", folders) if day else folders, piece.place.slug]))


_NAMES = {"route": _route, "slug": _slug}

DOCUSAURUS = Dialect(
    name="docusaurus",
    markups=markups("gfm", mdx="gfm"),
    template="mdx",
    marks=(
        *({f"{folder}docusaurus.config.{ending}": ""} for folder in ("", "website/") for ending in ("js", "ts", "mjs")),
        {"website/siteConfig.js": ""},
        {"package.json": r'"@docusaurus/core"'},
    ),
    sign=r"\A(?:website/)?blog/(?s:.*)(?:^authors?: |^authors:$|<!-- ?truncate ?-->)",
    place=place,
    address=address,
    permalink="/:route/:slug",
    names=frozenset(_NAMES),
    keys=Keys(
        updated=("last_update.date", *Keys().updated),
        categories=(("categories", WHOLE), ("category", WHOLE)),
        tags=(("tags", WHOLE), ("tag", WHOLE)),
    ),
)
