"""The form by which readers ask for newsletters, where there are pages that take it."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from feeds.config import Settings
from feeds.markup import absolute_url
from feeds.model import Newsletter

if TYPE_CHECKING:
    from jinja2 import Environment


def pages_url(settings: Settings) -> str:
    """Return where the pages for readers are, with a slash at its end."""
    return f"{absolute_url(settings.web.url, settings.site.url).rstrip('/')}/"


def mail_form(settings: Settings, newsletters: Sequence[Newsletter]) -> dict[str, Any]:
    """Return what subscribe.form.html shows of newsletters, before anybody filled it in."""
    offered = [
        {"name": each.name, "title": each.title or settings.site.title, "cadence": each.cadence} for each in newsletters
    ]
    return {"newsletters": offered, "chosen": (), "email": "", "wrong": "", "url": pages_url(settings)}


def mail_section(settings: Settings, templates: "Environment") -> Mapping[str, Any]:
    """Return what the page that offers the feeds shows of newsletters; none without pages that take the form."""
    open_ones = [each for each in settings.newsletter if each.by_web]
    if not (settings.web.url and open_ones):
        return {"newsletters": ()}
    from feeds.digest.wording import often, page_words, voice

    language = settings.site.language
    words, speaker = page_words(templates, language), voice(templates, language)
    return {**mail_form(settings, open_ones), "words": words, "often": lambda text: often(text, words, speaker)}
