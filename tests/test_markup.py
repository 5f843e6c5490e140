"""`render`: the body of a post as a feed and an issue show it."""

import ast
import re
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from html import escape

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree
from lxml.html import fragment_fromstring as html5

from feeds.markup import Rendered, render
from feeds.markup.renderers import RENDERERS
from feeds.model import Post, Site

SITE = Site(url="https://example.org/", title="مدونة", language="ar")
DAY = datetime(2025, 8, 1, tzinfo=UTC)


def post(
    *,
    url: str = "https://example.org/news/post.html",
    language: str = "",
    summary: str = "",
    image: str = "",
    markup: str = "markdown",
) -> Post:
    return Post(
        path="posts/post.md", url=url, title="T", published=DAY, updated=DAY, language=language, summary=summary,
        image=image, markup=markup,
    )  # fmt: skip


def rendered(body: str, markup: str = "markdown", **about: str) -> Rendered:
    return render(post(markup=markup, **about), body, Site(url="https://example.org/", title="T"), 5)


def test_markdown() -> None:
    """Markdown becomes HTML with absolute addresses, and nothing is wrong with it."""
    result = rendered("# Title\n\nSome *words* and a [link](/a b).\n\n![](x.png)\n")

    assert result.problems == ()
    assert result.entry.html == (
        '<h1>Title</h1>\n<p>Some <em>words</em> and a <a href="https://example.org/a%20b">link</a>.</p>\n'
        '<p><img alt="" src="https://example.org/news/x.png"></p>'
    )
    assert result.entry.summary == "Some words and a link."
    assert result.entry.image == "https://example.org/news/x.png"


def test_html() -> None:
    """A body in HTML is cleaned as it is: no Markdown in it is read."""
    assert rendered("<p>a *b* <script>x</script>", "html").entry.html == "<p>a *b* </p>"


def test_direction() -> None:
    """Text from right to left says so itself, since few feed readers heed the feed's language."""
    assert '<div dir="rtl" lang="ar"><p>نص</p></div>' == render(post(), "نص", SITE).entry.html
    assert '<div dir="rtl" lang="az-Arab"><p>x</p></div>' == rendered("x", language="az-Arab").entry.html


def test_other_language() -> None:
    """A post in another language than the site says so; in the site's own it does not, unless it runs leftwards."""
    assert '<div dir="ltr" lang="fr"><p>mot</p></div>' == render(post(language="fr"), "mot", SITE).entry.html
    assert rendered("word", language="EN").entry.html == "<p>word</p>"


def test_lone_surrogates() -> None:
    """What UTF-8 cannot write is in no part of an entry."""
    entry = rendered("a", language="ar\udc80", summary="b\udc80", image="/c\udc80.png").entry

    assert ('<div dir="rtl" lang="ar"><p>a</p></div>', "b", "https://example.org/c.png") == (
        entry.html, entry.summary, entry.image,
    )  # fmt: skip


def test_summary_of_the_author() -> None:
    """The summary of the front matter goes before the first words, on one line."""
    assert rendered("Body.", summary=" Of the\n author. ").entry.summary == "Of the author."


def test_image_of_the_author() -> None:
    """The image of the front matter goes before the first of the body, unless it is no web address."""
    body = "![](https://example.org/b.png)"

    assert rendered(body, image="/a.png").entry.image == "https://example.org/a.png"
    assert rendered(body, image="data:image/png;base64,AAAA").entry.image == "https://example.org/b.png"


def test_illegal_character() -> None:
    """A character that XML cannot carry is left out, and its line named."""
    result = rendered("one\r\ntwo\x08 &#11;three")

    assert result.entry.html == "<p>one\ntwo  three</p>"
    assert [(problem.line, problem.what) for problem in result.problems] == [(6, "character U+0008 in the text")]


@pytest.mark.parametrize("body", ["\r\n\r\n", " \n\t"])
def test_blank_body(body: str) -> None:
    """A post without text is an entry without text: nothing is wrong with it."""
    assert rendered(body).entry.html == ""
    assert rendered(body).problems == ()


@pytest.mark.parametrize("body", ["<script>x</script>", "<style>a{}</style>", "[a]: http://x", "<!-- all of it -->"])
def test_nothing_left(body: str) -> None:
    """A text that vanishes is a problem."""
    assert [problem.line for problem in rendered(body).problems] == [5]


@pytest.mark.parametrize("body", ["![](a.png)", '<video src="a.mp4"></video>'])
def test_media_only(body: str) -> None:
    """A post that is a picture or a film is no blank one."""
    assert rendered(body).problems == ()


PATHOLOGICAL = {
    "brackets": "[" * 10_000,
    "images": "![" * 10_000,
    "footnotes": "[^" * 10_000,
    "references": "[a][" * 10_000,
    "links": "[x](" * 10_000,
    "backticks": "".join("`" * n + " " for n in range(1, 250)),
    "escaped backticks": "\\``a" * 10_000,
    "stars": "*a*" * 10_000,
    "tags": "<a " * 10_000,
    "attributes": '<a b="' * 10_000,
    "comments": "<!--" * 10_000,
    "empty items": "\n-" * 10_000,
    "headings": "h\n---\n" * 2_000,
    "definitions": "a\n: b\n" * 2_000,
    "abbreviations": "".join(f"*[a{n}]: b\n" for n in range(1_000)),
    "quotes": ">" * 10_000,
    "lists": "1. " * 10_000,
    "nested tags": "<div>" * 10_000,
    "nested lists": "<ul><li>" * 10_000,
    "formulas": "<math>" * 10_000,
    "fences": "~~~a\n" * 10_000,
    "footnotes without end": "[^\n" * 10_000,
    "admonitions": ":::note\n" * 5_000,
    "tabs": "a" + "\t" * 50_000 + "a",
}


@pytest.mark.parametrize("body", PATHOLOGICAL.values(), ids=PATHOLOGICAL)
@pytest.mark.parametrize("markup", RENDERERS)
def test_pathological(body: str, markup: str) -> None:
    """Texts that cost renderers the square of their length are done in a moment, whatever comes out."""
    assert len(rendered(body, markup).problems) < 3


@pytest.mark.parametrize(
    ("markup", "what"),
    [
        ("markdown", "takes too long to render as Pelican does, so it is rendered as GitHub does"),
        ("markdown-it", "takes too long to render as Eleventy does, so it is rendered as GitHub does"),
    ],
)
def test_too_long_to_render(markup: str, what: str) -> None:
    """What one renderer cannot read in time, a quicker one does, and it is a problem."""
    result = rendered("*words*\n\n" + "[" * 10_000, markup)

    assert result.entry.html.startswith("<p><em>words</em></p>\n<p>[[[")
    assert [what] == [problem.what for problem in result.problems]


def test_renderer_fails(monkeypatch: pytest.MonkeyPatch) -> None:
    """A bug of a renderer costs one post its looks, not the build."""

    def fails(body: str) -> str:
        raise IndexError(body)

    monkeypatch.setitem(RENDERERS, "markdown", fails)
    result = rendered("a *b* <i>c</i>")

    assert result.entry.html == "<p>a *b* c</p>"
    assert ["IndexError while rendering, so it is shown as plain text"] == [p.what for p in result.problems]


def test_threads() -> None:
    """Any number of threads may render at once."""
    bodies = [f"# {n}\n\n" + f"* [item](i{n}) *{n}*\n" * 20 + f"\nnote[^{n}]\n\n[^{n}]: of {n}\n" for n in range(24)]
    alone = [rendered(body) for body in bodies]

    with ThreadPoolExecutor(8) as pool:
        assert alone == list(pool.map(rendered, bodies))


def test_order() -> None:
    """What was rendered before leaves no trace: footnotes, references, a text that was given up."""
    first = rendered("a[^1] [b]\n\n[^1]: note\n[b]: http://b/\n\n*[a]: abbreviation")
    for body in ("[" * 10_000, "[^1] [b] a", "*/ */* * *<b>*", "<div>\n- x\n> y"):
        rendered(body)

    assert first == rendered("a[^1] [b]\n\n[^1]: note\n[b]: http://b/\n\n*[a]: abbreviation")
    assert rendered("[^1] [b] a").entry.html == "<p>[^1] [b] a</p>"


PIECES = r"""
    #_ >_ -_ 1._ ____ ```\n ~~~ ` * ** _ [ ] ( ) ![ [^1] [^1]:_ [a]:_http://b {:_.x} | : \\ \n \n\n __\n \t --- ===
    <div> </div> <b> <b_ </b> <!-- --> <a_href= " javascript: <img_src= <table> <tr><td> <p> </p> <svg> <math> <script>
    <iframe_src=//x> &amp; &#11; &lt; & < <!--more--> style= onclick=x srcset= //x/y
    a b_c نص 漢字 \x02 \x03 \x0b \ufdd0 \ud800
"""
PIECE = st.sampled_from([ast.literal_eval(f"'{piece}'").replace("_", " ") for piece in PIECES.split()])
BODIES = st.lists(PIECE | st.text(max_size=4), max_size=30).map("".join)
ILLEGAL = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\ufdd0-\ufdef\ufffd-\uffff]")
WEB = re.compile("(https?|mailto|tel|ftp|geo|gemini|ircs?|magnet|news|sip|sms|xmpp):")
REFUSED = {"script", "style", "iframe", "object", "embed", "form", "svg", "math", "bdo"}


@settings(max_examples=200, deadline=None)
@given(BODIES, st.sampled_from(sorted(RENDERERS)))
def test_any_text(body: str, markup: str) -> None:
    """Any text gives HTML that XML carries as it is, that is harmless, absolute and always the same."""
    result = rendered(body, markup)
    shown = result.entry.html
    elements = list(html5(f"<div>{shown}</div>").iter("*"))

    assert shown == (etree.fromstring(f"<x>{escape(shown)}</x>").text or "")
    assert not ILLEGAL.search(shown + result.entry.summary + result.entry.image)
    assert not re.search(r"(klzzwxh|wzxhzdk):\d", shown)
    assert not REFUSED & {element.tag for element in elements}
    for name, value in [item for element in elements for item in element.items()]:
        assert not name.startswith("on")
        assert name not in {"href", "src", "poster", "cite"} or WEB.match(value)
    assert "\n" not in result.entry.summary
    assert result == rendered(body, markup)
