"""XML documents against tables: which elements there may be, how often, and what in them."""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from lxml import etree
from msgspec import Struct

from feeds.check.values import (
    Check,
    Fault,
    characters,
    language,
    media_type,
    one_of,
    relation,
    uri,
    web_url,
    whole_number,
    words,
)

LANG = "{http://www.w3.org/XML/1998/namespace}lang"
ATOM = "{http://www.w3.org/2005/Atom}"
DC = "{http://purl.org/dc/elements/1.1/}"
CONTENT = "{http://purl.org/rss/1.0/modules/content/}"
HISTORY = "{http://purl.org/syndication/history/1.0}"
MEDIA = "{http://search.yahoo.com/mrss/}"
# Extensions that readers know and the W3C validator lets pass.
_EXTENSIONS = (
    CONTENT,
    DC,
    MEDIA,
    "{http://purl.org/dc/terms/}",
    "{http://purl.org/rss/1.0/modules/syndication/}",
    "{http://purl.org/rss/1.0/modules/slash/}",
    HISTORY,
    "{http://purl.org/syndication/thread/1.0}",
    "{http://www.itunes.com/dtds/podcast-1.0.dtd}",
)


class Finding(Struct, frozen=True):
    """A fault and its place: a line of the document, and the id of the item it is in or ""."""

    line: int
    item: str
    fault: Fault


class Element(Struct, frozen=True):
    """What an element may hold, and how often it may stand in its parent."""

    check: Check = characters
    required: bool = False
    often: bool = False
    attributes: Mapping[str, Check] = {}
    needs: tuple[str, ...] = ()  # those of the attributes that must be there
    called: str = ""  # in messages, if not by its name: the same text has other names in other formats


Table = Mapping[str, Element]


def named(namespace: str, **elements: Element) -> Table:
    """Return a table of elements that are all in one namespace."""
    return {f"{namespace}{name}": element for name, element in elements.items()}


# The link element of Atom, which RSS takes over.
LINK = Element(
    often=True,
    attributes={
        "href": uri,
        "rel": relation,
        "type": media_type,
        "hreflang": language,
        "title": words,
        "length": whole_number,
    },
    needs=("href",),
)
_MEDIUM = one_of("image", "audio", "video", "document", "executable")
MEDIA_TABLE: Table = {
    f"{MEDIA}content": Element(
        often=True, attributes={"url": web_url, "type": media_type, "fileSize": whole_number, "medium": _MEDIUM}
    ),
    f"{MEDIA}thumbnail": Element(often=True, attributes={"url": web_url}, needs=("url",)),
}


def read(document: bytes, root: str) -> tuple[Any, tuple[Finding, ...]]:
    """Parse a document that should have `root`; the tree is None when there is no use in looking further."""
    found = []
    if document.startswith(b"\xef\xbb\xbf"):
        found.append(Finding(1, "", Fault("a byte order mark", "leave it out", "RFC 3629 6")))
    try:
        tree: Any = etree.fromstring(document, etree.XMLParser(resolve_entities=False, no_network=True, huge_tree=True))
    except etree.XMLSyntaxError as error:
        fault = Fault(f"not well-formed: {error.msg}", "mend it; readers show nothing of it", "XML 1.0 2.1")
        return None, (*found, Finding(error.lineno or 0, "", fault))
    if tree.getroottree().docinfo.encoding not in ("UTF-8", "utf-8", None):
        found.append(Finding(1, "", Fault("not UTF-8", "write it in UTF-8", "RFC 3629")))
    found += _instructions(tree)
    found += [Finding(1, "", _in("xml:lang", fault)) for fault in language(tree.get(LANG, "en"))]
    if tree.tag != root:
        fault = Fault(f"the root is <{_short(tree.tag)}>", f"make it <{_short(root)}>", "RSS 2.0; RFC 4287 2; OPML 2.0")
        return None, (*found, Finding(tree.sourceline or 0, "", fault))
    return tree, tuple(found)


def walk(parent: Any, table: Table, item: str = "") -> Iterator[Finding]:
    """Yield what is wrong with the children of `parent` by `table`."""
    children = [child for child in parent if isinstance(child.tag, str)]
    counts = Counter(child.tag for child in children)
    for child in children:
        for fault in _faults(child, table, counts):
            yield Finding(child.sourceline or 0, item, fault)
    for name, element in table.items():
        if element.required and not counts[name]:
            what = f"{_short(parent.tag)} has no {_short(name)}"
            yield finding(parent, item, what, "add it", "RSS 2.0; RFC 4287 4.1; OPML 2.0")


def finding(node: Any, item: str, what: str, mend: str, rule: str) -> Finding:
    """Make a finding at `node`."""
    return Finding(node.sourceline or 0, item, Fault(what, mend, rule))


def check_self(parent: Any, url: str) -> Iterator[Finding]:
    """Yield what is wrong with the link of a feed to itself, which is how WebSub and many readers know it."""
    own = [link for link in parent.iterfind(f"{ATOM}link") if link.get("rel") == "self"]
    if not own:
        mend = f'add <link rel="self" href="{url}"/> in the namespace of Atom'
        yield finding(parent, "", "no link to itself", mend, "RFC 4287 4.1.1; RSS Board profile: atom:link")
    for link in own:
        if link.get("href") != url:
            what = f"it says that it is at {link.get('href')!r}, and is at {url!r}"
            yield finding(link, "", what, "make them equal", "W3C validator: SelfDoesntMatchLocation")


def check_alternates(parent: Any, item: str = "") -> Iterator[Finding]:
    """Yield what is wrong with links to the same in another form: one for each type and language."""
    links = [link for link in parent.iterfind(f"{ATOM}link") if link.get("rel", "alternate") == "alternate"]
    counts = Counter((link.get("type"), link.get("hreflang")) for link in links)
    if twice := [kind for kind, count in counts.items() if count > 1]:
        what = f"{counts[twice[0]]} alternate links of one type and language: {twice[0][0]}"
        yield finding(parent, item, what, "keep one", "RFC 4287 4.1.1")


def check_history(parent: Any) -> Iterator[Finding]:
    """Yield what is wrong with how an archive document or a complete feed is tied to others (RFC 5005)."""
    rels = {link.get("rel") for link in parent.iterfind(f"{ATOM}link")}
    around = {"prev-archive", "next-archive"} & rels
    is_complete = parent.find(f"{HISTORY}complete") is not None
    if is_complete and around:
        mend = f"take out complete or {min(around)}"
        yield finding(parent, "", "a complete feed with archive documents", mend, "RFC 5005 2")
    if parent.find(f"{HISTORY}archive") is not None and not is_complete:
        if not around:
            mend = "link to the document before or after it"
            yield finding(parent, "", "an archive document of no archive", mend, "W3C validator: ArchiveIncomplete")
        if "current" not in rels:
            mend = 'add a link with rel="current"'
            yield finding(parent, "", "the way back to the feed is missing", mend, "RFC 5005 4")


def check_ids(ids: Iterable[tuple[Any, str]]) -> Iterator[Finding]:
    """Yield ids that two items share: readers show one of them only."""
    seen: set[str] = set()
    for node, name in ids:
        if name and name in seen:
            what = f"the id {name!r} stands a second time"
            yield finding(node, name, what, "give each item its own", "RFC 4287 4.1.1")
        seen.add(name)


def _instructions(tree: Any) -> Iterator[Finding]:
    for node in tree.getroottree().xpath("/processing-instruction()"):
        if node.target == "xml-stylesheet" and "xsl" in (node.text or ""):
            yield finding(node, "", "an XSLT style sheet", "use CSS: browsers take XSLT out", "whatwg/html#11523")


def _faults(node: Any, table: Table, counts: Counter[str]) -> Iterator[Fault]:
    element = table.get(node.tag)
    if element is None:
        if not node.tag.startswith(_EXTENSIONS):
            yield Fault(f"<{node.tag}> is not known here", "take it out", "W3C validator: UndefinedElement")
        return
    name = element.called or _short(node.tag)
    if counts[node.tag] > 1 and not element.often:
        yield Fault(f"{name} stands {counts[node.tag]} times", "keep one", "W3C validator: DuplicateElement")
    yield from (_in(name, fault) for fault in element.check(node.text or ""))
    for key in element.needs:
        if key not in node.attrib:
            yield Fault(f"{name} has no {key}", "add it", "W3C validator: MissingAttribute")
    for key, value in node.attrib.items():
        check = element.attributes.get(key, language if key == LANG else characters)
        yield from (_in(f"{key} of {name}", fault) for fault in check(value))


def _in(where: str, fault: Fault) -> Fault:
    return fault._replace(what=f"{where}: {fault.what}")


def _short(tag: str) -> str:
    """Name an element without its namespace."""
    return re.sub(r"^\{.*\}", "", tag)
