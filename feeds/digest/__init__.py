"""A mail made of posts: its subject, HTML and text.

entries -Edition (page)-> what templates show -cuts (budget)-> as much as fits -css-inline-> HTML; and text
"""

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

from feeds.digest.budget import Cut, cuts, fitting
from feeds.digest.page import Edition
from feeds.digest.wording import voice
from feeds.mail import Letterhead
from feeds.model import Entry, Newsletter, Site, Variant
from feeds.rendering import inlined, rendered

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
    text = rendered(templates, "digest.txt", values | edition.for_text(cut))
    return edition.variant(html, text)


def _html(templates: "Environment", edition: Edition, cut: Cut, values: dict[str, Any]) -> str:
    page = values | edition.for_html(cut)
    html = inlined(rendered(templates, "digest.html", page | {"is_large": False}))
    if len(html.encode()) <= LARGE:
        return html
    return inlined(rendered(templates, "digest.html", page | {"is_large": True}))
