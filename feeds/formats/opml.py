"""OPML 2.0 (http://opml.org/spec2.opml): a list of feeds that readers import as a whole."""

import html
import re
from collections.abc import Sequence

from feeds.formats.facts import line
from feeds.model import Feed

FILE_NAME = "feeds.opml"
_MARKUP = re.compile(r"<|&[^\s<&]")  # what a reader of HTML may take for a tag or a character reference


def render(title: str, feeds: Sequence[Feed]) -> bytes:
    """Write a list of `feeds`, each once, in the first of its formats."""
    from lxml import etree

    root = etree.Element("opml", version="2.0")
    etree.SubElement(etree.SubElement(root, "head"), "title").text = _shown(title)
    body = etree.SubElement(root, "body")
    for feed in feeds:
        attributes = {
            "type": "rss",  # of whatever format: the specification knows no other
            "text": _shown(feed.title),
            "title": _shown(feed.title),
            "language": feed.language,
            "xmlUrl": next(iter(feed.urls.values()), ""),
            "htmlUrl": feed.home_url,
        }
        etree.SubElement(body, "outline", {key: value for key, value in attributes.items() if value})
    return etree.tostring(root, encoding="UTF-8", xml_declaration=True, pretty_print=True)


def _shown(text: str) -> str:
    """Return text as OPML shows it, which is as HTML; but most readers show it as it is, so only where it matters."""
    text = line(text)
    return html.escape(text, quote=False) if _MARKUP.search(text) else text
