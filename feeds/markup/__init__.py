"""The body of a post as HTML that is clean, absolute and safe in XML."""

from collections.abc import Mapping
from types import MappingProxyType

from msgspec import Struct

from feeds.markup.characters import clean_text
from feeds.markup.direction import direction
from feeds.markup.urls import absolute_url
from feeds.model import Entry, Post, Problem, Site

__all__ = ["Rendered", "absolute_url", "clean_text", "direction", "render"]


class Rendered(Struct, frozen=True):
    """A post as feeds and issues show it, and what is to be mended in its body."""

    entry: Entry
    problems: tuple[Problem, ...] = ()


def render(
    post: Post, body: str, site: Site, first_line: int = 1, links: Mapping[str, str] = MappingProxyType({})
) -> Rendered:
    """Turn the body of a post, which starts at line `first_line` of its file, into an entry.

    Addresses are resolved against the post's own; `links` holds those of posts by the names of `links.names`. Never
    raises, takes bounded time, and gives the same for the same.
    """
    from feeds.markup.body import rendered  # 20 ms with what it imports, which builds without new posts do not need

    return rendered(post, body, site, first_line, links)
