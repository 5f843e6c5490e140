"""What is wrong with an Atom 1.0 document, by RFC 4287."""

import re
from collections.abc import Iterator
from datetime import datetime
from typing import Any

from feeds.check import html
from feeds.check.tree import (
    ATOM,
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
    named,
    read,
    walk,
)
from feeds.check.values import (
    MARKUP,
    Fault,
    address,
    characters,
    identifier,
    rfc_3339,
    uri,
    words,
)

_PERSON = Element(often=True)
_CATEGORY = Element(often=True, attributes={"term": words, "scheme": uri, "label": words}, needs=("term",))


def _name(text: str) -> Iterator[Fault]:
    yield from words(text)
    if re.search(r"<[^<>\s]+@[^<>\s]+>", text):
        yield Fault(f"{text!r} holds a mail address", "give it apart, as email", "W3C validator: ContainsEmail")
    elif MARKUP.search(text):
        yield Fault(f"{text!r} looks like markup", "write the name alone", "W3C validator: ContainsHTML")


FEED = named(
    ATOM,
    id=Element(identifier, required=True),
    title=Element(required=True),
    updated=Element(rfc_3339, required=True),
    author=_PERSON,
    contributor=_PERSON,
    link=LINK,
    category=_CATEGORY,
    generator=Element(words, attributes={"uri": uri, "version": words}),
    icon=Element(uri),
    logo=Element(uri),
    rights=Element(),
    subtitle=Element(),
    entry=Element(often=True),
)
ENTRY: Table = {
    **named(
        ATOM,
        id=Element(identifier, required=True),
        title=Element(required=True),
        updated=Element(rfc_3339, required=True),
        published=Element(rfc_3339),
        author=_PERSON,
        contributor=_PERSON,
        link=LINK,
        category=_CATEGORY,
        content=Element(),
        summary=Element(),
        rights=Element(),
        source=Element(),
    ),
    **MEDIA_TABLE,
}
PERSON = named(ATOM, name=Element(_name, required=True), email=Element(address), uri=Element(uri))
_TEXTS = ("title", "subtitle", "rights", "summary", "content")


def check(document: bytes, url: str) -> Iterator[Finding]:
    """Yield what is wrong with the Atom feed that is served at `url`."""
    root, found = read(document, f"{ATOM}feed")
    yield from found
    if root is None:
        return
    entries = root.findall(f"{ATOM}entry")
    yield from walk(root, FEED)
    yield from check_self(root, url)
    yield from check_history(root)
    yield from _shared(root, "")
    yield from _order(root)
    yield from check_ids((entry, _text(entry, "id")) for entry in entries)
    for entry in entries:
        yield from _entry(entry, _text(entry, "id"))
    if root.find(f"{ATOM}author") is None:
        for entry in entries or [root]:
            if entry.find(f"{ATOM}author") is None:
                mend = "add one to it or to the feed"
                yield finding(entry, _text(entry, "id"), "no author anywhere", mend, "RFC 4287 4.1.1")


def _order(root: Any) -> Iterator[Finding]:
    if root.xpath("*[local-name() = 'entry']/following-sibling::*[local-name() != 'entry']"):
        mend = "put it before the entries"
        yield finding(root, "", "something stands after the entries", mend, "W3C validator: MisplacedMetadata")


def _entry(entry: Any, name: str) -> Iterator[Finding]:
    yield from walk(entry, ENTRY, name)
    yield from _shared(entry, name)
    links = {link.get("rel", "alternate") for link in entry.iterfind(f"{ATOM}link")}
    if entry.find(f"{ATOM}content") is None:
        if "alternate" not in links:
            yield finding(entry, name, "neither content nor a link", "add one", "RFC 4287 4.1.2")
        if entry.find(f"{ATOM}summary") is None:
            yield finding(entry, name, "no text at all", "add a summary", "W3C validator: MissingTextualContent")
    published, updated = _time(_text(entry, "published")), _time(_text(entry, "updated"))
    if published and updated and updated < published:
        yield finding(entry, name, "updated before it was published", "correct the dates", "RFC 4287 4.2.15")


def _shared(parent: Any, name: str) -> Iterator[Finding]:
    """Check what feed and entry have alike: people, links to other forms, texts."""
    yield from check_alternates(parent, name)
    for person in parent.xpath("*[local-name() = 'author' or local-name() = 'contributor']"):
        yield from walk(person, PERSON, name)
    for text in _TEXTS:
        for node in parent.iterfind(f"{ATOM}{text}"):
            yield from _text_construct(node, text, name)


def _text_construct(node: Any, element: str, name: str) -> Iterator[Finding]:
    kind, text = node.get("type", "text"), node.text or ""
    if kind == "html":
        faults = html.faults(text)
    elif kind == "text":
        faults = _plain(text)
    else:  # XHTML runs its scripts when a browser opens the feed; other types most readers do not show
        faults = iter([Fault(f"type {kind!r}", 'write type="html"', "RFC 4287 3.1.1")])
    if not text.strip() and not node.get("src"):
        yield finding(node, name, f"{element} is empty", "fill it or leave it out", "W3C validator: NotBlank")
    for fault in faults:
        yield Finding(node.sourceline or 0, name, fault._replace(what=f"{element}: {fault.what}"))


def _plain(text: str) -> Iterator[Fault]:
    if MARKUP.search(text):
        yield Fault("looks like markup", 'escape it and say type="html"', "RFC 4287 3.1.1.1")
    yield from characters(text)


def _text(parent: Any, element: str) -> str:
    return parent.findtext(f"{ATOM}{element}") or ""


def _time(text: str) -> datetime | None:
    return None if any(rfc_3339(text)) else datetime.fromisoformat(text)
