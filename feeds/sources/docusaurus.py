"""Docusaurus: blog/, a date anywhere in the path and so in the address, authors by key into authors.yml.

As packages/docusaurus-plugin-content-blog/src/{blogUtils,feed,authors}.ts and docusaurus-utils/src/{globUtils,
contentVisibilityUtils}.ts of Docusaurus 3 have it. Its tags.yml is not read: a tag is called as posts call it.
"""

import re

from msgspec.structs import replace

from feeds.sources import paths
from feeds.sources.dialect import WHOLE, Dialect, Keys, Piece, Place, markups
from feeds.sources.permalink import expander
from feeds.sources.text import one_line

_ROOTS = ("website", "i18n", "docusaurus")
_TRANSLATED = r"(?s)(?:.*/)?i18n/([^/]+)/docusaurus-plugin-content-(blog)/(.*)"
# The last date counts, whatever stands before and behind it (blogUtils.ts, DATE_FILENAME_REGEX).
_DATED = r"(?s)(.*)(\d{4}[-/]\d{1,2}[-/]\d{1,2})[-/]?(.*)"
_INDEX = r"/index$"


def place(path: str) -> Place:
    """Read what a path says: `blog/2024/01/31-x.md` is "x" of that day; below i18n/ar/ it is Arabic."""
    translated = re.fullmatch(_TRANSLATED, path)
    found = paths.place("/".join(translated.group(2, 3)) if translated else path, _ROOTS, has_languages=False)
    hidden = any(step.startswith("_") or step == "__tests__" for step in [*found.folders, found.stem])
    dated = re.fullmatch(_DATED, _inner(found))
    return replace(
        found,
        path=path,
        day=dated[2].replace("/", "-") if dated else "",
        slug=(dated[3].rpartition("/")[2] if dated else "") or found.slug,
        language=translated[1] if translated else "",
        refused="its name starts with _, so Docusaurus passes it by" if hidden else "",
    )


def address(piece: Piece, permalink: str) -> str:
    """Return the path that a post is served at: below /blog/ by its `slug`, else by the day and name of its file."""
    path = _expand(permalink, piece)
    return f"/{piece.language}{path}" if piece.language else path


def _inner(place: Place) -> str:
    """Return the path of a post below the folder that is the blog's, without index and extension."""
    return re.sub(_INDEX, "", "/".join([*place.folders[1:], place.stem]))


def _route(piece: Piece) -> str:
    """Return the first folder, which is where the blog is served."""
    return next(iter(piece.place.folders), "blog")


def _slug(piece: Piece) -> str:
    if said := one_line(piece.values.get("slug")).strip("/"):
        return said
    inner = _inner(piece.place)
    dated = re.fullmatch(_DATED, inner)
    return f"{dated[2].replace('-', '/')}/{dated[1]}{dated[3]}" if dated else inner


_NAMES = {"route": _route, "slug": _slug}
_expand = expander(_NAMES)

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
