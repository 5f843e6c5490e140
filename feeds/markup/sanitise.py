"""HTML of any origin -> HTML that is well-formed, harmless and complete in itself."""

import re
from contextvars import ContextVar
from functools import cache
from typing import TYPE_CHECKING

from feeds.markup.embeds import replaced
from feeds.markup.unrenderable import UnrenderableError
from feeds.markup.urls import SCHEMES, absolute_url

if TYPE_CHECKING:
    from nh3 import Cleaner

_TAGS = """
    a abbr acronym address area article aside audio b bdi big blockquote br caption center cite code col colgroup data
    dd del details dfn div dl dt em figcaption figure font footer h1 h2 h3 h4 h5 h6 header hgroup hr i img ins kbd li
    main map mark meter nav ol p picture pre progress q rp rt ruby s samp section small source span strike strong sub
    summary sup table tbody td tfoot th thead time tr track tt u ul var video wbr
"""
# Gone with all that is in them. What is in any other tag that is not above, stays ("bdo", "form", "noscript", ...).
_DROPPED = "script style title svg math template iframe noembed noframes"
_ATTRIBUTES = {
    "*": "id dir lang title style align valign width height bgcolor",
    "a": "href name hreflang type",
    "area": "href shape coords alt",
    "audio": "src controls loop preload",
    "blockquote": "cite",
    "code": "class",
    "col": "span",
    "colgroup": "span",
    "data": "value",
    "del": "cite datetime",
    "details": "open",
    "font": "color size face",
    "img": "src srcset sizes alt loading border usemap",
    "ins": "cite datetime",
    "li": "value",
    "map": "name",
    "meter": "value min max low high optimum",
    "ol": "start type reversed",
    "pre": "class",
    "progress": "value max",
    "q": "cite",
    "source": "src srcset sizes media type",
    "table": "border cellpadding cellspacing",
    "td": "colspan rowspan headers abbr",
    "th": "colspan rowspan headers abbr scope",
    "time": "datetime",
    "track": "src kind srclang label",
    "ul": "type",
    "video": "src poster controls loop muted playsinline preload",
}
_URLS = frozenset({"href", "src", "poster", "cite"})
_PICTURE = r"data:image/(?:gif|png|jpeg|webp|avif);base64,[A-Za-z0-9+/=]+"
_CANDIDATE = r"([^\s,](?:\S*[^\s,])?)(?:\s+([0-9.]+[wx]))?"
_SOURCELESS = re.compile(r'<img(?![^>]* src(?:set)?=)(?:[^>]* alt="([^"]*)")?[^>]*>')
# Elements that end by themselves and so do not nest. All that follows the others is parsed the slower the deeper.
_FLAT = """
    a area br col dd dt embed hr img input li link meta option p param rp rt source tbody td tfoot th thead tr track wbr
"""
_TAG = re.compile("<(/?)([a-zA-Z][a-zA-Z0-9]*)")
_DEPTH, _WORK = 200, 1_000_000

_BASE: ContextVar[str] = ContextVar("_BASE")  # the post whose attributes are being looked at


def sanitise(html: str, base: str) -> str:
    """Parse as browsers do (HTML5) and write down again what a feed may carry, with addresses resolved against `base`.

    Raises UnrenderableError when tags are nested so deep that parsing takes long and feed readers choke.
    """
    html = replaced(html)
    _refuse_depths(html)
    _BASE.set(base)
    clean = _cleaner().clean(html)
    return _SOURCELESS.sub(lambda image: image[1] or "", clean) if "<img" in clean else clean


@cache
def _cleaner() -> "Cleaner":
    """Make the cleaner, which costs as much as to clean a post with it; it is for any number of threads at once."""
    from nh3 import Cleaner

    return Cleaner(
        tags=set(_TAGS.split()),
        clean_content_tags=set(_DROPPED.split()),
        attributes={tag: set(names.split()) for tag, names in _ATTRIBUTES.items()},
        attribute_filter=_attribute,
        url_schemes={"data", *SCHEMES},
        link_rel=None,
    )


def _attribute(tag: str, name: str, value: str) -> str | None:
    if name in _URLS:
        return absolute_url(value, _BASE.get()) or (value if tag == "img" and re.fullmatch(_PICTURE, value) else None)
    if name == "style":
        from feeds.markup.style import safe_style  # 2 ms, which most posts do not need

        return safe_style(value) or None
    if name == "srcset":
        return _absolute_srcset(value) or None
    return value


def _absolute_srcset(value: str) -> str:
    candidates = ((absolute_url(url, _BASE.get()), size) for url, size in re.findall(_CANDIDATE, value))
    return ", ".join(f"{url} {size}".rstrip() for url, size in candidates if url)


def _refuse_depths(html: str) -> None:
    if html.count("<") < _DEPTH:
        return
    flat, depth, work = set(_FLAT.split()), 0, 0
    for end, name in _TAG.findall(html):
        if name.lower() not in flat:
            depth = max(0, depth - 1) if end else depth + 1
        work += depth
        if depth > _DEPTH or work > _WORK:
            raise UnrenderableError(
                "tags are nested too deep, so it is shown as plain text",
                f"close tags; at most {_DEPTH} stay open at once",
            )
