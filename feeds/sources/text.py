"""Text of front matter as one plain line: no markup, no entities, nothing that XML cannot carry.

A title is no document: only what is surely markup goes. `<em>` goes, `List<int>` stays; `**bold**` goes, `__init__`
stays.
"""

import html
import re
from html.entities import html5

from feeds.markup import clean_text

_INLINE = (
    "a|abbr|b|bdi|bdo|big|cite|code|del|dfn|em|font|i|ins|kbd|mark|q|s|samp|small|span|strike|strong|sub|sup|tt|u|var|"
    "wbr"
)
_BLOCK = "blockquote|br|center|div|h[1-6]|hr|img|li|ol|p|ul"
_COMMENT = r"(?s)<!--.*?-->"
_TAG = rf"(?i)</?(?:{_INLINE}|({_BLOCK}))(?:\s[^<>]*)?/?>"
_ENTITY = r"&(?:#\d{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z][A-Za-z0-9]{1,30});"
_CODE = r"(?<!`)(`{1,3})(?!`)(.+?)(?<!`)\1(?!`)"
_LINK = r"!?\[([^\[\]]*)\]\((?:[^()\s]|\([^()\s]*\))*(?:\s+\"[^\"]*\")?\)"
# CJK has no spaces, so only Latin letters and digits make "2*3*4" and "f*ck" what they are.
_STRESS = r"(?<![A-Za-z0-9*\\])(\*{1,3})(?=[^\s*])([^*]*[^\s*\\])\1(?![A-Za-z0-9*])"
_ESCAPE = r"\\([\\`*_\[\]#<>])"
_MARKS = re.compile(r"[<&`*\[\\]")
_LONGEST = 5_000  # characters; beyond it a summary is none, and these patterns take quadratic time


def one_line(value: object) -> str:
    """Return text or a number as one line with single spaces, legal in XML; "" for anything else."""
    if value is None or value == "":
        return ""
    if isinstance(value, str):
        line = " ".join(value.split())
        clean = clean_text(line)
        return line if clean == line else " ".join(clean.split())
    return str(value) if isinstance(value, int | float) and not isinstance(value, bool) else ""


def plain(value: object) -> str:
    """Return `one_line` without inline Markdown and HTML, and with entities as the characters they stand for."""
    line = one_line(value)[:_LONGEST]
    if not _MARKS.search(line):
        return line
    # What stands in `code` is left as it is: every third piece is text, the two after it a fence and the code.
    pieces = re.split(_CODE, line)
    for index in range(0, len(pieces), 3):
        pieces[index] = _bare(pieces[index])
    del pieces[1::3]
    return one_line("".join(pieces))


def _bare(piece: str) -> str:
    piece = re.sub(_TAG, lambda tag: " " if tag[1] else "", re.sub(_COMMENT, "", piece))
    piece = re.sub(_STRESS, r"\2", re.sub(_LINK, r"\1", piece))
    return re.sub(_ENTITY, _character, re.sub(_ESCAPE, r"\1", piece))


def _character(entity: re.Match[str]) -> str:
    # By name only whole ones: `html.unescape` makes "¬ice;" of "&notice;", as HTML does of what is broken.
    return html.unescape(entity[0]) if entity[0][1] == "#" else html5.get(entity[0][1:], entity[0])
