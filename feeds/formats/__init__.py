"""A feed as bytes, one file per format.

`FORMATS` lists the formats; a new one is a file here and a line there. Every format keeps to the same promises: the
same input gives the same bytes in any thread, locale, zone and year, and any text gives a well-formed document.
feedgen and lxml (60 ms) are imported when the first RSS or Atom feed is made, not with this package.
"""

import html
import re
from collections.abc import Callable, Iterable, Mapping
from itertools import chain, islice

import msgspec
from msgspec import Struct

from feeds.formats import atom, jsonfeed, rss
from feeds.formats.facts import GENERATOR, MEDIA_TYPES
from feeds.model import Entry, Feed

# Only we say so of a feed, and no text inside one can: there "<" and quotes are escaped.
_MARK = rf'<generator>{GENERATOR}</generator>|"user_comment": "Made by {GENERATOR}[.]'.encode()

_ID = rb'<guid[^>]*>([^<]*)</guid>|\n    <id>([^<]*)</id>|\n      "id": (".*"),?\n'


class Format(Struct, frozen=True):
    """A way to write a feed down: a frame that says what the feed is, and the items in it."""

    name: str
    label: str  # what people call it
    file_name: str
    media_type: str
    frame: Callable[[Feed], tuple[bytes, bytes]]  # what stands before the items, and after
    item: Callable[[Entry, Feed], bytes]  # of the feed it takes only `facts.manner`: one item serves many feeds
    between: bytes = b"\n"

    def render(self, feed: Feed, entries: Iterable[Entry]) -> bytes:
        """Write `feed` with these entries, in this order, as the bytes of a file."""
        return b"".join(self.parts(feed, [self.item(entry, feed) for entry in entries]))

    def parts(self, feed: Feed, items: Iterable[bytes]) -> list[bytes]:
        """Put items that are written already into the frame of `feed`: they are at the odd places."""
        head, tail = self.frame(feed)
        rows = chain.from_iterable((self.between, item) for item in items)
        return [head, *islice(rows, 1, None), tail]


FORMATS: Mapping[str, Format] = {
    "rss": Format("rss", "RSS", "feed.xml", MEDIA_TYPES["rss"], rss.frame, rss.item),
    "atom": Format("atom", "Atom", "atom.xml", MEDIA_TYPES["atom"], atom.frame, atom.item),
    "json": Format("json", "JSON Feed", "feed.json", MEDIA_TYPES["json"], jsonfeed.frame, jsonfeed.item, b",\n"),
}


def is_ours(document: bytes) -> bool:
    """Tell whether a file is a feed that this package wrote."""
    return re.search(_MARK, document) is not None


def holds_address(document: bytes, url: str) -> bool:
    """Tell whether a feed that we wrote names the address `url`, its own among others."""
    return any(f'"{form}"'.encode() in document for form in (url, html.escape(url, quote=False)))


def ids(document: bytes) -> frozenset[str]:
    """Return the ids of the posts in a feed that we wrote, in whatever format; cheap, since it need not be parsed."""
    found = re.findall(_ID, document)
    return frozenset(
        msgspec.json.decode(json, type=str) if json else html.unescape((guid or atom).decode())
        for guid, atom, json in found
    )
