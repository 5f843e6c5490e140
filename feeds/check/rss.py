"""What is wrong with an RSS 2.0 document, by the specification and the best practices profile of the RSS Board."""

import re
from collections.abc import Iterator
from typing import Any

from feeds.check import html, itunes
from feeds.check.tree import (
    ATOM,
    CONTENT,
    DC,
    LINK,
    MEDIA_TABLE,
    Element,
    Finding,
    Table,
    check_alternates,
    check_history,
    check_ids,
    check_self,
    finding,
    read,
    walk,
)
from feeds.check.values import (
    MARKUP,
    language,
    mailbox,
    media_type,
    media_url,
    one_of,
    rfc_822,
    rfc_3339,
    unique,
    web_url,
    whole_number,
    words,
)

_WORDS, _DATE, _LINK = Element(words), Element(rfc_822), Element(web_url)
CHANNEL: Table = {
    "title": Element(words, required=True),
    "link": Element(web_url, required=True),
    "description": Element(words, required=True),
    "language": Element(language),
    "copyright": _WORDS,
    "managingEditor": Element(mailbox),
    "webMaster": Element(mailbox),
    "pubDate": _DATE,
    "lastBuildDate": _DATE,
    "category": Element(words, often=True),
    "generator": _WORDS,
    "docs": _LINK,
    "ttl": Element(whole_number),
    "image": Element(),
    f"{ATOM}link": LINK,
    f"{DC}creator": Element(words, often=True),
    "item": Element(often=True),
    **itunes.CHANNEL,
}
ITEM: Table = {
    "title": _WORDS,
    "link": _LINK,
    "description": Element(html.faults, called="summary"),
    f"{CONTENT}encoded": Element(html.faults, called="content"),
    "author": Element(mailbox),
    "category": Element(words, often=True),
    "comments": _LINK,
    "enclosure": Element(
        attributes={"url": media_url, "length": whole_number, "type": media_type}, needs=("url", "length", "type")
    ),
    "guid": Element(unique, required=True, attributes={"isPermaLink": one_of("true", "false")}),
    "pubDate": Element(rfc_822, called="published"),
    "source": Element(words, attributes={"url": web_url}, needs=("url",)),
    f"{ATOM}link": LINK,
    f"{ATOM}updated": Element(rfc_3339),
    f"{DC}creator": Element(words, often=True),
    f"{DC}language": Element(language),
    **MEDIA_TABLE,
    **itunes.ITEM,
}
IMAGE: Table = {
    "url": Element(web_url, required=True),
    "title": Element(words, required=True),
    "link": Element(web_url, required=True),
    "width": Element(whole_number),
    "height": Element(whole_number),
    "description": _WORDS,
}
_IMAGE_ENDS = re.compile(r"\.(?:jpe?g|gif|png)$", re.IGNORECASE)
_ENCODED = f"{CONTENT}encoded"


def check(document: bytes, url: str) -> Iterator[Finding]:
    """Yield what is wrong with the RSS feed that is served at `url`."""
    root, found = read(document, "rss")
    yield from found
    if root is None:
        return
    if root.get("version") != "2.0":
        yield finding(root, "", f"version {root.get('version')!r}", 'make it "2.0"', "RSS 2.0")
    yield from walk(root, {"channel": Element(required=True)})
    for channel in root.iterfind("channel"):
        yield from walk(channel, CHANNEL)
        yield from _channel(channel, url)
        yield from _plain_text(document, channel)


def _channel(channel: Any, url: str) -> Iterator[Finding]:
    items = channel.findall("item")
    yield from check_self(channel, url)
    yield from check_alternates(channel)
    yield from check_history(channel)
    yield from itunes.check(channel)
    if channel.findtext("link") == url:
        yield finding(channel, "", "its <link> is the feed", "name the page that it speaks for", "RSS 2.0: channel")
    if items and items[0].xpath("following-sibling::*[not(self::item)]"):
        yield finding(channel, "", "something stands after the items", "put it before", "W3C validator: MisplacedItem")
    for image in channel.iterfind("image"):
        yield from walk(image, IMAGE)
        yield from _image(image, channel)
    yield from check_ids((item, item.findtext("guid") or "") for item in items)
    for item in items:
        yield from _item(item, item.findtext("guid") or "")


def _image(image: Any, channel: Any) -> Iterator[Finding]:
    if not _IMAGE_ENDS.search(image.findtext("url") or ""):
        yield finding(image, "", "the image is not GIF, JPEG or PNG", "name one, or none", "RSS 2.0: image")
    for name, limit in (("width", 144), ("height", 400)):
        if re.fullmatch("[0-9]{1,9}", text := image.findtext(name) or "") and int(text) > limit:
            yield finding(image, "", f"{name} {text}", f"at most {limit}", "RSS 2.0: image")
    for name in ("title", "link"):
        if image.findtext(name) != channel.findtext(name):
            yield finding(image, "", f"its {name} is not that of the channel", "make them equal", "RSS Board profile")


def _item(item: Any, name: str) -> Iterator[Finding]:
    yield from walk(item, ITEM, name)
    tags = [child.tag for child in item if isinstance(child.tag, str)]
    if "title" not in tags and "description" not in tags:
        yield finding(item, name, "neither title nor description", "add one", "RSS 2.0: item")
    if _ENCODED in tags and "description" not in tags[: tags.index(_ENCODED)]:
        mend = "put a description before it"
        yield finding(item, name, "content:encoded comes first", mend, "W3C validator: NeedDescriptionBeforeContent")
    if "author" in tags and f"{DC}creator" in tags:
        yield finding(item, name, "author and dc:creator", "keep one", "W3C validator: DuplicateItemSemantics")
    for guid in item.iterfind("guid"):
        if guid.get("isPermaLink", "true") == "true" and any(web_url(name)):
            mend = 'say isPermaLink="false"'
            yield finding(guid, name, f"{name!r} is called a permalink", mend, "RSS 2.0: guid")


def _plain_text(document: bytes, channel: Any) -> Iterator[Finding]:
    """Yield plain text that some readers would take for markup: the profile writes its & and < in hex."""
    lines = document.split(b"\n")
    for node in channel.xpath("title|description|copyright|category|item/title|item/category"):
        line = lines[min(node.sourceline, len(lines)) - 1]
        if MARKUP.search(node.text or "") and b"&#x" not in line:
            mend = "write & as &#x26; and < as &#x3C;"
            yield finding(node, "", f"{node.tag} looks like markup", mend, "RSS Board profile: character data")
