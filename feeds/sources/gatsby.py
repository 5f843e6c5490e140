"""Gatsby: folders of content whose posts go by their path, letter by letter, below content/blog.

As packages/gatsby-source-filesystem/src/create-file-path.js of Gatsby has it, and gatsby-starter-blog.
"""

from msgspec.structs import replace

from feeds.sources import paths
from feeds.sources.astro import ASTRO
from feeds.sources.dialect import Piece, Place
from feeds.sources.permalink import expander
from feeds.sources.text import one_line

_ROOTS = ("content/blog", "content/posts", "content", "src/content", "src/pages")


def place(path: str) -> Place:
    """Read what a path says: `content/blog/x/index.md` is "x" in "blog"."""
    return paths.place(path, _ROOTS)


def address(piece: Piece, permalink: str) -> str:
    """Return the path that a post is likely served at: its own, else that of its file."""
    own = next(filter(None, (one_line(piece.values.get(key)) for key in ("path", "permalink", "url", "slug"))), "")
    if own.startswith(("http://", "https://")):
        return own
    path = _expand(own if own.startswith("/") else permalink, piece)
    return f"/{piece.language.lower()}{path}" if piece.language and not own else path


_NAMES = {
    "name": lambda piece: one_line(piece.values.get("slug")) or paths.name(piece.place),
    "folders": lambda piece: "/".join(paths.home(piece.place)),
}
_expand = expander(_NAMES)

GATSBY = replace(
    ASTRO,
    name="gatsby",
    marks=(
        *({f"gatsby-config.{ending}": ""} for ending in ("js", "mjs", "ts")),
        {"package.json": r'"gatsby"\s*:'},
    ),
    sign="",
    place=place,
    address=address,
    permalink="/:folders/:name/",
    names=frozenset(_NAMES),
)
