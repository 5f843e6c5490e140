"""What an engine makes of a folder of posts, as one value: a new engine is a file with a `Dialect` in it."""

from collections.abc import Callable, Mapping
from datetime import datetime
from types import MappingProxyType
from typing import Any

from msgspec import Struct

from feeds.sources.enclosures import KEYS as ENCLOSURES
from feeds.sources.text import one_line

# How a string that may hold several terms is parted, by key: never, or at commas, or at spaces unless it has commas.
WHOLE, COMMAS, SPACES = "whole", "commas", "spaces"


class Place(Struct, frozen=True):
    """What the path of a file says before it is opened."""

    path: str
    stem: str  # the name without its extension
    slug: str  # the same without a date
    day: str = ""  # the date in the path, as it is written there: "2023-4-31"
    folders: tuple[str, ...] = ()
    categories: tuple[str, ...] = ()
    category: str = ""  # the one that it has where front matter gives none
    language: str = ""  # that its name or folders tell
    collection: str = ""  # "posts" or another group of the engine; "" for a page
    is_draft: bool = False
    needs_front_matter: bool = False  # without it the engine copies the file as it is
    refused: str = ""  # why the engine takes it for no post at all


class Piece(Struct, frozen=True):
    """All that the address of a post may be made of."""

    place: Place
    values: Mapping[str, Any]  # its front matter
    day: datetime  # when it was published, on the site's clock
    categories: tuple[str, ...]
    title: str = ""
    language: str = ""  # "" is the site's

    @property
    def slug(self) -> str:
        """Its short name: what the author calls it, else the file's."""
        return one_line(self.values.get("slug")) or self.place.slug


def _words(text: str) -> tuple[str, ...]:
    return tuple(text.split())


class Keys(Struct, frozen=True):
    """Which keys of front matter mean what, by `key_name`; of several the first that says anything counts.

    A key with dots looks into maps: "taxonomies.tags".
    """

    title: tuple[str, ...] = ("title",)
    date: tuple[str, ...] = _words(
        "date published_at published_on publishdate publish_date pubdate pub_date date_published "
        "created created_at created_time date_created published"
    )
    day: tuple[str, ...] = ()  # of the day in the address, where it is not that of publication
    updated: tuple[str, ...] = _words(
        "updated lastmod last_modified_at last_modified modified updated_at updated_date updateddate date_modified "
        "last_updated last_edited_time modified_time"
    )
    expires: tuple[str, ...] = _words("expires expires_at expirydate expiry_date expiry unpublish_date")
    language: tuple[str, ...] = ("lang", "language", "locale")
    authors: tuple[str, ...] = ("authors", "author", "by")
    summary: tuple[str, ...] = _words("summary description excerpt abstract synopsis hook teaser lead spoiler")
    image: tuple[str, ...] = _words(
        "image cover cover_image featured_image feature_image featuredimage featureimage og_image meta_img thumbnail "
        "preview_image hero hero_image heroimage banner header"
    )
    guid: tuple[str, ...] = ("guid", "feed_id", "id")
    aliases: tuple[str, ...] = _words("aliases alias redirect_from redirects old_urls")  # all of them count
    # All of these count, each with its way to part a string.
    categories: tuple[tuple[str, str], ...] = (("categories", COMMAS), ("category", WHOLE))
    tags: tuple[tuple[str, str], ...] = (("tags", COMMAS), ("tag", WHOLE))
    enclosures: tuple[str, ...] = ENCLOSURES  # all of them count
    season: tuple[str, ...] = ("season",)
    episode: tuple[str, ...] = ("episode", "episode_number")
    explicit: tuple[str, ...] = ("explicit",)


# A key, the truth that counts and why the post is then in no feed.
STATES = (
    ("published", False, "unpublished"),
    ("public", False, "unpublished"),
    ("private", True, "unpublished"),
    ("hidden", True, "hidden"),
    ("unlisted", True, "hidden"),
    ("feed", False, "kept out of feeds"),
    ("exclude_from_feed", True, "kept out of feeds"),
    ("feed.excluded", True, "kept out of feeds"),  # jekyll-feed
)


def markups(markdown: str = "markdown", **others: str) -> Mapping[str, str]:
    """Map file extensions to `Post.markup`, with the renderer of the engine's Markdown and of other extensions."""
    return MappingProxyType(
        {
            **dict.fromkeys((".md", ".markdown", ".mkdown", ".mkdn", ".mkd", ".mdown"), markdown),
            **dict.fromkeys((".html", ".htm", ".xhtml"), "html"),
            **dict.fromkeys((".rst", ".rest"), "rst"),
            **{f".{ending}": markup for ending, markup in others.items()},
        }
    )


class Dialect(Struct, frozen=True, kw_only=True, eq=False):
    """The way of one engine; collect may replace `permalink` by what the settings say.

    Each is equal to itself alone, so that what follows from one can be remembered.
    """

    name: str
    # What tells the engine: in any one of these every path is there, and its text has what the pattern asks for.
    marks: tuple[Mapping[str, str], ...] = ()
    sign: str = ""  # a pattern that the path and text of many of its posts show, where no mark is there
    place: Callable[[str], Place]
    address: Callable[[Piece, str], str]  # with the permalink: percent-encoded, below the site's url or absolute
    permalink: str  # the engine's own rule, in our placeholders
    tokens: Callable[[str], str] = str  # from a permalink as the engine writes it to our placeholders
    names: frozenset[str]  # placeholders of permalinks, beside the parts of the day
    styles: frozenset[str] = frozenset()  # permalinks that go by a name
    keys: Keys = Keys()
    states: tuple[tuple[str, bool, str], ...] = STATES
    markups: Mapping[str, str] = markups()  # file extension -> `Post.markup`
    template: str = ""  # `Post.template`
    are_images_rooted: bool = False  # "a.png" is at the site's root, not beside the post
    are_bundles_whole: bool = False  # what lies with an index.md belongs to it
    author_lists: frozenset[str] = frozenset()  # keys whose text is several authors, parted at ";" or else ","
    keeps_clocks: bool = False  # the day in an address is that of the post's own clock, not of the site's
    is_utc: Callable[[Mapping[str, Any], object], bool] = lambda _, __: False  # of a date without a zone, by all values
    knows_zones: bool = True  # "10:00 EST" is the time there, not on the site's clock
    undated: str = ""  # why the engine keeps what has no date out of its feeds; "" where that is a mistake
    no_tags: frozenset[str] = frozenset()  # tags that mark all posts
    header_of: Callable[[str], str] = lambda _: ""  # the file that holds the front matter of a path; "" for none
    data_of: Callable[[str], tuple[str, ...]] = lambda _: ()  # files with values for a path, the weakest first
    # What such a file, read as a map, says of a path: all of it, or a part.
    values_of: Callable[[Mapping[str, Any], str], Mapping[str, Any]] = lambda data, _: data
