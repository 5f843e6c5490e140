"""No engine: any folder of Markdown or HTML files, each the page that its path names."""

from collections.abc import Callable
from functools import lru_cache

from msgspec.structs import replace

from feeds.sources import paths
from feeds.sources.dialect import Dialect, Piece, Place
from feeds.sources.permalink import expander, hyphenated
from feeds.sources.text import one_line

# Where all that is served lies in the repositories of many sites, whatever makes them.
_ROOTS = ("src/content", "_content", "content", "src/pages", "pages")


def place(path: str) -> Place:
    """Read what a path says: a date in the name or the folders, a language, a folder of its own for `slug/index.md`."""
    found = paths.place(path)
    above, _, name = path.rpartition("/")
    # Without an engine the address is the path: that of `x.ar.md` is not that of `x.md`.
    return replace(found, stem=name.rpartition(".")[0], folders=_folders(above))


@lru_cache(maxsize=1024)
def _folders(above: str) -> tuple[str, ...]:
    return tuple(paths.below(above.split("/") if above else [], _ROOTS))


def address(piece: Piece, permalink: str) -> str:
    """Return the address that the post names itself, else what `permalink` makes of it."""
    own = one_line(piece.values.get("permalink")) or one_line(piece.values.get("url"))
    if own.startswith(("http://", "https://")):
        return own
    is_folder = permalink == PLAIN.permalink and piece.place.stem.lower() == "index"
    return _expand(own or ("/:folders/" if is_folder else permalink), piece)


_NAMES: dict[str, Callable[[Piece], str]] = {
    "title": lambda piece: piece.slug,
    "slug": lambda piece: hyphenated(piece.slug).lower(),
    "name": lambda piece: piece.place.stem,
    "basename": lambda piece: piece.place.stem,
    "path": lambda piece: "/".join([*piece.place.folders, piece.place.stem]),
    "folders": lambda piece: "/".join(piece.place.folders),
    "collection": lambda piece: next(iter(piece.place.folders), ""),
    "categories": lambda piece: "/".join(category.lower() for category in piece.categories),
    "slugified_categories": lambda piece: "/".join(hyphenated(category).lower() for category in piece.categories),
    "output_ext": lambda _: ".html",
}
_expand = expander(_NAMES)

PLAIN = Dialect(
    name="plain",
    template="go",
    place=place,
    address=address,
    permalink="/:path:output_ext",
    names=frozenset(_NAMES),
)
