"""Fill in a template, and move the style sheet of a mail into the elements."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import PurePath
from traceback import extract_tb
from typing import TYPE_CHECKING, Any

from feeds.errors import SettingsError

if TYPE_CHECKING:
    from jinja2 import Environment


def rendered(templates: "Environment", name: str, values: dict[str, Any]) -> str:
    """Render a template. Raises SettingsError at its path and line, whatever is wrong in it."""
    with explained(name):
        return templates.get_template(name).render(values)


@contextmanager
def explained(name: str) -> Iterator[None]:
    """Turn whatever goes wrong in the template `name`, or in one that it takes in, into a SettingsError at its line."""
    try:
        yield
    except SettingsError:
        raise
    except Exception as error:
        # Jinja puts the lines of the templates into the traceback.
        frames = extract_tb(error.__traceback__)
        places = [frame for frame in frames if not frame.filename.endswith(".py") and "<frozen" not in frame.filename]
        line = getattr(error, "lineno", None) or (places[-1].lineno if places else 0)
        file = getattr(error, "filename", None) or (places[-1].filename if places else name)
        where = f"templates/{PurePath(file).as_posix().rpartition('templates/')[2]}" + (f":{line}" if line else "")
        mend = "mend the template, or remove it to use ours"
        raise SettingsError(f"{type(error).__name__}: {error}", mend, where) from error


def inlined(html: str) -> str:
    """Move the CSS into the elements, since Gmail and Outlook drop much of what stands in the head."""
    from css_inline import CSSInliner, InlineError

    try:
        return CSSInliner(load_remote_stylesheets=False, minify_css=True).inline(html)
    except InlineError as error:
        raise SettingsError(f"CSS that cannot be inlined: {error}", "mend it", "templates/digest.css") from error
