"""CommonMark with the extensions of GitHub and others: the family that most engines belong to.

By comrak, whose time grows with the length of any text.
"""

from collections.abc import Callable
from functools import cache
from typing import Any

import comrak

from feeds.markup.unrenderable import UnrenderableError

_ALWAYS = ("table", "strikethrough", "tasklist", "footnotes")


@cache
def renderer(*more: str) -> Callable[[str], str]:
    """Make a function from CommonMark to HTML that is not yet clean; `more` are names of comrak's extensions.

    What is made raises UnrenderableError where comrak has a bug.
    """
    switched_on: dict[str, Any] = dict.fromkeys((*_ALWAYS, *more), True)
    extensions = comrak.ExtensionOptions(**switched_on)
    output = comrak.RenderOptions(unsafe_=True)  # raw HTML stays: cleaning is a pass of its own

    def render(body: str) -> str:
        try:
            return str(comrak.markdown_to_html(body, extension_options=extensions, render_options=output))
        except BaseException as error:
            if type(error).__name__ != "PanicException":  # Rust's, which is no Exception
                raise
            raise UnrenderableError("cannot be rendered as Markdown, so it is shown as plain text") from error

    return render
