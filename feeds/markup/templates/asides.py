"""What authors write in many a Markdown and few of them know: admonitions, links in wiki style, places for contents."""

import re
from collections.abc import Iterator
from html import escape

from feeds.markup.templates.context import Context

_DEPTH = 5  # of quotes; what is nested deeper stands in the innermost
_FENCE = r"[ \t>]*(?:(?:[-*+]|\d{1,3}[.)])[ \t]+)*(`{3,}|~{3,})"
_ALERT = r"(\s*>\s*)\[!(\w+)\][+-]?[ \t]*(.*)$"
_OPENED = r"( *):::+[ \t]*\{?\.?([a-z][\w-]*)\}?[ \t]*(?:\[(.*)\]|\"(.*)\"|([^{\[]*))(?:\{.*\})?[ \t]*$"
_CLOSED = r" *:::+[ \t]*$"
_BLOCK = r'( *)(?:!!!|\?\?\?\+?)[ \t]+([\w-]+)(?:[ \t]+[\w-]+)*?(?:[ \t]+"(.*)")?[ \t]*$'
_CONTENTS = r"(?i) {0,3}(?:\[TOC\]|\[\[toc\]\]|\[\[_TOC_\]\])[ \t]*$"
_WIKI = (
    r"(?<![\[\]!\\\w])\[\[(?!\d+\]|[\^ ])([^\[\]\n|#]{1,200})(#[^\[\]\n|]{0,200})?(?:\|([^\[\]\n]{1,200}))?\]\]"
    r"(?:\{([^{}\n]{1,200})\})?(?![(\[:])"
)
_CODE = r"(?<!`)(`++)(?:(?!(?<!`)\1(?!`)).){1,1000}+\1(?!`)"


def plain(text: str, markup: str, context: Context) -> str:
    """Write them as any Markdown understands them; code stays as it is."""
    if not any(mark in text for mark in (":::", "!!!", "???", "[!", "[[", "[TOC]", "[toc]")):  # nine in ten
        return text
    return "\n".join(_lines(text.split("\n"), markup, context))


def _lines(lines: list[str], markup: str, context: Context) -> Iterator[str]:
    fence, depth, block = "", 0, ""
    for line in lines:
        found = re.match(_FENCE, line)
        if block and line.strip() and not line.startswith(block):
            block = ""
            yield ""
        prefix = "> " * min(depth, _DEPTH) + ("> " if block else "")
        shown = line.removeprefix(block)
        if fence or found:
            is_end = found and fence and found[1].startswith(fence) and not line.strip(" \t>").strip(fence[0])
            fence = "" if is_end else fence or (found[1] if found else "")
            yield prefix + shown
        elif re.match(_CONTENTS, line):
            yield prefix.rstrip()
        elif opened := re.match(_OPENED, line):
            depth += 1
            yield ""
            yield from _head("> " * min(depth, _DEPTH), opened[3] or opened[4] or opened[5] or opened[2])
        elif depth and re.match(_CLOSED, line):
            depth -= 1
            yield ""
        elif markup == "markdown" and (begun := re.match(_BLOCK, line)):
            block = begun[1] + "    "
            yield ""
            yield from _head("> ", begun[2] if begun[3] is None else begun[3])
        elif alert := re.match(_ALERT, line):
            yield from _head(alert[1], alert[3] or alert[2])
        else:
            yield (prefix + _wiki(shown, context)).rstrip() if prefix else _wiki(shown, context)


def _head(prefix: str, title: str) -> Iterator[str]:
    title = title.strip()
    if title:
        yield f"{prefix}**{title.capitalize() if (title.isascii() and title.isupper()) or title.islower() else title}**"
        yield prefix.rstrip()


def _wiki(line: str, context: Context) -> str:
    if "[[" not in line:
        return line
    kept, at = [], 0
    for code in re.finditer(_CODE, line):
        kept += [re.sub(_WIKI, lambda found: _linked(found, context), line[at : code.start()]), code[0]]
        at = code.end()
    return "".join([*kept, re.sub(_WIKI, lambda found: _linked(found, context), line[at:])])


def _linked(found: re.Match[str], context: Context) -> str:
    """Link to the post that is meant; where there is none, keep the words."""
    shown = found[3] or found[4] or found[1]
    to = context.link(found[1] + (found[2] or ""))
    return f'<a href="{escape(to)}">{shown}</a>' if to else shown
