"""`excerpt` and `shorten`: a summary in plain text, for any script."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from feeds.markup.excerpt import CUT, excerpt, mark_cut, shorten


@pytest.mark.parametrize(
    "mark",
    [
        "<!--more-->",
        "<!-- more -->",
        "<!-- MORE -->",
        "<!--- more --->",
        "<!-- read more -->",
        "<!-- truncate -->",
        "<!-- excerpt -->",
        "<!-- end_excerpt -->",
        "<!-- PELICAN_END_SUMMARY -->",
        "<!-- TEASER_END: go on -->",
    ],
)
def test_marks(mark: str) -> None:
    """The marks of all engines are known, and only the first counts."""
    assert mark_cut(f"a{mark}b{mark}") == f"a{CUT}b{mark}"


@pytest.mark.parametrize("comment", ["<!-- no more -->", "<!-- moreover -->", "&lt;!--more--&gt;", "<!-- -->"])
def test_no_marks(comment: str) -> None:
    """Other comments are none, nor is a mark that is shown as code."""
    assert comment == mark_cut(comment)


def test_marked_part() -> None:
    """All that stands before the mark is the summary, unless nothing does."""
    assert excerpt("<p>a</p><p>b</p>", "<p>a</p>") == "a"
    assert excerpt("<p>b</p>", "<p><img></p>") == "b"


@pytest.mark.parametrize(
    ("html", "expected"),
    [
        ("<p>One <b>two</b>,\n<a>three</a>.</p><p>Four<br>five &amp; six</p>", "One two, three. Four five & six"),
        ("<h1>Title</h1><p>text</p>", "text"),
        ("<p>run</p><pre><code>x = 1</code></pre><p>it</p>", "run it"),
        ("<table><tbody><tr><td>1</td></tr></tbody></table><p>text</p>", "text"),
        ("<figure><img alt='b'><figcaption>c</figcaption></figure><p>text</p>", "text"),
        ('<p>x<sup>2</sup><sup id="fnref:1"><a>1</a></sup></p><div>\n<hr>\n<ol>\n<li id="fn:1">note</li>', "x2"),
        ("<p><ruby>漢<rt>かん</rt></ruby>字</p>", "漢字"),
        ("<p>日本語\n文字 and\nwords</p>", "日本語文字 and words"),
        ("<pre>only code</pre>", "only code"),
        ("<p>a &lt;b&gt; c</p>", "a <b> c"),
        ("", ""),
    ],
)
def test_running_text(html: str, expected: str) -> None:
    """It is the author's running text on one line: no code, tables, headings, captions or notes, if there is other."""
    assert expected == excerpt(html)


def test_far_text() -> None:
    """It is found behind any amount of code."""
    assert excerpt("<pre>" + "x" * 50_000 + "</pre><p>" + "word " * 200 + "</p>").startswith("word word")


@pytest.mark.parametrize(
    ("text", "length", "expected"),
    [
        ("short", 5, "short"),
        ("one two three", 9, "one two…"),
        ("one two three", 7, "one two…"),
        ("one, two three", 5, "one…"),
        ("نص عربي، طويل", 9, "نص عربي…"),
        ("日本語の文章です。次の文", 9, "日本語の文章です…"),
        ("สวัสดีครับน้ำ", 12, "สวัสดีครับ…"),
        ("हिन्दीक्षत्रिय", 8, "हिन्दी…"),
        ("👍🏽👩\u200d👩\u200d👧", 4, "👍🏽…"),
        ("🇩🇿🇩🇿🇩🇿", 3, "🇩🇿…"),
        ("日本語Python3000", 9, "日本語…"),
        ("x" * 100, 60, "x" * 60 + "…"),
    ],
)
def test_shorten(text: str, length: int, expected: str) -> None:
    """It is cut after a word, and where a script has no spaces, after what readers see as one letter."""
    assert expected == shorten(text, length)


@settings(max_examples=200, deadline=None)
@given(st.text(max_size=80), st.integers(2, 60))
def test_any_text(text: str, length: int) -> None:
    """It is never longer than asked, and the beginning of the text."""
    short = shorten(text, length)

    assert short == text or (len(short) <= length + 1 and short.endswith("…") and text.startswith(short[:-1]))


def test_marks_of_footnotes() -> None:
    """The number of a footnote is no word, whatever renderer set it; nor is the footnote."""
    note = '<section>\n<ol>\n<li id="fn-1">\n<p>note</p>\n</li>\n</ol>\n</section>'

    assert "a b" == excerpt(f'<p>a<sup><a href="https://x/#fn-1" id="fnref-1">1</a></sup> b</p>\n{note}')
