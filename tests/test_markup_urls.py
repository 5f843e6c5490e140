"""`absolute_url`: every address absolute, percent-encoded and harmless."""

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from feeds.markup import absolute_url

POST = "https://example.org/news/%D9%85%D9%82%D8%A7%D9%84/post.html"


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("image.png", "https://example.org/news/%D9%85%D9%82%D8%A7%D9%84/image.png"),
        ("../a/./b.png", "https://example.org/news/a/b.png"),
        ("/a b/صورة.png", "https://example.org/a%20b/%D8%B5%D9%88%D8%B1%D8%A9.png"),
        ("?page=2", POST + "?page=2"),
        ("#fn:1", POST + "#fn:1"),
        ("//cdn.example.net/x.js", "https://cdn.example.net/x.js"),
        ("images\\x.png", "https://example.org/news/%D9%85%D9%82%D8%A7%D9%84/images/x.png"),
        ("", ""),
    ],
)
def test_relative(url: str, expected: str) -> None:
    """A reference without a host is resolved against the post."""
    assert expected == absolute_url(url, POST)


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("https://example.org/a?b=c&d=e#f", "https://example.org/a?b=c&d=e#f"),
        ("HTTP://Example.ORG/A", "http://example.org/A"),
        ("https://example.org/%d9%85 [1].pdf", "https://example.org/%d9%85%20%5B1%5D.pdf"),
        ("https://example.org/100%/x?y=é#ß", "https://example.org/100%25/x?y=%C3%A9#%C3%9F"),
        ("http://Bücher.example/", "http://xn--bcher-kva.example/"),
        ("https://مثال.إختبار:8080/", "https://xn--mgbh0fb.xn--kgbechtv:8080/"),
        ("http://faß.example", "http://xn--fa-hia.example"),
        ("http://例え。テスト/", "http://xn--r8jz45g.xn--zckzah/"),
        ("http://[2001:DB8::1]/", "http://[2001:db8::1]/"),
        ("http:/example.org/", "http://example.org/"),
        ("\u200f https://example.org/\n", "https://example.org/"),
        ("mailto:someone@example.org?subject=a b", "mailto:someone@example.org?subject=a%20b"),
        ("tel:+213 1", "tel:+213%201"),
    ],
)
def test_absolute(url: str, expected: str) -> None:
    """An absolute address keeps its escapes, gets those that lack, and its host in ASCII."""
    assert expected == absolute_url(url, POST)


@pytest.mark.parametrize(
    "url",
    [
        "javascript:alert(1)",
        " Java\nScript:alert(1)",
        "vbscript:x",
        "data:text/html,x",
        "file:///etc/passwd",
        "http://",
        "http://[bad/",
        "http://a b/",
        "http://a..b/",
        "http://host:99999/",
        "http://host:x/",
        "http://%00/",
    ],
)
def test_refused(url: str) -> None:
    """What is dangerous or no address at all becomes nothing."""
    assert absolute_url(url, POST) == ""


def test_broken_base() -> None:
    """A base that is no web address gives nothing rather than a relative address."""
    assert absolute_url("x", "not a url") == ""


PIECES = st.sampled_from(["http:", "https:", "//", "/", "\\", "?", "#", "%", "%41", "[", "]", "@", ":", ".", "..", " "])


@settings(max_examples=300, deadline=None)
@given(st.lists(PIECES | st.text(max_size=3), max_size=8).map("".join))
def test_any_text(url: str) -> None:
    """Any text gives nothing or an absolute address of plain ASCII, and doing it twice changes nothing."""
    result = absolute_url(url, POST)

    assert re.fullmatch(r"|[a-z]+:[!#$%&'()*+,./0-9:;=?@A-Z\[\]_a-z~-]*", result)
    assert result == absolute_url(result, POST)
