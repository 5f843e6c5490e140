"""What an issue looks like, in Chromium and by what mail programs know."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from lxml.html import HtmlElement, document_fromstring
from playwright.sync_api import Browser, Page

from feeds.colour import contrast
from feeds.digest.text import running
from feeds.model import Site, Style, Variant
from tests.issues import ARABIC, entry, issue, many, page

ENGLISH = Site(url="https://example.org/", title="The Tidewater Review", language="en", icon="icon.png")
PICTURE = "https://example.org/wide.png"
WIDE = '<svg xmlns="http://www.w3.org/2000/svg" width="1600" height="800"/>'
# One of everything that authors write.
BODY = f"""
<h2>A chapter</h2><p>Some <strong>bold</strong>, <em>slanted</em>, <del>gone</del> text, <code>{"x" * 180}</code> and
<a href="https://example.org/">a link</a>.<br><small>A note</small></p>
<ul><li>one<ol><li>two</li></ol></li></ul><blockquote><p>Said.</p></blockquote><hr>
<pre><code>{"x" * 180}</code></pre><p><img src="{PICTURE}" width="1600" height="800"></p>
<table><thead><tr><th>A</th></tr></thead><tbody><tr><td>{"x" * 90}</td></tr></tbody></table>
<dl><dt>A word</dt><dd>what it means</dd></dl><h3>A part</h3><video src="https://example.org/v.mp4" poster="{PICTURE}">
</video><p style="background:#e0f0ff;color:#103060">A box with <a href="https://example.org/">a link</a></p>
"""
SHEETS = {
    "arabic": issue(*many(3), entry(9, "Two ways", language="en"), style=Style(logo="logo.png")),
    "large": issue(*many(150), max_posts=30),
    "english": issue(entry(1, "A post", html=BODY, categories=("News",)), *many(2), site=ENGLISH, content="full"),
}


def shown(browser: Browser, html: str, width: int, scheme: Any = "light", *, pictures: bool = True) -> Page:
    page = browser.new_page(viewport={"width": width, "height": 900}, color_scheme=scheme)
    answer = {"body": WIDE, "content_type": "image/svg+xml"}
    page.route("**/*", lambda route: route.fulfill(**answer) if pictures else route.abort())
    page.set_content(html)
    assert {pictures}.issuperset(page.evaluate("[...document.images].map(each => each.naturalWidth > 0)"))
    return page


# Of each piece of text its colour and that of the first ground behind it, as "#rrggbb".
COLOURS = """() => {
    const pair = part => (+part).toString(16).padStart(2, "0");
    const hex = colour => "#" + colour.match(/\\d+/g).slice(0, 3).map(pair).join("");
    const all = [...document.querySelectorAll("h1 a, h2 a, p, p a, li, code, td, .on, .dateline, .body *")];
    const speaks = element => [...element.childNodes].some(node => node.nodeType === 3 && node.data.trim());
    return all.filter(speaks).map(text => {
        let ground = text;
        while (getComputedStyle(ground).backgroundColor === "rgba(0, 0, 0, 0)") ground = ground.parentElement;
        return [hex(getComputedStyle(text).color), hex(getComputedStyle(ground).backgroundColor)];
    });
}"""
# Of each link outside the text of a post its words and its height.
TARGETS = """() => [...document.querySelectorAll("a")].filter(link => !link.closest(".body")).map(link => {
    const box = link.querySelector("img") && !link.innerText.trim() ? link.querySelector("img") : link;
    return [link.innerText.trim(), box.getBoundingClientRect().height];
})"""


@pytest.mark.parametrize("width", [320, 390, 600, 1200])
@pytest.mark.parametrize("name", SHEETS)
def test_nothing_is_wider_than_the_screen(browser: Browser, width: int, name: str) -> None:
    """On a phone as on a desk nothing needs scrolling sideways; the sheet is at most 600 wide."""
    opened = shown(browser, SHEETS[name].html, width)

    wide = opened.evaluate("document.documentElement.scrollWidth")
    sheet = opened.locator(".sheet").bounding_box()
    opened.close()

    assert wide <= width
    assert sheet is not None
    assert sheet["width"] == min(width if width < 520 else width - 24, 600)


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("name", SHEETS)
def test_letters_stand_out(browser: Browser, scheme: Any, name: str) -> None:
    """In light and in dark all text has a contrast of at least 4.5 to what is behind it (WCAG 1.4.3)."""
    opened = shown(browser, SHEETS[name].html, 600, scheme)

    pairs = opened.evaluate(COLOURS)
    opened.close()

    assert len(pairs) > 10
    assert [] == [pair for pair in pairs if contrast(*pair) < 4.5]


def test_buttons_keep_their_ground(browser: Browser) -> None:
    """Where a mail program drops style sheets and colours of grounds, as GMX does, letters stand out all the same."""
    bare = re.sub('background-color:[^;"]*|<style.*?</style>', "", SHEETS["arabic"].html, flags=re.DOTALL)
    opened = shown(browser, bare, 600)

    pairs = opened.evaluate(COLOURS)
    opened.close()

    assert ["#ffffff", "#0f5b4c"] in pairs
    assert [] == [pair for pair in pairs if contrast(*pair) < 4.5]


@pytest.mark.parametrize("width", [320, 390, 1200])
@pytest.mark.parametrize("name", SHEETS)
def test_links_are_as_high_as_a_finger(browser: Browser, width: int, name: str) -> None:
    """Titles, buttons, pictures and the links of the foot are at least 44 pixels high (WCAG 2.5.5)."""
    opened = shown(browser, SHEETS[name].html, width)

    targets = opened.evaluate(TARGETS)
    opened.close()

    assert len(targets) > 8
    assert [] == [target for target in targets if target[1] < 44]


def test_without_pictures_nothing_is_lost(browser: Browser) -> None:
    """Where pictures are not loaded, what they show is said, on a plate of their own."""
    opened = shown(browser, SHEETS["arabic"].html, 390, pictures=False)

    wide = opened.evaluate("document.documentElement.scrollWidth")
    heights = opened.evaluate("[...document.querySelectorAll('.blank')].map(each => each.clientHeight)")
    opened.close()

    assert wide <= 390
    assert len(heights) == 3
    assert min(heights) >= 40


def forwarded(variant: Variant) -> str:
    """Quote an issue as mail programs do: in a mail of the other direction, without head, classes and `dir`."""
    body = re.sub("<!--.*?-->", "", re.findall("<body[^>]*>(.*)</body>", variant.html, re.DOTALL)[0], flags=re.DOTALL)
    quote = "margin:0 0 0 .8ex;border-left:1px solid #ccc;padding-left:1ex"
    bare = re.sub(' (class|dir)="[^"]*"', "", body)
    return f"<!doctype html><div dir=ltr>See:<blockquote style='{quote}'>{bare}</blockquote></div>"


def test_forwarded_it_stays_as_it_was(browser: Browser) -> None:
    """Quoted in a mail that runs from left to right, an Arabic issue still runs from right to left and is as wide."""
    opened = shown(browser, forwarded(SHEETS["arabic"]), 800)

    way = "each => [getComputedStyle(each).direction, getComputedStyle(each).textAlign.replace('-webkit-', '')]"
    titles = opened.evaluate(f"[...document.querySelectorAll('h2')].map({way})")
    cover = opened.locator("img[width='600']").bounding_box()
    opened.close()

    assert [["rtl", "right"]] * 3 + [["ltr", "left"]] == titles
    assert cover is not None
    assert 600 == cover["width"]


def test_a_logo_stands_on_a_plate_in_the_dark(browser: Browser) -> None:
    """A logo is made for a light ground; in the dark it gets one."""
    opened = shown(browser, SHEETS["arabic"].html, 600, "dark")

    ground = opened.locator(".logo").evaluate("logo => getComputedStyle(logo).backgroundColor")
    opened.close()

    assert "rgb(255, 253, 249)" == ground


# The newsletter's own style


def test_the_style_is_the_newsletters_own() -> None:
    """A newsletter may have its colours, and a picture; else the site's icon is shown, unless it is SVG."""
    html = issue(site=ENGLISH, style=Style(accent="#123456", accent_in_dark="#abcdef")).html

    colours = ("#123456", "#abcdef", "#0f5b4c", "#74cdb5")
    assert [True, True, False, False] == [each in html for each in colours]
    assert ["https://example.org/icon.png"] == page(issue(site=ENGLISH)).xpath("//img/@src")
    assert ["https://example.org/a%20b.png"] == page(issue(style=Style(logo="a b.png"))).xpath("//img/@src")
    assert [] == page(issue(site=Site(url="https://example.org/", title="T", icon="icon.svg"))).xpath("//img")


@pytest.mark.parametrize(
    ("fonts", "language", "first"),
    [
        ("auto", "en", "Georgia"),
        ("sans", "en", "Helvetica Neue"),
        ("auto", "ar", "Noto Naskh Arabic"),
        ("sans", "fa", "SF Arabic"),
        ("serif", "he", "Noto Serif Hebrew"),
        ("serif", "ja", "Hiragino Mincho ProN"),
        (("Vazirmatn", "Noto Kufi Arabic"), "fa", "Vazirmatn"),
        (("Vazirmatn",), "hi", "Vazirmatn"),
    ],
)
def test_fonts_are_chosen_by_a_word_or_by_name(fonts: Any, language: str, first: str) -> None:
    """A word chooses a kind of font in every script; names stand before the fonts of the script."""
    (title,) = page(issue(language=language, style=Style(fonts=fonts))).xpath("//h1")

    styles = (each.get("style", "") for each in title.iterancestors())
    families = next(found[1] for style in styles if (found := re.search("font-family:([^;]*)", style)))

    assert first == families.split(",")[0].strip("\"' ")
    assert families.endswith("serif")


# Directions


def test_a_post_in_a_language_that_it_does_not_name_runs_its_own_way() -> None:
    """An English post on an Arabic site runs from left to right, though its date, which we write, does not."""
    english = entry(1, "A quiet harbour", summary="Nobody comes here any more.")

    (cell,) = page(issue(english)).xpath("//td[.//h2 and @lang]")

    assert ("ltr", "left") == (cell.get("dir"), cell.get("align"))
    assert "rtl" == cell.xpath(".//p[contains(@class, 'meta')]")[0].get("dir")
    assert "latn" in cell.get("class")


@pytest.mark.parametrize(
    ("text", "usual", "way"),
    [("VLC 4", "rtl", "ltr"), ("VLC يفتح", "rtl", "rtl"), ("VLC يفتح", "ltr", "ltr"), ("2026", "rtl", "rtl")],
)
def test_a_text_runs_the_usual_way_while_any_letter_does(text: str, usual: Any, way: str) -> None:
    """Latin names in an Arabic title leave it as it is; without a letter there is nothing to tell."""
    assert way == running(text, usual)


def test_a_post_without_title_does_not_begin_twice() -> None:
    """Of a text whose first words stand in for the title, the excerpt is what follows; there may be nothing."""
    long, short = (page(issue(entry(1, "", summary=text))) for text in (ARABIC, "صباح الخير"))

    title, excerpt = (long.xpath(f"//*[contains(@class, '{name}')]")[0].text_content() for name in ("title", "excerpt"))

    assert ARABIC.startswith(f"{title.rstrip('…')} {excerpt.strip('…')}")
    assert [] == short.xpath("//p[contains(@class, 'excerpt')]")


def test_numbers_are_in_the_digits_of_the_language() -> None:
    """Persian and Egyptian readers find their own digits in dates and numbers; Algerian readers ours."""
    heads = [issue(language=language).text.splitlines()[1] for language in ("fa", "ar-EG", "ar-DZ")]

    assert "دوشنبه ۲۳ نوامبر ۲۰۲۶ · شمارهٔ ۴۲" == heads[0]
    assert "العدد ٤٢" in heads[1]
    assert "العدد 42" in heads[2]


# What mail programs know

# Of what we use, what all know in the values that we give it (caniemail.com, June 2026).
KNOWN = """
    <a> <br> <dd> <del> <div> <dl> <dt> <em> <h1> <h2> <h3> <h4> <head> <hr> <html> <img> <li> <meta> <ol> <p> <pre>
    <span> <strong> <table> <tbody> <td> <th> <thead> <title> <tr> <ul> =align =alt =bgcolor =border =cellpadding
    =cellspacing =charset =class =content =data-css-inline =href =name =src =style =valign background border
    border-collapse border-color border-left-width border-top-width border-width color direction font-family
    font-size font-weight height letter-spacing line-height padding-left padding-right padding-top text-align
    text-transform vertical-align width
"""


def test_what_mail_programs_do_not_know_is_explained() -> None:
    """What mails use that not all mail programs know stands in the docs, with what is there instead."""
    manual = Path(__file__).parents[1] / "docs" / "mail.md"
    table = manual.read_text("utf-8").partition("| not everywhere |")[2].partition("\n\n")[0]
    explained = {
        name for row in re.findall("^[|] (`.*?) [|]", table, re.MULTILINE) for name in re.findall("`(.*?)`", row)
    }

    used = {feature for variant in SHEETS.values() for feature in features(variant.html)}

    assert explained == used - set(KNOWN.split())
    assert set() == set(KNOWN.split()) - used


def features(html: str) -> Iterator[str]:
    """Yield what a mail uses: elements, attributes, properties, and what stands in its style sheets."""
    for element in document_fromstring(html).iter():
        if isinstance(element, HtmlElement):
            yield f"<{element.tag}>"
            yield from (f"={name}" for name in element.attrib)
            yield from properties(element.get("style", ""))
            if element.tag == "style":
                yield from sheet(element.text or "")


def sheet(css: str) -> Iterator[str]:
    for prelude, declarations in re.findall(r"([^{}]+)\{([^{}]*)", css):
        yield from re.findall(r"@[\w-]+", prelude)
        if "@" not in prelude:
            yield from (kind for kind, pattern in SELECTORS.items() if re.search(pattern, prelude))
        yield from properties(declarations)
        if "!important" in declarations:
            yield "!important"


SELECTORS = {
    ".class": r"\.\w",
    ".a .b": r"[\w\]] +\.",
    "[attribute]": r"\[",
    "type": r"(^|[\s,>])[a-z]",
    ":pseudo": ":",
}


def properties(style: str) -> Iterator[str]:
    for name, _, value in (each.strip().partition(":") for each in style.split(";") if ":" in each):
        yield f"display: {value.removesuffix('!important').strip()}" if name.strip() == "display" else name.strip()
