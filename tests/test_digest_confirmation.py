"""The mail that asks a reader to confirm."""

import re
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from feeds.digest.confirmation import PROOF, inquire
from feeds.mail import letterhead
from feeds.markup import direction
from feeds.model import Newsletter, Site, Variant
from feeds.templating import environment
from tests.issues import LANGUAGES

NOW = datetime(2026, 11, 23, 7, 30, tzinfo=UTC)
NEWSLETTER = Newsletter("weekly", title="الأسبوعية")
ANSWER = f"b+{PROOF}@example.org"
PAGE = f"https://mail.example.org/c/{PROOF}"


def inquiry(language: str = "", folder: Path = Path("/nowhere"), web_url: str = "") -> Variant:
    site = Site(url="https://example.org/", title="مدونتي", language="ar", timezone="Africa/Algiers")
    ways = {"bounce_address": "b@example.org", "web_url": web_url}
    letter = letterhead(site, NEWSLETTER, 1, sender="news@example.org", postal_address="1 Example Street", **ways)
    return inquire(NEWSLETTER, site, language, letter, NOW, timedelta(days=7), environment(folder))


@pytest.mark.parametrize("web_url", ["", "https://mail.example.org/"])
@pytest.mark.parametrize("language", LANGUAGES)
def test_each_language_asks_in_its_own_words(language: str, web_url: str) -> None:
    """No sentence is English but in English, and none has a brace left in it."""
    english, asked = inquiry("en", web_url=web_url), inquiry(language, web_url=web_url)
    sentences = [set(each.text.split("\n")) - {"", "الأسبوعية", ANSWER, PAGE} for each in (english, asked)]

    assert asked.language == language
    assert f'<html lang="{language}" dir="{direction(language)}"' in asked.html
    assert not re.search(r"[{}]", asked.subject + asked.text)
    assert (asked.subject == english.subject) == (language == "en")
    shared = {each for each in sentences[0] & sentences[1] if re.search("[a-z]{3}", each)}
    assert language == "en" or shared == {"https://example.org/", "1 Example Street"}


def test_it_names_the_newsletter_the_answer_and_the_last_day() -> None:
    """In text and HTML; the link opens a mail that is ready to be sent."""
    asked = inquiry("en")

    assert asked.subject == "Please confirm: الأسبوعية"
    assert f'href="mailto:{ANSWER}?subject=Yes%2C%20send%20it%20to%20me"' in asked.html
    assert ANSWER in asked.text.splitlines()
    for part in (asked.html, asked.text):
        assert "Monday, November 30, 2026" in " ".join(part.split())
        assert "1 Example Street" in part


def test_with_pages_it_links_to_one() -> None:
    """In HTML and in text, where it stands on a line of its own; nobody is told to answer then."""
    asked = inquiry("en", web_url="https://mail.example.org/")

    assert f'href="{PAGE}"' in asked.html
    assert PAGE in asked.text.splitlines()
    assert "mailto:" not in asked.html
    assert "answer this message" not in asked.html + asked.text


def test_it_looks_as_an_issue_does() -> None:
    """With the letterhead, without posts, and without a way to leave what one has not got."""
    html = inquiry("en").html

    assert 'class="sheet' in html
    assert "الأسبوعية" in html
    assert "Unsubscribe" not in html
    assert len(html) < 30_000


def test_template_of_the_site_wins(tmp_path: Path) -> None:
    """As with issues."""
    (tmp_path / "templates").mkdir()
    (tmp_path / "templates/confirm.txt").write_text("{{ answer }}!")

    assert inquiry("fr", tmp_path).text == f"{ANSWER}!"
