"""The heading that a body opens with: the title, where front matter gives none."""

import re

_START = r"(?:[ \t]*\n|[ ]{0,3}<!--(?:(?!-->).)*-->[ \t]*\n)*+"
_TAGGED = r"(?i:\s*<h1(?:\s[^<>]*)?>((?:(?!</?h1).){0,2000})</h1\s*>)"
_HTML = f"(?s){_START}{_TAGGED}"
_MARKED = r"[ ]{0,3}(?:\#[ \t]([^\n]*+)|([^\s#>`~=-][^\n]*+)\n[ ]{0,3}=+[ \t]*)(?:\n|\Z)"
_MARKDOWN = re.compile(f"(?s){_START}(?:{_MARKED}|{_TAGGED})")
_ATTRIBUTES = r" ?\{[:#.][^{}]*\}$"  # kramdown and goldmark: "# Title {#id}"


def split(body: str, markup: str) -> tuple[str, str, int]:
    """Split off the first-level heading that a body opens with.

    Returns its source in one line ("" when there is none), the body after it, and how many lines went.
    """
    found = re.match(_HTML, body) if markup in ("html", "rst") else _MARKDOWN.match(body)
    if found is None:
        return "", body, 0
    title = " ".join("".join(filter(None, found.groups())).split())
    return _unclosed(re.sub(_ATTRIBUTES, "", title)), body[found.end() :], body.count("\n", 0, found.end())


def _unclosed(title: str) -> str:
    """Drop the closing row of "# Title ##" (CommonMark 4.2)."""
    opened = title.rstrip("#")
    return opened.rstrip() if opened != title and (not opened or opened[-1] == " ") else title
