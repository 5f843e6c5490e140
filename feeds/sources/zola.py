"""Zola: TOML front matter, the date in the name where no key gives one, languages before the extension.

As components/content/src/{page,file_info}.rs of Zola have it; its transliteration of names is not done.
"""

from feeds.sources import paths
from feeds.sources.dialect import WHOLE, Dialect, Keys, Piece, Place, markups
from feeds.sources.permalink import expand, hyphenated
from feeds.sources.text import one_line


def place(path: str) -> Place:
    """Read what a path says: `content/blog/2024-01-31_x.he.md` is the Hebrew post "x" of the section "blog"."""
    return paths.place(path, ("content",))


def address(piece: Piece, permalink: str) -> str:
    """Return the path that Zola serves a post at: its own `path`, else below the folders of its sections."""
    own = one_line(piece.values.get("path"))
    path = expand(own or permalink, piece, _NAMES)
    prefix = f"/{piece.language}" if piece.language and not own else ""
    return f"{prefix}{path.rstrip('/')}/"


_NAMES = {
    "slug": lambda piece: hyphenated(piece.slug, "_").lower(),
    "sections": lambda piece: "/".join(paths.home(piece.place)),
}

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
)
