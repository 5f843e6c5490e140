"""What a whole body of kramdown shares: its links, footnotes and abbreviations, and how much work it may make."""

import re

from feeds.markup.kramdown import tags
from feeds.markup.unrenderable import UnrenderableError

_STEPS = 50_000  # a quarter of a second; real posts need less than one a character
_STEPS_A_CHARACTER = 2
SPACES = " \t\n\v\f\r"  # all that kramdown takes for space: not that of ideographs, nor a no-break one
_ROOM = re.compile(r"\s+", re.ASCII)
_BROKEN = "\\\n"


class Node:
    """A block: its kind, its text or the blocks in it, and what is known about it.

    `level` is that of a heading; else it tells whether code is fenced, an element holds blocks, a definition has room.
    """

    __slots__ = ("children", "directions", "is_tight", "kind", "level", "text")

    def __init__(self, kind: str, text: str = "", level: int = 0) -> None:
        self.kind, self.text, self.level = kind, text, level
        self.children: list[Node] = []
        self.directions = ""  # lists of attributes that stand at it; the tag of an element; the language of code
        self.is_tight = False  # a paragraph without tags of its own


class Document:
    """A body while it is read and written."""

    def __init__(self, size: int) -> None:
        self._left = _STEPS + _STEPS_A_CHARACTER * size
        self._links: dict[str, tuple[str, str]] = {}
        self.notes: dict[str, Node] = {}
        self._abbreviations: dict[str, str] = {}
        self._abbreviated: re.Pattern[str] | None = None
        self.order: dict[str, int] = {}  # of the footnotes that are cited

    def spend(self, steps: int) -> None:
        """Count work. Raises UnrenderableError when it is too much."""
        self._left -= steps
        if self._left < 0:
            raise UnrenderableError(
                "takes too long or stands too deep to render as Jekyll does, so it is rendered as GitHub does",
                "close brackets and tags, and split long paragraphs",
                instead="gfm",
            )

    def look(self, length: int) -> None:
        """Count a search through `length` characters. Raises UnrenderableError when it is too much."""
        self.spend(1 + length // 64)

    def define(self, name: str, to: str, title: str) -> None:
        """Remember a link."""
        self._links[_label(name)] = to, title

    def link(self, name: str) -> tuple[str, str] | None:
        """Return where a link leads, and its title."""
        return self._links.get(_label(name))

    def abbreviate(self, short: str, long: str) -> None:
        """Remember an abbreviation."""
        self._abbreviations[short] = long
        self._abbreviated = None

    def cited(self, name: str) -> str:
        """Write the mark of a footnote."""
        number = self.order.setdefault(name, len(self.order) + 1)
        return f'<sup class="footnote-ref"><a href="#fn-{name}" id="fnref-{name}">{number}</a></sup>'

    def words(self, text: str) -> str:
        """Write text, which holds no markup any more."""
        shown = tags.escaped(text)
        if _BROKEN in shown:
            shown = shown.replace(_BROKEN, "<br />\n")
        return self._pattern().sub(self._explained, shown) if self._abbreviations else shown

    def _pattern(self) -> re.Pattern[str]:
        """Return the pattern of all abbreviations, made once they are known: a thousand names in it take 40 ms."""
        if self._abbreviated is None:
            names = "|".join(map(re.escape, sorted(self._abbreviations, key=len, reverse=True)))
            self._abbreviated = re.compile(rf"(?<!\w)(?:{names})(?!\w)")
        return self._abbreviated

    def _explained(self, found: re.Match[str]) -> str:
        long = tags.quoted(self._abbreviations[found[0]])
        return f'<abbr title="{long}">{found[0]}</abbr>' if long else f"<abbr>{found[0]}</abbr>"


def _label(name: str) -> str:
    return _ROOM.sub(" ", name).lower()
