"""Find front matter between fences: `---` or `+++`, a language behind them, braces, or only a fence below."""

import re

from msgspec import Struct

_OPENER = re.compile(
    r"(?:[ \t\ufeff]*+\n)*+\ufeff*+(?:([^\s+-]{0,2})(-{3,}|\+{3,})([a-z0-9]{0,10})[ \t]*(?:\n|\Z)|(?=\{\s*[\"}]))"
)
_CLOSERS = {  # a line break is found faster than the beginning of a line
    "-": re.compile(r"\n(?:-{3,}|\.{3})[ \t]*(?:\n|\Z)"),
    "+": re.compile(r"\n\+{3,}[ \t]*(?:\n|\Z)"),
}
# What may stand behind an opener (the gray-matter package of Eleventy, Astro and Docusaurus).
_LANGUAGES = {
    **dict.fromkeys(("yaml", "yml"), "yaml"),
    **dict.fromkeys(("json", "json5"), "json"),
    **dict.fromkeys(("js", "javascript"), "js"),
    "toml": "toml",
}
# Two rules around a paragraph are no front matter: YAML has a key somewhere, or nothing but comments.
_YAML = re.compile(r"^[^\n#:][^\n:]*+:|^[ \t]*[{?]|\A(?:[ \t]*(?:#[^\n]*)?\n)*+\Z", re.MULTILINE)
_TITLE_OR_DATE = r"(?im)^[ \t]*[\"']?(?:title|date)[\"']?[ \t]*[:=]"
# Keys from the first line on and two lines of them, since "Title: x" above "---" is a heading. What belongs to a key is
# indented or a list, or text in quotes that goes on at the margin; that is read in one way only, for there are many.
_QUOTED = "|".join(
    rf"{quote}(?:{inner})*+(?:\n(?!\n|---)(?:{inner})*+)++{quote}[ \t]*+"
    for quote, inner in (('"', r"[^\"\\\n]|\\."), ("'", r"[^'\n]|''"))
)
_UNOPENED = (
    rf"(?:[ \t]*+\n)*+((?:(?>[A-Za-z][\w .-]*:(?:[ \t]*+(?:{_QUOTED})|[^\n]*+)\n)"
    r"(?:[ \t-][^\S\n]*+\S[^\n]*+\n)*?){2,}?)-{3,}[ \t]*(?:\n|\Z)"
)
_END_OF_BROKEN_JSON = r"(?m)^\}[ \t]*(?:\n|\Z)|\n(?=[ \t]*\n)"


class Block(Struct, frozen=True):
    """Where the front matter of a text stands."""

    kind: str  # a key of `handlers.HANDLERS`; "" when there is none
    text: str  # with its fences, as its kind has them
    line: int  # 1-based, of the first line of `text`
    body: str
    body_line: int
    flaw: str = ""  # what is wrong with the fences


def find(text: str) -> Block | None:
    """Find the front matter of a text with LF line ends; None when no fence shows it."""
    opener = _OPENER.match(text)
    if opener is None:
        return _unopened(text)
    if opener[2] is None:
        return _block("json", text, opener.end(), _end_of_json(text, opener.end()))
    return _fenced(text, opener)


def _fenced(text: str, opener: re.Match[str]) -> Block | None:
    stray, fence, language = opener.group(1, 2, 3)
    kind = "toml" if fence[0] == "+" and not language else _LANGUAGES.get(language or "yaml", "")
    closer = _CLOSERS[fence[0]].search(text, opener.end() - 1)
    if closer is None or not kind:
        return None
    inner = text[opener.end() : closer.start() + 1]
    if (kind == "yaml" and not _YAML.search(inner)) or (stray and not re.search(_TITLE_OR_DATE, inner)):
        return None
    start = opener.start(1)
    if not stray and not language:
        return _block(kind, text, start, closer.end())
    if kind in ("json", "js"):  # no fences: their readers take the values alone
        return _block(kind, text, opener.end(), closer.end(), inner)
    mark = {"yaml": "---", "toml": "+++"}[kind]
    flaw = f"the front matter opens with {stray}{fence}" if stray else ""
    return _block(kind, text, start, closer.end(), f"{mark}\n{inner}{mark}", flaw)


def unclosed(text: str) -> str:
    """Return the fence that opens front matter which has no end; "" when there is none."""
    opener = _OPENER.match(text)
    if opener is None or not opener[2] or _CLOSERS[opener[2][0]].search(text, opener.end() - 1):
        return ""
    first = text[opener.end() - 1 :].partition("\n\n")[0]
    return opener[2] if re.search(_TITLE_OR_DATE, first) else ""


def _unopened(text: str) -> Block | None:
    """Find YAML that has a fence below only, which Hexo and Pelican read."""
    found = re.match(_UNOPENED, text)
    if found is None or not re.search(_TITLE_OR_DATE, found[1]):
        return None
    line = text.count("\n", 0, found.start(1))  # of the fence that is not there
    body_line = 1 + text.count("\n", 0, found.end())
    return Block("yaml", f"---\n{found[1]}---", line, text[found.end() :], body_line)


def _block(kind: str, text: str, start: int, end: int, shown: str = "", flaw: str = "") -> Block:
    line = 1 + text.count("\n", 0, start)
    return Block(kind, shown or text[start:end], line, text[end:], 1 + text.count("\n", 0, end), flaw)


def _end_of_json(text: str, start: int) -> int:
    import json

    try:
        end = json.JSONDecoder(strict=False).raw_decode(text, start)[1]
    except (ValueError, RecursionError):
        # Broken, which the reading is to say: up to the last brace, a blank line or the end.
        broken = re.compile(_END_OF_BROKEN_JSON).search(text, start)
        return broken.end() if broken else len(text)
    return end + 1 if text[end : end + 1] == "\n" else end
