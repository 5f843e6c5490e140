"""What an issue looks like, whatever the posts."""

import re
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from babel import Locale
from hypothesis import given, settings
from hypothesis import strategies as st
from jinja2 import Environment

from feeds.digest import compose
from feeds.digest.budget import LIMIT
from feeds.digest.text import visible
from feeds.digest.wording import script, voice
from feeds.errors import SettingsError
from feeds.mail import Recipient, encode, letterhead, stamp
from feeds.mail.bodies import PREFERENCES, UNSUBSCRIBE
from feeds.mail.headers import one_line
from feeds.model import Author, Entry, Newsletter, Post, Site, Variant
from feeds.templating import environment
from tests.issues import ARABIC, DATED, LANGUAGES, SITE, TEMPLATES, entry, issue, many, page

any_text = st.text(st.characters(codec="utf-8"), max_size=90)


def links(variant: Variant) -> list[str]:
    return [each.text_content() for each in page(variant).xpath("//p[contains(@class, 'link')]/a")]


def titles(variant: Variant) -> list[str]:
    return [each.text_content() for each in page(variant).xpath("//h2")]


def own(folder: Path, **files: str) -> Environment:
    """Give the environment of a site with templates of its own, named like digest_html."""
    for name, text in files.items():
        path = folder / "templates" / re.sub("_(html|txt|toml)$", r".\1", name.replace("__", "/"))
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")
    return environment(folder)


# Subject and preheader


def test_the_subject_of_one_post_is_its_title() -> None:
    """An issue with one post is announced by its title."""
    assert "مدينة بلا ميناء" == issue().subject


@pytest.mark.parametrize(
    ("count", "subject"),
    [(2, "أول، ومقال آخر"), (3, "أول، ومقالان آخران"), (6, "أول، و5 مقالات أخرى"), (13, "أول، و12 مقالًا آخر")],
)
def test_the_subject_counts_the_other_posts(count: int, subject: str) -> None:
    """With several posts the subject is the first title and how many come with it, in the language's own plural."""
    assert subject == issue(*[entry(number, "أول") for number in range(count)]).subject


@given(st.lists(any_text, min_size=1, max_size=3), st.sampled_from(LANGUAGES))
@settings(max_examples=40)
def test_a_subject_is_short_and_clean(some: list[str], language: str) -> None:
    """Whatever the titles: one line of at most 60 visible characters, no controls, nothing that turns the direction."""
    subject = issue(*[entry(number, title) for number, title in enumerate(some)], language=language).subject

    assert 0 < visible(subject) <= 60
    assert not re.search("[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]", subject)


def test_a_subject_runs_the_way_of_its_language() -> None:
    """An Arabic title that begins with a Latin name gets a mark in front, or lists of mails would show it reversed."""
    assert "\N{RIGHT-TO-LEFT MARK}VLC يفتح كل شيء" == issue(entry(title="VLC يفتح كل شيء")).subject


def test_a_post_without_title_begins_with_its_text() -> None:
    """Its first words stand in for the title; with no words either, it is called untitled."""
    without = [entry(title="", summary="صباح الخير"), entry(title="", summary="")]

    assert ["صباح الخير", "بلا عنوان"] == [issue(each).subject for each in without]


def test_the_preheader_tells_more_than_the_subject() -> None:
    """Lists of mails show the other titles after the subject, then room, and nothing of the mail's own text."""
    (preheader,) = page(issue(entry(1, "أول"), entry(2, "ثان"), entry(3, "ثالث"))).find_class("preheader")

    text = preheader.text_content()

    assert text.startswith("ثان · ثالث")
    assert 80 < len(text)
    assert "display:none" in preheader.get("style")


# HTML


def test_the_page_is_right_to_left() -> None:
    """Language and direction stand on the page, on its tables, since Gmail drops html and body, and on each post."""
    root = page(issue(entry(), entry(2, "Deux mots", language="fr")))

    posts = [each.getparent().getparent() for each in root.xpath("//h2")]
    cells = [next(cell for cell in [post, *post.iterancestors()] if cell.get("lang")) for post in posts]

    assert ("ar", "rtl") == (root.get("lang"), root.get("dir"))
    assert {"rtl"} == {each.get("dir") for each in root.xpath("//body/table")}
    assert [("ar", "rtl"), ("fr", "ltr")] == [(cell.get("lang"), cell.get("dir")) for cell in cells]


def test_sides_are_named_for_outlook() -> None:
    """Outlook knows right and left but neither start nor end."""
    html = issue(entry(), entry(2)).html

    assert not re.search("(text-align|align)[:=]['\"]?(start|end)", html)
    assert 'align="right"' in html


def test_what_mail_programs_forbid_is_not_there() -> None:
    """No scripts, frames, forms, sets of images, data or relative addresses; tables are named as layout."""
    root = page(issue(*many(4), content="full"))

    assert [] == root.xpath("//script|//iframe|//form|//link|//video|//svg|//@srcset")
    assert {"presentation"} == {each.get("role") for each in root.xpath("//table")}
    assert [] == [url for url in root.xpath("//@href|//@src") if not url.startswith(("https://", "mailto:"))]


def test_images_have_words_and_a_width() -> None:
    """Each image has an alternative text and a width in pixels, for readers who see none and for Outlook."""
    body = '<p><img src="https://example.org/0.jpg" alt="سفينة في الضباب"></p>'

    images = page(issue(entry(html=body, image="https://example.org/0.jpg"), *many(2))).xpath("//img")

    assert "سفينة في الضباب" == images[0].get("alt")
    assert all(each.get("alt") and each.get("width").isdigit() for each in images)


def test_css_is_inlined_and_the_rest_kept() -> None:
    """Elements carry their style; what is for narrow screens, the dark and Outlook's apps stays in the head."""
    root = page(issue())
    kept, outlook = (each.text for each in root.xpath("//style"))

    assert all("margin" in each.get("style") for each in root.xpath("//h1|//h2|//p"))
    assert {"(max-width: 520px)", "(max-width: 350px)", "(prefers-color-scheme: dark)"} == set(
        re.findall("@media (.*?) {", kept)
    )
    assert "[data-ogsc]" in outlook
    assert not re.search("@import|url[(]", kept + outlook)


def test_the_date_is_that_of_the_site() -> None:
    """At half past eleven at night in London it is the next day in Algiers."""
    assert "الاثنين، 23 نوفمبر 2026" in issue().html


@given(any_text, any_text, any_text)
@settings(max_examples=30)
def test_posts_cannot_break_out(title: str, summary: str, category: str) -> None:
    """Titles, summaries and categories are shown letter for letter and never obeyed, in HTML as in text."""
    hostile = f"<script>{title}</script>&amp;\"'"
    shown = entry(
        title=hostile, summary=summary + "<b>", categories=(category + "<i>",), authors=(Author(title + "<u>"),)
    )

    root = page(issue(shown))

    assert [] == root.xpath("//script|//b|//i|//u")
    assert [one_line(hostile)] == titles(issue(shown))


def test_authors_are_named_unless_they_are_usual() -> None:
    """Guests are named; who writes all of the site is not, post for post."""
    site = Site(url="https://example.org/", title="T", author=Author("Ines"))
    guests = [(Author("Ines"),), (Author("Ines"), Author("Tom"))]

    shown = ["Ines" in issue(entry(authors=authors), site=site).html for authors in guests]

    assert [False, True] == shown
    assert "By Ines and Tom" in issue(entry(authors=guests[1]), site=site).text


def test_a_post_is_dated_in_its_own_language() -> None:
    """All that stands with a post is in its language, or dates would come out in disorder where directions differ."""
    variant = issue(entry(), entry(2, "Deux mots", language="fr", authors=(Author("Inès"),)))

    assert "20 نوفمبر 2026\n" in variant.text
    assert "20 novembre 2026 · Par Inès\n" in variant.text


def test_full_posts_are_shown_whole() -> None:
    """With content = "full" the body stands in the HTML; the text keeps to an excerpt and the address."""
    body = f"<h2>فصل</h2><p>{ARABIC}</p><table><tr><td>خلية</td></tr></table><p>الخاتمة</p>"

    full, summary = (issue(entry(html=body), content=content) for content in ("full", "summary"))

    assert [True, False] == ["الخاتمة" in variant.html for variant in (full, summary)]
    assert "الخاتمة" not in full.text


def test_a_picture_is_not_shown_twice() -> None:
    """In a full post whose body has the post's picture, it does not stand above as well."""
    body = '<p><img src="https://example.org/0.jpg?a=1&amp;b=2" alt=""></p>'
    shown = entry(html=body, image="https://example.org/0.jpg?a=1&b=2")

    assert 1 == len(page(issue(shown, content="full")).xpath("//img"))


# Size


def test_beyond_max_posts_there_are_links() -> None:
    """The newest `max_posts` are shown, the others by title only."""
    some = many(5)

    variant = issue(*some, max_posts=3)

    assert [each.post.title for each in some[:3]] == titles(variant)
    assert [each.post.title for each in some[3:]] == links(variant)
    assert tuple(each.post.id for each in some) == variant.post_ids


@pytest.mark.parametrize(
    ("count", "changes"),
    [(40, {"max_posts": 40}), (150, {"max_posts": 30}), (150, {"max_posts": 150}), (60, {"content": "full"})],
)
def test_gmail_never_clips(count: int, changes: dict[str, Any]) -> None:
    """However many posts, the HTML keeps within 95 KB, with the way out at its foot, and near the top as well."""
    variant = issue(*many(count), **changes)

    assert len(variant.html.encode()) <= LIMIT
    assert 1 <= len(titles(variant))
    assert [UNSUBSCRIBE] * 2 == re.findall(f"/u/({UNSUBSCRIBE})", variant.html)
    assert count == len(variant.post_ids)


def test_what_does_not_fit_is_counted() -> None:
    """Posts for which there is no room at all are said to be on the site."""
    variant = issue(*many(300), max_posts=300)

    left = 300 - len(titles(variant)) - len(links(variant)) + 1

    assert f"و{left} مقال" in links(variant)[-1]
    assert links(variant)[-1] in variant.text


@pytest.mark.parametrize("count", [8, 40, 150])
def test_text_is_shortened_as_the_html_is(count: int) -> None:
    """SpamAssassin adds 2.8 points where the two parts of a mail tell different things."""
    variant = issue(*many(count, summary="كلمة " * 80), max_posts=count)

    assert variant.text.count("كلمة") < 1.7 * variant.html.count("كلمة")


def test_a_small_issue_has_one_way_out() -> None:
    """The way out at the top is for issues that might be clipped."""
    assert 1 == issue().html.count(UNSUBSCRIBE)


def test_a_template_that_is_too_large_is_refused(tmp_path: Path) -> None:
    """No mail is made that Gmail would clip whatever the posts."""
    templates = own(tmp_path, digest_html=f"<p>{'x' * LIMIT}</p>")

    with pytest.raises(SettingsError, match=r"templates/digest\.html: makes mails of 95 KB"):
        issue(templates=templates)


# Text


def test_text_is_made_of_the_posts() -> None:
    """Title, category, date, excerpt and address of each post, then the ways out, in lines of 72 columns."""
    expected = """\
The Review
Monday, November 23, 2026 · Issue 42


A title
News · November 20, 2026 · By Ines

What the post is about.
https://example.org/1/


* * *

You receive this because you subscribed to The Review.

Unsubscribe
https://mail.example.org/u/{}

Choose topics and days
https://mail.example.org/p/{}

The Review
https://example.org/

1 Quay Street
"""
    site = Site(url="https://example.org/", title="The Review", timezone="Africa/Algiers")
    day = datetime(2026, 11, 20, 9, tzinfo=UTC)
    post = Post("1.md", "https://example.org/1/", "A title", day, day, authors=(Author("Ines"),), categories=("News",))

    text = issue(Entry(post, "<p>no</p>", "What the post is about."), site=site).text

    assert expected.format(UNSUBSCRIBE, PREFERENCES) == text


def test_text_is_narrow_and_addresses_stand_alone() -> None:
    """No line but an address is wider than 72 columns, and an address shares its line with nothing."""
    lines = issue(*many(40), max_posts=20).text.splitlines()

    assert all(visible(line) <= 72 for line in lines if "://" not in line)
    assert all(re.fullmatch(r"https://\S+", line) for line in lines if "://" in line)


@pytest.mark.parametrize("content", ["summary", "full"])
def test_text_is_hardly_longer_than_what_it_tells(content: str) -> None:
    """It is made from the posts; made from HTML it would hold the padding of tables, several times as much."""
    table = f"<table><tr><td>{ARABIC}</td><td><table><tr><td>{ARABIC}</td></tr></table></td></tr></table>"
    posts = many(8, html=table)
    told = sum(len(part) for each in posts for part in (each.post.title, each.summary, each.post.url))

    text = issue(*posts, content=content, max_posts=8).text

    assert 0.5 * told < len(text) < 1.2 * told


def test_a_reader_without_web_pages_unsubscribes_by_mail() -> None:
    """Without pages for readers the way out is a mail, in HTML and text."""
    variant = issue(web_url="")

    assert f"mailto:news@example.org?subject={UNSUBSCRIBE}" in variant.text
    assert f'href="mailto:news@example.org?subject={UNSUBSCRIBE}"' in variant.html
    assert PREFERENCES not in variant.html + variant.text


# Determinism


def test_the_same_posts_make_the_same_issue() -> None:
    """Same input, same bytes: a retry tomorrow can be compared with what left today."""
    assert issue(*many(3)) == issue(*many(3), templates=environment(Path("elsewhere")))


def test_another_issue_has_another_key() -> None:
    """The key tells variants apart."""
    assert 3 == len({issue().key, issue(*many(2)).key, issue(language="fr").key})


def test_an_issue_needs_a_post() -> None:
    """Nothing is composed of nothing."""
    with pytest.raises(ValueError, match="an issue needs a post"):
        compose(Newsletter("weekly"), SITE, [], "", letterhead(SITE, Newsletter("weekly"), 1), DATED, TEMPLATES)


def test_a_message_can_be_made_of_it() -> None:
    """What is composed can be sent: 7-bit, lines within 78 octets."""
    variant = issue(*many(12))
    letter = letterhead(SITE, Newsletter("weekly"), 42, sender="news@example.org", web_url="https://mail.example.org/")
    reader = Recipient("reader@example.com", "<1.a@example.org>", "A" * 33, "B" * 33)

    data = stamp(encode(variant, letter, DATED), reader)

    assert data.isascii()
    assert max(map(len, data.split(b"\r\n"))) <= 78


# Languages


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_language_has_its_sentences(language: str) -> None:
    """Each has all sentences in words of its own, with the same gaps, and a form for each of its plurals."""
    english, other = (voice(TEMPLATES, each).wording for each in ("en", language))
    for name in english.__struct_fields__:
        ours, theirs = getattr(english, name), getattr(other, name)
        if isinstance(ours, str):
            assert set(re.findall(r"{\w+}", ours)) == set(re.findall(r"{\w+}", theirs)), name
            assert language == "en" or ours != theirs, name
        else:
            assert all(getattr(theirs, Locale(language).plural_form(count)) for count in range(1, 200)), name


@pytest.mark.parametrize(
    ("language", "date"),
    [
        ("ar-DZ", "الاثنين، 23 نوفمبر 2026"),
        ("pt-BR", "segunda-feira, 23 de novembro de 2026"),
        ("ja", "2026年11月23日月曜日"),
    ],
)
def test_a_reader_is_addressed_in_their_language(language: str, date: str) -> None:
    """The sentences and dates are in the reader's language; the posts stay in theirs."""
    variant = issue(language=language)

    assert date in variant.text
    assert language == variant.language == page(variant).get("lang")
    assert "مدينة بلا ميناء" in variant.html


def test_a_language_we_do_not_speak_gets_english() -> None:
    """Sentences that we do not have come in English, dates in the language if Babel knows it."""
    text = issue(language="sv").text

    assert "måndag 23 november 2026 · Issue 42" in text


def test_a_site_can_change_a_sentence(tmp_path: Path) -> None:
    """A wording file of the site holds only what it changes, or a language of its own."""
    templates = own(tmp_path, wording__ar_toml='unsubscribe = "وداعا"', wording__sv_toml='issue = "Nummer {number}"')

    assert "وداعا" in issue(templates=templates).text
    assert "تصلك هذه الرسالة" in issue(templates=templates).text
    assert "Nummer 42" in issue(templates=templates, language="sv").text


@pytest.mark.parametrize(
    ("wording", "what"),
    [
        ("unsubscribe = ", "not TOML"),
        ("goodbye = ''", "unknown field `goodbye`"),
        ("unsubscribe = 1", "Expected `str`"),
    ],
)
def test_a_wrong_wording_file_is_named(tmp_path: Path, wording: str, what: str) -> None:
    """The error names the file and what is wrong in it."""
    with pytest.raises(SettingsError) as caught:
        issue(templates=own(tmp_path, wording__ar_toml=wording))

    assert str(caught.value).startswith("templates/wording/ar.toml: ")
    assert what in str(caught.value)


def test_file_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    """Sentences that the disk does not give, and a template in another encoding."""
    (tmp_path / "templates/wording").mkdir(parents=True)
    (tmp_path / "templates/wording/ar.toml").symlink_to("/proc/self/mem")  # opens, and fails to be read, as root too
    with pytest.raises(SettingsError) as unread:
        issue(templates=environment(tmp_path))
    (tmp_path / "templates/wording/ar.toml").unlink()
    (tmp_path / "templates/digest.html").write_bytes("<p>قديم".encode("cp1256"))
    with pytest.raises(SettingsError) as undecoded:
        issue(templates=environment(tmp_path))

    mend = "make it readable for this user"
    assert str(unread.value) == f"templates/wording/ar.toml: it cannot be read: Input/output error; {mend}"
    assert str(undecoded.value).startswith("templates/digest.html: UnicodeDecodeError: 'utf-8' codec can't decode")


@pytest.mark.parametrize(
    ("template", "error"),
    [
        ("<p>\n{{ titel }}", "templates/digest.html:2: UndefinedError: 'titel' is undefined"),
        ("<p>\n\n{% if %}", "templates/digest.html:3: TemplateSyntaxError: Expected an expression"),
        ("{{ 1 + subject }}", "templates/digest.html:1: TypeError: unsupported operand"),
        ("{% include 'gone.html' %}", "templates/digest.html:1: TemplateNotFound: gone.html"),
    ],
)
def test_a_wrong_template_is_named(tmp_path: Path, template: str, error: str) -> None:
    """Whatever is wrong in a template of the site, one line names file and line."""
    with pytest.raises(SettingsError) as caught:
        issue(templates=own(tmp_path, digest_html=template))

    assert str(caught.value).startswith(error)


def test_a_site_can_change_a_part(tmp_path: Path) -> None:
    """A template of the site may fill one block of ours and leave the rest."""
    cell = '<tr><td>{{ say(words.reason, title="وداع") }}</td></tr>'
    foot = f'{{% extends "feeds/digest.html" %}}{{% block foot %}}{cell}{{% endblock %}}'

    html = issue(templates=own(tmp_path, digest_html=foot)).html

    assert '<span dir="rtl" style="direction:rtl">وداع</span>' in html
    assert "مدينة بلا ميناء" in html


@pytest.mark.parametrize(
    ("language", "code"),
    [
        ("ar", "arab"),
        ("fa-IR", "arab"),
        ("he", "hebr"),
        ("pt-BR", "latn"),
        ("zh-Hant-TW", "hant"),
        ("zh", "hans"),
        ("xx", "latn"),
    ],
)
def test_fonts_follow_the_script(language: str, code: str) -> None:
    """A post is set in fonts for the script of its language."""
    assert code == script(language)
