"""`RENDERERS`: every way to write a body."""

import pytest

from feeds.markup.python_markdown import render
from feeds.markup.renderers import RENDERERS
from feeds.markup.unrenderable import UnrenderableError


@pytest.mark.parametrize("name", RENDERERS)
def test_contract(name: str) -> None:
    """Each keeps the words, gives nothing for nothing, and the same for the same."""
    body = "كلمات, 漢字 and words\n\nmore of them\n"

    assert all(word in RENDERERS[name](body) for word in ("كلمات", "漢字", "words", "more of them"))
    assert RENDERERS[name]("") == ""
    assert RENDERERS[name](body) == RENDERERS[name](body)


def test_text() -> None:
    """Plain text keeps its paragraphs and lines, and loses its tags."""
    assert (
        RENDERERS["text"]("<style>x</style>\n a < b\nc <i>d</i>\n \n\n*e*\n") == "<p> a &lt; b<br>\nc d</p>\n<p>*e*</p>"
    )


@pytest.mark.parametrize(
    ("markdown", "expected"),
    [
        ("```python\na < b\n```", '<pre><code class="language-python">a &lt; b\n</code></pre>'),
        ("a|b\n-|-\n1|2", "<td>1</td>"),
        ("a\n: b", "<dl>\n<dt>a</dt>\n<dd>b</dd>\n</dl>"),
        ("HTML\n\n*[HTML]: Markup", '<p><abbr title="Markup">HTML</abbr></p>'),
        ("<div markdown=1>\n*a*\n</div>", "<div>\n<p><em>a</em></p>\n</div>"),
        ("# a {#b .c}", '<h1 class="c" id="b">a</h1>'),
        ("a\n{: .b title=c}", '<p class="b" title="c">a</p>'),
        ("    :::Python\n    a", '<pre><code class="language-python">a\n</code></pre>'),
        ("    #!sh\n    a", '<pre><code class="language-sh">a\n</code></pre>'),
        ("    #!/bin/sh\n    a", "<pre><code>#!/bin/sh\na\n</code></pre>"),
        ("[a](b){target=_blank}", '<p><a href="b" target="_blank">a</a></p>'),
    ],
)
def test_markdown_extra(markdown: str, expected: str) -> None:
    """Markdown has what most engines have: code, tables, definitions, abbreviations, attributes."""
    assert expected in render(markdown)


@pytest.mark.parametrize(
    "text", ['of\n{ "a": 1 }', "of\n{% include x %}", "*of* { y }", "`f`{x}", "# of {{ x }}", "of { a b }"]
)
def test_braces_are_text(text: str) -> None:
    """What stands in braces and is no list of attributes is the author's text."""
    assert text.split("{", 1)[1] in render(text).replace("&quot;", '"')


def test_footnotes() -> None:
    """Footnotes link back without words in a language of their own."""
    assert 'href="#fnref:1" title="">&#8617;</a>' in render("a[^1]\n\n[^1]: b")


def test_leak() -> None:
    """Where placeholders of the renderer would be seen, another reading of the text is asked for."""
    with pytest.raises(UnrenderableError) as caught:
        render("*/ */* * *<b>*")

    assert caught.value.instead == "gfm"
    assert "<b>" in RENDERERS["gfm"]("*/ */* * *<b>*")


def test_placeholders_of_the_author() -> None:
    """A post about them may show them."""
    assert "wzxhzdk:21" in render("`wzxhzdk:21`")


@pytest.mark.parametrize("body", ["~~~a\n" * 3_000, "> > > > > > a\n\n" * 6_000], ids=["fences", "quotes"])
def test_bounds(body: str) -> None:
    """What takes the square of its length, or is read over and over, is left to a quicker renderer."""
    with pytest.raises(UnrenderableError, match="takes too long"):
        render(body)


def test_closed_fences() -> None:
    """Fences that end are no such thing, however many."""
    assert render("~~~a\nb\n~~~\n\n" * 3_000).count("<pre>") == 3_000


def test_names_of_footnotes() -> None:
    """A bracket in a later line does not end the name of a footnote, so no text is searched for it to its end."""
    assert "footnote" not in render("[^a\nb]: c")
