"""Plain text for people."""

import re
import unicodedata
from typing import Literal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from feeds.digest.text import led, shortened, visible, wrapped

any_text = st.text(st.characters(codec="utf-8"), max_size=200)
words = st.lists(st.text("abcأبجד漢字、 é", min_size=1, max_size=12), max_size=40).map(" ".join)


@pytest.mark.parametrize(
    ("text", "limit", "short"),
    [
        ("short enough", 12, "short enough"),
        ("between words it is cut", 16, "between words…"),
        ("نص عربي، ثم بقيته", 10, "نص عربي…"),
        ("العَرَبِيَّةُ لغة", 11, "العَرَبِيَّةُ لغة"),
        ("縦書きとフィード", 5, "縦書きと…"),
        ("anything", 0, ""),
        ("", 5, ""),
    ],
)
def test_a_text_is_cut_after_a_word(text: str, limit: int, short: str) -> None:
    """Cut texts end with a whole word and dots, in scripts with and without spaces; accents are not counted."""
    assert short == shortened(text, limit)


@given(any_text, st.integers(1, 80))
@settings(max_examples=100)
def test_a_cut_text_is_never_too_long(text: str, limit: int) -> None:
    """Whatever the text, no more is visible than was asked for, and only what was there and the dots."""
    short = shortened(text, limit)

    assert visible(short) <= limit
    assert short == text or text.startswith(short.removesuffix("…"))


@given(words, st.sampled_from(["ltr", "rtl"]))
@settings(max_examples=100)
def test_wrapping_loses_nothing(text: str, direction: Literal["ltr", "rtl"]) -> None:
    """All letters are there, in lines of at most 72 columns, of which wide letters take two."""
    lines = wrapped(text, direction).split("\n")

    assert re.sub(r"\s", "", text) == re.sub("[\\s\u200e\u200f]", "", "".join(lines))
    assert max(visible(line) + sum(unicodedata.east_asian_width(each) in "WF" for each in line) for line in lines) <= 72


def test_an_address_is_never_broken() -> None:
    """A word that is wider than a line keeps its own line, whole."""
    address = f"https://example.org/{'x' * 80}"

    assert f"before\n{address}\nafter" == wrapped(f"before {address} after", "ltr")


def test_japanese_lines_do_not_begin_with_a_full_stop() -> None:
    """Lines break between letters, but a closing mark stays with what it closes."""
    lines = wrapped("潮" * 35 + "水。" + "潮" * 10, "ltr").split("\n")

    assert not any(line.startswith("。") for line in lines)


@pytest.mark.parametrize(
    ("line", "direction", "expected"),
    [
        ("VLC يفتح", "rtl", "\u200fVLC يفتح"),
        ("يفتح VLC", "rtl", "يفتح VLC"),
        ("23 نوفمبر", "rtl", "23 نوفمبر"),
        ("مرحبا in English", "ltr", "\u200eمرحبا in English"),
        ("2026", "rtl", "2026"),
    ],
)
def test_a_line_runs_the_way_of_its_language(line: str, direction: Literal["ltr", "rtl"], expected: str) -> None:
    """Mail programs take the direction of a line from its first letter; a mark in front corrects them."""
    assert expected == led(line, direction)
