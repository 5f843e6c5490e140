"""HTML that template code stands for, written so that reStructuredText lets it through."""

from feeds.markup.templates.tag import Tag

_ROLE = ".. role:: raw-html(raw)\n   :format: html\n\n"
_CALL = ":raw-html:`"


def placed(tag: Tag, meaning: str, is_verbatim: bool) -> str:
    """Mark what a tag stands for as HTML; the text that it has inside stays what the author wrote it in."""
    if "<" not in meaning or meaning == tag.inside:
        return meaning
    before, inside, after = ("", "", "") if is_verbatim else meaning.partition(tag.inside.strip() or "\0")
    if inside:
        return f"{_raw(tag, before)}{inside}{_raw(tag, after)}"
    return _raw(tag, meaning)


def _raw(tag: Tag, html: str) -> str:
    if not html.strip():
        return html
    if tag.is_alone:
        lines = f"\n{tag.indent}   ".join(html.strip("\n").split("\n"))
        return f"\n\n{tag.indent}.. raw:: html\n\n{tag.indent}   {lines}\n\n{tag.indent}"
    line = " ".join(html.split()).replace("`", "&#96;").replace("\\", "&#92;")
    return f"\\ {_CALL}{line}`\\ "


def with_role(text: str) -> str:
    """Define what HTML in a line is marked with."""
    return _ROLE + text if _CALL in text else text
