"""What a feed that is published today says of its entries: RSS, RDF, Atom or JSON Feed, well-formed or nearly so.

Reads no more of them than what tells posts apart, and what shows whether a reader would see a change.
"""

import re
import unicodedata
from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime
from functools import partial
from hashlib import blake2b
from typing import Any
from urllib.parse import unquote, urljoin, urlsplit

import msgspec
from msgspec import Struct

from feeds.errors import UsageError
from feeds.identity.uris import authority_of

_INDEX = re.compile(r"/(?:index|default)\.\w{2,5}\Z|/\Z|\.(?:html?|php)\Z", re.IGNORECASE)
# Where titles and dates are those of the entry: in Media RSS and the like they are of something in it.
_PLAIN = {
    *(None, "http://www.w3.org/2005/Atom", "http://purl.org/atom/ns#", "http://purl.org/dc/elements/1.1/"),
    *("http://purl.org/rss/1.0/", "http://purl.org/dc/terms/", "http://backend.userland.com/rss2"),
}
_AMPERSAND = re.compile(rb"(<!\[CDATA\[.*?\]\]>)|&(?!#?\w+;)", re.DOTALL)
_TIMES = ("published", "pubDate", "date", "issued", "created", "updated", "modified")  # the surest first


class Seen(Struct, frozen=True):
    """One entry as readers have it."""

    id: str  # as it stands there, since readers compare letter by letter
    url: str = ""
    title: str = ""
    published: str = ""  # "2025-06-20T23:30:00Z"; "" when it does not say
    content: str = ""  # changes with whatever a reader would show


def entries(document: bytes, where: str, base: str = "") -> tuple[Seen, ...]:
    """Read the entries of a feed, in their order; relative links are taken from `base`.

    Raises UsageError for what is no feed at all; `where` names it.
    """
    text = document.removeprefix(b"\xef\xbb\xbf").lstrip()
    found = _json(text) if text.startswith(b"{") else _xml(text)
    if found is None:
        raise UsageError("this is no RSS, Atom or JSON feed", "name the address of the feed itself", where)
    return tuple(msgspec.structs.replace(each, url=_page(each, base)) for each in found if each.id)


def page(url: str) -> tuple[str, str]:
    """Return host and path of an address, the same for all spellings of one page.

    http or https, www, percent-encoding, a slash or index.html at the end, .html: all the same. Two empty strings for
    what is no address.
    """
    try:
        parts = urlsplit(url.strip())
    except ValueError:
        return "", ""
    path = unicodedata.normalize("NFC", unquote(parts.path))
    path = _INDEX.sub("", _INDEX.sub("", path)).rstrip("/")
    return authority_of(url).removeprefix("www."), f"{path}?{parts.query}" if parts.query else path


def _page(seen: Seen, base: str) -> str:
    """Return the page that an entry names: by its link, else by an id that is an address."""
    url = seen.url or (seen.id if seen.id.lower().startswith(("http://", "https://")) else "")
    try:
        joined = urljoin(base, url) if url else ""
        return joined if urlsplit(joined).hostname else ""
    except ValueError:
        return ""


def _json(text: bytes) -> list[Seen] | None:
    import json

    try:
        document = json.loads(text)
    except (ValueError, RecursionError):
        return None
    items = document.get("items")
    return [_item(each) for each in items if isinstance(each, dict)] if isinstance(items, list) else None


def _item(item: dict[str, Any]) -> Seen:
    import json

    url = _text(item.get("url") or item.get("external_url"))
    content = json.dumps(item, sort_keys=True).encode()
    published = _moment(_text(item.get("date_published")))
    return Seen(_text(item.get("id")) or url, url, _text(item.get("title")), published, _digest(content))


def _text(value: Any) -> str:
    """Return what a member says, without halves of surrogate pairs, which JSON may hold and no file of ours."""
    return str(value or "").encode(errors="replace").decode()


def _xml(text: bytes) -> list[Seen] | None:
    from lxml import etree

    root = _root(text)
    if root is None or _name(root) not in ("rss", "RDF", "feed"):
        return None
    return [_entry(each) for each in root.iter(etree.Element) if _name(each) in ("item", "entry")]


def _root(text: bytes) -> Any:
    """Return the root of a document; of one that is not well-formed, of what can be read of it."""
    from lxml import etree

    # What comes from outside may neither fetch anything nor grow without end.
    parser = partial(etree.XMLParser, resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
    with suppress(etree.XMLSyntaxError):
        return etree.fromstring(text, parser())
    text = _AMPERSAND.sub(lambda found: found[1] or b"&amp;", text)  # else links would lose theirs
    with suppress(etree.XMLSyntaxError):
        return etree.fromstring(text, parser(recover=True))
    return None


def _entry(element: Any) -> Seen:
    from lxml import etree

    texts: dict[str, str] = {}
    for child in element.iterchildren(etree.Element):
        if (child.tag.rpartition("}")[0][1:] or None) in _PLAIN:  # QName raises on a prefix that is not declared
            texts.setdefault(_name(child), "".join(child.itertext()).strip())
    url = next(_links(element), "") or texts.get("link", "")
    published = next(filter(None, (_moment(texts.get(name, "")) for name in _TIMES)), "")
    parts = [(each.tag, sorted(each.attrib.items()), (each.text or "").strip()) for each in element.iter(etree.Element)]
    title, content = texts.get("title", ""), _digest(repr(parts).encode())
    return Seen(texts.get("guid") or texts.get("id") or url, url, title, published, content)


def _links(element: Any) -> Iterator[str]:
    """Yield the pages that an Atom entry names."""
    for child in element:
        if _name(child) == "link" and child.get("href") and child.get("rel", "alternate") == "alternate":
            yield child.get("href").strip()


def _name(element: Any) -> str:
    """Return the name of an element without its namespace; of a comment, nothing."""
    return element.tag.rpartition("}")[2] if isinstance(element.tag, str) else ""


def _moment(text: str) -> str:
    from email.utils import parsedate_to_datetime  # 8 ms with what it imports

    for read in (datetime.fromisoformat, parsedate_to_datetime):
        with suppress(ValueError, TypeError, OverflowError):
            found = read(text)
            return (found if found.tzinfo else found.replace(tzinfo=UTC)).astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    return ""


def _digest(content: bytes) -> str:
    return blake2b(content, digest_size=8).hexdigest()
