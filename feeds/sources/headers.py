"""Front matter without fences: Pelican's `Key: value`, Nikola's `.. key:`, the fields of reST, the head of a web page.

`find` finds the block; the functions of `KINDS` make values of its text. Which form it is shows from the text and the
name of the file alone, so that a body can be found again without knowing the engine.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from html.parser import HTMLParser
from typing import Any

from feeds.sources.fences import Block
from feeds.sources.key_names import key_name

_BLANKS = r"(?:[ \t]*+\n)*+"
# The "meta" extension of python-markdown: its keys, its indentation, and its fences, which may be missing.
_PELICAN = re.compile(
    _BLANKS + r"(?:[ ]{0,3}[A-Za-z0-9_-]++:(?!//)[^\n]*+(?:\n|\Z)(?:(?:[ ]{4}|\t)[^\n]*\S[^\n]*+(?:\n|\Z))*+)++"
    r"(?:(?:-{3}|\.{3})[ \t]*(?:\n|\Z))?"
)
_NIKOLA_LINES = r"(?:[ \t]*\.\.[ \t]+[\w .-]+?:(?!:)[^\n]*+(?:\n|\Z)|[ \t]*+\n(?=[ \t]*\.\.[ \t]+[\w.-]+:(?!:)))++"
_NIKOLA = re.compile(_BLANKS + rf"(?:<!--[ \t]*\n{_NIKOLA_LINES}[ \t]*-->[ \t]*(?:\n|\Z)|{_NIKOLA_LINES})")
_FIELD = r":[^\s:][^\n:]*+:(?=[ \n]|\Z)[^\n]*+(?:\n|\Z)(?:[ \t]*+\n(?=[ \t]+\S)|[ \t]+\S[^\n]*+(?:\n|\Z))*+"
_HEADING = r"(?:([=\-~^\"'`#*+.:_]{3,})[ \t]*\n[ \t]*\S[^\n]*\n\1[ \t]*\n|\S[^\n]*\n[=\-~^\"'`#*+]{3,}[ \t]*\n)"
_REST = re.compile(_BLANKS + rf"(?:{_HEADING}{_BLANKS})?((?:{_FIELD})+)")
_METAS = r"(?:<(?:meta|title)\b[^<>]*>(?:[^<>]*</title>)?\s*)"
_WEB = re.compile(
    rf"\s*+(?:{_METAS}+|(?:<!doctype[^<>]*>\s*)?(?:<html[^<>]*>\s*)?<head[^<>]*>(?:(?!</?(?:head|body)\b).)*+</head\s*>"
    r"\s*(?:<body[^<>]*>[ \t]*\n?)?)",
    re.DOTALL | re.IGNORECASE,
)
_SAYS = r"^[ \t]*(?:\.\.[ \t]+|:)?(?:title|date|slug)[ \t]*:"
_TITLE_OR_DATE = re.compile(_SAYS, re.MULTILINE | re.IGNORECASE)
_META_DATE = re.compile(r"<meta\s[^<>]*name\s*=\s*[\"']?date\b", re.IGNORECASE)
_MARKDOWN = (".md", ".markdown", ".mkd", ".mdown", ".mkdn", ".txt", ".text", ".meta")
_FORMS: Mapping[str, tuple[tuple[str, re.Pattern[str], re.Pattern[str]], ...]] = {
    **dict.fromkeys(_MARKDOWN, (("nikola", _NIKOLA, _TITLE_OR_DATE), ("pelican", _PELICAN, _TITLE_OR_DATE))),
    **dict.fromkeys((".rst", ".rest"), (("nikola", _NIKOLA, _TITLE_OR_DATE), ("rest", _REST, _TITLE_OR_DATE))),
    **dict.fromkeys((".html", ".htm"), (("nikola", _NIKOLA, _TITLE_OR_DATE), ("web", _WEB, _META_DATE))),
}
_LONGEST = 200_000


def find(text: str, path: str) -> Block | None:
    """Find a header at the top of a text with LF line ends; None when there is none."""
    ending = "." + path.rpartition(".")[2].lower()
    for kind, form, proof in _FORMS.get(ending, ()):
        found = form.match(text, 0, _LONGEST)
        if found and proof.search(found[0]):
            end = found.end()
            return Block(kind, text[:end], 1, text[end:], 1 + text.count("\n", 0, end))
    return None


def pelican(text: str) -> dict[str, Any]:
    """Read `Key: value` lines; what is indented goes on with the value above."""
    return _joined(re.finditer(r"^[ ]{0,3}([A-Za-z0-9_-]+):(.*(?:\n(?:[ ]{4}|\t).*)*)", text, re.MULTILINE))


def nikola(text: str) -> dict[str, Any]:
    """Read `.. key: value` lines (Nikola's metadata_extractors)."""
    return _joined(re.finditer(r"^[ \t]*\.\.[ \t]+([\w .-]+?):(.*)", text, re.MULTILINE))


def rest(text: str) -> dict[str, Any]:
    """Read a heading, which is the title, and the field list below it (docutils' DocInfo)."""
    found = _REST.match(text)
    values = _joined(re.finditer(r"^:([^\s:][^\n:]*):(?=\s|\Z)(.*(?:\n(?:[ \t]+\S.*|[ \t]*$))*)", text, re.MULTILINE))
    lines = text[: found.start(2)].split("\n") if found else []
    title = next((line.strip() for line in lines if re.search(r"\w", line)), "")
    return {"title": title, **values} if title else values


def web(text: str) -> dict[str, Any]:
    """Read the title and the `<meta name>`s of a web page's head, as Pelican and Nikola do."""
    head = _Head()
    head.feed(text)
    head.close()
    return head.values


def _joined(found: Iterator[re.Match[str]]) -> dict[str, Any]:
    return {key_name(each[1]): "\n".join(line.strip() for line in each[2].strip().split("\n")) for each in found}


class _Head(HTMLParser):
    """Collects what the head of a page says."""

    def __init__(self) -> None:
        super().__init__()
        self.values: dict[str, Any] = {}
        self._in_title = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._in_title = tag == "title"
        said = dict(attrs)
        if tag == "meta" and (name := said.get("name")):
            self.values[key_name(name)] = said.get("content") or said.get("contents") or ""

    def handle_endtag(self, tag: str) -> None:
        self._in_title = False

    def handle_data(self, data: str) -> None:
        if self._in_title:
            self.values["title"] = self.values.get("title", "") + data


KINDS: Mapping[str, Callable[[str], dict[str, Any]]] = {
    "pelican": pelican,
    "nikola": nikola,
    "rest": rest,
    "web": web,
}
