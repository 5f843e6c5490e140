"""Bare addresses as Hugo links them."""

import pytest

from feeds.markup.renderers import RENDERERS


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
        ("https://a.b/?c&d", '<p><a href="https://a.b/?c&amp;d">https://a.b/?c&amp;d</a></p>\n'),
    ],
)
def test_addresses(body: str, expected: str) -> None:
    """A host has a dot and letters, an address is ASCII and follows a space, and the author's own links stay."""
    assert expected == RENDERERS["goldmark"](body)
