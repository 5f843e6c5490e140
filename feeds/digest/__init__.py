"""A mail made of posts: its subject, HTML and text.

entries -Edition (page)-> what templates show -cuts (budget)-> as much as fits -css-inline-> HTML; and text
"""

from collections.abc import Sequence
from datetime import datetime
from hashlib import sha256
from pathlib import PurePath
from traceback import extract_tb
from typing import TYPE_CHECKING, Any

from feeds.digest.budget import Cut, cuts, fitting
from feeds.digest.page import Edition
from feeds.digest.wording import voice
from feeds.errors import SettingsError
from feeds.mail import Letterhead
from feeds.model import Entry, Newsletter, Site, Variant

if TYPE_CHECKING:
    from jinja2 import Environment

__all__ = ["compose"]

LARGE = 80_000  # bytes of HTML from which on the way out stands at the top as well


def compose(
    newsletter: Newsletter,
    site: Site,
    entries: Sequence[Entry],
    language: str,
    letter: Letterhead,
    dated: datetime,
    templates: "Environment",
) -> Variant:
    """Write an issue of some posts, newest first, in a BCP 47 language ("" is the site's).

    The first `max_posts` are shown, the others as links; what is too much for Gmail is shortened. `dated` gives the
    date on it, on the site's clock: the same input gives the same variant. Raises SettingsError for a template or
    wording that is wrong, ValueError without posts.
    """
    if not entries:
        raise ValueError("an issue needs a post")
    speaker = voice(templates, language or site.language)
    spoken = {entry.post.language or site.language for entry in entries}
    voices = {each: voice(templates, each) for each in spoken}
    edition = Edition(site, tuple(entries), speaker, voices, letter, newsletter.style, dated)
    values = edition.values()
    shown = min(len(entries), newsletter.max_posts)
    choices = cuts(shown, shown if newsletter.content == "full" else 0, len(entries) - shown)
    cut, html = fitting(choices, lambda cut: _html(templates, edition, cut, values))
    text = _rendered(templates, "digest.txt", values | edition.for_text(cut))
    key = sha256("\0".join((edition.subject, html, text)).encode()).hexdigest()[:16]
    return Variant(key, edition.subject, html, text, tuple(entry.post.id for entry in entries), speaker.language)


def _html(templates: "Environment", edition: Edition, cut: Cut, values: dict[str, Any]) -> str:
    page = values | edition.for_html(cut)
    html = _inlined(_rendered(templates, "digest.html", page | {"is_large": False}))
    if len(html.encode()) <= LARGE:
        return html
    return _inlined(_rendered(templates, "digest.html", page | {"is_large": True}))


def _rendered(templates: "Environment", name: str, values: dict[str, Any]) -> str:
    """Render a template. Raises SettingsError at its path and line, whatever is wrong in it."""
    try:
        return templates.get_template(name).render(values)
    except Exception as error:
        # Jinja puts the lines of the templates into the traceback.
        places = [frame for frame in extract_tb(error.__traceback__) if not frame.filename.endswith(".py")]
        line = getattr(error, "lineno", None) or (places[-1].lineno if places else 0)
        file = getattr(error, "filename", None) or (places[-1].filename if places else name)
        where = f"templates/{PurePath(file).name}" + (f":{line}" if line else "")
        raise SettingsError(f"{type(error).__name__}: {error}", "mend the template", where) from error


def _inlined(html: str) -> str:
    """Move the CSS into the elements, since Gmail and Outlook drop much of what stands in the head."""
    from css_inline import CSSInliner, InlineError

    try:
        return CSSInliner(load_remote_stylesheets=False, minify_css=True).inline(html)
    except InlineError as error:
        raise SettingsError(f"CSS that cannot be inlined: {error}", "mend it", "templates/digest.css") from error
