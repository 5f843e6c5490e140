"""Archived feeds: no reader misses a post, and an archive document never changes."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from feeds.config import Settings, load
from feeds.formats import ids
from feeds.model import Post
from feeds.publish import build, check
from feeds.publish.archive import chunks

NOW = datetime(2026, 1, 1, tzinfo=UTC)
FIRST = datetime(2025, 1, 1, tzinfo=UTC)
LIMIT = 3
SITE = """
[site]
url = "https://example.org/blog/"
title = "مدوّنة"
language = "ar"

[posts]
engine = "plain"

[feeds]
archive = true
limit = 3
"""
LINKS = "{http://www.w3.org/2005/Atom}link"
HISTORY = "{http://purl.org/syndication/history/1.0}"


@pytest.fixture
def site(tmp_path: Path) -> Path:
    """Give the folder of a blog without posts that keeps an archive."""
    (tmp_path / "feeds.toml").write_text(SITE, "utf-8")
    (tmp_path / "posts").mkdir()
    return tmp_path


def publish(site: Path, *numbers: int) -> Settings:
    """Add posts with these numbers, one a day, and build."""
    for number in numbers:
        day = FIRST + timedelta(number)
        text = f"---\ntitle: خبر {number}\ndate: {day:%Y-%m-%d}\ncategory: أدوات\n---\nنص {number}\n"
        (site / "posts" / f"{number}.md").write_text(text, "utf-8")
    settings = load(site)
    build(settings, NOW)
    return settings


def walk(site: Path, path: str, rel: str) -> Iterator[bytes]:
    """Yield the document at `path` and all that it leads to, as a reader follows them."""
    while path:
        document = (site / "public" / path).read_bytes()
        yield document
        path = linked(document, rel).removeprefix("https://example.org/blog/")


def linked(document: bytes, rel: str) -> str:
    """Return where a document links to as `rel`; "" when it does not."""
    if document.startswith(b"{"):
        return str(json.loads(document).get("next_url", "") if rel == "prev-archive" else "")
    root = etree.fromstring(document)
    return next((str(link.get("href")) for link in root.iter(LINKS) if link.get("rel") == rel), "")


def archive(site: Path) -> dict[str, bytes]:
    """Return the archive documents by their paths."""
    found = (site / "public").rglob("archive/*/*")
    return {path.relative_to(site).as_posix(): path.read_bytes() for path in found}


def numbers(document: bytes) -> list[int]:
    """Return the numbers of the posts in a document, least first."""
    return sorted(int(each.rpartition("/")[2].removesuffix(".md")) for each in ids(document))


@pytest.mark.parametrize("name", ["feed.xml", "atom.xml", "feed.json"])
def test_a_reader_that_follows_the_links_gets_every_post_once(site: Path, name: str) -> None:
    """From the document that is polled back to the first post, and from each archive document to the feed."""
    publish(site, *range(14))
    documents = list(walk(site, name, "prev-archive"))

    assert [[9, 10, 11, 12, 13], [6, 7, 8], [3, 4, 5], [0, 1, 2]] == [numbers(each) for each in documents]
    if name != "feed.json":
        back = {linked(each, "current") for each in documents[1:]}
        assert {f"https://example.org/blog/{name}"} == back
        assert [3, 4, 5] == numbers(list(walk(site, "feeds/archive/1/" + name, "next-archive"))[1])


@pytest.mark.parametrize("count", [0, 1, 8])
def test_a_feed_that_fits_one_document_is_complete(site: Path, count: int) -> None:
    """It says so, and has no archive."""
    publish(site, *range(count))
    document = (site / "public" / "atom.xml").read_bytes()

    assert list(range(count)) == numbers(document)
    assert etree.fromstring(document).find(f"{HISTORY}complete") is not None
    assert {} == archive(site)


def test_each_category_has_its_archive(site: Path) -> None:
    """Beside its feed, in a folder of its own."""
    publish(site, *range(9))

    assert {
        f"public/{folder}/archive/{number}/{name}"
        for folder in ("feeds", "feeds/أدوات")
        for number in (1, 2)
        for name in ("feed.xml", "atom.xml", "feed.json")
    } == set(archive(site))


def test_archive_documents_never_change(site: Path) -> None:
    """Not by new posts, nor when a post in them is edited, deleted or dated anew."""
    publish(site, *range(9))
    before = archive(site)
    (site / "posts" / "0.md").unlink()
    (site / "posts" / "1.md").write_text("---\ntitle: غيره\ndate: 2025-01-02\n---\nغيره\n", "utf-8")
    (site / "posts" / "2.md").write_text("---\ntitle: غيره\ndate: 2025-03-01\n---\nغيره\n", "utf-8")
    publish(site, *range(9, 30))
    after = archive(site)

    assert before == {path: after[path] for path in before}
    assert len(after) > len(before)


def test_the_same_posts_make_the_same_archive(site: Path) -> None:
    """Whether built post by post or, where nothing is kept between builds, all at once."""
    for number in range(14):
        publish(site, number)
    step_by_step = archive(site)
    for path in step_by_step:
        (site / path).unlink()
    publish(site)

    assert step_by_step == archive(site)


def test_a_corrected_post_stands_in_the_feed_again(site: Path) -> None:
    """Readers of the archive never ask for it again, so the correction comes to them."""
    publish(site, *range(9))
    (site / "posts" / "1.md").write_text("---\ntitle: خبر\ndate: 2025-01-02\nupdated: 2025-01-20\n---\nنص\n", "utf-8")
    publish(site)

    assert [1, 6, 7, 8] == numbers((site / "public" / "feed.xml").read_bytes())


def test_a_post_with_an_old_date_is_not_lost(site: Path) -> None:
    """It came after its place in the archive was written, so it is in the feed, then in the next document."""
    publish(site, *range(1, 10))
    publish(site, 0)
    in_feed = numbers((site / "public" / "feed.xml").read_bytes())
    publish(site, 10, 11)

    assert [0, 7, 8, 9] == in_feed
    assert [0, 7, 8] == numbers((site / "public/feeds/archive/3/feed.xml").read_bytes())


def test_a_removed_document_is_written_anew(site: Path) -> None:
    """So an operator can take a post out of the archive for good: delete the document, then build."""
    publish(site, *range(14))
    (site / "posts" / "4.md").unlink()
    for path in (site / "public/feeds/archive/2").iterdir():
        path.unlink()
    publish(site)

    documents = walk(site, "feed.xml", "prev-archive")
    assert {*range(14)} - {4} == {number for each in documents for number in numbers(each)}


def test_a_format_that_comes_later_gets_the_same_archive(site: Path) -> None:
    """Its documents hold the posts that those of the other formats hold."""
    (site / "feeds.toml").write_text(SITE + 'formats = ["atom"]\n', "utf-8")
    publish(site, *range(9))
    (site / "feeds.toml").write_text(SITE, "utf-8")
    publish(site, *range(9, 12))

    assert [0, 1, 2] == numbers((site / "public/feeds/archive/1/feed.json").read_bytes())


def test_a_site_that_moves_gets_a_new_archive(site: Path) -> None:
    """At another address it is another document, and says so."""
    publish(site, *range(9))
    (site / "feeds.toml").write_text(SITE.replace("example.org", "example.net"), "utf-8")
    publish(site)

    assert all(b"https://example.net/blog/" in each for each in archive(site).values())
    assert all(b"https://example.org/blog/" not in each for each in archive(site).values())


def test_a_category_that_is_gone_takes_its_archive_along(site: Path) -> None:
    """As it does its feed; so does the setting, when it is turned off."""
    publish(site, *range(9))
    for number in range(9):
        path = site / "posts" / f"{number}.md"
        path.write_text(path.read_text("utf-8").replace("category: أدوات\n", ""), "utf-8")
    publish(site)
    with_setting = {path.partition("/archive")[0] for path in archive(site)}
    (site / "feeds.toml").write_text(SITE.replace("archive = true\n", ""), "utf-8")
    publish(site)

    assert ({"public/feeds"}, {}) == (with_setting, archive(site))


def test_check_has_nothing_to_say_of_an_archive(site: Path) -> None:
    """The documents are right, those that were written long ago too."""
    publish(site, *range(14))

    assert () == check(publish(site, 15), NOW).problems


@given(st.integers(1, 5), st.sets(st.integers(0, 60)), st.data())
def test_every_post_is_in_one_document_or_left_to_the_feed(limit: int, days: set[int], data: st.DataObject) -> None:
    """Whatever was removed from disk: the numbers have no gap, no post is held twice, the newest stay in the feed."""
    times = {str(day): FIRST + timedelta(day) for day in days}
    posts = [Post(f"{name}.md", "https://example.org/", "", time, time, name) for name, time in times.items()]
    whole = {number: frozenset(post.id for post in each) for number, each in chunks(posts, {}, limit)}
    gone = data.draw(st.sets(st.sampled_from(sorted(whole)))) if whole else set()
    kept = {number: each for number, each in whole.items() if number not in gone}
    again = kept | {number: frozenset(post.id for post in each) for number, each in chunks(posts, kept, limit)}

    assert {limit} >= {len(each) for each in whole.values()}
    for documents in (whole, again):
        held = [name for each in documents.values() for name in each]
        assert list(range(1, len(documents) + 1)) == sorted(documents)
        assert len({*held}) == len(held)
        assert min(limit, len(posts)) <= len(posts) - len(held)
