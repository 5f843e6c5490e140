"""Kramdown's own ways, written as CommonMark."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from feeds.markup.kramdown import commonmark
from feeds.markup.renderers import RENDERERS

render = RENDERERS["kramdown"]
PIECE = st.sampled_from(
    ["```", "{: .a}", "{:toc}", "<div>", "</div>", "> ", "- ", "|", "\n", "\n\n", "$$", "^", "a", "`", ")", "#", " "]
)


@pytest.mark.parametrize(
    ("body", "html"),
    [
        ("a\n{: .lead}", "<p>a</p>\n"),
        ("* TOC\n{:toc}\n\na", "<p>a</p>\n"),
        ("1. x\n\n{:.no_toc toc}\na", "<p>a</p>\n"),
        ("# a {#b}", "<h1>a</h1>\n"),
        ("[a](b){:target='_blank'} `c`{:.d}", '<p><a href="b">a</a> <code>c</code></p>\n'),
        ("- {:.a} b", "<ul>\n<li>b</li>\n</ul>\n"),
        ("{::options parse_block_html='true' /}\na", "<p>a</p>\n"),
        ("{::nomarkdown}\n<b>a</b>\n{:/}", "<p><b>a</b></p>\n"),
        ("a{::comment}b\n\nc{:/comment}", "<p>a</p>\n"),
    ],
)
def test_directions_to_kramdown(body: str, html: str) -> None:
    """Lists of attributes, options, comments and the place of a table of contents are no text."""
    assert html == render(body)


@pytest.mark.parametrize("body", ["```\n{: .a}\n* b\n{:toc}\n```", "`{: .a}`", "`) {: .a}`"])
def test_code(body: str) -> None:
    """In code they are what the author shows."""
    assert body == commonmark(body)


def test_html() -> None:
    """An element is one block, blank lines in it too; what follows is Markdown again."""
    assert "<div>\n*a*\n<!-- -->\n*b*\n</div>\n<p><em>c</em></p>\n" == render("<div>\n*a*\n\n*b*\n</div>\n*c*")


def test_unclosed_html() -> None:
    """An element that nobody closes ends at the blank line."""
    assert "<div>\na\n<p><em>b</em></p>\n" == render("<div>\na\n\n*b*")


def test_quotation() -> None:
    """What stands below a quotation belongs to it up to the blank line, list or not."""
    assert "<blockquote>\n<p>a</p>\n<ul>\n<li>b</li>\n</ul>\n</blockquote>\n" == render("> a\n- b\n{: .c}")


def test_end_of_list() -> None:
    """A line with "^" ends a list."""
    assert 2 == render("* a\n^\n* b").count("<ul>")


def test_headless_table() -> None:
    """A table needs no heads."""
    assert "<table>\n<tbody>\n<tr>\n<td>a</td>\n<td>b</td>\n</tr>\n</tbody>\n</table>\n" == render("| a | b |")
    assert "<th>a</th>" in render("| a |\n|---|\n| b |")


def test_formula() -> None:
    """In a formula there is no emphasis and no paragraph."""
    assert "<div>$$a_b &lt; c_d$$</div>\n" == render("$$a_b < c_d$$")


def test_details() -> None:
    """A heading has words; a link in angle brackets may have room."""
    assert "<p>##</p>\n" == render("##")
    assert '<p><a href="https://a.b/">https://a.b/</a></p>\n' == render("<https://a.b/ >")


@settings(max_examples=200, deadline=None)
@given(st.lists(PIECE).map("".join))
def test_any_text(body: str) -> None:
    """No text is too strange, and none grows."""
    assert len(commonmark(body)) <= 12 * len(body) + 2


@pytest.mark.parametrize(
    "body", ["<div>\n\n" * 20_000, "{::comment}" * 20_000, "$$" * 20_000, "`{:" * 20_000, "> a\n" * 20_000]
)
def test_pathological(body: str) -> None:
    """Nothing takes the square of its length."""
    assert commonmark(body)
