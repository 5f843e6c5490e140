"""The ways to turn a body into HTML; what they give is not yet clean."""

import html
import re
from collections.abc import Callable

from feeds.markup.embeds import each

Renderer = Callable[[str], str]


def _markdown(body: str) -> str:
    from feeds.markup import python_markdown  # takes 40 ms, which builds without new posts do not need

    return python_markdown.render(body)


def _markdown_it(body: str) -> str:
    from feeds.markup import markdown_it  # the same: 30 ms

    return markdown_it.render(body)


def _restructuredtext(body: str) -> str:
    from feeds.markup import restructuredtext

    return restructuredtext.render(body)


def _commonmark(*extensions: str) -> Renderer:
    def render(body: str) -> str:
        from feeds.markup import commonmark

        return commonmark.renderer(*extensions)(body)

    return render


def _goldmark(body: str) -> str:
    from feeds.markup import goldmark

    return goldmark.linked(_commonmark("description_lists", "header_attributes")(goldmark.prepared(body)))


def _marked(body: str) -> str:
    from feeds.markup import marked

    return _commonmark("autolink")(marked.prepared(body))


def _kramdown(body: str) -> str:
    from feeds.markup import kramdown

    return kramdown.render(body)


def _text(body: str) -> str:
    """Show a body as paragraphs of plain text, without its tags."""
    words = re.sub("<[^<>]*>", "", each(each(body, "script"), "style"))
    text = html.escape(words.strip("\n"), quote=False)
    paragraphs = re.split(r"\n[ \t]*\n\s*", text) if text.strip() else ()
    return "\n".join("<p>" + paragraph.replace("\n", "<br>\n") + "</p>" for paragraph in paragraphs)


# What `Post.markup` may say -> its renderer: how each writes real posts is in docs/fidelity.md. "text" takes anything.
RENDERERS: dict[str, Renderer] = {
    "markdown": _markdown,  # Pelican, Nikola
    "gfm": _commonmark("autolink"),  # Astro, Docusaurus, Gatsby
    "marked": _marked,  # Hexo
    "goldmark": _goldmark,  # Hugo
    "pulldown": _commonmark("header_attributes"),  # Zola
    "kramdown": _kramdown,  # Jekyll
    "markdown-it": _markdown_it,  # Eleventy
    "rst": _restructuredtext,  # Pelican, Nikola
    "html": lambda body: body,
    "text": _text,
}
