"""Bare addresses as goldmark, Hugo's renderer, links them: fewer than GitHub does, and not the words after them."""

import re
from html import escape, unescape

_LINKED = re.compile(r'<a href="((?:https?|ftp)://[^"<>]++)">((?:https?|ftp)://[^<>]++)</a>')
# As extension/linkify.go has it: a host ends in letters, and nothing beyond ASCII belongs to an address.
_ADDRESS = re.compile(
    r"(?:https?|ftp)://[\w@:%.+~#=-]{1,256}\.[a-z]+(?::\d+)?(?:[/#?][\w@:%+.~#$!?&/=();,'\">^{}\[\]`-]*)?", re.ASCII
)
_OWN = re.compile(r"(?:[<\"=]|\]\(|: )((?:https?|ftp)://[^\s<>\")]++)")  # what the author links, in Markdown or HTML
_BEFORE = frozenset(" \n\t>(*_~'")  # what an address may follow


def relinked(html: str, body: str) -> str:
    """Undo links that goldmark does not make of the addresses in a body, and end others where it does."""
    own = set(_OWN.findall(body))

    def relink(link: re.Match[str]) -> str:
        shown = unescape(link[2])
        if not link[1].isascii() or shown.partition(")")[0] in own:
            return link[0]
        found = _ADDRESS.match(shown) if html[link.start() - 1] in _BEFORE else None
        if not found:
            return link[2]
        if found.end() == len(shown):
            return link[0]
        address = escape(found[0].rstrip("?!.,:*_~)"))
        return f'<a href="{address}">{address}</a>{escape(shown)[len(address) :]}'

    return _LINKED.sub(relink, html) if "://" in html else html
