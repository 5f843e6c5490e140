"""What a page runs or embeds and a feed cannot -> what stands for it: a link, a picture, its text."""

import html
import re
from collections.abc import Callable
from urllib.parse import urlsplit

_EMBEDS = re.compile(r"<(?:iframe|embed|object|svg|math|noscript|script|input)\b", re.IGNORECASE)
# Compiled when they are needed, which most blogs do not.
_ATTRIBUTE = r"""(?i)(?<![a-z-])([a-z-]++)\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s"'>]+))"""
_FRAME = r"(?i)<(?:iframe|embed)\b([^<>]*)>(?:[^<>]*</(?:iframe|embed)\s*>)?"
_OBJECT = r"(?i)<object\b([^<>]*)>"
_SCRIPT = r"(?i)<script\b([^<>]*)>"
_GIST = r"(https://gist\.github\.com/[\w/-]+)\.js"
_INPUT = r"(?i)<input\b([^<>]*)>"
_NOSCRIPT = r"(?i)</?noscript\b[^<>]*>"
_SOURCED = r"(?i)<(?:img|source|video|audio|iframe)\b[^<>]*>"
_LAZY_NAME = r"(?i)\sdata-(?:lazy-|original-)?(src(?:set)?)\s*="
_TEX = r'(?i)<annotation\b[^<>]*"application/x-tex"[^<>]*>([^<>]*)<'

_PLAYER = r"(?:https?:)?//(?:www\.)?{}.*"
# A player's address -> that of the page to watch it on, and its picture.
_PLAYERS = (
    (
        _PLAYER.format(r"youtube(?:-nocookie)?\.com/(?:embed|v)/(?!videoseries)([\w-]{11})(?!\w)"),
        "https://www.youtube.com/watch?v={}",
        "https://i.ytimg.com/vi/{}/hqdefault.jpg",
    ),
    (_PLAYER.format(r"player\.vimeo\.com/video/(\d+)"), "https://vimeo.com/{}", ""),
    (_PLAYER.format(r"dailymotion\.com/embed/video/(\w+)"), "https://www.dailymotion.com/video/{}", ""),
)


def replaced(markup: str) -> str:
    """Put a link for each frame, player and gist, the real address for a lazy one, text for formulas and boxes."""
    if not (_EMBEDS.search(markup) or "data-" in markup):  # nine in ten
        return markup
    markup = each(each(markup, "svg"), "math", _formula)
    if re.search(_LAZY_NAME, markup):  # then the same picture is in <noscript> once more
        markup = re.sub(_SOURCED, _eager, each(markup, "noscript"))
    for tag, instead in _INSTEAD:
        markup = re.sub(tag, instead, markup)
    return markup


def each(markup: str, tag: str, instead: Callable[[str, str], str] = lambda attributes, inside: "") -> str:
    """Replace each element of a kind by what `instead` makes of its attributes and content; linear for any text."""
    opening = re.compile(rf"<{tag}\b([^<>]*)>", re.IGNORECASE)
    closing = re.compile(rf"</{tag}\s*>", re.IGNORECASE)
    kept, at = [], 0
    while (start := opening.search(markup, at)) and (end := closing.search(markup, start.end())):
        kept += [markup[at : start.start()], instead(start[1], markup[start.end() : end.start()])]
        at = end.end()
    return "".join([*kept, markup[at:]])


def _formula(attributes: str, inside: str) -> str:
    tex = re.search(_TEX, inside)
    text = tex[1] if tex else html.escape(_named(attributes).get("alttext", "")) or re.sub("<[^<>]*>", "", inside)
    return f"<code>{text}</code>"


def _eager(tag: re.Match[str]) -> str:
    if not (names := "|".join(re.findall(_LAZY_NAME, tag[0]))):
        return tag[0]
    placeholder = rf"""\s(?:{names})\s*=\s*(?:"[^"]*"|'[^']*'|[^\s"'>]+)"""
    return re.sub(_LAZY_NAME, r" \1=", re.sub(placeholder, "", tag[0], flags=re.IGNORECASE))


def _gist(tag: re.Match[str]) -> str:
    gist = re.fullmatch(_GIST, _named(tag[1]).get("src", ""))
    return f'<p><a href="{gist[1]}">{gist[1]}</a></p>' if gist else tag[0]


def _box(tag: re.Match[str]) -> str:
    if _named(tag[1]).get("type", "").lower() != "checkbox":
        return ""
    return "☑" if re.search(r"\schecked\b", tag[1], re.IGNORECASE) else "☐"


def _link(tag: re.Match[str]) -> str:
    named = _named(tag[1])
    address = named.get("src") or named.get("data") or ""
    if not re.match(r"(?:https?:)?//", address):
        return ""
    if named.get("type", "").startswith("image/"):
        return f'<img src="{html.escape(address)}" alt="">'
    picture = ""
    for player, page, image in _PLAYERS:
        if video := re.fullmatch(player, address):
            address, picture = page.format(video[1]), image.format(video[1])
    title = html.escape(named.get("title") or urlsplit(address).netloc.removeprefix("www."))
    shown = f'<img src="{html.escape(picture)}" alt="{title}">' if picture else title
    return f'<p><a href="{html.escape(address)}">{shown}</a></p>'


def _named(attributes: str) -> dict[str, str]:
    """Read attributes by name, in lower case."""
    return {name.lower(): html.unescape(a or b or c) for name, a, b, c in re.findall(_ATTRIBUTE, attributes)}


_INSTEAD = ((_NOSCRIPT, ""), (_SCRIPT, _gist), (_INPUT, _box), (_OBJECT, _link), (_FRAME, _link))
