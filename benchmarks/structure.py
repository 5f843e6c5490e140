"""The structure of an HTML body as a list of parts, so that two renderers can be compared by what a reader sees.

Ids, classes, attributes, highlighting, smart punctuation and white space do not count; which blocks there are,
in what order, at what depth and with what words and targets, does.
"""

import re
from collections import Counter
from collections.abc import Iterator
from urllib.parse import quote, unquote

from lxml import html
from msgspec import Struct

LISTS = {"ul": "bullets", "ol": "numbers", "dl": "terms"}
ITEMS = frozenset({"li", "dt", "dd"})
CELLS = frozenset({"td", "th"})
HEADINGS = frozenset({"h1", "h2", "h3", "h4", "h5", "h6"})
OTHERS = {"table": "table", "blockquote": "quote", "hr": "rule"}

# Footnotes are numbered and named differently by every renderer: fn:1, fn-1, user-content-fn-1, fnref1:2.
_FOOTNOTE = re.compile(r"#[\w-]*?fn(ref)?[\w:.-]*")
_FOOTNOTES = "//*[self::div or self::section][@class='footnotes' or @class='footnote' or @class='footnote-definition']"
_STRAIGHT = str.maketrans({"‘": "'", "’": "'", "“": '"', "”": '"', "–": "--", "—": "---", "…": "..."})
_NOT_WORDS = re.compile(r"[\W_]+")


class Part(Struct, frozen=True, order=True):
    """One piece of structure: its kind, and what tells it from others of its kind."""

    kind: str
    value: str
    depth: int = 0  # how many lists and quotations it stands in


def parts(body: str) -> list[Part]:
    """List the parts of an HTML body in document order."""
    if not body.strip():
        return []
    root = html.fragment_fromstring(_legal(body), create_parent="div")
    for element in [element for element in root.iterdescendants() if _is_dressing(element)]:
        element.drop_tree()
    for code in root.xpath("//table[@class='highlighttable']//td[@class='code']//pre"):  # beside numbers of lines
        table = next(code.iterancestors("table"))
        table.getparent().replace(table, code)
    footnotes = [note for element in root.xpath(_FOOTNOTES) for note in _footnotes(element)]
    return [*_parts(root, 0), *sorted(footnotes)]


def difference(expected: list[Part], actual: list[Part]) -> Counter[str]:
    """Count by kind how many parts are missing or too many; a mere change of order counts as "order"."""
    wanted, found = Counter(expected), Counter(actual)
    kinds = Counter(part.kind for part in ((wanted - found) + (found - wanted)).elements())
    return kinds if kinds or expected == actual else Counter(order=1)


def _parts(element: html.HtmlElement, depth: int) -> Iterator[Part]:
    for child in element:
        if not isinstance(child.tag, str) or child.tag in {"script", "style"}:
            continue
        if (part := _part(child, depth)) is not None:
            yield part
        if child.tag != "pre":  # highlighters put links, tables and spans of their own into code
            yield from _parts(child, depth + (child.tag in LISTS or child.tag == "blockquote"))


def _part(element: html.HtmlElement, depth: int) -> Part | None:
    tag = element.tag
    if tag in LISTS:
        return Part("list", LISTS[tag], depth)
    if tag in ITEMS:
        return Part("item", _words(element), depth)
    if tag == "pre":
        return Part("code", "".join(element.text_content().translate(_STRAIGHT).split()), depth)
    if tag in CELLS:
        return Part("cell", f"{tag} {_words(element)}", depth)
    if tag in HEADINGS:
        return Part("heading", f"{tag} {_words(element)}", depth)
    if tag in OTHERS:
        return Part(OTHERS[tag], "", depth)
    return _inline(element, depth)


def _inline(element: html.HtmlElement, depth: int) -> Part | None:
    if element.tag == "a" and element.get("href") is not None and _is_seen(element):
        is_note = (element.getparent().get("class") or "").startswith("footnote-ref")
        return Part("link", "#footnote" if is_note else _target(element.get("href", "")), depth)
    if element.tag == "img":
        return Part("image", _target(element.get("src", "")), depth)
    if element.tag == "p" and not _in_item(element) and (said := _words(element)):
        return Part("paragraph", said, depth)
    return None


def _is_seen(link: html.HtmlElement) -> bool:
    """Tell whether there is anything to click: a link in a link leaves the outer one empty."""
    return len(link) > 0 or bool((link.text or "").strip())


def _footnotes(element: html.HtmlElement) -> Iterator[Part]:
    """Take a section of footnotes, or a single one, out of its tree: some stand at the end, some in their place."""
    for note in element.xpath("./ol/li") or [element]:
        yield Part("footnote", _words(note))
    element.drop_tree()


def _is_dressing(element: html.HtmlElement) -> bool:
    """Whether a renderer put it in of itself: tables of contents, anchors of headings, what goes with footnotes."""
    if not isinstance(element.tag, str) or element.getparent() is None:
        return False
    names = set((element.get("class") or "").split())
    if element.tag == "a":
        return bool({"headerlink", "anchor"} & names) or "fnref" in (element.get("href") or "")
    return element.get("id") == "markdown-toc" or bool({"toc", "footnotes-sep", "footnote-definition-label"} & names)


def _in_item(element: html.HtmlElement) -> bool:
    """Whether a list item holds it: there, paragraphs only tell a loose list from a tight one."""
    return any(parent.tag in ITEMS for parent in element.iterancestors())


def _target(address: str) -> str:
    if _FOOTNOTE.fullmatch(address):
        return "#footnote"
    whole = re.sub(r"^(\w+://[^/?#]+)/?$", r"\1/", re.sub(r"^/(?:\.\./)+", "/", address.strip()))
    return quote(unquote(whole), safe="/:?#&=@%+,;~!$'()*[]")


def _words(element: html.HtmlElement) -> str:
    said = "".join(text for text in element.itertext() if isinstance(text, str))
    return _NOT_WORDS.sub("", said)


def _legal(body: str) -> str:
    """Drop what XML forbids, which lxml refuses: not what is compared here."""
    return re.sub(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff\ud800-\udfff]", "", body)


def serialised(part: Part) -> str:
    """Write a part on one line, for a person to read."""
    return f"{'  ' * part.depth}{part.kind} {part.value[:90]}"
