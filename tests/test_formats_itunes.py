"""Directories of podcasts find what they want in RSS, and only there."""

from typing import Any

import msgspec
import pytest
from lxml import etree

from feeds.catalogue import feeds_for
from feeds.formats import FORMATS
from feeds.model import Author, Enclosure, Entry, Podcast, Post, Site
from tests.test_formats import POST

SITE = Site(url="https://example.org/", title="بودكاست", author=Author("ليلى", "layla@example.org"))
SHOW = Podcast(category=("Society & Culture > Philosophy", "Technology"), image="/cover.jpg")
EPISODE = msgspec.structs.replace(
    POST,
    enclosures=(Enclosure("https://example.org/a.mp3", "audio/mpeg", 9, 842),),
    season=2,
    episode=1,
    explicit=True,
    image="https://example.org/1.png",
)
NAMES = {"itunes": "http://www.itunes.com/dtds/podcast-1.0.dtd"}


def rss(post: Post = EPISODE, show: Podcast | None = SHOW) -> Any:
    """Return the channel of a show with one post."""
    feed = feeds_for(SITE, [post], podcast=show)[0]
    return etree.fromstring(FORMATS["rss"].render(feed, [Entry(post, "<p>x</p>", "x", post.image)]))[0]


def said(node: Any) -> dict[str, str]:
    """Return the iTunes elements of a channel or item: name -> text or attribute."""
    found = node.xpath("itunes:*", namespaces=NAMES)
    return {etree.QName(each).localname: (each.text or "").strip() or "".join(each.attrib.values()) for each in found}


def test_a_show_is_described() -> None:
    """Author and owner are the site's unless the settings say others; the cover's address is absolute."""
    channel = rss()

    assert {
        "author": "ليلى",
        "type": "episodic",
        "explicit": "false",
        "image": "https://example.org/cover.jpg",
        "owner": "",
        "category": "Technology",
    } == said(channel)
    assert ["ليلى", "layla@example.org"] == channel.xpath("itunes:owner/*/text()", namespaces=NAMES)
    assert ["Society & Culture", "Philosophy", "Technology"] == channel.xpath(
        ".//itunes:category/@text", namespaces=NAMES
    )


def test_an_episode_is_described() -> None:
    """Its duration in seconds, its numbers, its own cover."""
    assert {
        "duration": "842",
        "season": "2",
        "episode": "1",
        "explicit": "true",
        "image": "https://example.org/1.png",
    } == said(rss().find("item"))


@pytest.mark.parametrize(
    "post", [POST, msgspec.structs.replace(EPISODE, enclosures=(Enclosure("https://example.org/a.ogg", "audio/ogg"),))]
)
def test_other_posts_are_ordinary_items(post: Post) -> None:
    """Those without media, and those that Apple does not play."""
    assert {} == said(rss(post).find("item"))


def test_what_is_not_known_is_not_said() -> None:
    """No empty elements; explicit alone is always said of a show."""
    bare = msgspec.structs.replace(EPISODE, enclosures=(Enclosure("https://example.org/a.mp3", "audio/mpeg"),))
    bare = msgspec.structs.replace(bare, season=0, episode=0, explicit=None, image="https://example.org/1.webp")
    show = Podcast(category=("Technology",), owner=Author("x"))

    assert {} == said(rss(bare).find("item"))
    assert {"author", "type", "explicit", "category"} == {*said(rss(bare, show))}


def test_a_site_that_is_no_show_says_nothing() -> None:
    """Its posts may have enclosures all the same."""
    channel = rss(show=None)

    assert b"itunes" not in etree.tostring(channel.getparent())
    assert channel.find("item/enclosure") is not None


def test_other_formats_have_their_own_ways() -> None:
    """Atom has nothing of the kind; JSON Feed has the duration."""
    feed = feeds_for(SITE, [EPISODE], podcast=SHOW)[0]
    atom, json = (FORMATS[name].render(feed, [Entry(EPISODE, "<p>x</p>", "x")]) for name in ("atom", "json"))

    assert b"itunes" not in atom + json
    assert [
        {"url": "https://example.org/a.mp3", "mime_type": "audio/mpeg", "size_in_bytes": 9, "duration_in_seconds": 842}
    ] == (msgspec.json.decode(json)["items"][0]["attachments"])
