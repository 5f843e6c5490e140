"""Atom 1.0 (RFC 4287)."""

import html
from typing import Any

from feeds.formats.facts import language, line, links, name, title
from feeds.markup.characters import clean_text
from feeds.model import Author, Entry, Feed

_CLOSING = b"\n</feed>\n"


def frame(feed: Feed) -> tuple[bytes, bytes]:
    """Write the feed element: what stands before the entries, and after."""
    from feeds.formats import generator

    made = generator.channel(feed)
    nobody = {"name": line(feed.publisher or feed.title) or feed.home_url}
    made.author(_people(feed.authors) or [nobody])  # 4.1.1: one there must be
    made.subtitle(line(feed.description))
    made.icon(feed.icon)
    made.link(rel="alternate", href=feed.home_url, type="text/html")
    for link in links(feed, "atom"):
        made.link(rel=link.rel, href=link.href, type=link.type)
    root = generator.tree(made.atom_str())
    root.set(generator.LANG, feed.language)
    _mark_html(root, "title", "subtitle", "rights")
    generator.add_standing(root, feed)
    return generator.frame(root, _CLOSING, feed.stylesheet)


def item(entry: Entry, feed: Feed) -> bytes:
    """Write the entry of one post."""
    from feeds.formats import generator

    post = entry.post
    content = clean_text(entry.html) if feed.content == "full" else ""
    made = generator.entry(entry)
    made.title(title(entry))
    made.author(_people(post.authors))
    if summary := line(entry.summary) or ("" if content else title(entry)):  # one text there must be
        made.summary(summary)
    if content:
        made.content(content, type="html")
    for enclosure in post.enclosures:
        made.enclosure(enclosure.url, enclosure.length or "", enclosure.type)
    node = made.atom_entry()
    # feedgen 1.0 writes the links of entries without their attributes (its issue 135), which makes an enclosure a
    # second alternate: an error.
    for element, link in zip(node.iter("link"), made.link(), strict=True):
        element.attrib.update({key: value for key, value in link.items() if value})
    _mark_html(node, "title", "summary")
    if foreign := language(post, feed):
        node.set(generator.LANG, foreign)
    return generator.item(node, 1)


def _people(authors: tuple[Author, ...]) -> list[dict[str, str]]:
    """Return authors as feedgen takes them; it leaves out one without a name."""
    return [{"name": name(author), "email": line(author.email), "uri": line(author.url)} for author in authors]


def _mark_html(parent: Any, *elements: str) -> None:
    """Write text that could be taken for markup as escaped HTML, the one way all readers take the same (3.1.1)."""
    for element in elements:
        for node in parent.iterfind(f"{{*}}{element}"):
            if node.text and ("&" in node.text or "<" in node.text):
                node.text = html.escape(node.text, quote=False)
                node.set("type", "html")
