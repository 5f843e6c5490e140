"""Plain text for people: cut at a word, wrapped at 72 columns, and running the right way in any mail program."""

import re
import unicodedata
from collections.abc import Iterator

from feeds.markup.direction import Direction
from feeds.markup.excerpt import shorten

COLUMNS = 72
_MARKS: dict[Direction, str] = {"ltr": "\N{LEFT-TO-RIGHT MARK}", "rtl": "\N{RIGHT-TO-LEFT MARK}"}
_STRONG: dict[str, Direction] = {"L": "ltr", "R": "rtl", "AL": "rtl"}
# Lines may break between the letters of Chinese and Japanese, but not before what closes (Unicode Annex 14).
_HAN = "\u2e80-\u9fff\uf900-\ufaff\uff00-\uff60\U00020000-\U0003ffff"
_CLOSING = "、。〉》」』】〕！），．：；？ーぁぃぅぇぉっゃゅょァィゥェォッャュョ々…"
_PIECES = re.compile(rf"[^\s{_HAN}]+[{_CLOSING}]*|[{_HAN}][{_CLOSING}]*|\s+")


def shortened(text: str, limit: int) -> str:
    """Cut a text to at most `limit` visible characters, after a word, with "…" where it was cut; "" for 0."""
    if visible(text) <= limit:
        return text
    return shorten(text, limit - 1) if limit else ""


def wrapped(text: str, direction: Direction) -> str:
    """Wrap a paragraph; a line that would start the wrong way gets a mark in front."""
    return "\n".join(led(line, direction) for line in _lines(text))


def led(line: str, direction: Direction) -> str:
    """Put a mark before a line whose first letter runs the other way: mail programs go by that letter (UAX 9, P2)."""
    first = next((_STRONG[kind] for each in line if (kind := unicodedata.bidirectional(each)) in _STRONG), direction)
    return line if first == direction else _MARKS[direction] + line


def running(text: str, usual: Direction) -> Direction:
    """Tell which way a text runs: the usual way, unless all its letters run the other way."""
    found = usual
    for letter in text:
        way = _STRONG.get(unicodedata.bidirectional(letter))
        if way == usual:
            return usual
        found = way or found
    return found


def visible(text: str) -> int:
    """Count the characters that take up room: not joiners, accents that combine, and marks."""
    return sum(unicodedata.category(each) not in ("Mn", "Me", "Cf") for each in text)


def _lines(text: str) -> Iterator[str]:
    line, taken = "", 0
    for piece in _PIECES.findall(text):
        word = piece.strip()
        if line.strip() and taken + _columns(word) > COLUMNS:
            yield line.strip()
            line, taken = "", 0
        line += word or " "
        taken += _columns(word or " ")
    if line.strip():
        yield line.strip()


def _columns(text: str) -> int:
    return visible(text) + sum(unicodedata.east_asian_width(each) in "WF" for each in text)
