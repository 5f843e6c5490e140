"""reStructuredText, by docutils: Pelican and Nikola can be written in it."""

from typing import Any

from feeds.markup.unrenderable import UnrenderableError

# Nothing of this machine is read, neither a file that a post names nor docutils' own configuration; a mistake leaves
# a gap and no message in the text. Headings go on below that of the post.
_SETTINGS = {
    "_disable_config": True,
    "docinfo_xform": False,
    "doctitle_xform": False,
    "file_insertion_enabled": False,
    "halt_level": 6,
    "initial_header_level": 2,
    "math_output": "LaTeX",
    "report_level": 5,
    "syntax_highlight": "none",
    "toc_backlinks": False,
}


def render(body: str) -> str:
    """Turn reStructuredText into HTML that is not yet clean.

    Raises UnrenderableError where docutils is not installed.
    """
    try:
        from docutils.core import publish_parts
    except ImportError:
        what, mend = (
            "written in reStructuredText, which needs docutils",
            "run `pip install '.[rst]'` in the clone of feeds",
        )
        raise UnrenderableError(what, mend) from None
    return str(publish_parts(body, writer=_writer(), settings_overrides=_SETTINGS)["body"])


def _writer() -> Any:
    from docutils import nodes
    from docutils.writers import html5_polyglot

    class Translator(html5_polyglot.HTMLTranslator):  # type: ignore[misc]  # docutils has no types
        """Says `<code>` where docutils has a class of its own, and leaves out tables of contents."""

        def visit_literal(self, node: nodes.literal) -> None:
            self.body.append(f"<code>{self.encode(node.astext())}</code>")
            raise nodes.SkipNode

        def visit_topic(self, node: nodes.topic) -> None:
            if "contents" in node["classes"]:
                raise nodes.SkipNode
            super().visit_topic(node)

    writer = html5_polyglot.Writer()
    writer.translator_class = Translator
    return writer
