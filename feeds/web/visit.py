"""What comes in and what is shown: plain values, so that what answers a visit need not know of HTTP."""

from collections.abc import Mapping
from typing import Any

from msgspec import Struct, field

from feeds.model import Newsletter

Form = Mapping[str, tuple[str, ...]]  # name -> what stands in its fields


class Visit(Struct, frozen=True):
    """Somebody at the door."""

    token: str = ""
    form: Form = field(default_factory=dict)
    languages: str = ""  # Accept-Language, as it came
    client: str = ""  # the address that it came from

    def said(self, name: str) -> str:
        """Return what stands in a field of the form; "" when there is none."""
        return next(iter(self.form.get(name, ())), "").strip()


class Page(Struct, frozen=True):
    """What is shown: a template, and what is filled into it."""

    template: str
    values: Mapping[str, Any] = field(default_factory=dict)
    status: int = 200
    language: str = ""  # of the reader; "" where they are not known, and their browser is to say it
    newsletter: Newsletter | None = None  # whose look it has


def notice(title: str, lead: str = "", *, status: int = 200, language: str = "") -> Page:
    """Return a page that says something and asks nothing; title and lead are names of sentences."""
    return Page("page.notice.html", {"title": title, "lead": lead}, status, language)


INVALID = notice("invalid", "invalid_lead", status=404)  # a link that leads nowhere, or no more
