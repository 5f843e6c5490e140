"""Nikola: metadata in comments, in a file of their own beside the post, or as in other engines.

As nikola/{post,metadata_extractors}.py and conf.py.in of Nikola have it.
"""

from feeds.sources import paths
from feeds.sources.dialect import COMMAS, WHOLE, Dialect, Keys, Piece, Place
from feeds.sources.permalink import expand, hyphenated


def place(path: str) -> Place:
    """Read what a path says: `posts/x.es.md` is the Spanish one of `posts/x.md`."""
    return paths.place(path, keeps_root=True)


def address(piece: Piece, permalink: str) -> str:
    """Return the path that a post is served at, below its language where that is not the site's."""
    path = expand(permalink, piece, _NAMES)
    return f"/{piece.language.lower()}{path}" if piece.language else path


def header_of(path: str) -> str:
    """Name the file with the metadata of a post of two files: `x.meta` for `x.md`, `x.es.meta` for `x.es.md`."""
    return path.rpartition(".")[0] + ".meta"


_NAMES = {
    "slug": lambda piece: hyphenated(piece.slug).lower(),
    "folders": lambda piece: "/".join(paths.home(piece.place)),
}

NIKOLA = Dialect(
    name="nikola",
    template="nikola",
    marks=({"conf.py": r"^(?:BLOG_TITLE|POSTS|NAVIGATION_LINKS)\s*="},),
    sign=r"(?s:[^\n]*)\n\s*(?:<!--\s*)?\.\. (?:title|slug|date):",
    place=place,
    address=address,
    permalink="/:folders/:slug/",
    names=frozenset(_NAMES),
    keys=Keys(
        image=("previewimage", *Keys().image),
        categories=(("category", WHOLE), ("categories", COMMAS)),
        tags=(("tags", COMMAS), ("tag", WHOLE)),
    ),
    header_of=header_of,
)
