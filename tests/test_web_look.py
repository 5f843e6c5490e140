"""The pages as people see them: in Chromium, on phones and desktops, from right to left and from left to right."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page

from feeds import newsletter as deeds
from feeds import publish
from feeds.colour import READABLE, contrast
from feeds.digest.wording import page_words
from feeds.markup import direction
from feeds.model import Newsletter
from feeds.store import Store
from feeds.templating import environment
from tests.issues import LANGUAGES
from tests.newsletter_site import MONDAY, URL, WEEK, posts, source, subscribe
from tests.web_site import URL as PAGES
from tests.web_site import Site, link

LONG = "Ein sehr langer Titel mit einem Donaudampfschifffahrtsgesellschaftskapitänspatent darin"
CHOICE = Newsletter("choice", title=LONG, offer=("daily at 08:00", "monthly on 1, last at 09:00"), timezone="reader")
# Smallest size of what can be touched; all of it has a name, and stands inside of the window.
FAULTS = """() => {
  const faults = []
  for (const each of document.querySelectorAll("button, select, summary, a, label, #email")) {
    const box = each.getBoundingClientRect()
    if (!box.width || each.matches("label:not(:has(input))")) continue
    if (box.height < 43.5 && !each.closest("p.lead")) faults.push(`${each.outerHTML.slice(0, 60)}: ${box.height} high`)
    if (box.left < 0 || box.right > innerWidth) faults.push(`${each.outerHTML.slice(0, 60)}: outside`)
  }
  for (const each of document.querySelectorAll("input:not([tabindex]), select"))
    if (!each.labels.length && !each.ariaLabel) faults.push(`${each.outerHTML}: no label`)
  if (document.documentElement.scrollWidth > innerWidth) faults.push("wider than the window")
  if (document.querySelectorAll("h1").length != 1) faults.push("not one h1")
  return faults
}"""


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    with Store.open(URL, tmp_path) as store:
        deeds.remember(store, source(*posts("a")), MONDAY - WEEK)
        with Site(tmp_path, store, CHOICE, Newsletter("weekly")).served() as served:
            served.desk.topics = ("علوم", "C++", "Donaudampfschifffahrtsgesellschaftskapitänspatent", "タイポグラフィ")
            yield served


def addresses(site: Site, language: str) -> list[str]:
    """Return where there is a page to be seen, for a reader of that language."""
    subscribe(site.settings, site.store, "reader", newsletter="choice", language=language)
    site.sign_up("leila@example.net", newsletter="choice")
    deeds.remember(site.store, source(*posts("ab")), MONDAY)
    deeds.open_issue(site.settings, site.store, CHOICE, source(*posts("ab")), MONDAY)
    (mail,) = site.deliver()
    site.errands.run()
    question = site.mails()[-1]
    return [f"{PAGES}subscribe", f"{PAGES}no", link(question, "c"), link(mail, "u"), link(mail, "p")]


def seen(site: Site, page: Page, address: str) -> list[Any]:
    """Return what is wrong with the look of a page, and the messages of the browser about it."""
    messages: list[Any] = []
    page.on("console", lambda message: messages.append(message.text) if "404" not in message.text else None)
    page.goto(address.replace("https://mail.example.org/", f"http://127.0.0.1:{site.port}/"))
    return [*page.evaluate(FAULTS), *messages]


@pytest.mark.parametrize("language", ["ar", "en"])
@pytest.mark.parametrize("width", [320, 1200])
def test_every_page_fits_and_can_be_touched(site: Site, browser: Browser, language: str, width: int) -> None:
    """On the narrowest phone as on a desk: nothing is cut, small or nameless, and nothing is refused by the policy."""
    context = browser.new_context(viewport={"width": width, "height": 700}, locale=language)
    for address in addresses(site, language):
        page = context.new_page()

        assert (address, seen(site, page, address)) == (address, [])
        assert page.evaluate("[getComputedStyle(document.body).direction, document.documentElement.lang]") == [
            *(("rtl", "ar") if address.startswith(f"{PAGES}c/") else (direction(language), language)),
        ]


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_letters_can_be_read(site: Site, browser: Browser, scheme: Any) -> None:
    """By day and by night (WCAG 2.2, 1.4.3)."""
    context = browser.new_context(color_scheme=scheme)
    colours = set()
    for address in addresses(site, "en"):
        page = context.new_page()
        page.goto(address.replace("https://mail.example.org/", f"http://127.0.0.1:{site.port}/"))
        colours |= {tuple(pair) for pair in page.evaluate(PAIRS)}

    assert len(colours) > 3
    assert [pair for pair in colours if contrast(*pair) < READABLE] == []


PAIRS = """() => {
  const hex = each => "#" + each.match(/\\d+/g).slice(0, 3).map(part => (+part).toString(16).padStart(2, "0")).join("")
  const ground = each => {
    const own = getComputedStyle(each).backgroundColor
    return own == "rgba(0, 0, 0, 0)" ? ground(each.parentElement) : hex(own)
  }
  return [...document.querySelectorAll("body *")]
    .filter(each => each.innerText && [...each.childNodes].some(node => node.nodeType == 3 && node.data.trim()))
    .map(each => [hex(getComputedStyle(each).color), ground(each)])
}"""


def test_keyboard_is_enough(site: Site, browser: Browser) -> None:
    """From the field to the button by Tab, seen where one is, past what only machines fill in; for any address."""
    context = browser.new_context(locale="en")
    page = context.new_page()
    page.goto(f"http://127.0.0.1:{site.port}/m/subscribe")
    page.focus("#email")
    page.keyboard.type("ليلى@مثال.org")
    page.keyboard.press("Tab")
    focused = page.evaluate("[document.activeElement.tagName, getComputedStyle(document.activeElement).outlineStyle]")
    page.check("input[value=choice]")
    page.focus("form.mail button")
    with page.expect_navigation():
        page.keyboard.press("Enter")
    heading = page.inner_text("h1")

    assert focused == ["BUTTON", "solid"]
    assert [row[2] for row in site.rows()["signup"]] == ["ليلى@مثال.org"]
    assert heading == "Please look into your mailbox"


def test_saving_what_is_shown_changes_nothing(site: Site, browser: Browser) -> None:
    """Not a zone that no region has, a language that the site has too, a topic that no post has any more."""
    theirs = {"newsletter": "choice", "cadence": "daily at 08:00", "categories": ["تاريخ"]}
    subscribe(site.settings, site.store, "reader", timezone="UTC", language="ar-DZ", **theirs)
    before = site.rows()
    page = browser.new_page()
    page.goto(f"http://127.0.0.1:{site.port}{site.desk.choices_url(1, 0)}")
    with page.expect_navigation():
        page.click("button.main")
    said = page.inner_text("[role=status]")

    assert said
    assert site.rows() == before


def test_page_of_the_feeds_has_the_form(site: Site, browser: Browser, tmp_path: Path) -> None:
    """With pages only; and it is answered."""
    (tmp_path / "posts/a.md").write_text("---\ntitle: خبر\ndate: 2025-01-01\n---\n\nنص\n", "utf-8")
    publish.build(site.settings, MONDAY)
    file = tmp_path / "public/subscribe/index.html"
    file.write_text(file.read_text("utf-8").replace(PAGES, f"http://127.0.0.1:{site.port}/m/"), "utf-8")
    context = browser.new_context(viewport={"width": 320, "height": 700}, locale="ar")
    page = context.new_page()
    page.goto(file.as_uri())
    faults = page.evaluate(FAULTS)
    page.check("input[value=weekly]")
    page.fill("#email", "leila@example.net")
    with page.expect_navigation():
        page.click(".mail button")
    heading = page.inner_text("h1")

    assert faults == []
    assert heading == page_words(environment(tmp_path), "ar")["asked"]
    assert [row[:2] for row in site.rows()["signup"]] == [("leila@example.net", "weekly")]


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_language_has_its_sentences(language: str) -> None:
    """All of them, in its own words, with the same names to be filled in."""
    from re import findall

    english, own = (page_words(environment(Path("/nowhere")), each) for each in ("en", language))

    assert list(own) == list(english)
    assert all(sorted(findall(r"{\w+}", own[each])) == sorted(findall(r"{\w+}", english[each])) for each in english)
    assert language == "en" or [each for each in english if own[each] == english[each]] == []
