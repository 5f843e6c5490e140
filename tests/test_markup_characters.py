"""`clean_text`: only characters that a feed can carry."""

import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree

from feeds.markup.characters import clean_text, first_dropped


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("كتاب\tبه\nسطر", "كتاب\tبه\nسطر"),
        ("a\r\nb\rc\x85d", "a\nb\nc\nd"),
        ("a\x0bb\x0cc", "a b c"),
        ("a\x00b\x02c\x08d\x7fe\x9ff\ufffdg", "abcdefg"),
        ("\ud800\ufdd0\uffff\U0001fffe\U0010ffff", ""),
        ("می\u200cخواهم 👩\u200d🚀 \u202b", "می\u200cخواهم 👩\u200d🚀 \u202b"),
    ],
)
def test_clean(text: str, expected: str) -> None:
    """Illegal characters go, odd breaks become plain ones, joiners and bidi marks stay."""
    assert expected == clean_text(text)


@pytest.mark.parametrize(("text", "expected"), [("a\r\nb\x85\x08", 5), ("\x0c", 0), ("a\r\nنص", -1), ("", -1)])
def test_first_dropped(text: str, expected: int) -> None:
    """The first character that a reader would miss is found; line ends are none."""
    assert expected == first_dropped(text)


@settings(max_examples=200, deadline=None)
@given(st.text(st.characters(), max_size=30) | st.text("\x00\x0b\r\n\x85\ufffe\U0001ffff\ud800a", max_size=10))
def test_any_text(text: str) -> None:
    """Any text becomes one that XML carries unchanged, and a clean one stays as it is."""
    result = clean_text(text)
    element = etree.Element("x")
    element.text = result

    assert etree.fromstring(etree.tostring(element, encoding="utf-8")).text == (result or None)
    assert not [c for c in result if unicodedata.category(c) in ("Cs", "Cc") and c not in "\t\n"]
    assert result == clean_text(result)
