"""The mail that asks a reader whether they want a newsletter: it looks as its issues do."""

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from feeds.digest.budget import Cut
from feeds.digest.page import Edition
from feeds.digest.text import led
from feeds.digest.wording import say, voice
from feeds.mail import Letterhead
from feeds.markup import direction
from feeds.model import Newsletter, Site, Variant
from feeds.rendering import inlined, rendered

if TYPE_CHECKING:
    from jinja2 import Environment

# What stands for the token that proves a reader's answer; noncharacters, which no text of a site holds.
PROOF = "\ufdd0proof\ufdd0"
_NOTHING = Cut(posts=0, excerpt=0, images=0, full=0, links=0)


class Inquiry(Edition, frozen=True):
    """An edition without posts, that asks."""

    @property
    def subject(self) -> str:
        """Ask to confirm, and say what."""
        return led(say(self.voice.wording.confirm_subject, title=self.letter.title), direction(self.voice.language))

    @property
    def preheader(self) -> str:
        """What mail programs show after the subject: the question."""
        return say(self.voice.wording.confirm_question, title=self.letter.title)


def inquire(
    newsletter: Newsletter,
    site: Site,
    language: str,
    letter: Letterhead,
    dated: datetime,
    valid: timedelta,
    templates: "Environment",
) -> Variant:
    """Write the mail that asks, in a BCP 47 language ("" is the site's); an answer counts until `dated` + `valid`.

    `PROOF` in it is to be replaced by a token. Raises SettingsError for a template or wording that is wrong.
    """
    speaker = voice(templates, language or site.language)
    inquiry = Inquiry(site, (), speaker, {}, letter, newsletter.style, dated)
    until = speaker.date(inquiry.day(dated + valid))
    link, how = f"{letter.web_url}c/{PROOF}", speaker.wording.confirm_click
    answer = link
    if not letter.web_url:
        answer, how = answer_address(letter.bounce_address), speaker.wording.confirm_how
        link = f"mailto:{answer}?subject={quote(say(speaker.wording.confirm_yes, title=letter.title))}"
    own = {"answer": answer, "link": link, "how": how, "until": until, "issue": ""}
    values: dict[str, Any] = inquiry.values() | own
    html = inlined(rendered(templates, "confirm.html", values | inquiry.for_html(_NOTHING) | {"is_large": False}))
    text = rendered(templates, "confirm.txt", values | inquiry.for_text(_NOTHING))
    return inquiry.variant(html, text)


def answer_address(bounce_address: str) -> str:
    """Return the address that takes the reader's own answer, with `PROOF` in it."""
    local, _, host = bounce_address.rpartition("@")
    return f"{local}+{PROOF}@{host}"
