"""What becomes of the body of a post in a mail."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml.html import fragment_fromstring

from feeds.digest.body import COLUMN, mail_safe


def inner(html: str) -> str:
    return mail_safe(html).removeprefix("<div>").removesuffix("</div>")


@pytest.mark.parametrize(
    ("html", "mail"),
    [
        ("<p>نص <em>مائل</em></p>", "<p>نص <em>مائل</em></p>"),
        ("<h1>a</h1><h2>b</h2><h6>c</h6>", "<h3>a</h3><h3>b</h3><h6>c</h6>"),
        ("<figure>a<figcaption>b</figcaption></figure>", "<div>a<div>b</div></div>"),
        ("<details><summary>a</summary>b</details>", "<div><p>a</p>b</div>"),
        ('<p class="x" id="y" onclick="z">a</p>', "<p>a</p>"),
        ("<script>a</script><style>b</style><form>c</form>", "c"),
        ('<a href="javascript:a">b</a>', '<a class="accent">b</a>'),
    ],
)
def test_the_web_is_reduced_to_mail(html: str, mail: str) -> None:
    """Headings stand below the post's title; elements that mail programs do not know become ones that they do."""
    assert mail == inner(html)


@pytest.mark.parametrize(
    ("html", "mail"),
    [
        ('<img src="https://a.org/b.png">', '<img src="https://a.org/b.png" alt="">'),
        (
            '<img src="https://a.org/b.png" srcset="c 2x" sizes="d" width="1072px" height="500" alt="e">',
            '<img src="https://a.org/b.png" alt="e" width="536" height="250">',
        ),
        ('<img src="https://a.org/b.png" width="50%" height="9">', '<img src="https://a.org/b.png" alt="">'),
        (
            '<picture><source srcset="c"><img src="https://a.org/b.png"></picture>',
            '<img src="https://a.org/b.png" alt="">',
        ),
        ('a<img src="data:image/png;base64,AAAA">b', "ab"),
    ],
)
def test_images_fit(html: str, mail: str) -> None:
    """An image has one address on the web, words, and a width in pixels within the column, its height in proportion."""
    assert mail == inner(html)


@pytest.mark.parametrize(
    "html",
    [
        '<iframe src="https://tube.org/embed/1"></iframe>',
        '<video src="https://tube.org/embed/1">old</video>',
        '<audio><source src="https://tube.org/embed/1">old</audio>',
        '<object data="https://tube.org/embed/1">old</object>',
    ],
)
def test_what_plays_becomes_a_link(html: str) -> None:
    """Mail programs play nothing, so a link leads to where it plays; what follows stays."""
    link = '<div><p><a href="https://tube.org/embed/1" class="accent">▶ tube.org</a></p></div>'

    assert f"a{link}b" == inner(f"a{html}b")


def test_a_video_shows_its_poster() -> None:
    """Its poster is the link, as wide as the column; below it is one in words, in the colour of links."""
    html = inner('<video src="https://a.org/v.mp4" poster="https://a.org/p.png"></video>')

    assert '<a href="https://a.org/v.mp4" class="accent">▶ a.org</a>' in html
    assert f'<img src="https://a.org/p.png" alt="▶ a.org" width="{COLUMN}">' in html


@pytest.mark.parametrize(
    ("style", "kept"),
    [
        ("color:red", ""),
        ("background:#eee", ""),
        ("background-color:#eee;COLOR: #222", "background-color:#eee;color:#222"),
        ("color:red;text-align:center", "text-align:center"),
        ("background:url(https://a.org/b.png);color:expression(c)", ""),
        ("position:fixed;float:left;width:9000px;padding:3px", "padding:3px"),
    ],
)
def test_styles_suit_light_and_dark(style: str, kept: str) -> None:
    """A colour stays only with its ground, since either alone vanishes in the dark; nothing leaves the column."""
    element = fragment_fromstring(inner(f'<p style="{style}">a</p>'))

    assert kept == element.get("style", "")


def test_code_runs_left_to_right() -> None:
    """In an Arabic post code keeps its own direction, and a ground that suits the dark."""
    assert '<pre dir="ltr" class="plate">a</pre>' == inner("<pre>a</pre>")


@given(st.text("<>/&\"' abpdivimgtablec=", max_size=60))
@settings(max_examples=80)
def test_any_body_is_answered(html: str) -> None:
    """However broken, a body becomes one element without an exception, and doing it again changes nothing."""
    once = mail_safe(html)

    assert once.startswith("<div>")
    assert once == f"<div>{inner(once).removeprefix('<div>').removesuffix('</div>')}</div>"


@pytest.mark.parametrize(
    ("html", "expected"),
    [
        (f'<img src="https://e/a" width="{"9" * 5_000}">', '<img src="https://e/a" alt="">'),
        (f'<img src="https://e/a" width="9" height="{"9" * 400}">', '<img src="https://e/a" width="9" alt="">'),
        ("<audio><img>a</audio>b", "<div></div>b"),
    ],
)
def test_oddities(html: str, expected: str) -> None:
    """Sizes beyond any screen count for none, and pictures in players go with what the player held."""
    assert expected == inner(html)
