"""Nikola: metadata in comments, in a file of their own beside the post, or as in other engines.

As nikola/{post,metadata_extractors,utils}.py and conf.py.in of Nikola have it.
"""

import re

from feeds.sources import paths
from feeds.sources.dialect import COMMAS, WHOLE, Dialect, Keys, Piece, Place
from feeds.sources.permalink import expander
from feeds.sources.text import one_line
from feeds.sources.transliterate import by_unidecode


def place(path: str) -> Place:
    """Read what a path says: `posts/x.es.md` is the Spanish one of `posts/x.md`."""
    return paths.place(path, keeps_root=True)


def address(piece: Piece, permalink: str) -> str:
    """Return the path that a post is served at, below its language where that is not the site's."""
    path = _expand(permalink, piece)
    return f"/{piece.language.lower()}{path}" if piece.language else path


def header_of(path: str) -> str:
    """Name the file with the metadata of a post of two files: `x.meta` for `x.md`, `x.es.meta` for `x.es.md`."""
    return path.rpartition(".")[0] + ".meta"


def slugified(text: str) -> str:
    """Make the name of a file part of an address: in ASCII, without signs, with hyphens for spaces."""
    return re.sub(r"[-\s]+", "-", re.sub(r"[^+\w\s-]", "", by_unidecode(text)).strip().lower())


def _name(piece: Piece) -> str:
    """Return the name of a post as USE_SLUGIFY = False leaves it: without what no path can have."""
    return one_line(piece.values.get("slug")) or re.sub(r"[/\\?#\"'\r\n\t*:<>|]", "-", paths.name(piece.place))


def _slug(piece: Piece) -> str:
    name, is_folder = paths.name(piece.place), piece.place.stem.lower() == "index"  # folders keep their names
    return one_line(piece.values.get("slug")) or (name if is_folder else slugified(name))


_NAMES = {
    "slug": _slug,
    "name": _name,
    "folders": lambda piece: "/".join(paths.home(piece.place)),
    "subfolders": lambda piece: "/".join(paths.home(piece.place)[1:]),
}
_expand = expander(_NAMES)

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
