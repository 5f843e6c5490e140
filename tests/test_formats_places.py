"""Where the files of feeds lie."""

import pytest
from msgspec.structs import replace

from feeds.catalogue import feeds_for
from feeds.config import Feeds, keys
from feeds.formats import FORMATS
from feeds.formats.places import PLACES, path_of, patterns, place, spelled
from feeds.model import EPOCH, Post, Site

SITE = Site(url="https://example.org/blog/", title="Site")
POST = Post("a.md", "https://example.org/blog/a", "A", EPOCH, EPOCH, id="x", categories=("أخبار", "All"), tags=("t",))


def paths(preset: str) -> list[list[str]]:
    feeds = feeds_for(SITE, [POST], by=("category", "tag"), paths=preset)
    return [[path_of(feed, name) for name in feed.urls] for feed in feeds]


@pytest.mark.parametrize(
    ("preset", "site", "category"),
    [
        (
            "default",
            ["feed.xml", "atom.xml", "feed.json"],
            ["feeds/أخبار/feed.xml", "feeds/أخبار/atom.xml", "feeds/أخبار/feed.json"],
        ),
        (
            "jekyll",
            ["rss.xml", "feed.xml", "feed.json"],
            ["feeds/أخبار/feed.xml", "feed/أخبار.xml", "feeds/أخبار/feed.json"],
        ),
        (
            "hugo",
            ["index.xml", "atom.xml", "feed.json"],
            ["categories/أخبار/index.xml", "feeds/أخبار/atom.xml", "feeds/أخبار/feed.json"],
        ),
        (
            "pelican",
            ["feeds/all.rss.xml", "feeds/all.atom.xml", "feed.json"],
            ["feeds/khbr.rss.xml", "feeds/khbr.atom.xml", "feeds/أخبار/feed.json"],
        ),
        (
            "eleventy",
            ["feed.xml", "feed/feed.xml", "feed/feed.json"],
            ["feeds/أخبار/feed.xml", "feeds/أخبار/atom.xml", "feeds/أخبار/feed.json"],
        ),
    ],
)
def test_feeds_lie_where_the_engine_had_them(preset: str, site: list[str], category: list[str]) -> None:
    """Addresses that readers poll stay; what the engine did not write lies where ours does."""
    found = paths(preset)

    assert (found[0], [each for each in found if "أخبار" in each[2]]) == (site, [category])


# As Jekyll 4.3 with jekyll-feed 0.17, Hugo 0.168, Pelican 4.12 and Nikola 8.3 wrote them.
SPELLED = {
    "أخبار عاجلة": ("أخبار عاجلة", "أخبار-عاجلة", "khbr-jl", "khbr-jl"),
    "News & more": ("News & more", "news--more", "news-more", "news-more"),
    "C#": ("C#", "c#", "c", "c"),
    "C++": ("C++", "c++", "c", "c++"),
    "Café": ("Café", "café", "cafe", "cafe"),
    "U.S.A": ("U.S.A", "u.s.a", "usa", "usa"),
    "你好": ("你好", "你好", "ni-hao", "ni-hao"),
    "Tech / Linux": ("", "", "tech-linux", ""),  # a folder to the others
}


@pytest.mark.parametrize("name", SPELLED)
def test_names_are_spelled_as_the_engines_do(name: str) -> None:
    """Else the feeds of categories would move."""
    assert tuple(spelled(paths, name) for paths in ("jekyll", "hugo", "pelican", "nikola")) == SPELLED[name]


@pytest.mark.parametrize("name", ["a/b", "..", "x.", "a\\b", "what?", "a\nb", "🎉" * 51])
@pytest.mark.parametrize("preset", PLACES)
def test_what_is_no_name_of_a_file_lies_where_ours_does(preset: str, name: str) -> None:
    """No name of a category leads out of the folder, or is none on another system."""
    assert spelled(preset, name) in ("", "x", "what", "ab", "a-b")


def test_of_names_spelled_alike_the_first_has_the_address() -> None:
    """Nor is a category called as the feed of all is."""
    posts = [replace(POST, id=name, url=name, categories=(name,)) for name in ("All", "C++", "C")]
    feeds = feeds_for(SITE, posts, formats=["atom"], paths="pelican")
    found = {feed.category: path_of(feed, "atom") for feed in feeds}
    longer = next(path for path in found.values() if path.startswith("feeds/c-"))

    assert found == {"": "feeds/all.atom.xml", "C": "feeds/c.atom.xml", "C++": longer, "All": "feeds/all/atom.xml"}


def test_languages_have_feeds_of_their_own_in_pelican() -> None:
    """They lie where no category does, whatever it is called."""
    posts = [replace(POST, language="fr", categories=("All FR",)), replace(POST, id="y", language="ar", categories=())]
    feeds = feeds_for(SITE, posts, by=("category", "language"), formats=["atom"], paths="pelican")
    found = [path_of(feed, "atom") for feed in feeds]

    assert ["feeds/all-fr/atom.xml", "feeds/all-ar.atom.xml", "feeds/all-fr.atom.xml"] == found[-3:]


def test_signs_of_an_address_are_escaped() -> None:
    """In the file they stand as they are."""
    sharp = replace(POST, categories=("C# 100%",))
    feed = feeds_for(SITE, [sharp], paths="jekyll")[1]

    assert feed.urls["atom"] == "https://example.org/blog/feed/C%23%20100%25.xml"
    assert path_of(feed, "atom") == "feed/C# 100%.xml"


@pytest.mark.parametrize("preset", PLACES)
def test_no_two_feeds_share_a_path(preset: str) -> None:
    """Each file is one feed in one format, even of a category "all"."""
    found = [path for feed in paths(preset) for path in feed]

    assert len(found) == len(set(found)) == 4 * len(FORMATS)


@pytest.mark.parametrize("preset", PLACES)
def test_addresses_are_the_paths(preset: str) -> None:
    """A file is served where it lies, below the address of the site, in whatever letters."""
    for feed in feeds_for(SITE, [POST], paths=preset):
        assert all(url.startswith("https://example.org/blog/") and url.isascii() for url in feed.urls.values())
    abroad = Site(url="https://مثال.example/مدونة/", title="x")
    whole = feeds_for(abroad, [POST], paths=preset)[0]
    assert place(preset, "", "", "", "rss") == path_of(whole, "rss")


def test_the_setting_offers_all_places() -> None:
    """What `[feeds] paths` takes are the places there are."""
    kind = next(kind for key, kind, _, _ in keys(Feeds) if key == "paths")

    assert set(kind.__args__) == set(PLACES)


def test_files_that_may_be_gone_are_found_again() -> None:
    """Patterns match the files of any category, so that those of one that is no more can be removed."""
    assert "categories/*/index.xml" in patterns("hugo")
    assert patterns("default") == ()
