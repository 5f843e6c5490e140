"""Make a response of a page: in the reader's language, and closed to all that it does not need."""

from base64 import b64encode
from collections.abc import Sequence
from hashlib import sha256
from typing import Any

from markupsafe import Markup, escape
from starlette.responses import HTMLResponse, Response

from feeds.colour import SHEET, SHEET_IN_DARK
from feeds.digest.wording import often, page_words, say, script, voice
from feeds.markup import direction
from feeds.model import Newsletter, Style
from feeds.rendering import rendered
from feeds.web.desk import Desk
from feeds.web.languages import chosen
from feeds.web.visit import Page, Visit

# Tokens stand in addresses, so no page may tell them to others: by a referrer, a cache, a frame, or a search engine.
HEADERS = {
    "Cache-Control": "no-store",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "X-Robots-Tag": "noindex",
}
_POLICY = "default-src 'none'; style-src 'sha256-{}'; img-src data:; form-action 'self'; base-uri 'none'"
_NO_FRAMES = "frame-ancestors 'none'"


def respond(desk: Desk, visit: Visit, page: Page) -> Response:
    """Return the response that shows a page. Raises SettingsError for a template or a sentence that is wrong."""
    language = page.language or chosen(visit.languages, desk.settings.site.language, desk.languages)
    values = {**_values(desk, language, page.newsletter), **page.values}
    css = rendered(desk.templates, "page.css", values)
    html = rendered(desk.templates, page.template, values | {"css": Markup(css)})  # noqa: S704 - ours, not a reader's
    policy = _POLICY.format(b64encode(sha256(css.encode()).digest()).decode())
    headers = {**HEADERS, "Content-Security-Policy": f"{policy}; {_NO_FRAMES}", "Content-Language": language}
    return HTMLResponse(html, page.status, headers)


def _values(desk: Desk, language: str, newsletter: Newsletter | None) -> dict[str, Any]:
    looks: Sequence[Newsletter] = [newsletter] if newsletter else desk.settings.newsletter
    speaker, words = voice(desk.templates, language), page_words(desk.templates, language)
    return {
        "direction": direction(language),
        "language": language,
        "mail": speaker.wording,
        "often": lambda text: often(text, words, speaker),
        "say": _said,
        "script": script(language),
        "sheet": SHEET,
        "sheet_in_dark": SHEET_IN_DARK,
        "site": desk.settings.site,
        "site_direction": direction(desk.settings.site.language),
        "style": looks[0].style if looks else Style(),
        "words": words,
    }


def _said(sentence: str, **values: object) -> Markup:
    """Fill in a sentence; each name runs its own way and leaves what is around it as it is."""
    isolated = {name: Markup("<bdi>{}</bdi>").format(value) for name, value in values.items()}
    return Markup(say(str(escape(sentence)), **isolated))  # noqa: S704 - both are escaped
