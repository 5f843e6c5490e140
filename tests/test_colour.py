"""Whether letters of a colour can be read."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feeds.colour import READABLE, SHEET, SHEET_IN_DARK, contrast, readable
from feeds.model import Style

colours = st.binary(min_size=3, max_size=3).map(lambda parts: f"#{parts.hex()}")


@pytest.mark.parametrize(
    ("one", "other", "ratio"),
    [("#000000", "#ffffff", 21), ("#ffffff", "#ffffff", 1), ("#777777", "#ffffff", 4.48), ("#0000ff", "#FFFFFF", 8.59)],
)
def test_contrast_is_reckoned_as_wcag_says(one: str, other: str, ratio: float) -> None:
    """The figures are those of WCAG's definition, whichever colour comes first."""
    assert (ratio, ratio) == (round(contrast(one, other), 2), round(contrast(other, one), 2))


@given(colours, st.sampled_from([SHEET, SHEET_IN_DARK]))
def test_for_every_colour_there_is_one_that_can_be_read(colour: str, ground: str) -> None:
    """What is offered instead of a colour can be read; a colour that can be read is its own."""
    offered = readable(colour, ground)

    assert contrast(offered, ground) >= READABLE
    assert offered == colour or contrast(colour, ground) < READABLE


def test_what_is_offered_is_near() -> None:
    """The hue stays, and the colour is no darker than it must be."""
    assert ("#b35f00", "#757575") == (readable("#ff8800", SHEET), readable("#777777", SHEET))


def test_our_own_colours_can_be_read() -> None:
    """The default style passes what it asks of others."""
    assert contrast(Style().accent, SHEET) >= READABLE
    assert contrast(Style().accent_in_dark, SHEET_IN_DARK) >= READABLE
