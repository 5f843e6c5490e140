"""MDX: components, imports and expressions of JavaScript in Markdown."""

import re

from feeds.markup.templates import rules
from feeds.markup.templates.context import Context
from feeds.markup.templates.tag import Tag
from feeds.markup.templates.tags import Family, Rule

_BRACES = r"\{(?:[^{}]|\{(?:[^{}]|\{[^{}]*+\})*+\})*+\}"
_ATTRIBUTES = rf"""(?:[^<>{{}}"'/]|/(?!>)|"[^"]*"|'[^']*'|{_BRACES})*+"""
_TAG = (
    rf"<(?P<end>/)?(?P<name>[A-Z][\w.]*|[a-z][\w-]*(?=\s[^<>]*=\{{))(?P<arguments>{_ATTRIBUTES})(?P<closed>/)?>"
    r"|^(?:import\s+(?:[\"'][^\"'\n]+[\"']|[^\n;\"']*?\bfrom\s+[\"'][^\"'\n]+[\"']|\{[^{}]*+\}\s*from\s+[\"'][^\"'\n]+[\"'])"
    r"|export\s+(?:default|const|let|var|function|async|class|\{|\*)(?:(?!\n[ \t]*\n).)*+);?[ \t]*$"
    r"|(?<![ \t])[ \t]*+\{#[\w-]+\}[ \t]*$|\{/\*(?:(?!\*/|\{/\*).)*+\*/\}"
)
_EXPRESSION = rf"|(?P<value>{_BRACES})"
_TEXT = r"""\{\s*(?:"([^"]*)"|'([^']*)'|`([^`$]*)`)\s*\}"""
_SCRIPTED = rf"\s[\w:-]+={_BRACES}"


def _value(tag: Tag, context: Context) -> str | None:
    """Put the text of an expression that is nothing but text."""
    text = re.fullmatch(_TEXT, tag.arguments)
    return (text[1] or text[2] or text[3] or "") if text else None


def _html(tag: Tag, context: Context) -> str | None:
    """Write an element of HTML without what only a script can work out."""
    attributes = re.sub(_SCRIPTED, lambda found: _written(found[0]), " " + tag.arguments)
    return f"<{tag.name}{attributes.rstrip()}>{tag.inside}</{tag.name}>" if tag.inside else f"<{tag.name}{attributes}>"


def _written(attribute: str) -> str:
    name, _, value = attribute.partition("=")
    text = re.fullmatch(_TEXT, value)
    return f'{name}="{text[1] or text[2] or text[3] or ""}"' if text else ""


def _fragment(tag: Tag, context: Context) -> str:
    return f"\n\n{rules.kept(tag, context)}\n\n" if "\n" in tag.inside else tag.inside


_ELEMENTS = """
    a abbr b blockquote br code details div em figure h1 h2 h3 h4 h5 h6 hr i iframe img li ol p pre section span strong
    sub summary sup table td th tr ul video
"""
_RULES: dict[str, Rule] = {
    **rules.EVERYWHERE,
    **dict.fromkeys(["pitfall", "deepdive"], rules.note),
    **dict.fromkeys(["tabs", "fragment", "trans", "intro", "columns", "column", "steps", "card", "cards"], _fragment),
    **dict.fromkeys(["tabitem", "tab", "panel", "step"], rules.titled),
    **dict.fromkeys(["codeblock", "code", "highlight"], rules.code),
    "liteyoutubeembed": rules.youtube,
    "link": rules.link,
    **dict.fromkeys(_ELEMENTS.split(), _html),
}
MDX = Family(tag=_TAG + "|(?P<value>(?!))", rules=_RULES)
PURE_MDX = Family(tag=_TAG + _EXPRESSION, rules=_RULES, values=_value)
