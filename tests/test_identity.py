"""Ids: given once, the same for ever, no two alike."""

import re
from datetime import UTC, date, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from feeds.identity import assign, authority_of, tag_uri
from feeds.identity.adopt import by_page
from feeds.identity.entries import Seen
from feeds.model import Post

DAY = datetime(2025, 6, 20, 23, 30, tzinfo=UTC)
# RFC 4151 section 2.1, in the letters that the W3C validator accepts.
TAG = re.compile(r"tag:[a-z0-9.-]+,\d{4}-\d\d-\d\d:(?:[A-Za-z0-9;/?:@&=+$.\-_!~*'(),]|%[0-9A-F]{2})*")


def post(path: str = "posts/a.md", guid: str = "", published: datetime = DAY) -> Post:
    return Post(path, f"https://example.org/{path}", "x", published, published, guid=guid)


def ids(*posts: Post) -> list[str]:
    return [each.id for each in assign(posts, "example.org", "Africa/Algiers")[0]]


def test_an_id_is_made_of_host_day_and_path() -> None:
    """Without a guid it is a tag: URI, with the day on the site's clock."""
    assert ids(post()) == ["tag:example.org,2025-06-21:posts/a.md"]


def test_paths_are_encoded_in_nfc() -> None:
    """Ids are ASCII, and the same on a disk that takes letters and accents apart."""
    expected = ["tag:example.org,2025-06-21:news/%D8%B3%D9%84%D8%A7%D9%85%20%C3%A9%25%23.md"]

    assert expected == ids(post("news/سلام é%#.md")) == ids(post("news/سلام e\u0301%#.md"))


def test_a_name_with_an_escape_in_it_is_not_encoded_twice() -> None:
    """The W3C validator calls "%2520" not canonical, so a "%" that looks like an escape is a star; others are kept."""
    assert ids(post("a%20b 100%.md")) == ["tag:example.org,2025-06-21:a*20b%20100%25.md"]
    assert len(set(ids(post("a%20b.md"), post("a*20b.md")))) == 2


@pytest.mark.parametrize(
    ("guid", "expected"),
    [
        ("https://old.example/?p=4063", "https://old.example/?p=4063"),
        ("https://old.example/سلام", "https://old.example/%D8%B3%D9%84%D8%A7%D9%85"),
        ("tag:old.example,2010:x", "tag:old.example,2010:x"),
        ("urn:x-blog:7", "urn:x-blog:7"),
        ("F81D4FAE-7DEC-11D0-A765-00A0C91E6BF6", "urn:uuid:f81d4fae-7dec-11d0-a765-00a0c91e6bf6"),
        ("4063", "tag:example.org,2000-01-01:4063"),
        ("Note: سلام", "tag:example.org,2000-01-01:Note:%20%D8%B3%D9%84%D8%A7%D9%85"),
        ("https:// no address", "tag:example.org,2000-01-01:https://%20no%20address"),
    ],
)
def test_a_guid_is_the_id(guid: str, expected: str) -> None:
    """What the author asks for is kept when it is a URI, and made one, whatever the date, when it is not."""
    assert expected == ids(post(guid=guid))[0] == ids(post(guid=guid, published=DAY.replace(year=2020)))[0]


def test_a_guid_that_readers_know_stays_as_it_is() -> None:
    """What the author asks for and the lock holds, letter by letter, is not made a URI."""
    found, problems = assign([post(guid="4063")], "example.org", "UTC", {post().path: "4063"})

    assert [each.id for each in found] == ["4063"]
    assert problems == ()


def test_the_older_post_keeps_a_guid() -> None:
    """Copied front matter has the guid of the old post: the new one gets an id of its own, and is named."""
    new, old = post("a.md", "https://x.example/1"), post("b.md", "https://x.example/1", DAY.replace(year=2020))
    found, problems = assign([new, old], "example.org", "UTC")

    assert [each.id for each in found] == ["tag:example.org,2025-06-20:a.md", "https://x.example/1"]
    assert [(problem.path, problem.what) for problem in problems] == [("a.md", "b.md has the same guid")]


def test_posts_at_one_address_are_named() -> None:
    """Of posts that are served at one address each but the oldest is named, with the one that was there first."""
    old, new = post("b.md", published=DAY.replace(year=2020)), replace(post("a.md"), url=post("b.md").url)
    found, problems = assign([new, old, post("c.md")], "example.org", "UTC")

    assert len({each.id for each in found}) == 3
    assert [(problem.path, problem.what) for problem in problems] == [
        ("a.md", "b.md has the same address, https://example.org/b.md")
    ]


def test_paths_that_differ_in_normal_form_only() -> None:
    """Two files whose names look alike are two posts."""
    assert len({*ids(post("\u00e9.md"), post("e\u0301.md"), post("x", "tag:example.org,2025-06-21:%C3%A9.md"))}) == 3


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("https://Example.ORG/blog/", "example.org"),
        ("http://localhost:8000/", "localhost"),
        ("https://مثال.إختبار/", "xn--mgbh0fb.xn--kgbechtv"),
        ("https://my_host.example/", "my-host.example"),
        ("https://[::1]:80/", "--1"),
        ("", "localhost"),
    ],
)
def test_authorities(url: str, expected: str) -> None:
    """The authority is the host of the site, as DNS has it."""
    assert expected == authority_of(url)
    assert TAG.fullmatch(tag_uri(expected, date(2000, 1, 1), ""))


POSTS = st.lists(
    st.builds(
        post,
        st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=4),
        st.sampled_from(["", "", "1", "https://x.example/1", "tag:example.org,2025-06-20:a"]),
        st.datetimes(datetime(1990, 1, 1), datetime(2030, 1, 1), timezones=st.just(UTC)),
    ),
    unique_by=lambda post: post.path,
)


@given(POSTS, st.randoms(use_true_random=False))
@settings(max_examples=100)
def test_ids_are_unique_and_do_not_depend_on_order(posts: list[Post], random: st.DrawFn) -> None:
    """Each post has an id of its own, whatever order the posts come in, and every tag is a legal one."""
    found = assign(posts, "example.org", "UTC")[0]
    shuffled = posts.copy()
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    again = assign(shuffled, "example.org", "UTC")[0]

    assert len({each.id for each in found}) == len(posts)
    assert {each.path: each.id for each in found} == {each.path: each.id for each in again}
    assert all(TAG.fullmatch(each.id) or each.id.startswith("https:") for each in found)


@pytest.mark.parametrize(
    ("urls", "expected"),
    [
        (["http://www.example.org/posts/a/"], "0"),
        (["https://example.org/posts/a.html", "https://example.org/posts/a?page=2"], "0"),
        (["https://example.org/posts/a", "http://example.org/posts/a/index.html"], ""),
        (["https://example.net/posts/a"], ""),
        ([""], ""),
    ],
)
def test_a_page_is_that_of_one_post_and_one_entry(urls: list[str], expected: str) -> None:
    """However its address is spelled; two entries at one page, or two posts, tell nothing."""
    seen = [Seen(str(number), url) for number, url in enumerate(urls)]
    a, b = replace(post("a"), url="https://example.org/posts/a"), replace(post("b"), url="https://example.org/b")

    assert ({"a": expected} if expected else {}) == by_page([a, b], seen)
    assert {} == by_page([a, replace(b, url=a.url)], seen)
