"""What is wrong with the HTML inside a feed: what readers strip, what breaks their page, what leads nowhere."""

import re
from collections.abc import Iterator
from html.entities import html5
from html.parser import HTMLParser

from feeds.check.values import Fault, characters
from feeds.markup import absolute_url
from feeds.markup.style import safe_style


def _names(text: str) -> frozenset[str]:
    return frozenset(text.split())


# HTML Living Standard 13.1.2: elements without an end tag.
_VOID = _names("area base br col embed hr img input link meta param source track wbr")
# What runs, frames or reaches outside the post: readers drop it, the W3C validator calls it a security risk.
_RISKY = _names("""
    applet base basefont bdo body comment embed frame frameset head html iframe isindex link listing meta noframes
    object param plaintext script slot style title xmp
""")
_KNOWN = (
    _RISKY
    | _VOID
    | _names("""
    a abbr acronym address article aside audio b bdi big blockquote button canvas caption center cite code colgroup
    data datalist dd del details dfn dialog dir div dl dt em fieldset figcaption figure font footer form h1 h2 h3 h4
    h5 h6 header hgroup i ins kbd label legend li main map mark menu meter nav noscript ol optgroup option output p
    picture pre progress q rp rt ruby s samp section select small span strike strong sub summary sup table tbody td
    template textarea tfoot th thead time tr tt u ul var video
""")
)
_ADDRESSES = _names("cite href longdesc poster src")
# HTML Living Standard 13.2.5.72. Browsers do not mind one in "AT&T"; the W3C validator goes by html5lib, which does.
_AMPERSAND = re.compile(r"&(?![\s<&]|\Z|#[0-9]+;|#[xX][0-9A-Fa-f]+;)([A-Za-z0-9]*;)?")


def faults(text: str) -> Iterator[Fault]:
    """Yield what is wrong with a piece of HTML, each fault once."""
    parser = _Parser()
    parser.feed(text)
    parser.close()
    parser.finish()
    if any(found[1] not in html5 for found in _AMPERSAND.finditer(text)):
        parser.found.append(Fault("a bare &", "write &amp;", "W3C validator: NotHtml"))
    yield from dict.fromkeys((*parser.found, *characters(text)))


class _Parser(HTMLParser):
    """Walks through the tags and writes down what it does not like."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[Fault] = []
        self.open: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in _RISKY:
            self._say(f"<{tag}>", "take it out", "W3C validator: SecurityRisk")
        elif tag not in _KNOWN:
            self._say(f"<{tag}> is not HTML", "take it out", "W3C validator: NotHtml")
        for name, value in attrs:
            self._attribute(tag, name, value or "")
        if tag not in _VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag in self.open:
            while (last := self.open.pop()) != tag:
                self._unclosed(last)
        elif tag not in _VOID:
            self._say(f"</{tag}> without <{tag}>", "take it out", "W3C validator: NotHtml")

    def finish(self) -> None:
        """Name what is still open at the end."""
        for tag in self.open:
            self._unclosed(tag)

    def _attribute(self, tag: str, name: str, value: str) -> None:
        if name.startswith("on"):
            self._say(f"{name} of <{tag}>", "take it out", "W3C validator: SecurityRiskAttr")
        elif name == "style":
            for part in filter(None, map(str.strip, value.split(";"))):
                if not safe_style(part):
                    self._say(f"style {part!r}", "take it out", "W3C validator: DangerousStyleAttr")
        elif name in _ADDRESSES:
            self._address(f"{name} of <{tag}>", value)
        elif name == "srcset":
            for candidate in re.split(r",\s+", value.strip()):
                self._address(f"srcset of <{tag}>", candidate.partition(" ")[0])

    def _address(self, where: str, url: str) -> None:
        if not re.match("[A-Za-z][A-Za-z0-9+.-]*:", url):
            self._say(f"{where}: {url!r} is relative", "make it absolute", "W3C validator: ContainsRelRef")
        elif absolute_url(url, "") != url:
            self._say(f"{where}: {url!r} is unsafe or not encoded", "mend or remove the link", "RFC 3986 2.1")

    def _unclosed(self, tag: str) -> None:
        self._say(f"<{tag}> is not closed", "close it", "W3C validator: NotHtml")

    def _say(self, what: str, mend: str, rule: str) -> None:
        self.found.append(Fault(what, mend, rule))
