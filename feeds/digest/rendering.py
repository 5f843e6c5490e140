"""Fill in a template of mail, and move its style sheet into the elements."""

from pathlib import PurePath
from traceback import extract_tb
from typing import TYPE_CHECKING, Any

from feeds.errors import SettingsError

if TYPE_CHECKING:
    from jinja2 import Environment


def rendered(templates: "Environment", name: str, values: dict[str, Any]) -> str:
    """Render a template. Raises SettingsError at its path and line, whatever is wrong in it."""
    try:
        return templates.get_template(name).render(values)
    except Exception as error:
        # Jinja puts the lines of the templates into the traceback.
        frames = extract_tb(error.__traceback__)
        places = [frame for frame in frames if not frame.filename.endswith(".py") and "<frozen" not in frame.filename]
        line = getattr(error, "lineno", None) or (places[-1].lineno if places else 0)
        file = getattr(error, "filename", None) or (places[-1].filename if places else name)
        where = f"templates/{PurePath(file).name}" + (f":{line}" if line else "")
        raise SettingsError(f"{type(error).__name__}: {error}", "mend the template", where) from error


def inlined(html: str) -> str:
    """Move the CSS into the elements, since Gmail and Outlook drop much of what stands in the head."""
    from css_inline import CSSInliner, InlineError

    try:
        return CSSInliner(load_remote_stylesheets=False, minify_css=True).inline(html)
    except InlineError as error:
        raise SettingsError(f"CSS that cannot be inlined: {error}", "mend it", "templates/digest.css") from error
