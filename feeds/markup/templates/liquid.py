"""`{% tags %}` and `{{ values }}`: Liquid of Jekyll, Nunjucks and Liquid of Eleventy, Nunjucks of Hexo."""

import re

from msgspec.structs import replace

from feeds.markup.templates import rules
from feeds.markup.templates.context import Context
from feeds.markup.templates.tag import Tag
from feeds.markup.templates.tags import Family, Rule

_TAG = (
    r"\{%[-+]?\s*(?P<end>end(?=\w))?(?P<name>\w+)(?P<arguments>(?:(?!%\}|\{%).)*+)(?P<closed>(?!))?%\}"
    r"|\{\{[-{]?(?P<value>(?:(?!\}\}|\{\{).)*+)\}?\}\}"
    r"|\{#(?![\w:.-]+\})(?:(?!#\}|\{#).)*+#\}"
)
# Filters that leave the words as they are.
_STRIPPED = "url_encode cgi_escape escape xml_escape e safe strip trim raw dump markdownify"
_LITERAL = r"""\s*(?:"([^"]*)"|'([^']*)'|([\w.\[\]"'-]+))\s*"""
_FILTER = r"""\s*([\w.]+)\s*(?:[:(]\s*((?:"[^"]*"|'[^']*'|[^|"'])*))?"""
_ASSIGNED = r"(?s)(\w+)\s*=\s*(.+)"


def _value(expression: str, context: Context) -> str | None:
    """Work out `base | filter: argument | ...`; None when it hangs on data that only the engine has."""
    base, *filters = re.findall(r"""(?:"[^"]*+"|'[^']*+'|[^|"']++|["'])++""", expression) or [""]
    value = _literal(base, context)
    for each in filters:
        found = re.match(_FILTER, each)
        if value is None or found is None:
            return None
        text, value = value, _filtered(value, found[1], found[2] or "", context)
        if value is None and base.strip()[:1] in {"'", '"'}:  # whatever the filter makes of it, it is the author's text
            value = text
    return value


def _literal(text: str, context: Context) -> str | None:
    found = re.fullmatch(_LITERAL, text)
    if not found:
        return None
    return context.values.get(found[3]) if found[3] else found[1] or found[2] or ""


def _filtered(value: str, name: str, argument: str, context: Context) -> str | None:
    if name in {"prepend", "append"}:
        other = _literal(argument.rstrip(") "), context)
        return None if other is None else other + value if name == "prepend" else value + other
    rooted = "/" + value.lstrip("/")
    if name in {"relative_url", "url", "url_for"}:
        return context.folder + rooted
    if name in {"absolute_url", "full_url_for"}:
        return value if value.startswith("http") else context.origin + context.folder + rooted
    return value if name in _STRIPPED.split() or name.startswith("highlight") else None


def _assign(tag: Tag, context: Context) -> str | None:
    """Keep a value for later; of `set`, what is inside."""
    assigned = re.match(_ASSIGNED, tag.arguments)
    if assigned is None:
        if tag.arguments.isidentifier():
            context.values[tag.arguments] = tag.inside
            return ""
        return None
    found = _value(assigned[2], context)
    if found is None:
        return None
    context.values[assigned[1]] = found
    return ""


def _include(tag: Tag, context: Context) -> str | None:
    """Take an include for what its name says: "figure.html", "youtube-player.html"."""
    name = next(iter(tag.arguments.split()), "").strip("\"'").rpartition("/")[2].partition(".")[0].lower()
    rest = tag.arguments.partition(" ")[2]
    for known, rule in INCLUDES.items():
        if known in re.split(r"[\W_]+", name) or (known in name and len(known) > 4):
            return rule(replace(tag, name=known, arguments=rest), context)
    return None


def _url(tag: Tag, context: Context) -> str | None:
    to = tag.get("path", at=0)
    return to if to.startswith("http") else context.folder + "/" + to.lstrip("/")


def _asset(tag: Tag, context: Context) -> str | None:
    """Give the address of a file beside the post."""
    return tag.words[0] if tag.words else None


def _asset_link(tag: Tag, context: Context) -> str | None:
    name, *words = tag.words or [""]
    return rules.link(Tag("", f'href="{name}" text="{" ".join(words) or name}"'), context)


INCLUDES: dict[str, Rule] = {**rules.PLAYERS, **rules.MEDIA, **rules.PICTURES, **rules.NOTES}
_PARTS = ("else", "elsif", "elseif", "elif", "when", "break", "continue", "toc", "tableofcontents")
_COMMON: dict[str, Rule] = {
    **rules.EVERYWHERE,
    "raw": rules.as_it_is,
    "verbatim": rules.as_it_is,
    "comment": rules.dropped,
    "highlight": rules.code,
    "include": _include,
    "include_cached": _include,
    "include_relative": _include,
    "assign": _assign,
    "set": _assign,
    "capture": _assign,
    "youtubeembed": rules.youtube,
    **dict.fromkeys(_PARTS, rules.dropped),
}
_HEXO: dict[str, Rule] = {
    **_COMMON,
    "codeblock": rules.code,
    "code": rules.code,
    "post_link": rules.link_to_post,
    "post_path": rules.address,
    "asset_img": rules.image,
    "asset_path": _asset,
    "asset_link": _asset_link,
    "url_for": rules.link,
    "full_url_for": rules.link,
    "link": rules.link,
    "blockquote": rules.quotation,
    "pullquote": rules.quotation,
    "centerquote": rules.quotation,
    "cq": rules.quotation,
    "tabs": rules.kept,
    "tab": rules.titled,
}
_VERBATIM = frozenset({"raw", "verbatim", "comment", "highlight"})


def _family(tags: dict[str, Rule], verbatim: frozenset[str] = _VERBATIM) -> Family:
    return Family(
        tag=_TAG,
        end=r"\{{%[-+]?\s*end{}\s*[-+]?%\}}",
        rules=tags,
        verbatim=verbatim,
        values=lambda tag, context: _value(tag.arguments, context),
        in_code=((r"\{%-?\s*(?:end)?(?:raw|verbatim)\s*-?%\}\n?", ""),),
    )


LIQUID = _family({**_COMMON, "post_url": rules.address, "link": rules.address})
NUNJUCKS = _family({**_COMMON, "post_url": rules.address, "link": rules.address, "url": _url})
HEXO = _family(_HEXO, _VERBATIM | {"codeblock", "code"})
