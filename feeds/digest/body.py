"""The body of a post as mail programs can show it: a smaller language than the web's."""

import re
from collections.abc import Callable
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from lxml.html import HtmlElement

COLUMN = 536  # pixels between the margins of the sheet


def _words(text: str) -> set[str]:
    return set(text.split())


_TAGS = _words(
    "a abbr b blockquote br caption cite code dd del div dl dt em h3 h4 h5 h6 hr i img ins kbd li mark ol p pre q rp "
    "rt ruby s samp small span strong sub sup table tbody td tfoot th thead tr u ul var"
)
_ATTRIBUTES = {
    "*": {"class", "dir", "lang", "style", "title"},
    "a": {"href"},
    "img": {"alt", "height", "src", "width"},
    "ol": {"start"},
    "table": {"border", "cellpadding", "cellspacing", "role"},
    "td": {"align", "colspan", "rowspan", "valign"},
    "th": {"align", "colspan", "rowspan", "valign"},
}
# Properties that Outlook and Gmail know and that cannot break out of the column.
_STYLES = _words(
    "background background-color border border-radius color direction display font-size font-style font-weight margin "
    "margin-bottom margin-top padding text-align text-decoration vertical-align white-space"
)
_GROUNDS = _words("background background-color")
_TAG_INSTEAD = dict.fromkeys(_words("article details figcaption figure footer header main section"), "div") | {
    "summary": "p",
    **{f"h{level}": f"h{min(level + 1, 6)}" for level in range(2, 7)},  # the title of a post is an h2
    "h1": "h3",
}
_PIXELS = re.compile(r"\s*(\d{1,5})(?:\.\d+)?\s*(?:px)?\s*")


def mail_safe(html: str) -> str:
    """Reduce the clean, absolute HTML of a post to what mail programs show and what keeps within the column.

    What plays becomes a link, pictures get one address and a width that fits, colours that would vanish on the other
    ground, light or dark, go.
    """
    import nh3
    from lxml.html import HtmlElement, fragment_fromstring, tostring

    root = fragment_fromstring(html, create_parent="div")
    for element in [each for each in root.iter() if isinstance(each, HtmlElement) and isinstance(each.tag, str)]:
        if element.getparent() is None:  # what a player held, or the root
            continue
        element.attrib.pop("class", None)
        _settle_colours(element)
        _REWRITES.get(element.tag, _rename)(element)
    return nh3.clean(
        tostring(root, encoding="unicode"),
        tags=_TAGS,
        attributes=_ATTRIBUTES,
        filter_style_properties=_STYLES,
        url_schemes={"http", "https", "mailto", "tel"},
        link_rel=None,
    )


def _rename(element: "HtmlElement") -> None:
    if element.tag in _TAG_INSTEAD:
        element.tag = _TAG_INSTEAD[element.tag]


def _settle_colours(element: "HtmlElement") -> None:
    """Drop a colour without a ground, a ground without a colour, and whatever is reckoned or fetched."""
    declared = [part.partition(":") for part in element.attrib.pop("style", "").split(";") if ":" in part]
    styles = {name.strip().lower(): value.strip() for name, _, value in declared if "(" not in value}
    if ("color" in styles) != bool(styles.keys() & _GROUNDS):
        styles = {name: value for name, value in styles.items() if name not in {"color", *_GROUNDS}}
    if styles:
        element.set("style", ";".join(f"{name}:{value}" for name, value in styles.items()))


def _fit_image(image: "HtmlElement") -> None:
    """Give an image an alternative text and a width in pixels that fits; drop it without a web address."""
    if not image.get("src", "").startswith(("http://", "https://")):
        image.drop_tree()
        return
    width, height = (_PIXELS.fullmatch(image.attrib.pop(side, "")) for side in ("width", "height"))
    if width and int(width[1]):
        fitted = min(int(width[1]), COLUMN)
        image.set("width", str(fitted))
        if height:
            image.set("height", str(round(int(height[1]) * fitted / int(width[1]))))
    image.set("alt", image.get("alt", ""))


def _link_instead(player: "HtmlElement") -> None:
    """Replace a video, a sound or a frame by a link to it, on its poster if it has one."""
    from lxml.html.builder import IMG, A, P

    address = player.get("src") or player.get("data") or next(iter(player.xpath(".//source/@src")), "")
    poster = player.get("poster", "")
    player.clear(keep_tail=True)
    player.tag = "div"
    if address.startswith(("http://", "https://")):
        name = f"▶ {urlsplit(address).hostname}"
        if poster.startswith(("http://", "https://")):
            player.append(P(A(IMG(src=poster, alt=name, width=str(COLUMN)), href=address)))
        player.append(P(A(name, href=address)))
        for link in player.iter("a"):
            _colour_link(link)


def _set_apart(code: "HtmlElement") -> None:
    """Let code run left to right on its own ground, light or dark."""
    code.set("dir", "ltr")
    code.set("class", "plate")
    code.attrib.pop("style", None)


def _colour_link(link: "HtmlElement") -> None:
    """Give a link our colour on our ground, and on a ground of the author's the colour of the text there."""
    grounded = next((each for each in (link, *link.iterancestors()) if "background" in each.get("style", "")), None)
    if grounded is None:
        link.set("class", "accent")
    elif grounded is not link:
        colours = re.findall(r"(?:^|;)(color:[^;]*)", grounded.get("style", ""))
        link.set("style", ";".join((link.get("style", ""), *colours)).lstrip(";"))


def _of_class(name: str) -> Callable[["HtmlElement"], None]:
    return lambda element: element.set("class", name)


_REWRITES: dict[str, Callable[["HtmlElement"], None]] = {
    "a": _colour_link,
    "audio": _link_instead,
    "blockquote": _of_class("edge"),
    "code": _set_apart,
    "embed": _link_instead,
    "iframe": _link_instead,
    "img": _fit_image,
    "object": _link_instead,
    "pre": _set_apart,
    "td": _of_class("rule"),
    "th": _of_class("rule"),
    "video": _link_instead,
}
