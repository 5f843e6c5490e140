"""How long the media files of a site are: measured where they lie, since players go by it."""

import posixpath
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import unquote, urlsplit

from msgspec.structs import replace

from feeds.config import Settings
from feeds.model import Enclosure, Post

# Where engines keep files that they copy to the top of a site as they are.
_STATIC = ("", "static", "assets", "public", "source", "content", "files")


def measured(settings: Settings, post: Post) -> Post:
    """Give each media file of a post its real length; one that does not lie here keeps what front matter says."""
    if not post.enclosures:
        return post
    return replace(post, enclosures=tuple(_measured(settings, post, each) for each in post.enclosures))


def places(settings: Settings, post: Post) -> Iterator[Path]:
    """Yield where the media files of a post may lie."""
    for enclosure in post.enclosures:
        yield from _places(settings, post, enclosure.url)


def _measured(settings: Settings, post: Post, enclosure: Enclosure) -> Enclosure:
    try:
        path = next(path for path in _places(settings, post, enclosure.url) if path.is_file())
        return replace(enclosure, length=path.stat().st_size)
    except (StopIteration, OSError, ValueError):  # ValueError: no name, or one with a null byte
        return enclosure


def _places(settings: Settings, post: Post, url: str) -> Iterator[Path]:
    """Yield where the file at `url` may lie, nearest to what is served first; nothing for another site's."""
    site = settings.site.url
    if not url.startswith(site):
        return
    path = unquote(urlsplit(url).path.removeprefix(urlsplit(site).path)).lstrip("/")
    if ".." in path.split("/"):
        return
    yield settings.root / settings.feeds.out / path
    yield from (settings.root / folder / path for folder in _STATIC)
    yield (settings.root / post.path).parent / posixpath.basename(path)
