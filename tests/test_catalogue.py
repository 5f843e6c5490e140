"""Which posts stand where: order, groups, slugs, feeds."""

import unicodedata
from datetime import UTC, datetime, timedelta
from hashlib import sha256

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from feeds.catalogue import Group, feeds_for, groups, newest_first, publishable, slug
from feeds.formats.places import PLACES
from feeds.model import Author, LeftOut, Post, Site

NOW = datetime(2025, 6, 20, 12, tzinfo=UTC)
SITE = Site(
    url="https://example.org/blog/",
    title="مدونتي",
    description="كل شيء",
    language="ar",
    author=Author("Ada"),
    copyright="©",
    icon="صورة.png",
)


def post(name: str, days: float = 0, *categories: str, **more: object) -> Post:
    at = NOW - timedelta(days=days)
    fields = {"id": name, "categories": categories, **more}
    return Post(f"{name}.md", f"https://example.org/{name}", "x", at, at, **fields)  # type: ignore[arg-type]


def test_what_is_public_now() -> None:
    """Drafts, posts of the future and expired ones stay out with a reason; the moment itself is public."""
    posts = [
        post("public"),
        post("draft", draft=True),
        post("tomorrow", -1),
        post("over", 2, expires=NOW),
        post("lasting", 2, expires=NOW + timedelta(seconds=1)),
    ]
    expected = (LeftOut("draft.md", "draft"), LeftOut("tomorrow.md", "scheduled"), LeftOut("over.md", "expired"))

    assert publishable(posts, NOW) == ((posts[0], posts[4]), expected)


def test_drafts_and_the_future_on_request() -> None:
    """A preview may show drafts and posts of the future."""
    posts = (post("draft", draft=True), post("tomorrow", -1))

    assert publishable(posts, NOW, drafts=True, future=True) == (posts, ())


def test_newest_first_and_then_by_id() -> None:
    """The latest publication comes first; of equal moments, in any zone, the lesser id."""
    zoned = post("c")
    posts = [post("b"), post("a"), post("old", 1), post("new", -1), zoned]

    assert [each.id for each in newest_first(posts)] == ["new", "a", "b", "c", "old"]


def test_spellings_of_a_category_are_one() -> None:
    """Names that differ in case or in normal form are one category, shown in its first spelling for ever."""
    old, middle, new = post("old", 3, "Café"), post("middle", 2, "CAFE\u0301"), post("new", 1, "café", "Café")
    found = groups([new, middle, old])

    assert [(group.name, group.slug) for group in found] == [("Café", "café")]
    assert found[0].posts == (new, middle, old)


def test_groups_by_other_than_category() -> None:
    """Tags, authors and languages group posts as well; an author without a name does not."""
    one = post("one", 1, tags=("x",), authors=(Author("Ada"), Author("", "b@example.org")), language="fa")
    two = post("two", 2, tags=("y", "x"), authors=(Author("Ada"),))

    assert [(each.name, len(each.posts)) for each in groups([one, two], "tag")] == [("x", 2), ("y", 1)]
    assert [(each.name, len(each.posts)) for each in groups([one, two], "author")] == [("Ada", 2)]
    assert [(each.name, len(each.posts)) for each in groups([one, two], "language")] == [("fa", 1)]


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("أمن المعلومات", "أمن-المعلومات"),
        ("Éléphants & Co.", "éléphants-co"),
        ("cafe\u0301", "caf\u00e9"),
        ("नमस्ते दुनिया", "नमस्ते-दुनिया"),
        ("می‌روم", "می-روم"),
        ("STRASSE/Straße", "strasse-strasse"),
        ("../.git", "git"),
        ("  a\t_b  ", "a-b"),
        ("C++", "c"),
        ("№ ½ ۱۲", "۱۲"),
        ("!?", ""),
        ("س" * 50, "س" * 40),
        ("a" + "س" * 50, "a" + "س" * 39),
        ("x" * 79 + " y", "x" * 79),
    ],
)
def test_slugs(name: str, expected: str) -> None:
    """A slug keeps letters, marks and digits of any script, small and in at most 80 bytes of whole characters."""
    assert expected == slug(name)


def test_no_two_categories_share_a_slug() -> None:
    """The first category keeps the plain slug; others, and names without a letter, get digits of their own."""
    posts = [post("1", 5, "C"), post("2", 4, "C++"), post("3", 3, "C#"), post("4", 2, "!"), post("5", 1, "con")]
    digits = {name: sha256(name.casefold().encode()).hexdigest()[:4] for name in ("C++", "C#", "!", "con")}
    expected = {"C": "c", "C++": f"c-{digits['C++']}", "C#": f"c-{digits['C#']}", "!": digits["!"]}

    assert {group.name: group.slug for group in groups(posts)} == {**expected, "con": f"con-{digits['con']}"}


NAMES = st.one_of(
    st.sampled_from(
        ("C", "C++", "C#", "c", "С", "!", "?", "con", "a b", "A-b", "é", "e\u0301", "ß", "ss", "İ", "i̇", "ı")
    ),
    st.text(st.characters(exclude_categories=["Cs"]), min_size=1),
)
POSTS = st.lists(st.tuples(st.integers(0, 9), st.lists(NAMES, max_size=3))).map(
    lambda each: [post(str(number), days, *names) for number, (days, names) in enumerate(each)]
)


@given(POSTS, st.lists(NAMES), st.sampled_from([*PLACES]))
@settings(max_examples=200)
def test_slugs_are_unique_safe_and_stay(posts: list[Post], names: list[str], paths: str) -> None:
    """Slugs are safe as folders on any disk, no two are alike, and no new post changes name or slug of a group."""
    before = groups(newest_first(posts), paths=paths)
    after = groups(newest_first([post("new", -1, *names), *posts]), paths=paths)
    slugs = [group.slug for group in before]
    spellings = [group.spelling for group in before if group.spelling]

    assert len({unicodedata.normalize("NFD", each).casefold() for each in slugs}) == len(slugs)
    assert all(each and len(each.encode()) <= 90 and not set(each) & set('/\\.:*?"<>| \x00') for each in slugs)
    assert len({unicodedata.normalize("NFD", each).casefold() for each in spellings}) == len(spellings)
    assert not any(set(each) & set('/\\:*?"<>|\x00\n') or each.startswith(".") for each in spellings)
    assert {_called(group) for group in before} <= {_called(group) for group in after}
    assert groups(newest_first(posts[::-1]), paths=paths) == before


def _called(group: Group) -> tuple[str, str, str]:
    return group.name, group.slug, group.spelling


@given(POSTS)
@settings(max_examples=100)
def test_order_does_not_depend_on_order(posts: list[Post]) -> None:
    """Newest first is one order, whichever order the posts come in."""
    found = newest_first(posts)

    assert found == newest_first(posts[::-1]) == newest_first(found)
    assert [each.published for each in found] == sorted((each.published for each in posts), reverse=True)


def test_the_site_answers_for_all_its_feeds() -> None:
    """Where nobody is named an Atom feed says who publishes it; a category does not."""
    found = feeds_for(SITE, [post("1", 1, "علوم")])

    assert [feed.publisher for feed in found] == ["مدونتي"] * 2


def test_the_feed_of_the_site() -> None:
    """The site's own feed comes first and says what the settings say, with whole addresses."""
    posts = [post(str(number), number) for number in range(3)]
    found = feeds_for(SITE, posts, limit=2, hub="https://hub.example/", content="summary")[0]

    assert found.id == "tag:example.org,2000-01-01:feed"
    assert (found.title, found.description, found.language, found.copyright) == ("مدونتي", "كل شيء", "ar", "©")
    assert found.posts == tuple(posts[:2])
    assert found.authors == (Author("Ada"),)
    assert found.home_url == "https://example.org/blog/"
    assert found.urls == {
        "rss": "https://example.org/blog/feed.xml",
        "atom": "https://example.org/blog/atom.xml",
        "json": "https://example.org/blog/feed.json",
    }
    assert found.icon == "https://example.org/blog/%D8%B5%D9%88%D8%B1%D8%A9.png"
    assert found.stylesheet == "https://example.org/blog/feed.css"
    assert (found.hub, found.content, found.category, found.folder) == ("https://hub.example/", "summary", "", "")


def test_the_feed_of_a_category() -> None:
    """A category has its own title, id, folder and addresses, in the formats asked for."""
    posts = [post("a", 1, "ذكاء اصطناعي"), post("b", 2), post("c", 3, "ذكاء اصطناعي"), post("d", 4, "ذكاء اصطناعي")]
    found = feeds_for(SITE, posts, formats=["atom"], limit=2, authority="old.example")[1]
    encoded = "feeds/%D8%B0%D9%83%D8%A7%D8%A1-%D8%A7%D8%B5%D8%B7%D9%86%D8%A7%D8%B9%D9%8A"

    assert (found.title, found.category) == ("ذكاء اصطناعي – مدونتي", "ذكاء اصطناعي")
    assert (found.folder, found.id) == ("feeds/ذكاء-اصطناعي", f"tag:old.example,2000-01-01:{encoded}")
    assert found.urls == {"atom": f"https://example.org/blog/{encoded}/atom.xml"}
    assert found.posts == (posts[0], posts[2])


def test_feeds_by_every_kind_of_group() -> None:
    """Groups of other kinds lie in folders of their own, and a post without a language speaks the site's."""
    posts = [post("a", 1, "x", tags=("x",), language="fa", authors=(Author("X"),)), post("b", 2)]
    found = feeds_for(SITE, posts, by=["category", "tag", "author", "language"])

    folders = ["", "feeds/x", "feeds/tags/x", "feeds/authors/x", "feeds/languages/ar", "feeds/languages/fa"]
    assert [each.folder for each in found] == folders
    assert [each.language for each in found] == ["ar"] * 5 + ["fa"]
    assert [len(each.posts) for each in found] == [2, 1, 1, 1, 1, 1]
    assert len({each.id for each in found}) == len(found)


def test_a_site_without_posts_has_a_feed() -> None:
    """The feed of the site is there before its first post."""
    assert [(each.folder, each.posts) for each in feeds_for(Site(url="https://example.org/", title="x"), [])] == [
        ("", ())
    ]
