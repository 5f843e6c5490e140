"""What is wrong with an OPML 2.0 list of feeds, by http://opml.org/spec2.opml."""

from collections.abc import Iterator

from feeds.check import html
from feeds.check.tree import Element, Finding, Table, finding, read, walk
from feeds.check.values import Fault, address, language, rfc_822, web_url, words


def _shown(text: str) -> Iterator[Fault]:
    """Check words that readers show as HTML."""
    yield from words(text)
    yield from html.faults(text)


HEAD: Table = {
    "title": Element(_shown, required=True),
    "dateCreated": Element(rfc_822),
    "dateModified": Element(rfc_822),
    "ownerName": Element(words),
    "ownerEmail": Element(address),
    "ownerId": Element(web_url),
}
BODY: Table = {
    "outline": Element(
        required=True,
        often=True,
        attributes={
            "type": words,
            "text": _shown,
            "title": _shown,
            "language": language,
            "xmlUrl": web_url,
            "htmlUrl": web_url,
        },
        needs=("type", "text", "title", "xmlUrl"),
    )
}


def check(document: bytes, url: str) -> Iterator[Finding]:
    """Yield what is wrong with a list of feeds; unlike a feed it does not say where it is."""
    root, found = read(document, "opml")
    yield from found
    if root is None:
        return
    if root.get("version") != "2.0":
        yield finding(root, "", f"version {root.get('version')!r}", 'make it "2.0"', "OPML 2.0")
    yield from walk(root, {"head": Element(required=True), "body": Element(required=True)})
    for table, parents in ((HEAD, root.iterfind("head")), (BODY, root.iterfind("body"))):
        for parent in parents:
            yield from walk(parent, table)
