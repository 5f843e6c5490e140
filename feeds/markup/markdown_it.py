"""Markdown as Eleventy has it, by markdown-it-py: a port of the very parser."""

from functools import cache

from markdown_it import MarkdownIt

from feeds.markup.unrenderable import UnrenderableError

_STEPS = 20_000_000  # a second or less


@cache
def _parser() -> MarkdownIt:
    """Let HTML through and know no indented code, as Eleventy has done since version 2."""
    parser = MarkdownIt("js-default", {"html": True})
    # A rule that never matches, and not .disable(): the port would then let 4 spaces open other blocks.
    parser.block.ruler.at("code", lambda *_: False)
    return parser


def render(body: str) -> str:
    """Turn Markdown into HTML that is not yet clean.

    Raises UnrenderableError when that takes too long: of each opening bracket it looks for the end in its paragraph.
    """
    if sum(paragraph.count("[") * len(paragraph) for paragraph in body.split("\n\n")) > _STEPS:
        raise UnrenderableError(
            "takes too long to render as Eleventy does, so it is rendered as GitHub does",
            "close brackets, and split long paragraphs",
            instead="gfm",
        )
    return str(_parser().render(body))
