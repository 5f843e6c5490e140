"""Elements of HTML as blocks of kramdown: what is in them stays HTML, unless they ask for Markdown."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from feeds.markup.kramdown import tags
from feeds.markup.kramdown.document import Node

if TYPE_CHECKING:
    from feeds.markup.kramdown.blocks import Blocks

_COMMENT = re.compile(r"<!--.*?-->|<\?.*?\?>", re.DOTALL)
_INDENT = re.compile(" {0,3}")
_REST = re.compile(r"[ \t]*\n")
_ASKED = {"0": "raw", "1": "", "span": "span", "block": "block"}


def read(blocks: Blocks, closing: str) -> bool | str:
    """Read an element or a comment that begins a line; "closed" at the end of the element `closing`."""
    text = blocks.text
    if comment := _comment(blocks, blocks.at):
        blocks.add(Node("verbatim", comment + "\n"))
        blocks.at += len(comment)
        _skip(blocks, _REST)
        return True
    start = _INDENT.match(text, blocks.at).end()  # type: ignore[union-attr]
    if (tag := tags.TAG.match(text, start)) and tag[1].lower() not in tags.SPAN:
        blocks.at = tag.end()
        _element(blocks, blocks.add(Node("element")), tag, is_raw=False)
        return True
    if closing and (end := tags.CLOSING.match(text, start)) and end[1].lower() == closing:
        blocks.at = end.end()
        return "closed"
    return False


def _comment(blocks: Blocks, at: int) -> str:
    if not blocks.text.startswith(("<!--", "<?"), at):
        return ""
    blocks.document.look(len(blocks.text) - at)
    found = _COMMENT.match(blocks.text, at)
    return found[0] if found else ""


def _skip(blocks: Blocks, what: re.Pattern[str]) -> None:
    if found := what.match(blocks.text, blocks.at):
        blocks.at = found.end()


def _element(blocks: Blocks, node: Node, tag: re.Match[str], is_raw: bool) -> None:
    """Read an element up to its end, or to that of the text; `is_raw` is what it stands in."""
    name, named = tags.element(tag[1]), tags.attributes(tag[2])
    model = _model(name, named.pop("markdown", ""))
    node.text, node.directions = name, tags.opened(name, named)
    if model == "block":
        _skip(blocks, _REST)
    if not tag[3] and name not in tags.VOID:
        _content(blocks, node, "script" if name in {"script", "style"} else model)
    node.level = model == "block"
    if not is_raw:
        _skip(blocks, _REST)


def _model(name: str, asked: str) -> str:
    """Tell what an element holds: raw HTML, blocks or spans of Markdown."""
    model = _ASKED.get(asked, "raw")
    return model or ("block" if name in tags.HOLDS_BLOCKS else "span" if name in tags.HOLDS_SPANS else "raw")


def _content(blocks: Blocks, node: Node, model: str) -> None:
    if model == "block":
        blocks.blocks_of(node)
    elif model == "raw":
        _raw(blocks, node)
    else:
        end = re.compile(rf"</{re.escape(node.text)}\s*>", re.IGNORECASE).search(blocks.text, blocks.at)
        inside = blocks.text[blocks.at : end.start() if end else len(blocks.text)]
        node.children.append(Node("verbatim" if model == "script" else "words", inside))
        blocks.at = end.end() if end else len(blocks.text)


def _raw(blocks: Blocks, node: Node) -> None:
    """Read HTML up to the tag that closes the element; a tag that closes another is text."""
    text, depth = blocks.text, blocks.depth
    blocks.depth = blocks.deeper()
    while blocks.at < len(text):
        blocks.document.spend(2)
        found = tags.MARKUP.search(text, blocks.at)
        at = found.start() if found else len(text)
        _say(node, tags.escaped(text[blocks.at : at]))
        blocks.at = at
        if comment := _comment(blocks, at):
            _say(node, comment)
            blocks.at += len(comment)
        elif tag := tags.TAG.match(text, at):
            blocks.at = tag.end()
            inner = Node("element")
            node.children.append(inner)
            _element(blocks, inner, tag, is_raw=True)
        elif end := tags.CLOSING.match(text, at):
            blocks.at = end.end()
            if tags.element(end[1]) == node.text:
                break
            _say(node, tags.escaped(end[0]))
        elif at < len(text):
            _say(node, "&lt;")
            blocks.at += 1
    blocks.depth = depth


def _say(node: Node, html: str) -> None:
    if html:
        node.children.append(Node("verbatim", html))
