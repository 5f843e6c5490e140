"""Hexo: source/_posts, categories that nest, addresses by day and name.

As lib/plugins/processor/post.ts and lib/plugins/filter/post_permalink.ts of Hexo have it.
"""

from hashlib import sha1

from msgspec.structs import replace

from feeds.sources import paths
from feeds.sources.dialect import WHOLE, Dialect, Keys, Piece, Place, markups
from feeds.sources.permalink import expand, hyphenated
from feeds.sources.text import one_line


def place(path: str) -> Place:
    """Read what a path says: `source/_posts/a/2024-01-31-x.md` is "a/x", as names are made with the date in front."""
    found = paths.place(path, ("source/_posts", "source/_drafts", "_posts", "_drafts"), has_languages=False)
    return replace(found, is_draft="_drafts" in path.split("/"))


def address(piece: Piece, permalink: str) -> str:
    """Return the path that Hexo serves a post at: its own `permalink` as it is, else the pattern of the site."""
    return expand(one_line(piece.values.get("permalink")) or permalink, piece, _NAMES)


def _title(piece: Piece) -> str:
    """Return what Hexo calls the slug: the path below _posts, without the date."""
    return "/".join([*paths.home(piece.place), piece.place.slug])


def _hash(piece: Piece) -> str:
    return sha1(f"{_title(piece)}{int(piece.day.timestamp())}".encode(), usedforsecurity=False).hexdigest()[:12]


_NAMES = {
    "title": _title,
    "name": lambda piece: piece.place.slug,
    "post_title": lambda piece: hyphenated(piece.title).lower(),
    "category": lambda piece: "/".join(hyphenated(each) for each in piece.categories) or "uncategorized",
    "lang": lambda piece: piece.language,
    "timestamp": lambda piece: str(int(piece.day.timestamp())),
    "hash": _hash,
    "id": lambda piece: one_line(piece.values.get("id")),
    "abbrlink": lambda piece: one_line(piece.values.get("abbrlink")),  # of the plugin hexo-abbrlink
}

HEXO = Dialect(
    name="hexo",
    markups=markups("gfm"),
    template="hexo",
    marks=(
        {"_config.yml": "", "source/_posts": ""},
        {"_config.yml": r"^(?:new_post_name|source_dir|permalink_defaults)\s*:"},
        {"source/_posts": ""},
    ),
    sign=r"\A(?:.*/)?source/_posts/",
    place=place,
    address=address,
    permalink="/:year/:month/:day/:title/",
    names=frozenset(_NAMES),
    keys=Keys(categories=(("categories", WHOLE), ("category", WHOLE)), tags=(("tags", WHOLE), ("tag", WHOLE))),
)
