"""What Hugo sees otherwise than GitHub."""

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from feeds.markup.renderers import RENDERERS

PIECES = "http://a.b/c www.a.b @ a@b.c <div> </div> <a¶href='http://d.e'> </a> [ ](http://f.g) ` ¶ ¶¶ | |-|-| ( )"


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("https://a.b/c", '<p><a href="https://a.b/c">https://a.b/c</a></p>\n'),
        ("(https://a.b/c). d", '<p>(<a href="https://a.b/c">https://a.b/c</a>). d</p>\n'),
        ("https://a.b/c，之后", '<p><a href="https://a.b/c">https://a.b/c</a>，之后</p>\n'),
        ("见https://a.b/c", "<p>见https://a.b/c</p>\n"),
        ("http://localhost:80/ http://127.0.0.1/", "<p>http://localhost:80/ http://127.0.0.1/</p>\n"),
        ("<http://localhost/>", '<p><a href="http://localhost/">http://localhost/</a></p>\n'),
        ("[http://localhost/](http://localhost/)", '<p><a href="http://localhost/">http://localhost/</a></p>\n'),
        ("a www.b.c/d_e, f", '<p>a <a href="https://www.b.c/d_e">www.b.c/d_e</a>, f</p>\n'),
        ('"http://a.b/c" d', '<p>"<a href="http://a.b/c&quot;">http://a.b/c"</a> d</p>\n'),
        ("a@b.c, 见d@e.f g@h", '<p><a href="mailto:a@b.c">a@b.c</a>, 见d@e.f g@h</p>\n'),
        ("[see http://a.b/c d]", "<p>[see http://a.b/c d]</p>\n"),
        ("[http://a.b](http://c.d)", '<p><a href="http://c.d">http://a.b</a></p>\n'),
        ("(see http://a.b/c).", '<p>(see <a href="http://a.b/c">http://a.b/c</a>).</p>\n'),
        ("`http://a.b/`", "<p><code>http://a.b/</code></p>\n"),
        ("<p>http://a.b/ <a href='http://c.d'>", "<p>http://a.b/ <a href='http://c.d'>\n"),
        ("<i>http://a.b/</i>", '<p><i><a href="http://a.b/">http://a.b/</a></i></p>\n'),
        ("https://a.b/?c&d", '<p><a href="https://a.b/?c&amp;d">https://a.b/?c&amp;d</a></p>\n'),
    ],
)
def test_addresses(body: str, expected: str) -> None:
    """A host has a dot and letters, an address is ASCII and follows a space, and the author's own links stay."""
    assert expected == RENDERERS["goldmark"](body)


def test_mark_of_the_summary() -> None:
    """Where the summary ends, so does the paragraph."""
    assert "<p>a</p>\n<!--more-->\n<p><em>b</em></p>\n" == RENDERERS["goldmark"]("a<!--more-->\n*b*")


def test_short_head() -> None:
    """The head of a table may have fewer cells than the rule below, code aside."""
    table = "|a|\n|-|-|\n|b|c|"

    assert "<th>a</th>\n<th></th>" in RENDERERS["goldmark"](table)
    assert f"<pre><code>{table}\n</code></pre>\n" == RENDERERS["goldmark"](f"```\n{table}\n```")


@settings(max_examples=300, deadline=None)
@given(st.lists(st.sampled_from(PIECES.replace("¶", "\n").split(" ")), max_size=30).map("".join))
def test_any_text(body: str) -> None:
    """Nothing stays hidden, whatever stands around it."""
    assert not re.search("[\ufdd1-\ufdd3]|%EF%B7%9[123]", RENDERERS["goldmark"](body))


@pytest.mark.parametrize(
    "piece", ["@", "www.", "http://a.b/ ", "<pre>", "<div>\n\n", "a@b.c [", "|a|\n|-|-|\n", "<a href=x>www.a.b "]
)
def test_pathological(piece: str) -> None:
    """Nothing takes the square of its length."""
    assert RENDERERS["goldmark"](piece * 10_000)
