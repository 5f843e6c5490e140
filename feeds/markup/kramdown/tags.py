"""HTML in kramdown: which elements are blocks, how tags are written, and what stands between them."""

import re
from html.entities import html5

NAME = r"[^\W\d][\w.-]*+(?::[^\W\d][\w.-]*+)?"
TAG = re.compile(rf"""<({NAME})((?:\s+{NAME}(?:\s*=\s*(?:\w+|"[^"]*"|'[^']*'))?)*+)\s*(/)?>""")
CLOSING = re.compile(rf"</({NAME})\s*>")
MARKUP = re.compile(rf"<(?:{NAME}|/|!--|\?)")
_ATTRIBUTE = re.compile(rf"""\s*({NAME})(?:\s*=\s*(?:(\w+)|"([^"]*)"|'([^']*)'))?""")
_ENTITY = r"&(?:[\w:][-\w.:]*+|#\d{1,7}|#x[0-9a-fA-F]{1,6});"
ENTITY = re.compile(_ENTITY)
_SPECIAL = re.compile(f"{_ENTITY}|[<>&]")
_INSTEAD = {"<": "&lt;", ">": "&gt;", "&": "&amp;"}


def _set(names: str) -> frozenset[str]:
    return frozenset(names.split())


SPAN = _set(
    "a abbr acronym b big bdo br button cite code del dfn em i img input ins kbd label mark option q rb rbc rp rt rtc"
    " ruby samp select small span strong sub sup tt u var"
)
BLOCK = _set(
    "address article aside applet body blockquote caption col colgroup dd div dl dt fieldset figcaption footer form h1"
    " h2 h3 h4 h5 h6 header hgroup hr html head iframe legend menu li main map nav ol optgroup p pre section summary"
    " table tbody td th thead tfoot tr ul"
)
VOID = _set("area base br col command embed hr img input keygen link meta param source track wbr")
# What Markdown there is in an element that asks for it; in all others none.
HOLDS_BLOCKS = _set(
    "address applet article aside blockquote body dd details div dl fieldset figure figcaption footer form header"
    " hgroup iframe li main map menu nav noscript object section summary td"
)
HOLDS_SPANS = _set(
    "a abbr acronym b bdo big button cite caption del dfn dt em h1 h2 h3 h4 h5 h6 i ins label legend optgroup p q rb"
    " rbc rp rt rtc ruby select small span strong sub sup th tt"
)
_RAW = _set("script style math option textarea pre code kbd samp var")
_KNOWN = SPAN | BLOCK | VOID | HOLDS_BLOCKS | HOLDS_SPANS | _RAW


def element(name: str) -> str:
    """Write the name of an element in lower case, unless it is none of HTML's."""
    return lower if (lower := name.lower()) in _KNOWN else name


def attributes(text: str) -> dict[str, str]:
    """Read the attributes of a tag; the last of a name counts."""
    if not text:
        return {}
    return {name.lower(): a or b or c for name, a, b, c in _ATTRIBUTE.findall(text)}


def opened(name: str, named: dict[str, str]) -> str:
    """Write the beginning of a tag, without its end."""
    return "<" + name + "".join(f' {key}="{quoted(value)}"' for key, value in named.items())


def escaped(text: str) -> str:
    """Escape what is markup in text; entities stay."""
    if "<" in text or "&" in text or ">" in text:
        return _SPECIAL.sub(lambda found: _INSTEAD.get(found[0], found[0]), text)
    return text


def quoted(text: str) -> str:
    """Escape the value of an attribute."""
    return escaped(text).replace('"', "&quot;")


def is_entity(text: str) -> bool:
    """Tell whether "&name;" stands for a character."""
    if text[1] != "#":
        return text[1:] in html5
    code = int(text[3:-1], 16) if text[2] == "x" else int(text[2:-1])
    return code < 0x110000
