"""Rates as people write them."""

import pytest

from feeds.rate import per_second


@pytest.mark.parametrize(
    ("text", "rate"),
    [("14/s", 14), ("500/hour", 500 / 3600), (" 90 per minute ", 1.5), ("86400/days", 1), ("0.5 / SEC", 0.5)],
)
def test_rates_are_read(text: str, rate: float) -> None:
    """As providers write them."""
    assert rate == per_second(text)


@pytest.mark.parametrize("text", ["", "0/s", "fast", "10", "10/fortnight", "-1/s", "1.5.1/s", "/s"])
def test_what_is_no_rate_is_none(text: str) -> None:
    """Nothing at all, or nothing that would ever let a message out."""
    assert 0 == per_second(text)
