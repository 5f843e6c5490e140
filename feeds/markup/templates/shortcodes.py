"""Shortcodes: of Hugo and Nikola with their arguments after the name, of Zola in brackets."""

import re

from feeds.markup.templates import rules
from feeds.markup.templates.context import Context
from feeds.markup.templates.tag import Tag
from feeds.markup.templates.tags import Family, Rule

# Both ways begin with the same sign outside of groups, which is what makes a search for them fast.
_TAG = (
    r"\{\{[<%]\s*(?P<end>/)?\s*(?P<name>[\w./-]*[\w-])(?P<arguments>(?:(?![>%]\}\}|\{\{[<%]).)*?)"
    r"(?P<closed>/)?\s*[>%]\}\}"
    r"|\{(?P<value>\{[<%]/\*(?:(?!\*/|\{\{[<%]).)*+\*/[>%]\}\})"
)
# A shortcode that a post is about: {{</* figure */>}}; and how it is shown.
_SHOWN = (r"(?s)\{\{([<%])/\*((?:(?!\*/).)*+)\*/([>%])\}\}", r"{{\1\2\3}}")
_SHOWN_IN_ZOLA = (r"(?s)\{([{%])/\*((?:(?!\*/).)*+)\*/([}%])\}", r"{\1\2\3}")


def _param(tag: Tag, context: Context) -> str | None:
    return context.values.get(f"page.{tag.words[0]}") if tag.words else None


_RULES: dict[str, Rule] = {
    **rules.EVERYWHERE,
    "highlight": rules.code,
    "code": rules.code,
    "ref": rules.address,
    "relref": rules.address,
    "param": _param,
    "def": rules.kept,
    "tab": rules.titled,
    "tabs": rules.kept,
    "raw": rules.as_it_is,
    "comment": rules.dropped,
    "toc": rules.dropped,
    "doc": rules.link_to_post,
    "post-url": rules.address,
    "post_url": rules.address,
    "link": rules.link,
    "button": rules.link,
    "blockquote": rules.quotation,
}
HUGO = Family(
    tag=_TAG,
    end=r"\{{\{{[<%]\s*/\s*{}\s*[>%]\}}\}}",
    rules=_RULES,
    verbatim=frozenset({"highlight", "code", "raw", "comment"}),
    values=lambda tag, _: re.sub(*_SHOWN, "{" + tag.arguments),
    in_code=(_SHOWN,),
)
# Generators of one's own in Go: {{image "a.png" 850}}.
GO = Family(
    tag=r"\{\{(?P<end>(?!))?-?\s*(?P<name>[A-Za-z]\w*)(?P<arguments>\s(?:(?!\}\}|\{\{).)*+)(?P<closed>)\}\}(?P<value>(?!))?",
    rules={
        **rules.PLAYERS,
        **dict.fromkeys(("figure", "figuresingle", "figuresinglewithclass"), rules.captioned),
        "image": rules.image,
        "video": rules.framed,
        "iframe": rules.framed,
    },
)

ZOLA = Family(
    tag=(
        r"\{(?P<closed>\{)?(?(closed)|%)-?\s*(?:(?P<end>end)|(?P<name>\w+)\((?P<arguments>(?:(?!\)\s*-?[}%]\}|\{[{%]).)*+)\))"
        r"\s*-?(?(closed)\}|%)\}|\{(?P<value>[{%]/\*(?:(?!\*/|\{[{%]).)*+\*/[}%]\})"
    ),
    rules=_RULES,
    values=lambda tag, _: re.sub(*_SHOWN_IN_ZOLA, "{" + tag.arguments),
    in_code=(_SHOWN_IN_ZOLA,),
)
