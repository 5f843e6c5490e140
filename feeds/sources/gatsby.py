"""Gatsby-style folders of content: as Astro's, but posts go by their folder below content/blog, and keep its case."""

from msgspec.structs import replace

from feeds.sources import paths
from feeds.sources.astro import ASTRO, address
from feeds.sources.dialect import Place

_ROOTS = ("content", "src/content", "src/pages")


def place(path: str) -> Place:
    """Read what a path says: `content/blog/x/index.md` is "x" in "blog"."""
    return paths.place(path, _ROOTS)


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
)
