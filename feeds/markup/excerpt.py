"""The first words of a post, or what stands before the mark that its author set."""

import html
import re
import unicodedata
from functools import partial
from itertools import takewhile

LENGTH = 300  # characters of a summary that is cut
_MARKED_LENGTH = 1000  # of one that the author marked: a mark may stand far down

# Stands for the mark while all else is cleaned. A noncharacter, so an author's own is gone by then.
CUT = "\ufdd0"
_MARK = (
    r"(?i)<!--+\s*(?:(?:read[ _-]?)?more|truncate|(?:end[ _-]?)?excerpt(?:[ _-]?(?:end|separator))?|pelican_end_summary"
    r"|teaser_end(?::[^<>-]*+)?)\s*--+>"
)

# Not running text: code, tables, headings, captions, footnotes and their marks, readings of ideographs.
_ASIDE = re.compile(
    r'<(pre|table|h[1-6]|figcaption|rt|rp|audio|video|sup(?= id="fn|><a [^<>]*#fn))\b[^>]*>.*?(?:</\1>|\Z)'
    r'|<(?:hr|section)>\s*<ol>\s*<li id="fn.*',
    re.DOTALL,
)
_INLINE = re.compile(
    r"</?(?:a|abbr|acronym|b|bdi|big|cite|code|data|del|dfn|em|font|i|ins|kbd|mark|q|ruby|s|samp|small|span|strike"
    r"|strong|su[bp]|time|tt|u|var|wbr)\b[^>]*>"
)
_TAG = re.compile("<[^>]*(?:>|$)")
_IDEOGRAPHS = "[\u2e80-\u303f\u3041-\u30ff\u3400-\u9fff\uf900-\ufaff\uff01-\uff60]"
_IDLE_BREAK = rf"\n(?<={_IDEOGRAPHS}\n)(?={_IDEOGRAPHS})"  # they are written without spaces
# Vowels of Thai and Lao, jamo, colours of skin, tags.
_JOINING = "[\u0e33\u0eb3\u1160-\u11ff\U0001f3fb-\U0001f3ff\U000e0020-\U000e007f]"
_FLAG = "[\U0001f1e6-\U0001f1ff]"  # two of them make a flag
_LATIN = r"(?a)\w"


def mark_cut(markup: str) -> str:
    """Put `CUT` for the comment that engines cut a post at: `<!--more-->` and the like."""
    return re.sub(_MARK, CUT, markup, count=1) if "<!--" in markup else markup


def excerpt(markup: str, marked: str = "") -> str:
    """Return the first words of clean HTML, or all of `marked`, the part that the author chose, as one plain line."""
    if text := _words(marked):
        return shorten(text, _MARKED_LENGTH)
    size = 6 * LENGTH
    while len(text := _words(markup[:size])) <= LENGTH and size < len(markup):
        size *= 8
    return shorten(text or plain(markup), LENGTH)


def plain(markup: str) -> str:
    """Return all text of clean HTML as one paragraph."""
    text = html.unescape(_TAG.sub(" ", _INLINE.sub("", markup)))
    if any("\u2e80" <= line[:1] <= "\uff60" for line in text.split("\n")):  # the pattern takes 2 ms to compile
        text = re.sub(_IDLE_BREAK, "", text)
    return " ".join(text.split())


def _words(markup: str) -> str:
    return plain(_ASIDE.sub(lambda aside: "" if aside[1] in {"rt", "rp", "sup"} else " ", markup))


def shorten(text: str, length: int) -> str:
    """Cut text longer than `length` characters after a word and say so by an ellipsis, in whatever script."""
    if len(text) <= length:
        return text
    head = text[:length]
    space = length if text[length] == " " else head.rfind(" ")
    head = head[: space if space > length // 2 else _seam(text, length)]
    return head.rstrip(" .,;:!?-–—(،؛؟…。、，·") + "…"


def _seam(text: str, at: int) -> int:
    """Step back to where neither a letter that readers see as one nor a Latin word is split."""
    return next((place for place in range(at, max(at - 50, 0), -1) if not _joined(text, place)), at)


def _joined(text: str, at: int) -> bool:
    """Tell whether the characters on both sides belong together (Unicode Standard Annex 29, a little more strictly)."""
    before, after = text[at - 1], text[at]
    return bool(
        unicodedata.category(after).startswith("M")
        or "\u200d" in (before, after)
        or unicodedata.combining(before) == 9  # a virama: what follows is written into the same cluster
        or re.match(_JOINING, after)
        or (re.match(_LATIN, before) and re.match(_LATIN, after))
        or (re.match(_FLAG, after) and _halves(text[:at]) % 2)
    )


def _halves(text: str) -> int:
    """Count the halves of flags that text ends in."""
    return sum(1 for _ in takewhile(partial(re.match, _FLAG), reversed(text)))
