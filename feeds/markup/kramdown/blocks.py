"""The blocks of kramdown as Jekyll has it set up, with its GFM parser."""

import re
from collections.abc import Callable

from feeds.markup.kramdown import lists, raw, tables
from feeds.markup.kramdown.document import SPACES, Document, Node
from feeds.markup.kramdown.lines import (
    BLANK,
    BOUNDARY,
    CODE,
    DIRECTIONS,
    END_OF_BLOCK,
    FENCE,
    INDENT,
    LIST,
    PARAGRAPH,
    QUOTE,
    RULE,
)

_CODE = re.compile(CODE, re.ASCII)
_LAZY_CODE = re.compile(r"\n( {0,3}\S)")
_INDENTED = re.compile(rf"^{INDENT}", re.MULTILINE)
_BLANK = re.compile(BLANK, re.ASCII)
_FENCE = re.compile(rf"{FENCE}[ \t]*([^\s?]\S*?)?(?:\?\S*)?[ \t]*\n", re.ASCII)
_QUOTES = re.compile("^ {0,3}> ?", re.MULTILINE)
_HEADING = re.compile(r"(#{1,6})[\t ]+(.*)\n")
_HEADING_ID = re.compile(r"[\t ]\{#[^\W\d][\w.:-]*\}$")
_HEADING_END = re.compile(r"[\t ]#+$")
_UNDERLINED = re.compile(r" {0,3}([^ \t\n].*)\n([-=])[-=]*[ \t\r\f\v]*\n")
_FORMULA = re.compile(r" {0,3}(\\)?\$\$(.*?)\$\$(\s*?\n)?", re.DOTALL)
_NOTE = re.compile(rf" {{0,3}}\[\^(\w[\w-]*)\]:\s*?(.*?\n{CODE})", re.ASCII)
_LINK = re.compile(r" {0,3}\[([^\n\]]+)\]:[ \t]*(?:<([^\n>]*)>|((?:(?![ \t]+[\"'])[^\n])+))(?<!\s)[ \t]*", re.ASCII)
_LINK_TITLE = re.compile(r"(?:\n[ \t]*|(?<=[ \t]))([\"'])([^\n]+)\1[ \t]*\n")
_TERM = re.compile(r" {0,3}:[\t| ]")
_ABBREVIATION = re.compile(r" {0,3}\*\[(.+?)\]:(.*)\n")
_DEFINITION_OF_LIST = re.compile(r" {0,3}\{:\w[\w-]*:(?:\\\}|[^}]){1,1000}\}\s*?\n", re.ASCII)
_EXTENSION = re.compile(r" {0,3}(?:\{::(\w+)(?:\s((?:\\\}|[^}]){0,1000}?))?(/)?\}|\{:/(?:\w[\w-]*)?\})\s*?\n", re.ASCII)
_DIRECTIONS = re.compile(DIRECTIONS, re.ASCII)
_END = re.compile(END_OF_BLOCK, re.ASCII)


class Blocks:
    """A text on its way from top to bottom: one line, or what begins there, after the other."""

    def __init__(self, text: str, document: Document, node: Node, depth: int = 0) -> None:
        self.text, self.at, self.document, self.node, self.depth = text, 0, document, node, depth
        self._closing = ""
        self.directions = ""  # a list of attributes that belongs to the next block

    def read(self, closing: str = "") -> None:
        """Read all, or up to the tag that closes the element `closing`."""
        self._closing = closing
        while self.at < len(self.text):
            self.document.spend(3)
            if self._is_closed():
                return

    def _is_closed(self) -> bool:
        """Read a block; tell whether it was the tag that closes the element."""
        text, at = self.text, self.at
        if blank := _BLANK.match(text, at):
            self._blank(blank)
            return False
        if text[at] == "\t" or text.startswith("    ", at):
            self._code()
            return False
        sign = text[at : at + 4].lstrip(" ")[0]
        for read in _BEFORE_HEADINGS.get(sign, ()):
            if done := read(self):
                return done == "closed"
        if self._underlined() or (sign in "$\\" and self._formula()) or tables.read(self):
            return False
        if not any(read(self) for read in _AFTER_TABLES.get(sign, ())):
            self._paragraph()
        return False

    def inside(self, text: str, node: Node) -> None:
        """Read the blocks of a text into a node."""
        self.document.look(len(text))
        Blocks(text, self.document, node, self.deeper()).read()

    def blocks_of(self, node: Node) -> None:
        """Read on into the node of an element, up to the tag that closes it."""
        inner = Blocks(self.text, self.document, node, self.deeper())
        inner.at = self.at
        inner.read(node.text)
        self.at = inner.at

    def deeper(self) -> int:
        """Count how deep blocks stand in each other. Raises UnrenderableError when it is too deep."""
        if self.depth > 60:
            self.document.spend(1 << 60)
        return self.depth + 1

    def add(self, node: Node) -> Node:
        """Add a block after those that are there."""
        node.directions, self.directions = self.directions + node.directions, ""
        self.node.children.append(node)
        return node

    def last(self, kind: str = "") -> Node | None:
        """Return the block just before; with a kind, only when it is of that."""
        last = self.node.children[-1] if self.node.children else None
        return last if last and (not kind or last.kind == kind) else None

    def is_after_boundary(self) -> bool:
        """Tell whether a block may begin that a paragraph must not run into."""
        last = self.last()
        return not last or last.kind == "blank" or (last.kind == "end" and not last.text) or bool(self.directions)

    def is_at_boundary(self) -> bool:
        """Tell whether a block may end here that a paragraph must not follow."""
        return self.at >= len(self.text) or BOUNDARY.match(self.text, self.at) is not None

    def _blank(self, blank: re.Match[str]) -> None:
        self.at = blank.end()
        if last := self.last("blank"):
            last.text += blank[0]
        else:
            self.add(Node("blank", blank[0]))

    def _code(self) -> None:
        code = self._take(_CODE)
        self.add(Node("code", _INDENTED.sub("", _LAZY_CODE.sub(r" \1", code))))

    def _take(self, pattern: re.Pattern[str]) -> str:
        """Go past what `pattern` matches, which always does, and return it."""
        found = pattern.match(self.text, self.at)
        start, self.at = self.at, found.end() if found else len(self.text)
        return self.text[start : self.at]

    def _fenced(self) -> bool:
        if not (opening := _FENCE.match(self.text, self.at)):
            return False
        fence = opening[1]
        self.document.look(len(self.text) - self.at)
        closing = re.compile(rf"^ {{0,3}}{fence}{fence[0]}*[^\S\n]*\n", re.MULTILINE).search(self.text, opening.end())
        if not closing:
            return False
        self.at = closing.end()
        node = self.add(Node("code", self.text[opening.end() : closing.start()]))
        node.directions = opening[2] or ""
        node.level = 1
        return True

    def _quote(self) -> bool:
        quote = self._take(QUOTE)
        self.inside(_QUOTES.sub("", quote), self.add(Node("quote")))
        return True

    def _heading(self) -> bool:
        if not (heading := _HEADING.match(self.text, self.at)):
            return False
        words = _HEADING_END.sub("", _HEADING_ID.sub("", heading[2].rstrip(SPACES)).rstrip(SPACES)).rstrip(SPACES)
        return self._headed(len(heading[1]), words, heading.end())

    def _underlined(self) -> bool:
        below = self.text.find("\n", self.at) + 1
        if not self.text.startswith(("-", "="), below) or not self.is_after_boundary():
            return False
        if not (heading := _UNDERLINED.match(self.text, self.at)):
            return False
        words = _HEADING_ID.sub("", heading[1].rstrip(SPACES)).rstrip(SPACES)
        return self._headed(2 if heading[2] == "-" else 1, words, heading.end())

    def _headed(self, level: int, words: str, end: int) -> bool:
        if words:
            self.at = end
            self.add(Node("heading", words, level))
        return bool(words)

    def _rule(self) -> bool:
        if not (rule := RULE.match(self.text, self.at)):
            return False
        self.at = rule.end()
        self.add(Node("rule"))
        return True

    def _list(self) -> bool:
        if not LIST.match(self.text, self.at):
            return False
        lists.read(self)
        return True

    def _terms(self) -> bool:
        return bool(_TERM.match(self.text, self.at)) and lists.read_terms(self)

    def _html(self) -> bool | str:
        return raw.read(self, self._closing)

    def _formula(self) -> bool:
        if not self.is_after_boundary():
            return False
        self.document.look(len(self.text) - self.at)
        formula = _FORMULA.match(self.text, self.at)
        if not formula or formula[1]:
            self.at += len(formula[0].split("$", 1)[0]) if formula and formula[3] else 0
            return False
        start, self.at = self.at, formula.end()
        if not self.is_at_boundary():
            self.at = start
            return False
        self.add(Node("formula", formula[2].strip(SPACES)))
        return True

    def _note(self) -> bool:
        if not (note := _NOTE.match(self.text, self.at)):
            return False
        self.at = note.end()
        self.document.notes[note[1]] = Node("note")
        self.inside(_INDENTED.sub("", note[2]), self.document.notes[note[1]])
        self.add(Node("end", "note"))
        return True

    def _link(self) -> bool:
        if not (link := _LINK.match(self.text, self.at)):
            return False
        title = _LINK_TITLE.match(self.text, link.end())
        if not title and not self.text.startswith("\n", link.end()):
            return False
        self.at = title.end() if title else link.end() + 1
        self.document.define(link[1], link[2] or (link[3] or "").rstrip(" \t"), title[2] if title else "")
        self.add(Node("end", "link"))
        return True

    def _abbreviation(self) -> bool:
        if not (abbreviation := _ABBREVIATION.match(self.text, self.at)):
            return False
        self.at = abbreviation.end()
        self.document.abbreviate(abbreviation[1], abbreviation[2].strip(SPACES))
        self.add(Node("end", "abbreviation"))
        return True

    def _brace(self) -> bool:
        text, at = self.text, self.at
        if found := _DEFINITION_OF_LIST.match(text, at):
            self.at = found.end()
            self.add(Node("end", "list"))
            return True
        if extension := _EXTENSION.match(text, at):
            return self._extension(extension)
        if not (found := _DIRECTIONS.match(text, at)):
            return False
        self.at = found.end()
        last = self.last()
        if last and last.kind != "blank" and (last.kind != "end" or last.text in {"link", "abbreviation", "note"}):
            last.directions += f" {found[1]} "
            if not _DIRECTIONS.match(text, self.at):
                self.add(Node("end", "directions"))
        else:
            self.directions += f" {found[1]} "
        return True

    def _extension(self, extension: re.Match[str]) -> bool:
        name, end = extension[1], extension.end()
        if name not in {"comment", "nomarkdown", "options"}:
            return False
        if not extension[3]:
            self.document.look(len(self.text) - self.at)
            stop = re.compile(rf"^ {{0,3}}\{{:/(?:{name})?\}}\s*?\n", re.MULTILINE).search(self.text, end)
            if not stop:
                return False
            self.at = stop.end()
            if name == "nomarkdown":
                self.node.children.append(Node("verbatim", self.text[end : stop.start()]))
            elif name == "comment":
                self.node.children.append(Node("verbatim"))
        self.at = max(self.at, end)
        if name == "options":
            self.add(Node("end", "extension"))
        return True

    def _end(self) -> bool:
        if not (end := _END.match(self.text, self.at)):
            return False
        self.at = end.end()
        self.add(Node("end"))
        return True

    def _paragraph(self) -> None:
        is_broken = self.text.endswith("  \n", 0, self.at)
        words = self._take(PARAGRAPH).rstrip(SPACES)
        if last := self.last("p"):
            last.text += ("  \n" if is_broken else "\n") + words
        else:
            self.add(Node("p", words.lstrip(SPACES)))


_FENCED = (Blocks._fenced,)
_BEFORE_HEADINGS: dict[str, tuple[Callable[[Blocks], bool | str], ...]] = {
    "`": _FENCED,
    "~": _FENCED,
    ">": (Blocks._quote,),
    "#": (Blocks._heading,),
    "*": (Blocks._rule, Blocks._list),
    "-": (Blocks._rule, Blocks._list),
    "_": (Blocks._rule,),
    ":": (Blocks._terms,),
    "<": (Blocks._html,),
    **dict.fromkeys("+0123456789", (Blocks._list,)),
}
_AFTER_TABLES: dict[str, tuple[Callable[[Blocks], bool], ...]] = {
    "[": (Blocks._note, Blocks._link),
    "*": (Blocks._abbreviation,),
    "{": (Blocks._brace,),
    "^": (Blocks._end,),
}
