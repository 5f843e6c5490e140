"""Markdown by python-markdown, within bounds.

Some texts cost it the square of their length: 20,000 opening brackets take 20 seconds. So its steps are counted,
which unlike a clock gives the same result on every machine, and needs neither signals nor processes.
"""

import re
from collections.abc import Iterator
from typing import Any
from xml.etree.ElementTree import Element

from markdown import Markdown
from markdown.blockprocessors import BlockProcessor
from markdown.extensions import Extension
from markdown.inlinepatterns import InlineProcessor
from markdown.treeprocessors import Treeprocessor
from markdown.util import AtomicString

from feeds.markup.unrenderable import UnrenderableError

_STEPS = 10_000_000  # a second or less
_STEPS_A_CHARACTER = 50
_STEPS_A_BLOCK = 300  # however short: one in a quote in a quote is looked at three times
_FENCED = re.compile(r"^(```++|~~~++).*?^\1", re.MULTILINE | re.DOTALL)
_FENCE = re.compile(r"^(`{3,}|~{3,})([ ]*$)?", re.MULTILINE)
# ":::python" or "#!python" as the first line; "#!/bin/sh" stays, it is a part of the code.
_LANGUAGE = re.compile(r"(?:::+|#!)([\w#.+-]+)[ \t]*(?:hl_lines=(?:\"[^\"\n]*\"|'[^'\n]*'))?[ \t]*(?:\n|\Z)")
_PLACEHOLDERS = ("\x02", "\x03", "klzzwxh:", "wzxhzdk:")
# Of "{...}" only what can be nothing else: `{"a": 1}` and `{% include x %}` are the author's text.
_ATTRIBUTES = r"\{(?::[ ]*|[ ]*(?=[#.][\w-]|[\w-]+=[^\s=]))([^\}\n ][^\n]*)\}"


class _Budget:
    """How many characters may still be looked at."""

    left = 0

    def spend(self, steps: int) -> None:
        self.left -= steps
        if self.left < 0:
            raise UnrenderableError(
                "takes too long to render as Pelican does, so it is rendered as GitHub does",
                "close brackets, backticks and tags, and split long paragraphs",
                instead="gfm",
            )


class _BlockMeter(BlockProcessor):
    """Passes for a kind of block, so that it is asked about each, counts its characters and refuses it."""

    def __init__(self, md: Markdown, budget: _Budget) -> None:
        super().__init__(md.parser)
        self.budget = budget

    def test(self, parent: Element, block: str) -> bool:
        self.budget.spend(_STEPS_A_BLOCK + 3 * len(block))
        return False


class _InlineMeter(InlineProcessor):
    """Passes for a pattern, and counts what the others may look at: for each character of theirs all the text."""

    def __init__(self, md: Markdown, budget: _Budget) -> None:
        super().__init__("", md)
        self.budget = budget

    def getCompiledRegExp(self) -> Any:  # noqa: N802 - python-markdown's name
        return self

    def finditer(self, text: str, start: int = 0) -> Iterator[re.Match[str]]:
        if len(text) > 50:
            dear = sum(map(text.count, "[`"))
            cheap = sum(map(text.count, "<*_\\&"))
            self.budget.spend((dear + cheap // 16) * len(text))
        return iter(())


class _LanguageLine(Treeprocessor):
    """Takes the line from code that only names its language to `codehilite`, which Pelican and Nikola have on."""

    def run(self, root: Element) -> None:
        for code in root.iterfind(".//pre/code"):
            text = code.text or ""
            if line := _LANGUAGE.match(text):
                code.text = AtomicString(text[line.end() :])
                code.set("class", f"language-{line[1].lower()}")


class _Bounds(Extension):
    """What we change in python-markdown."""

    def __init__(self, budget: _Budget) -> None:
        super().__init__()
        self.budget = budget

    def extendMarkdown(self, md: Markdown) -> None:  # noqa: N802 - python-markdown's name
        md.parser.blockprocessors.register(_BlockMeter(md, self.budget), "meter", 1000)
        md.inlinePatterns.register(_InlineMeter(md, self.budget), "meter", 1000)
        md.treeprocessors.register(_LanguageLine(md), "language line", 0)
        lists: Any = md.treeprocessors["attr_list"]
        lists.HEADER_RE = re.compile(rf"[ ]+{_ATTRIBUTES}[ ]*$")
        lists.BLOCK_RE = re.compile(rf"\n[ ]*{_ATTRIBUTES}[ ]*$")
        lists.INLINE_RE = re.compile(_ATTRIBUTES)
        notes: Any = md.parser.blockprocessors["footnote"]
        notes.RE = re.compile(r"^[ ]{0,3}\[\^([^\]\n]*)\]:[ ]*(.*)$", re.MULTILINE)  # theirs runs on to any later "]"


class _Renderer:
    """An instance of python-markdown and its budget; not for two threads at once."""

    def __init__(self) -> None:
        self.budget = _Budget()
        self.markdown = Markdown(
            extensions=["extra", _Bounds(self.budget)],
            extension_configs={"extra": {"footnotes": {"BACKLINK_TITLE": ""}}},  # it would be in English
            output_format="html",
        )

    def render(self, body: str) -> str:
        self.budget.left = _STEPS + _STEPS_A_CHARACTER * len(body)
        tail = _FENCED.sub("", body[body.rfind(">") + 1 :]) if body.count("<") > 99 else ""
        self.budget.spend(tail.count("<") * len(tail))  # the HTML parser looks for the end of each tag
        self.budget.spend(_endless(body) * len(body))
        return self.markdown.reset().convert(body)


def _endless(body: str) -> int:
    """Count the fences that no later one closes: to know it, all that follows each is searched."""
    fences = list(_FENCE.finditer(body))
    closed = {fence[1]: at for at, fence in enumerate(fences) if fence[2] is not None}
    return sum(at > closed.get(fence[1], -1) for at, fence in enumerate(fences))


# Renderers that nobody uses just now; to make one takes 8 ms. `list.pop` and `list.append` are atomic.
_IDLE: list[_Renderer] = []


def render(body: str) -> str:
    """Turn Markdown into HTML that is not yet clean.

    Raises UnrenderableError when it takes too long, or when placeholders leak, which emphasis that crosses HTML and
    attributes that were text lead to; any other exception is a bug of python-markdown.
    """
    try:
        renderer = _IDLE.pop()
    except IndexError:
        renderer = _Renderer()
    html = renderer.render(body)
    _IDLE.append(renderer)  # not after an exception, which leaves its parser in the middle of something
    if any(leak in html and leak not in body for leak in _PLACEHOLDERS):
        raise UnrenderableError(
            "emphasis and HTML cross each other, so it is rendered as GitHub does",
            "close each inside the other, or write a backslash before a plain * or _",
            instead="gfm",
        )
    return html
