"""Issues of an Arabic newsletter, for the tests of what they say and look like."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from jinja2 import Environment
from lxml.html import HtmlElement, document_fromstring

from feeds.digest import compose
from feeds.mail import letterhead
from feeds.model import Entry, Newsletter, Post, Site, Variant
from feeds.templating import environment

SITE = Site(url="https://example.org/", title="رسالة الشاطئ", language="ar", timezone="Africa/Algiers")
TEMPLATES = environment(Path("no such site"))
DATED = datetime(2026, 11, 22, 23, 30, tzinfo=UTC)  # already Monday in Algiers
LANGUAGES = ("ar", "de", "en", "es", "fa", "fr", "he", "ja", "pt", "ru", "tr", "zh")  # that we have sentences in
ARABIC = "كانت السفن تصل كل صباح إلى رصيف لم يعد موجودا وتفرغ حمولتها في قوارب صغيرة يقودها رجال يعرفون القاع. " * 5


def entry(number: int = 1, title: str = "مدينة بلا ميناء", **changes: Any) -> Entry:
    body = {"html": f"<p>{ARABIC}</p>", "summary": ARABIC, "image": ""}
    body |= {name: changes.pop(name) for name in body if name in changes}
    published = datetime(2026, 11, 20, 9, tzinfo=UTC)
    url = f"https://example.org/{'%D9%85' * 40}/{number}/"
    return Entry(Post(f"{number}.md", url, title, published, published, id=f"id-{number}", **changes), **body)


def many(count: int, **changes: Any) -> list[Entry]:
    image = "https://example.org/pictures/{}.jpg"
    return [entry(number, f"{number} {ARABIC[:28]}", image=image.format(number), **changes) for number in range(count)]


def issue(
    *entries: Entry,
    site: Site = SITE,
    language: str = "",
    templates: Environment = TEMPLATES,
    web_url: str = "https://mail.example.org/",
    **changes: Any,
) -> Variant:
    newsletter = Newsletter("weekly", **changes)
    letter = letterhead(
        site,
        newsletter,
        42,
        sender="news@example.org",
        web_url=web_url,
        postal_address="1 Quay Street",
    )
    return compose(newsletter, site, entries or [entry()], language, letter, DATED, templates)


def page(variant: Variant) -> HtmlElement:
    return document_fromstring(variant.html)
