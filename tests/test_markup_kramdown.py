"""Kramdown as Jekyll has it."""

from contextlib import suppress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from feeds.markup.kramdown import render
from feeds.markup.unrenderable import UnrenderableError

# Parts of kramdown's syntax, divided by spaces: "·" is a space, "¶" the end of a line, "→" a tab.
PIECES = """
    ``` {:·.a} {:toc} <div> </div> >· -· | ¶ ¶¶ $$ ^ a ` ) # _ [ ]( ![ ** * 1.· :· ···· → [^a] [^a]:· [a]:·b <b> <!--
    --> & \\ <p·markdown="1"> </p> {::comment} {:/} ~~ --- |- *[a]:·b <script> \u3000 " ' word ·
"""
ENDLESS = """
    <div>¶¶ {::comment} $$ `{: >·a¶ >· -· ![ [a]( [a](< [a](b·" *a·**b· _a· <a· <b> <div> <!-- {:a· {:a¶ [a]:·b·'c· |a
    a|b¶ `a·``b· <http: <code> ~~a· ····a¶¶ [^a] [^a]:·b¶¶[^a] *·a¶·· a¶:·b¶ &#1 \\ [ ] [[a]
    <p·markdown='1'>¶ ```¶ ~~~~a¶
"""


def pieces(text: str) -> list[str]:
    signs = str.maketrans({"·": " ", "¶": "\n", "→": "\t"})
    return [piece.translate(signs) for piece in text.replace("\n", " ").split(" ") if piece]


@pytest.mark.parametrize(
    ("body", "html"),
    [
        ("a\n{: .lead}", "<p>a</p>\n"),
        ("* TOC\n{:toc}\n\na", "<p>a</p>\n"),
        ("1. x\n\n{:.no_toc toc}\na", "<ol>\n<li>x</li>\n</ol>\n<p>a</p>\n"),
        ("# a {#b}", "<h1>a</h1>\n"),
        ("[a](b){:target='_blank'} `c`{:.d}", '<p><a href="b">a</a> <code>c</code></p>\n'),
        ("- {:.a} b", "<ul>\n<li>b</li>\n</ul>\n"),
        ("{:a: .b}\n\nc", "<p>c</p>\n"),
        ("{::options parse_block_html='true' /}\na", "<p>a</p>\n"),
        ("{::nomarkdown}\n<b>*a*</b>\n{:/}", "<b>*a*</b>\n"),
        ("a{::comment}b\n\nc{:/comment}", "<p>a{::comment}b</p>\n<p>c{:/comment}</p>\n"),
        ("{::comment}\nb\n\nc\n{:/comment}\na{::comment}b{:/}", "<p>a</p>\n"),
    ],
)
def test_directions_to_kramdown(body: str, html: str) -> None:
    """Lists of attributes, options, comments and the place of a table of contents are no text."""
    assert html == render(body)


@pytest.mark.parametrize(
    ("body", "html"),
    [
        ("```py\n{: .a}\n* b\n```", '<pre><code class="language-py">{: .a}\n* b\n</code></pre>\n'),
        ("~~~\na\n\n~~~~", "<pre><code>a\n\n</code></pre>\n"),
        ("```a b\nc\n```", "<p><code>a b\nc\n</code></p>\n"),
        ("    a\n\n\t b\nc", "<pre><code>a\n\n b c\n</code></pre>\n"),
        ("`{: .a}` ``b ` c``", "<p><code>{: .a}</code> <code>b ` c</code></p>\n"),
        ("a ` b", "<p>a ` b</p>\n"),
    ],
)
def test_code(body: str, html: str) -> None:
    """Code is fenced without more than a language, indented with what goes on below, or between backticks."""
    assert html == render(body)


@pytest.mark.parametrize(
    ("body", "html"),
    [
        ("<div>\n*a*\n\n*b*\n</div>\n*c*", "<div>\n*a*\n\n*b*\n</div><p><em>c</em></p>\n"),
        ("<div>\na\n\n*b*", "<div>\na\n\n*b*\n</div>"),
        ('<div markdown="1">\n*a*\n</div>', "<div>\n<p><em>a</em></p>\n</div>"),
        ("<p markdown='1'>*a*</p>", "<p><em>a</em></p>"),
        ("<table><tr><td>a</p></td></table>", "<table><tr><td>a&lt;/p&gt;</td>&lt;/table&gt;\n</tr></table>"),
        ("a <B c='d'>*e*</b> <code>*f*</code><br>", '<p>a <b c="d"><em>e</em></b> <code>*f*</code><br /></p>\n'),
        ("a <p>b</p>", "<p>a &lt;p&gt;b&lt;/p&gt;</p>\n"),
        ("<script>\n*a* < b\n</script>", "<script>\n*a* < b\n</script>"),
        ("a\n<!--more-->\n\nb", "<p>a\n<!--more--></p>\n<p>b</p>\n"),
        ("<!-- a\n\n*b* -->\n*c*", "<!-- a\n\n*b* -->\n<p><em>c</em></p>\n"),
    ],
)
def test_html(body: str, html: str) -> None:
    """An element is one block, blank lines in it too, without Markdown unless it asks; what is not closed is."""
    assert html == render(body)


@pytest.mark.parametrize(
    ("body", "html"),
    [
        ("> a\n- b\n{: .c}", "<blockquote>\n<p>a</p>\n<ul>\n<li>b</li>\n</ul>\n</blockquote>\n"),
        ("> a\nb\n\nc", "<blockquote>\n<p>a\nb</p>\n</blockquote>\n<p>c</p>\n"),
        ("a\n# b", "<p>a</p>\n<h1>b</h1>\n"),
        ("a\n===\n\nb\n-\n", "<h1>a</h1>\n<h2>b</h2>\n"),
        ("##", "<p>##</p>\n"),
        ("a\n\n* * *\n", "<p>a</p>\n<hr />\n"),
        ("$$\na_b < c_d\n$$", "<div>$$\na_b &lt; c_d\n$$</div>\n"),
        ("a $$b_c$$", "<p>a $b_c$</p>\n"),
    ],
)
def test_blocks(body: str, html: str) -> None:
    """Quotations go on to the blank line, headings have words, formulas no emphasis."""
    assert html == render(body)


@pytest.mark.parametrize(
    ("body", "html"),
    [
        ("a\n- b\n- c", "<p>a</p>\n<ul>\n<li>b</li>\n<li>c</li>\n</ul>\n"),
        ("* a\n^\n* b", "<ul>\n<li>a</li>\n</ul>\n<ul>\n<li>b</li>\n</ul>\n"),
        ("- a\n\n- b\n", "<ul>\n<li>\n<p>a</p>\n</li>\n<li>\n<p>b</p>\n</li>\n</ul>\n"),
        ("- a\n  - b\n- c", "<ul>\n<li>a\n<ul>\n<li>b</li>\n</ul>\n</li>\n<li>c</li>\n</ul>\n"),
        ("1. a\n\n   b\n2. c\nd", "<ol>\n<li>\n<p>a</p>\n<p>b</p>\n</li>\n<li>\n<p>c\nd</p>\n</li>\n</ol>\n"),
        ("- [ ] a", '<ul>\n<li><input type="checkbox" disabled="disabled" />a</li>\n</ul>\n'),
        ("a\nb\n: c\n: d", "<dl>\n<dt>a</dt>\n<dt>b</dt>\n<dd>c</dd>\n<dd>d</dd>\n</dl>\n"),
        ("a\n\n: b\n\nc\n: d", "<dl>\n<dt>a</dt>\n<dd>\n<p>b</p>\n</dd>\n<dt>c</dt>\n<dd>d</dd>\n</dl>\n"),
    ],
)
def test_lists(body: str, html: str) -> None:
    """Lists need no blank line before them, and are tight or loose item by item."""
    assert html == render(body)


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("| a | b |", "<tbody>\n<tr>\n<td>a</td>\n<td>b</td>\n</tr>\n</tbody>"),
        ("a|b\nc", "<p>a|b\nc</p>"),
        ("a|b\n-|:-:\nc|d", '<th>a</th>\n<th style="text-align: center">b</th>'),
        ("|a|\n|-|\n|b|\n|=|\n|c|", "<tfoot>\n<tr>\n<td>c</td>"),
        ("a `b|c` | d", "<td>a <code>b|c</code></td>\n<td>d</td>"),
        ("a `b|c`", "<p>a <code>b|c</code></p>"),
        ("a \\| b | c", "<td>a | b</td>"),
    ],
)
def test_tables(body: str, expected: str) -> None:
    """A table needs no heads, nor bars at its sides, but one in each line that is not in code."""
    assert expected in render(body)


@pytest.mark.parametrize(
    ("body", "html"),
    [
        ("*a* __b__ c_d_e *f* g*", "<em>a</em> <strong>b</strong> c_d_e <em>f</em> g*"),
        ("**a *b* c**", "<strong>a <em>b</em> c</strong>"),
        ("~~a~~ \\*b\\* c  \nd\\\ne", "<del>a</del> *b* c<br />\nd<br />\ne"),
        ("<https://a.b/> <a@b.c>", '<a href="https://a.b/">https://a.b/</a> <a href="mailto:a@b.c">a@b.c</a>'),
        ("https://a.b/ &amp; &vert; &", "https://a.b/ &amp; &vert; &amp;"),
        ("a -- b ... <<c>>", "a – b … «c»"),
        ('[a](b(c) "d") [e](<f g>)', '<a href="b(c)" title="d">a</a> <a href="f g">e</a>'),
        ("[a](b c)", '<a href="b c">a</a>'),
        ("![a](b) [![c](d)](e)", '<img src="b" alt="a" /> <a href="e"><img src="d" alt="c" /></a>'),
        ("[a], [b][c]\n\n[A]: e\n[c]: <f> 'g'\n", '<a href="e">a</a>, <a href="f" title="g">b</a>'),
        ("HTML\n\n*[HTML]: Markup", '<abbr title="Markup">HTML</abbr>'),
    ],
)  # fmt: skip
def test_spans(body: str, html: str) -> None:
    """Emphasis, signs, links and abbreviations are kramdown's; bare addresses are no links."""
    assert f"<p>{html}</p>\n" == render(body)


def test_footnotes() -> None:
    """Footnotes stand at the end in the order in which they are cited, those in footnotes too."""
    html = render("a[^b] c[^d] e[^f]\n\n[^d]: g[^h]\n\n[^b]: i\n\n    j\n\n^\n\n[^h]: k\n\n[^l]: m")

    assert ["fn-b", "fn-d", "fn-h"] == [part.split('"')[0] for part in html.split('<li id="')[1:]]
    assert '<a href="#fn-b" id="fnref-b">1</a>' in html
    assert "<p>i</p>\n<p>j <a" in html
    assert "e[^f]" in html
    assert "m" not in html.replace("em", "")


@settings(max_examples=300, deadline=None)
@given(st.lists(st.sampled_from(pieces(PIECES)), max_size=60).map("".join))
def test_any_text(body: str) -> None:
    """No text is too strange, and none grows without bound."""
    assert len(render(body)) <= 60 * len(body) + 100


@pytest.mark.parametrize("piece", pieces(ENDLESS))
def test_pathological(piece: str) -> None:
    """Nothing takes the square of its length: `RENDERERS` are told to do better where kramdown would."""
    with suppress(UnrenderableError):
        assert render(piece * 5_000)


def test_many_abbreviations() -> None:
    """Thousands of them are done in a moment: their pattern is made once, when they are all known."""
    listed = "".join(f"*[a{n}]: b\n" for n in range(5_000))

    assert 'title="b">a4999</abbr>' in render(f"a4999\n\n{listed}")
