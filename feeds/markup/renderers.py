"""The ways to turn a body into HTML; what they give is not yet clean."""

import html
import re
from collections.abc import Callable

from feeds.markup.embeds import each

Renderer = Callable[[str], str]


class UnrenderableError(Exception):
    """A renderer gives up on a body, and says which other may do better."""

    def __init__(self, what: str, mend: str = "simplify it", instead: str = "text") -> None:
        super().__init__(what)
        self.mend, self.instead = mend, instead


def _markdown(body: str) -> str:
    from feeds.markup import python_markdown  # takes 40 ms, which builds without new posts do not need

    return python_markdown.render(body)


def _literal_markdown(body: str) -> str:
    from feeds.markup import python_markdown

    return python_markdown.render(body, literal=True)


def _text(body: str) -> str:
    """Show a body as paragraphs of plain text, without its tags."""
    words = re.sub("<[^<>]*>", "", each(each(body, "script"), "style"))
    text = html.escape(words.strip("\n"), quote=False)
    paragraphs = re.split(r"\n[ \t]*\n\s*", text) if text.strip() else ()
    return "\n".join("<p>" + paragraph.replace("\n", "<br>\n") + "</p>" for paragraph in paragraphs)


# What `Post.markup` may say -> its renderer. "text" takes anything.
RENDERERS: dict[str, Renderer] = {
    "markdown": _markdown,
    "literal markdown": _literal_markdown,
    "html": lambda body: body,
    "text": _text,
}
