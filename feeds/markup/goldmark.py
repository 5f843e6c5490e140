"""What goldmark, as Hugo sets it up, sees otherwise than GitHub: bare addresses, marks of the summary, short tables."""

import re
from html import escape, unescape
from urllib.parse import quote

_MORE = "<!--more-->"
_MAY_BE_ADDRESS = re.compile(r"://|www\.|@")
# As extension/linkify.go has it: a host ends in letters, and nothing beyond ASCII belongs to an address, which follows
# a space, an open parenthesis or what marks something.
_ADDRESS = (
    r"(?ai)(?:(?<![^\s(*_~\"'])|(?<=--)|(?<=\.\.\.))(?:"
    r"(?P<web>(?:(?:https?|ftp)://|(?P<bare>www\.))[\w@:%.+~#=-]{1,256}\.[a-z]+(?::\d+)?"
    r"(?:[/#?][\w@:%.+~#$!?&/=();,'\">^{}\[\]`-]*)?)"
    r"|[a-z0-9][\w.!#$%&'*+/=?^`{|}~-]{0,99}@[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?"
    r"(?:\.[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?)+(?![_-]))"
)
_ENTITY = r"&[A-Za-z0-9]+;$"
_IN_TEXT = re.compile(rf"(?:{_MAY_BE_ADDRESS.pattern})(?=[^<>]*(?:<|\Z))")
# What keeps its words as they are, and what ends it: an `<a>` that nobody closes ends with its paragraph.
_APART = {"<a ": ("</a", "</p>", "</li>", "</td>"), "<code": ("</code",), "<pre": ("</pre",)}
# Blocks of HTML (CommonMark 4.6, kinds 1, 6 and 7), in which nothing is linked: what may begin one, a tag on a line of
# its own, and the blank line that ends it.
_OPENING = re.compile(r"<(/?)([A-Za-z][A-Za-z0-9]*)(?=[\s/>])")
_RAW = frozenset(("script", "pre", "style", "textarea"))
_ELEMENTS = """
    address article aside blockquote body center dd details div dl dt fieldset figcaption figure footer form h1 h2 h3 h4
    h5 h6 header hr html iframe li main nav ol p section summary table tbody td tfoot th thead tr ul
"""
_BLOCKS = frozenset(_ELEMENTS.split())
_ALONE = re.compile(r"[^<>\n]*>[ \t]*$", re.MULTILINE)
_BLANK = re.compile(r"\n[ \t>]*(?=\n)")
_HIDDEN = {"://": "\ufdd1", "www.": "\ufdd2", "@": "\ufdd3"}
_SHOWN = {sign: shown for shown, hidden in _HIDDEN.items() for sign in (hidden, quote(hidden))}
_FENCE = re.compile(r"^[ \t>]*(?:`{3}|~{3})", re.MULTILINE)
_SHORT = r"(?m)^([ \t>]*\|.*\|)[ \t]*\n([ \t>]*\|(?:[ \t]*:?-+:?[ \t]*\|)+)[ \t]*$"


def prepared(body: str) -> str:
    """Set the mark of the summary apart, widen heads of tables, and hide addresses that are not for `linked`."""
    if _MORE in body:
        body = body.replace(_MORE, f"\n\n{_MORE}\n\n", 1)
    if "-|" in body or "- |" in body or ":|" in body or ": |" in body:
        body = re.sub(_SHORT, _widened, body)
    return _hidden(body) if "<" in body and _MAY_BE_ADDRESS.search(body) else body


def _widened(table: re.Match[str]) -> str:
    """Give a head as many cells as the rule below has."""
    missing = table[2].count("|") - table[1].count("|") + table[1].count("\\|")
    if missing <= 0 or len(_FENCE.findall(table.string, 0, table.start())) % 2:
        return table[0]
    return f"{table[1]}{' |' * missing}\n{table[2]}"


def _hidden(body: str) -> str:
    made, at = [], 0
    for tag in _OPENING.finditer(body):
        if tag.start() >= at and (end := _end_of_html(body, tag)):
            block = body[tag.start() : end]
            made += [body[at : tag.start()], _MAY_BE_ADDRESS.sub(lambda found: _HIDDEN[found[0]], block)]
            at = end
    return "".join([*made, body[at:]])


def _end_of_html(body: str, tag: re.Match[str]) -> int:
    """Return where the block of HTML ends that a tag begins; 0 when it begins none."""
    line = body.rfind("\n", 0, tag.start()) + 1
    if body[line : tag.start()].strip(" \t>"):
        return 0
    name = tag[2].lower()
    if name in _RAW and not tag[1]:
        closed = body.find(f"</{tag[2]}", tag.end())
        return closed if closed > 0 else len(body)
    if name not in _BLOCKS and not (_ALONE.match(body, tag.end()) and _is_free(body, line)):
        return 0
    blank = _BLANK.search(body, tag.end())
    return blank.start() if blank else len(body)


def _is_free(body: str, line: int) -> bool:
    """Tell whether no paragraph goes on in a line."""
    above = body[body.rfind("\n", 0, max(0, line - 1)) + 1 : line].strip(" \t>\n")
    return not above or above.startswith("#")


def linked(html: str) -> str:
    """Link the bare addresses in the text of rendered HTML."""
    made, at = [], 0
    is_within = dict.fromkeys(_APART, False)
    while found := _IN_TEXT.search(html, at):
        start = max(at, html.rfind(">", at, found.start()) + 1)
        for opening, closings in _APART.items():
            opened = html.rfind(opening, at, start)
            closed = max(html.rfind(closing, at, start) for closing in closings)
            is_within[opening] = opened > closed or (is_within[opening] and closed < 0)
        end = html.find("<", found.end())
        end = end if end > 0 else len(html)
        text = html[start:end]
        made += [html[at:start], text if any(is_within.values()) else _linked(text)]
        at = end
    html = "".join([*made, html[at:]])
    for hidden, shown in _SHOWN.items():
        html = html.replace(hidden, shown)
    return html


def _linked(text: str) -> str:
    words, made, at = unescape(text), [], 0
    address = re.compile(_ADDRESS)
    while found := address.search(words, at):
        end = found.start() + len(_trimmed(found[0]) if found["web"] else found[0])
        if words.count("[", 0, found.start()) <= words.count("]", 0, found.start()):
            shown = words[found.start() : end]
            scheme = "https://" if found["bare"] else "" if found["web"] else "mailto:"
            link = f'<a href="{escape(scheme + shown)}">{escape(shown, quote=False)}</a>'
            made += [escape(words[at : found.start()], quote=False), link]
        else:
            made.append(escape(words[at:end], quote=False))
        at = end
    return "".join([*made, escape(words[at:], quote=False)])


def _trimmed(address: str) -> str:
    """Drop what ends a sentence rather than an address."""
    address = address.removesuffix(".")
    if address.endswith(")"):
        address = address[: len(address) - max(0, address.count(")") - address.count("("))]
    elif address.endswith(";") and (entity := re.search(_ENTITY, address)):
        address = address[: entity.start()]
    return address.rstrip("?!.,:*_~")
