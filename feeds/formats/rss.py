"""RSS 2.0, as the RSS Advisory Board's specification and its best practices profile want it."""

import html
import re
from typing import Any

from feeds.formats import itunes
from feeds.formats.facts import language, line, links, moment, name, title
from feeds.markup.characters import clean_text
from feeds.markup.direction import direction
from feeds.model import Author, Enclosure, Entry, Feed

_CLOSING = b"\n  </channel>\n</rss>\n"
_IMAGES = (".gif", ".jpeg", ".jpg", ".png")  # what the specification allows as <image>
# Elements of plain text. The profile writes "&" and "<" in hex there, so that no reader takes them for markup.
_IN_FRAME = re.compile(rb"<(?:title|description|copyright|category)>[^<]*")
_IN_ITEM = re.compile(rb"<(?:title|category)>[^<]*")


def frame(feed: Feed) -> tuple[bytes, bytes]:
    """Write the channel: what stands before the items, and after."""
    from feeds.formats import generator

    made = generator.channel(feed)
    made.link(href=feed.home_url)
    made.description(line(feed.description) or line(feed.title) or feed.home_url)
    if feed.icon.lower().endswith(_IMAGES):
        made.image(url=feed.icon)
    if mailbox := _mailbox(feed.authors):
        made.managingEditor(mailbox)
    elif feed.authors:
        made.dc.dc_creator([name(author) for author in feed.authors])
    made.language(_language(feed.language))
    root = generator.tree(made.rss_str())
    root.set(generator.LANG, feed.language)
    if not line(feed.description):
        root[0].insert(1, root[0].find("description"))  # right behind the title, by which feed.css knows it
    for link in links(feed, "rss"):
        generator.add(root[0], "link", rel=link.rel, href=link.href, type=link.type)
    generator.add_standing(root[0], feed)
    itunes.describe_show(root[0], feed)
    head, tail = generator.frame(root, _CLOSING, feed.stylesheet)
    return _IN_FRAME.sub(_in_hex, head), tail


def item(entry: Entry, feed: Feed) -> bytes:
    """Write the item of one post."""
    from feeds.formats import generator

    post = entry.post
    made = generator.entry(entry)
    summary, content = line(entry.summary), clean_text(entry.html) if feed.content == "full" else ""
    made.title(line(post.title) if summary or content else title(entry))
    made.description(html.escape(summary, quote=False))  # RSS reads it as HTML
    if content:
        made.content(content, type="html")
    _sign(made, post.authors or feed.authors)
    _attach(made, post.enclosures)
    if foreign := language(post, feed):
        made.dc.dc_language(foreign)
    node = made.rss_entry()
    if foreign:
        node.set(generator.LANG, foreign)
    if post.updated > post.published:
        generator.add(node, "updated", moment(post.updated).isoformat())  # RSS has no element of its own for it
    itunes.describe_episode(node, entry, feed)
    return _IN_ITEM.sub(_in_hex, generator.item(node, 2))


def _sign(made: Any, authors: tuple[Author, ...]) -> None:
    """Name the authors of an item: one <author>, or any number of <dc:creator>, never both."""
    if _mailbox(authors):
        made.author(name=line(authors[0].name), email=line(authors[0].email))
    else:
        made.dc.dc_creator([name(author) for author in authors])


def _attach(made: Any, enclosures: tuple[Enclosure, ...]) -> None:
    """Attach media files: RSS has one <enclosure>, so the others are <media:content>."""
    for enclosure in enclosures[:1]:
        made.enclosure(enclosure.url, enclosure.length, enclosure.type)
    for enclosure in enclosures[1:]:
        made.media.content(url=enclosure.url, type=enclosure.type, fileSize=str(enclosure.length or ""), group=None)


def _mailbox(authors: tuple[Author, ...]) -> str:
    """Return "address (name)", the only form of an <author> that is valid; "" unless there is exactly one such author.

    An item holds one <author>, and none beside <dc:creator>, which may stand there often.
    """
    if len(authors) == 1 and authors[0].email and authors[0].name:
        return f"{line(authors[0].email)} ({line(authors[0].name)})"
    return ""


def _language(tag: str) -> str:
    """Return the language as readers compare it: newsboat knows "ar" to run right to left, but not "ar-DZ"."""
    primary = tag.partition("-")[0]
    return primary if direction(primary) == "rtl" else tag


def _in_hex(text: re.Match[bytes]) -> bytes:
    return text[0].replace(b"&amp;", b"&#x26;").replace(b"&lt;", b"&#x3C;")
