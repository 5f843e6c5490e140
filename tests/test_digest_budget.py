"""How much of the posts an issue shows."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feeds.digest.budget import EXCERPTS, LIMIT, Cut, cuts, fitting
from feeds.errors import SettingsError


def weight(cut: Cut) -> int:
    return cut.full * 9000 + (cut.posts - cut.full) * (700 + 2 * cut.excerpt) + cut.images * 800 + cut.links * 300


@given(st.integers(1, 40), st.booleans(), st.integers(0, 40))
def test_each_cut_is_stingier(posts: int, full: bool, links: int) -> None:
    """From the first, which shows all, to the last, one post with a line of text, each shows a little less."""
    every = list(cuts(posts, posts if full else 0, links))

    weights = [weight(cut) for cut in every]

    assert Cut(posts, posts if full else 0, links, posts) == every[0]
    assert Cut(1, 0, 0, 0, EXCERPTS[-1]) == every[-1]
    assert weights == sorted(weights, reverse=True)
    assert len(weights) == len(set(weights))


def test_things_go_in_order() -> None:
    """Full posts go first, then words of excerpts, pictures, links, and posts last."""
    steps = [
        next(name for name in Cut.__struct_fields__ if getattr(one, name) != getattr(other, name))
        for one, other in zip(list(cuts(2, 2, 1)), list(cuts(2, 2, 1))[1:], strict=False)
    ]

    assert ["full"] * 2 + ["excerpt"] * 2 + ["images"] * 2 + ["excerpt", "links", "posts"] == steps


@given(st.integers(1, 300), st.booleans(), st.integers(0, 300))
def test_the_most_generous_that_fits_is_taken(posts: int, full: bool, links: int) -> None:
    """What is taken fits, and what would show more does not."""
    every = list(cuts(posts, posts if full else 0, links))

    cut, html = fitting(every, lambda cut: "x" * weight(cut))

    assert weight(cut) == len(html) <= LIMIT
    assert all(weight(each) > LIMIT for each in every[: every.index(cut)])


def test_nothing_fits() -> None:
    """A template that is too large by itself is refused."""
    with pytest.raises(SettingsError, match="makes mails of 95 KB"):
        fitting(cuts(3, 0, 3), lambda _cut: "x" * (LIMIT + 1))
