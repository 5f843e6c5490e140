"""`sanitise`: HTML of any origin becomes well-formed, harmless and complete in itself."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from feeds.markup.sanitise import sanitise
from feeds.markup.unrenderable import UnrenderableError

POST = "https://example.org/news/post.html"


def clean(html: str) -> str:
    return sanitise(html, POST)


@pytest.mark.parametrize(
    ("html", "expected"),
    [
        ("a<script>b</script><style>c</style><title>d</title>e", "ae"),
        ("<form action=x><button>a</button><select><option>b</select></form>", "ab"),
        ('<p onclick="x()" class=y data-z=1>a</p>', "<p>a</p>"),
        ("<bdo dir=rtl>a</bdo><bdi>b</bdi>", "a<bdi>b</bdi>"),
        ("<!-- a --><?php b ?><![CDATA[c]]>d", "d"),
        ("<base href=//evil><meta charset=x><link href=y>a", "a"),
        ("<x-tag>a</x-tag><YouTube id=1 />", "a"),
    ],
)
def test_dropped(html: str, expected: str) -> None:
    """What runs, embeds or means nothing outside its page goes; text stays."""
    assert expected == clean(html)


@pytest.mark.parametrize(
    "html",
    [
        '<p dir="rtl" lang="ar" id="a" title="b">a</p>',
        '<pre><code class="language-python">a &lt; b</code></pre>',
        '<details open=""><summary>a</summary>b</details>',
        '<table><thead><tr><th scope="col" align="right">a</th></tr></thead></table>',
        '<figure><picture><source srcset="https://a/b.webp 2x" media="(min-width: 1px)"><img src="https://a/b.png" '
        'alt="c" width="1" height="2" loading="lazy"></picture><figcaption>d</figcaption></figure>',
        '<video src="https://a/b.mp4" poster="https://a/b.jpg" controls="">'
        '<track src="https://a/b.vtt" kind="captions"></video>',
        "<ruby>漢<rp>(</rp><rt>かん</rt><rp>)</rp></ruby>",
        '<p style="color: red; text-align: right">a</p>',
        '<a href="mailto:a@example.org">b</a>',
    ],
)
def test_kept(html: str) -> None:
    """What readers show stays as it was."""
    assert html == clean(html)


def test_well_formed() -> None:
    """Tags are read as browsers read them, and closed."""
    assert clean("<p>a<b>b<p>c<td>d") == "<p>a<b>b</b></p><p><b>cd</b></p>"
    assert clean("<table><td>a") == "<table><tbody><tr><td>a</td></tr></tbody></table>"


@pytest.mark.parametrize(
    ("html", "expected"),
    [
        ('<a href="#s">a</a>', f'<a href="{POST}#s">a</a>'),
        ('<a href="../مقال">a</a>', '<a href="https://example.org/%D9%85%D9%82%D8%A7%D9%84">a</a>'),
        ('<a href="java&#10;script:x">a</a>', "<a>a</a>"),
        ('<img src="//cdn.example.net/a b.png">', '<img src="https://cdn.example.net/a%20b.png">'),
        ('<video poster="p.jpg"></video>', '<video poster="https://example.org/news/p.jpg"></video>'),
        ('<q cite="/x">a</q>', '<q cite="https://example.org/x">a</q>'),
        (
            '<img srcset="a.png 1x, https://c/w_1,h_2/b.png 2x,javascript:x 3x">',
            '<img srcset="https://example.org/news/a.png 1x, https://c/w_1,h_2/b.png 2x">',
        ),
    ],
)
def test_addresses(html: str, expected: str) -> None:
    """Every address is absolute and encoded; where there is none, the text stays."""
    assert expected == clean(html)


@pytest.mark.parametrize(
    ("html", "expected"),
    [
        ('<img src="data:image/png;base64,iVBORw0=" alt="a">', '<img src="data:image/png;base64,iVBORw0=" alt="a">'),
        ('<img src="data:image/svg+xml,x" alt="a">', "a"),
        ('<a href="data:text/html;base64,iVBORw0=">a</a>', "<a>a</a>"),
        ('<img src="javascript:x" alt="a &quot;b&quot;">', "a &quot;b&quot;"),
        ("<img>", ""),
    ],
)
def test_images_without_address(html: str, expected: str) -> None:
    """Pictures inside the text stay when they are nothing else; one that cannot be shown leaves its description."""
    assert expected == clean(html)


@pytest.mark.parametrize("html", ["<div>" * 300, "<b>" * 300 + "</b>" * 300, "<ul><li>" * 300, "<x/>" * 300])
def test_deep_nesting(html: str) -> None:
    """Tags nested without end are refused."""
    with pytest.raises(UnrenderableError, match="nested too deep"):
        clean(html)


def test_long_but_flat() -> None:
    """Long bodies in old HTML, with tags that need no end, are none of those."""
    assert clean("<p>a<br><li>b<a name=c>" * 500).count("<li>") == 500


TAGS = "<p> </p> <b> </b> <a_href=x> </a> <ul> <li> <div> </div> <i_style=color:red> &lt; &amp; > \" '"
TAG = st.sampled_from([tag.replace("_", " ") for tag in TAGS.split()])


@settings(max_examples=200, deadline=None)
@given(st.lists(TAG | st.text(max_size=3), max_size=15).map("".join))
def test_stable(html: str) -> None:
    """What is clean is read again as it is written, so it does not become something else in a reader."""
    assert clean(html) == clean(clean(html))
