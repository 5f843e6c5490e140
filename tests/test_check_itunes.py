"""What directories of podcasts would refuse is named."""

import pytest
from msgspec.structs import replace

from feeds.catalogue import feeds_for
from feeds.check import check
from feeds.check.itunes import CATEGORIES
from feeds.formats import FORMATS
from feeds.model import Author, Entry, Podcast, Problem
from tests.test_formats_itunes import EPISODE, SHOW, SITE

EVERY = (*CATEGORIES, *(f"{name} > {each}" for name in CATEGORIES for each in CATEGORIES[name].split(", ") if each))


def good(show: Podcast = SHOW, author: Author = SITE.author) -> str:
    """Return the feed of a show."""
    feed = feeds_for(replace(SITE, author=author), [EPISODE], podcast=show)[0]
    return FORMATS["rss"].render(feed, [Entry(EPISODE, "<p>x</p>", "x", EPISODE.image)]).decode()


def problems(document: str) -> tuple[Problem, ...]:
    """Check a feed where it should be."""
    return check("rss", document.encode(), "https://example.org/feed.xml", "public/feed.xml")


def test_what_we_write_is_right() -> None:
    """A show with all that there is to say, in every category that Apple has."""
    assert () == problems(good())
    assert () == problems(good(replace(SHOW, category=EVERY, explicit=True, type="serial")))


@pytest.mark.parametrize(
    ("show", "author", "what"),
    [
        (replace(SHOW, category=("Tech",)), SITE.author, "'Tech' is no category"),
        (replace(SHOW, category=("Technology > Gadgets",)), SITE.author, "'Gadgets' is no category in 'Technology'"),
        (replace(SHOW, category=("تقنية",)), SITE.author, "'تقنية' is no category"),
        (replace(SHOW, image=""), SITE.author, "a podcast without image"),
        (SHOW, Author("ليلى"), "a podcast without owner"),
        (replace(SHOW, owner=Author("x", "nowhere")), SITE.author, "'nowhere' is not a mail address"),
    ],
)
def test_settings_that_make_a_show_unlisted_are_named(show: Podcast, author: Author, what: str) -> None:
    """With what to set instead."""
    assert [what] == [each.what.removeprefix("email: ") for each in problems(good(show, author))]


@pytest.mark.parametrize(
    ("old", "new", "what"),
    [
        ("<itunes:explicit>false", "<itunes:explicit>clean", "neither true nor false"),
        ("<itunes:duration>842", "<itunes:duration>14m", "whole number"),
        ("<itunes:episode>1", "<itunes:episode>0", "whole number"),
        ("<itunes:episode>1", f"<itunes:episode>{'0' * 5000}", "whole number"),
        ('length="9"', 'length="0"', "the length of https://example.org/a.mp3 is not known"),
        ('<itunes:image href="https://example.org/1.png"', "<itunes:image", "image has no href"),
        ("<itunes:explicit>false</itunes:explicit>", "", "a podcast without explicit"),
        ("<itunes:type>", "<itunes:type>episodic</itunes:type><itunes:type>", "type stands 2 times"),
    ],
)
def test_what_is_broken_is_named(old: str, new: str, what: str) -> None:
    """In a file that somebody else spoilt."""
    document = good()
    assert old in document

    assert any(what in each.what for each in problems(document.replace(old, new)))
