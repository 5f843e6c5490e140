"""Kramdown, as Jekyll sets it up: what it has of its own or sees otherwise, written as CommonMark understands it."""

import re
from collections.abc import Callable
from html import escape

# Elements that kramdown takes for a block, whatever stands in them, as kramdown/parser/html.rb lists them.
_ELEMENTS = """
    address applet article aside blockquote body button center dd details dialog dir div dl dt fieldset figcaption
    figure footer form frameset h1 h2 h3 h4 h5 h6 header hgroup iframe li main map menu nav noframes noscript object ol
    p section summary table tbody td tfoot th thead title tr ul video
"""
_OPENING = re.compile(rf" {{0,3}}<({'|'.join(_ELEMENTS.split())})(?=[\s/>])", re.IGNORECASE)
_FENCE = re.compile(r" {0,3}(`{3,}|~{3,})")
_QUOTE = re.compile(" {0,3}>")
_EMPTY_HEADING = re.compile(r"(#{1,6}) *$")
_LIST = r"{:(?!:)[^}\n]*+}"  # of attributes: {: .class #id key="value"}
_LIST_LINE = re.compile(rf"(?:\s*>)*\s*{_LIST}[ \t]*$")
_LIST_OF_ITEM = re.compile(rf"(\s*(?:[-*+]|\d+\.)\s+){_LIST}\s*")
_SPAN = r"(?<!`)(`++)(?:(?!(?<!`)\{}(?!`)).){{1,300}}+\{}(?!`)"
_LIST_OF_SPAN = re.compile(rf"({_SPAN.format(2, 2)}|[)\]*_>]){_LIST}|({_SPAN.format(4, 4)})")
_HEADING_ID = re.compile(r"( {0,3}#{1,6} (?:(?!\{#).)*+)\{#[\w:-]+\}\s*$")
_CONTENTS = re.compile(r"\s*\{:[^}\n]*\btoc\b[^}\n]*\}[ \t]*$")
_ITEM = re.compile(r" {0,3}(?:[-*+]|\d+\.)[ \t]")
_OPTION = re.compile(r"\{:(?::/?(?:options|nomarkdown)[^}\n]*+|/(?:nomarkdown)?)\}[ \t]*$")
_COMMENT = re.compile(r"\{::comment\}(?:(?!\{:[:/]).)*+\{:/(?:comment)?\}", re.DOTALL)
_FORMULA = re.compile(r"(?:(?<=\n\n)|\A) {0,3}\$\$((?:(?!\$\$|\n\n).)++)\$\$[ \t]*(?=\n\n|\n?\Z)", re.DOTALL)
_ROW = re.compile(r" {0,3}\|.*\S")
_RULE = re.compile(r" {0,3}\|?[ \t]*:?-+:?[ \t]*(?:[|+][ \t:|+-]*)?$")
_BLANK_HEAD = re.compile(r"<thead>\s*<tr>\s*(?:<th[^<>]*></th>\s*)++</tr>\s*</thead>\s*")
_SPACED_LINK = re.compile(r"<(https?://[^\s<>]+)[ \t]+>")
_LINES_A_LINE = 20  # how many lines may be looked at for each, in search of the ends of elements


def commonmark(text: str) -> str:
    """Rewrite a body: without lists of attributes, options and tables of contents, and with its blocks marked off."""
    if "{::comment" in text:
        text = _COMMENT.sub("", text)
    if "$$" in text:
        text = _FORMULA.sub(_formula, text)
    return "\n".join(_Rewriting(text.split("\n")).lines())


def without_blank_heads(html: str) -> str:
    """Drop from tables the row of heads that `commonmark` gave them."""
    return _BLANK_HEAD.sub("", html) if "<thead>" in html else html


def _formula(formula: re.Match[str]) -> str:
    """Keep Markdown out of a formula that is a paragraph of its own; it has no blank line."""
    return f"<div>$${escape(formula[1], quote=False)}$$</div>"


class _Rewriting:
    """The lines of a body, rewritten one block after the other."""

    def __init__(self, lines: list[str]) -> None:
        self._lines, self._at, self._made = lines, 0, list[str]()
        self._steps = _LINES_A_LINE * len(lines)

    def lines(self) -> list[str]:
        """Rewrite all of them."""
        while self._at < len(self._lines):
            line = self._lines[self._at]
            if fence := _FENCE.match(line):
                self._take(self._end_of_code(fence[1]))
            elif _QUOTE.match(line):
                self._take(self._blank(), _quoted)
            elif (element := _OPENING.match(line)) and self._may_open():
                self._take(self._end_of_element(element[1]), lambda line: line if line.strip() else "<!-- -->")
                self._made.append("")
            elif _ROW.match(line) and self._is_headless():
                columns = line.strip().strip("|").count("|") + 1
                self._made += [f"|{' |' * columns}", f"|{'-|' * columns}"]
                self._take(self._blank(), _without_lists)
            elif _CONTENTS.match(line):
                self._drop_item()
            else:
                self._take(self._at + 1, _plain)
        return self._made

    def _take(self, end: int, rewrite: Callable[[str], str | None] = str) -> None:
        rewritten = map(rewrite, self._lines[self._at : end])
        self._made += [line for line in rewritten if line is not None]
        self._at = end

    def _is_headless(self) -> bool:
        """Tell whether a table without a row of heads begins here; CommonMark wants one, so it gets a blank one."""
        rows = self._lines[self._at : self._blank()]
        is_first = not self._made or not self._made[-1].strip()
        return is_first and all(map(_ROW.match, rows)) and not any(map(_RULE.match, rows[:2]))

    def _drop_item(self) -> None:
        """Drop the list that stands for the table of contents: one item, just before."""
        while self._made and not self._made[-1].strip():
            self._made.pop()
        if self._made and _ITEM.match(self._made[-1]):
            self._made.pop()
        self._at += 1

    def _may_open(self) -> bool:
        """Tell whether a block of HTML may begin here: not within a paragraph."""
        before = self._made[-1].lstrip() if self._made else ""
        return not before or before.startswith("<")

    def _blank(self) -> int:
        """Return the next line that is blank: all before it belongs to a quotation, marked or not."""
        rest = range(self._at, len(self._lines))
        return next((number for number in rest if not self._lines[number].strip()), len(self._lines))

    def _end_of_code(self, fence: str) -> int:
        rest = range(self._at + 1, len(self._lines))
        closed = (number for number in rest if _closes(self._lines[number], fence))
        return next(closed, len(self._lines) - 1) + 1

    def _end_of_element(self, name: str) -> int:
        """Return the line after the one that closes an element; the next blank one when none does."""
        tags = re.compile(rf"<(/?){name}\b(?:[^<>]*+[^<>/])?(/?)>", re.IGNORECASE)
        depth = 0
        for number in range(self._at, len(self._lines)):
            depth += sum(-1 if end else not empty for end, empty in tags.findall(self._lines[number]))
            self._steps -= 1
            if depth <= 0:
                return number + 1
            if self._steps < 0:
                break
        return max(self._blank(), self._at + 1)


def _closes(line: str, fence: str) -> bool:
    found = _FENCE.match(line)
    return bool(found and found[1].startswith(fence) and not line.strip().strip(fence[0]))


def _quoted(line: str) -> str | None:
    """Mark what continues a quotation without its sign."""
    if _LIST_LINE.match(line):
        return ">" if ">" in line.partition("{")[0] else None
    return _without_lists(line if _QUOTE.match(line) else f"> {line}")


def _plain(line: str) -> str | None:
    if _LIST_LINE.match(line) or _OPTION.match(line):
        return None
    if line == "^":  # ends a list
        return "<!-- -->"
    if _EMPTY_HEADING.match(line):  # a heading has words
        return "\\" + line
    return _without_lists(_SPACED_LINK.sub(r"<\1>", line) if " >" in line else line)


def _without_lists(line: str) -> str:
    if "{" not in line:
        return line
    line = _HEADING_ID.sub(r"\1", _LIST_OF_ITEM.sub(r"\1", line))
    return _LIST_OF_SPAN.sub(lambda span: span[1] or span[3] or "", line)
