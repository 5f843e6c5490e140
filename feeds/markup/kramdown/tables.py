"""Tables of kramdown: any lines with a bar in them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from feeds.markup.kramdown import spans
from feeds.markup.kramdown.document import SPACES, Document, Node

if TYPE_CHECKING:
    from feeds.markup.kramdown.blocks import Blocks

_BAR = r"(?:\||.*?[^\\\n]\|)"
_LINE = re.compile(rf"{_BAR}.*\n")
_START = re.compile(rf" {{0,3}}(?=[^\s]){_BAR}.*\n", re.ASCII)
_HAS_BAR = re.compile(_BAR)
_RULE = re.compile(r"(?=[+|: \t]*-)([+|: \t-]*+)\n")
_FOOT_RULE = re.compile(r"(?=[+|: \t]*=)[+|: \t=]*+\n")
_CODE_ELEMENT = re.compile(r"(<code.*?>.*?</code>)")
_COLUMN = re.compile(r"[ \t]?(:?)-+(:?)[ \t]?")
_SEPARATOR = re.compile(r"(?<!\\)\|")
_TICKS = re.compile("`+")
_ALIGNED = {(":", ":"): "center", (":", ""): "left", ("", ":"): "right", ("", ""): ""}


def read(blocks: Blocks) -> bool:
    """Read a table, if its bars are more than text."""
    bar = blocks.text.find("|", blocks.at)
    if bar < 0 or "\n" in blocks.text[blocks.at : bar] or not blocks.is_after_boundary():
        return False
    if not _START.match(blocks.text, blocks.at):
        return False
    start = blocks.at
    table = _Table(blocks)
    table.collect()
    if blocks.is_at_boundary() and _is_table(blocks.text[start : blocks.at - 1], blocks.document) and table.is_whole():
        blocks.add(table.node)
        return True
    blocks.at = start
    return False


class _Table:
    """The rows of a table while they are collected."""

    def __init__(self, blocks: Blocks) -> None:
        self._blocks = blocks
        self._rows: list[Node] = []
        self._has_foot = self._has_columns = False
        self._has_first_bar = blocks.text[blocks.at : blocks.at + 4].lstrip().startswith("|")
        self.node = Node("table")

    def collect(self) -> None:
        """Take all lines with a bar."""
        blocks, text = self._blocks, self._blocks.text
        if rule := _RULE.match(text, blocks.at):
            blocks.at = rule.end()
        while blocks.at < len(text) and (line := _LINE.match(text, blocks.at)):
            blocks.document.spend(4)
            if rule := _RULE.match(text, blocks.at):
                self._ruled(rule[1])
            elif _FOOT_RULE.match(text, blocks.at):
                if self._rows:
                    self._close("tbody")
                self._has_foot = True
            else:
                self._rows.append(self._row(line[0].rstrip(SPACES)))
            blocks.at = line.end()

    def is_whole(self) -> bool:
        """Close what is open; tell whether there are rows that are neither head nor foot."""
        if self._rows:
            self._close("tfoot" if self._has_foot else "tbody")
        width = max((len(row.children) for part in self.node.children for row in part.children), default=0)
        for part in self.node.children:
            for row in part.children:
                row.children += [Node("td") for _ in range(width - len(row.children))]
        return any(part.kind == "tbody" for part in self.node.children)

    def _ruled(self, rule: str) -> None:
        if self._rows and not self._has_columns and not self._has_foot:
            self._close("thead")
            self._has_columns = True
            self.node.text = ",".join(_ALIGNED[ends] for ends in _COLUMN.findall(rule))
        elif self._rows and not self._has_foot:
            self._close("tbody")

    def _close(self, kind: str) -> None:
        part = Node(kind)
        part.children, self._rows = self._rows, []
        self.node.children.append(part)

    def _row(self, line: str) -> Node:
        cells = _cells(line, self._blocks.document)
        if self._has_first_bar and not cells[0].strip(SPACES):
            del cells[0]
        if cells and not cells[-1].strip(SPACES):
            cells.pop()
        row = Node("tr")
        row.children = [Node("td", cell.strip(SPACES)) for cell in cells]
        return row


def _cells(line: str, document: Document) -> list[str]:
    """Cut a line at its bars, those in code aside."""
    if "`" not in line and "<code" not in line:
        return [cell.replace("\\|", "|") for cell in _SEPARATOR.split(line)]
    cells = [""]
    document.spend(line.count("<code") * len(line) // 64)
    for number, piece in enumerate(_CODE_ELEMENT.split(line)):
        if number % 2:
            cells[-1] += piece
            continue
        for kind, value, _ in spans.Spans(piece, document).items(signs=spans.CODE)[1]:
            if kind == "text":
                first, *more = (cell.replace("\\|", "|") for cell in _SEPARATOR.split(value))
                cells[-1] += first
                cells += more
            else:
                ticks = max(_TICKS.findall(value), default="") + "`"
                room = " " if len(ticks) > 1 else ""
                cells[-1] += f"{ticks}{room}{value}{room}{ticks}"
    return cells


def _is_table(text: str, document: Document) -> bool:
    """Tell whether each line has a bar that is neither in code nor in HTML."""
    if "`" not in text and "<" not in text:
        return True
    has_bar = False
    for kind, value, _ in _joined(spans.Spans(text, document).items(signs=spans.CODE_AND_HTML)[1]):
        lines = _lines(value)
        if not lines:
            continue
        if kind == "code":
            if len(lines) > 2 or (len(lines) == 2 and not has_bar):
                break
            has_bar = has_bar and len(lines) != 2
        elif len(lines) > 1 and not has_bar and not _HAS_BAR.match(lines[0]):
            break
        else:
            has_bar = (len(lines) == 1 and has_bar) or _HAS_BAR.match(lines[-1]) is not None
    return has_bar


def _joined(items: list[spans.Item]) -> list[spans.Item]:
    """Join texts that stand side by side."""
    joined: list[spans.Item] = []
    for item in items:
        if item[0] == "text" and joined and joined[-1][0] == "text":
            joined[-1] = ("text", joined[-1][1] + item[1], "")
        else:
            joined.append(item)
    return joined


def _lines(text: str) -> list[str]:
    """Split as Ruby does: without the empty lines at the end."""
    return text.rstrip("\n").split("\n") if text.strip("\n") else []
