"""feedgen, with its traps cured in this one place; `rss` and `atom` build on it.

feedgen 1.0 makes the elements. What it leaves out, loses on the way or takes from the clock is set right on its trees.
"""

from datetime import datetime
from typing import Any

import feedgen.entry
import feedgen.feed
import feedgen.util
from feedgen.ext.dc import DcEntryExtension, DcExtension
from feedgen.ext.media import MediaEntryExtension, MediaExtension
from feedgen.ext.podcast import PodcastExtension
from feedgen.ext.podcast_entry import PodcastEntryExtension
from lxml import etree

from feeds.formats.facts import GENERATOR, line, moment, standing, terms
from feeds.formats.itunes import ITUNES
from feeds.model import Entry, Feed

LANG = "{http://www.w3.org/XML/1998/namespace}lang"
ATOM = "http://www.w3.org/2005/Atom"
HISTORY = "http://purl.org/syndication/history/1.0"
NAMESPACES = {
    "atom": ATOM,
    "content": "http://purl.org/rss/1.0/modules/content/",
    "dc": "http://purl.org/dc/elements/1.1/",
    "itunes": ITUNES,
    "media": "http://search.yahoo.com/mrss/",
}
_IMAGE_TYPES = {"avif", "gif", "jpeg", "png", "svg+xml", "webp"}
_IMAGE_NAMES = {"jpg": "jpeg", "svg": "svg+xml"}

_DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def rfc2822(time: datetime) -> str:
    """Write a time as RFC 2822 3.3 has it, and as `email.utils` does, which takes 8 ms to import."""
    return f"{_DAYS[time.weekday()]}, {time:%d} {_MONTHS[time.month - 1]} {time.year:04} {time:%H:%M:%S %z}"


# feedgen's own switches the locale of the whole process for every date, which two threads leave stuck at "C". Its
# modules hold the function by name, so each name is replaced.
feedgen.util.formatRFC2822 = rfc2822
feedgen.feed.formatRFC2822 = rfc2822
feedgen.entry.formatRFC2822 = rfc2822


def channel(feed: Feed) -> Any:
    """Return a feedgen feed that knows what RSS and Atom say alike of `feed`."""
    made = feedgen.feed.FeedGenerator()
    made.register_extension("dc", DcExtension, DcEntryExtension, atom=False)
    made.register_extension("media", MediaExtension, MediaEntryExtension)
    if feed.podcast:  # declares the namespace; `itunes` writes what is in it
        made.register_extension("podcast", PodcastExtension, PodcastEntryExtension, atom=False)
    made.id(feed.id)
    made.title(line(feed.title) or feed.home_url)
    made.updated(moment(feed.updated))
    made.generator(GENERATOR)
    if feed.copyright:
        made.rights(line(feed.copyright))
    if feed.category:
        made.category(term=line(feed.category))
    return made


def entry(source: Entry) -> Any:
    """Return a feedgen entry that knows what RSS and Atom say alike of a post."""
    post = source.post
    made = feedgen.entry.FeedEntry()
    made.register_extension("dc", DcEntryExtension, atom=False)
    made.register_extension("media", MediaEntryExtension)
    made.guid(post.id, permalink=post.id == post.url)
    made.link(href=post.url, rel="alternate", type="text/html")
    made.published(moment(post.published))
    made.updated(moment(post.updated))
    made.category([{"term": term} for term in terms(post)])
    if source.image:
        made.media.content(url=source.image, medium="image", type=_image_type(source.image), group=None)
        made.media.thumbnail(url=source.image, group=None)
    return made


def tree(document: bytes) -> Any:
    """Parse what feedgen wrote: it sets namespaces as plain attributes, which only a parser turns into real ones."""
    return etree.fromstring(document)


def add(parent: Any, name: str, text: str | None = None, **attributes: str) -> None:
    """Add an Atom element at the end of `parent`; attributes that are "" are left out."""
    node = etree.SubElement(parent, f"{{{ATOM}}}{name}", {key: value for key, value in attributes.items() if value})
    node.text = text


def add_standing(parent: Any, feed: Feed) -> None:
    """Say in `parent` what the document is in the history of its feed (RFC 5005 2 and 4)."""
    if kind := standing(feed):
        etree.SubElement(parent, f"{{{HISTORY}}}{kind}", nsmap={"fh": HISTORY})


def frame(root: Any, closing: bytes, stylesheet: str) -> tuple[bytes, bytes]:
    """Write a feed without items; return what stands before the place of the items, and `closing`, the rest."""
    if stylesheet:
        href = stylesheet.replace("&", "&amp;").replace('"', "&quot;")
        root.addprevious(etree.ProcessingInstruction("xml-stylesheet", f'href="{href}" type="text/css"'))
    document = etree.tostring(root.getroottree(), encoding="UTF-8", xml_declaration=True, pretty_print=True)
    return document.removesuffix(closing) + b"\n", closing


def item(node: Any, depth: int) -> bytes:
    """Write an item as it stands `depth` levels deep in a document that declares NAMESPACES."""
    holder = etree.Element("holder", nsmap=NAMESPACES)
    holder.append(node)
    etree.indent(holder, level=depth - 1)
    document = etree.tostring(holder, encoding="UTF-8")
    return document[document.index(b"\n") + 1 : document.rindex(b"\n")]


def _image_type(url: str) -> str | None:
    ending = url.partition("?")[0].rpartition(".")[2].lower()
    name = _IMAGE_NAMES.get(ending, ending)
    return f"image/{name}" if name in _IMAGE_TYPES else None
