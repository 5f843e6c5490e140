"""Lists and definitions of terms in kramdown."""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING

from feeds.markup.kramdown.document import SPACES, Node
from feeds.markup.kramdown.lines import BLANK, END_OF_BLOCK, LIST, ORDERED, RULE, TERMS, UNORDERED, lazy

if TYPE_CHECKING:
    from feeds.markup.kramdown.blocks import Blocks

_DIRECTIONS = re.compile(r"\s*\{:(?!(?:\w[\w-]*)?:|/)((?:\\\}|[^}]){1,1000})\}\s*", re.ASCII)
_ONLY_DIRECTIONS = re.compile(rf"(?:{_DIRECTIONS.pattern})?\s*\n", re.ASCII)
_BLANK = re.compile(BLANK, re.ASCII)
_END = re.compile(END_OF_BLOCK, re.ASCII)
_TABS = re.compile(r"( *)(\t+)")
_BOX = re.compile(r"\s*\[([ xX])\]\s+", re.ASCII)


@cache
def _marker(sign: str, spaces: int) -> re.Pattern[str]:
    return re.compile(rf"( {{0,{spaces}}}{sign})([\t| ].*\n)", re.ASCII)


@cache
def _continuation(width: int) -> tuple[re.Pattern[str], re.Pattern[str]]:
    """Return what a line of an item `width` columns wide begins with, and what may go on without."""
    tabs, rest = divmod(width, 4)
    own = rf"(?:(?:\t| {{4}}){{{tabs}}} {{{rest}}}|(?:\t| {{4}}){{{tabs + 1}}}).*\S.*\n"
    return re.compile(own, re.ASCII), re.compile(lazy(min(width, 3)), re.ASCII)


class _Items:
    """The items of a list while their lines are collected."""

    def __init__(self, blocks: Blocks, node: Node, sign: str, kind: str) -> None:
        self._blocks, self._node, self._sign, self._kind = blocks, node, sign, kind
        self._start = _marker(sign, 3)
        self._own = self._lazy = self._start
        self._width = 0
        self.texts: list[list[str]] = []
        self.is_ended = self._is_nested = self._was_blank = False

    def collect(self, has_room: bool = False) -> None:
        """Take lines as long as they belong to the list; `has_room` when a blank line stands before."""
        blocks, text = self._blocks, self._blocks.text
        while blocks.at < len(text):
            blocks.document.spend(4)
            at = blocks.at
            if self._kind == "li" and self._was_blank and RULE.match(text, at):
                return
            if end := _END.match(text, at):
                if self._kind == "li":
                    self.is_ended, blocks.at = True, end.end()
                return
            if found := self._start.match(text, at):
                self._begin(found, has_room)
                has_room = False
            elif found := self._own.match(text, at) or (None if self._was_blank else self._lazy.match(text, at)):
                self._go_on(found[0])
                has_room = False
            elif found := _BLANK.match(text, at):
                self._is_nested = self._was_blank = has_room = True
                self.texts[-1][-1] += found[0]
            else:
                return
            blocks.at = found.end()

    def _begin(self, found: re.Match[str], has_room: bool) -> None:
        content, self._width = _first_line(found[2], len(found[1]))
        self._own, self._lazy = _continuation(self._width)
        item = Node(self._kind)
        item.level = has_room
        self._node.children.append(item)
        if directions := _DIRECTIONS.match(content):
            content = content[directions.end() :]
        self._start = _marker(self._sign, min(self._width - 1, 3) if self._width < 4 else 3)
        self._is_nested = bool(LIST.match(content))
        self._was_blank = False
        self.texts.append([content])

    def _go_on(self, line: str) -> None:
        bare = line.lstrip("\t")
        line = "    " * (len(line) - len(bare)) + bare
        is_indented = line.startswith(" " * self._width)
        line = line[self._width :] if is_indented else line
        if self._kind == "li" and LIST.match(line):
            if not self._is_nested and is_indented:
                self.texts[-1].append("")
                self._is_nested = True
            elif self._is_nested and not is_indented:
                line = " " * (self._width + 4) + line
        self.texts[-1][-1] += line
        self._was_blank = False


def _first_line(content: str, width: int) -> tuple[str, int]:
    """Return what follows the sign of an item, and the column where it begins."""
    if _ONLY_DIRECTIONS.fullmatch(content):
        return content.lstrip(SPACES), 4
    while tabs := _TABS.match(content):
        filled = 4 - (len(tabs[1]) + width) % 4 + (len(tabs[2]) - 1) * 4
        content = tabs[1] + " " * filled + content[tabs.end() :]
    bare = content.lstrip(" ")
    return content.lstrip(SPACES), width + len(content) - len(bare)


def read(blocks: Blocks) -> None:
    """Read a list."""
    is_ordered = not _marker(UNORDERED, 3).match(blocks.text, blocks.at)
    node = blocks.add(Node("ol" if is_ordered else "ul"))
    items = _Items(blocks, node, ORDERED if is_ordered else UNORDERED, "li")
    items.collect()
    last = None
    for item, texts in zip(node.children, items.texts, strict=True):
        for text in texts:
            blocks.inside(text, item)
        if item.children:
            _tighten(node, item, items.is_ended)
            _tick(item)
            last = item.children.pop() if item.children[-1].kind == "blank" else None
    if last and not items.is_ended:
        blocks.node.children.append(last)


def _tighten(node: Node, item: Node, is_ended: bool) -> None:
    """Take the tags from the first paragraph of an item that no blank line follows."""
    children = item.children
    first = children[0]
    if first.kind == "p" and len(children) > 1 and children[1].kind == "end" and first.directions:
        del children[1]
    if first.kind != "p":
        return
    is_last = item is node.children[-1]
    is_followed = len(children) > 1 and children[1].kind == "blank"
    if is_followed and not (is_last and len(children) == 2 and not is_ended):
        return
    if not is_last or len(node.children) == 1 or any(map(_is_tight, node.children[:-1])):
        first.is_tight = True
        if len(children) > 1 and not is_followed:
            first.text += "\n"


def _is_tight(item: Node) -> bool:
    return not item.children or item.children[0].kind != "p" or item.children[0].is_tight


def _tick(item: Node) -> None:
    """Put a box for "[ ]" and "[x]"."""
    first = item.children[0]
    if first.kind == "p" and (box := _BOX.match(first.text)):
        checked = "" if box[1] == " " else ' checked="checked"'
        first.text = f'<input type="checkbox" disabled="disabled"{checked} />{first.text[box.end() :]}'


def read_terms(blocks: Blocks) -> bool:
    """Read definitions, the terms of which are the paragraph just before."""
    children = blocks.node.children
    before = children[-1] if children else None
    has_room = before is not None and before.kind == "blank"
    if has_room and before:
        before = children[-2] if len(children) > 1 and before.text == "\n" else None
    if not before or before.kind != "p":
        return False
    del children[-2 if has_room else -1 :]
    node = Node("dl")
    node.children = [Node("dt", _DIRECTIONS.sub("", term)) for term in before.text.split("\n")]
    items = _Items(blocks, node, TERMS, "dd")
    items.collect(has_room)
    last = None
    for item, texts in zip([item for item in node.children if item.kind == "dd"], items.texts, strict=True):
        blocks.inside(texts[0], item)
        if item.children:
            last = item.children.pop() if item.children[-1].kind == "blank" else None
        if item.children and item.children[0].kind == "p" and not item.level:
            item.children[0].is_tight = True
            item.children[0].text += "\n" if len(item.children) > 1 else ""
    _join(children, node)
    if last:
        children.append(last)
    return True


def _join(children: list[Node], node: Node) -> None:
    """Add definitions to those just before, if there are any."""
    if children and children[-1].kind == "dl":
        children[-1].children += node.children
    elif len(children) > 1 and children[-1].kind == "blank" and children[-2].kind == "dl":
        children.pop()
        children[-1].children += node.children
    else:
        children.append(node)
