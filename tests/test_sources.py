"""From the text of a file to a post, or to the reason why there is none."""

import sys
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from feeds.model import Author, LeftOut, Post, Problem, Site
from feeds.sources import ENGINES, Parsed, is_text, parse, recognise, refusal

SITE = Site(url="https://example.org/", title="Site", language="ar", timezone="Africa/Algiers")
PLAIN = ENGINES["plain"]


def parsed(header: str, body: str = "text", path: str = "posts/a.md", engine: str = "plain") -> Parsed:
    return parse(f"---\n{header}\n---\n{body}", path, SITE, ENGINES[engine])


def post(header: str, body: str = "text", path: str = "posts/a.md", engine: str = "plain") -> Post:
    found = parsed(f"date: 2025-06-20\n{header}", body, path, engine)
    assert found.post is not None
    assert (found.left_out, found.problems) == (None, ())
    return found.post


def problems(header: str, path: str = "posts/a.md") -> list[Problem]:
    return [*parsed(header, path=path).problems]


def test_a_post_with_everything() -> None:
    """Every key that a feed can show ends up in the post, as plain text, absolute and in one line."""
    header = """title: "عنوان &amp; <em>أكثر</em>
"
date: 2025-06-20T20:27:15
Updated: 2025-06-21 10:00 +0200
expiryDate: 2030-01-01
author: {name: Ada, url: /ada/}
category: ذكاء اصطناعي
tags: [a, b]
lang: ar_dz
description: |
  One **line**

  of text
image: صور/1.png
guid: https://old.example.org/?p=1
"""
    expected = Post(
        path="posts/a.md",
        url="https://example.org/posts/a.html",
        title="عنوان & أكثر",
        published=datetime(2025, 6, 20, 19, 27, 15, tzinfo=UTC),
        updated=datetime(2025, 6, 21, 8, tzinfo=UTC),
        guid="https://old.example.org/?p=1",
        authors=(Author("Ada", url="https://example.org/ada/"),),
        categories=("ذكاء اصطناعي",),
        tags=("a", "b"),
        language="ar-DZ",
        summary="One line of text",
        image="https://example.org/posts/%D8%B5%D9%88%D8%B1/1.png",
        template="go",
        expires=datetime(2029, 12, 31, 23, tzinfo=UTC),
    )

    assert parsed(header) == Parsed(expected)


def test_a_post_with_a_date_only() -> None:
    """A date is all that a post must have; the rest is found or left empty."""
    expected = datetime(2025, 6, 19, 23, tzinfo=UTC)

    assert post("x: y") == Post(
        "posts/a.md", "https://example.org/posts/a.html", "A", expected, expected, template="go"
    )


@pytest.mark.parametrize(
    ("header", "body", "title", "opens_with_title"),
    [
        ("title: Key", "# Heading\ntext", "Key", False),
        ("title: Same *thing*", "# Same **thing**\ntext", "Same thing", True),
        ("title: ''", "\n# The `heading` &amp; more\ntext", "The heading & more", True),
        ("title: [not, text]", "text\n# Heading", "Hello big world", False),
    ],
)
def test_titles(header: str, body: str, title: str, opens_with_title: bool) -> None:
    """The title is the key's, else the heading that opens the body, else the file's name."""
    found = post(header, body, "posts/2025-06-20-hello_big--world.md")

    assert (title, opens_with_title) == (found.title, found.opens_with_title)


def test_updated_is_never_before_published() -> None:
    """A change dated before the publication did not happen."""
    assert post("updated: 2025-06-19").updated == post("").published
    assert post("lastmod: 2025-06-20").updated == post("").published


def test_a_date_that_is_none_is_named_at_its_line() -> None:
    """A date that cannot be keeps the post out, and the problem stands at the line of its key."""
    found = parsed("title: x\ndate: 2017-02-29 11:00")

    assert (found.post, found.left_out) == (None, None)
    assert [(each.line, each.what) for each in found.problems] == [(3, "date: 2017-02-29 11:00 is no date")]


def test_the_date_of_the_name_helps_out() -> None:
    """Where the key's date cannot be, that of the name counts and the author is told; alone it is as good."""
    broken = parsed("date: 2017-02-29", path="posts/2017-03-01-x.md")
    alone = parsed("title: x", path="posts/2017-03-01-x.md")

    assert broken.post is not None
    assert alone.post is not None
    assert broken.post.published == alone.post.published == datetime(2017, 2, 28, 23, tzinfo=UTC)
    assert ([each.line for each in broken.problems], alone.problems) == ([2], ())


def test_the_date_of_the_key_wins() -> None:
    """A name may tell another day than the key; the key is what the author says."""
    assert post("", path="posts/2017-03-01-x.md").published == post("").published


@pytest.mark.parametrize("path", ["posts/x.md", "posts/2023-04-31-x.md", "posts/2023/05/x.md"])
def test_no_date_is_no_post(path: str) -> None:
    """A post without a date is not dated today: it is left out by name."""
    found = parsed("title: x", path=path)

    assert (found.post, found.left_out) == (None, None)
    assert [(each.path, each.line) for each in found.problems] == [(path, 0)]


@pytest.mark.parametrize(
    ("header", "what"),
    [("updated: 2025-02-30", "updated: 2025-02-30"), ("expires: never", "expires: never"), ("lang: x", "lang: x")],
)
def test_lesser_values_do_not_cost_the_post(header: str, what: str) -> None:
    """A wrong value that the post can do without is a problem at its line, and the post stays."""
    found = parsed(f"date: 2025-06-20\n{header}")

    assert found.post is not None
    assert [(each.line, each.what.startswith(what)) for each in found.problems] == [(3, True)]


@pytest.mark.parametrize(
    ("header", "body", "reason"),
    [
        *(
            ("published: false", "", "unpublished"),
            ("Published: no", "", "unpublished"),
            ("public: false", "", "unpublished"),
        ),
        *(("hidden: true", "", "hidden"), ("unlisted: yes", "", "hidden"), ("status: hidden", "", "hidden")),
        *(("feed: {excluded: true}", "", "kept out of feeds"), ("exclude_from_feed: true", "", "kept out of feeds")),
        *(("redirect: /x", "\n", "redirect"), ("draft: true", "", "draft"), ("status: draft", "", "draft")),
    ],
)
def test_reasons_to_be_left_out(header: str, body: str, reason: str) -> None:
    """An author has many ways to say that a post is not to be seen; each is a reason and no problem."""
    assert parsed(header, body) == Parsed(None, LeftOut("posts/a.md", reason))


def test_what_does_not_leave_a_post_out() -> None:
    """The same keys with another value, or a date in `published`, mean nothing."""
    found = post("published: true\nhidden: false\ndraft: false\nstatus: published\nfeed: {x: y}\nredirect: /x")

    assert found == post("")


def test_drafts_with_a_date_can_be_shown() -> None:
    """A draft that has all that a post needs is one, so that it can be put in on request."""
    assert post("draft: true").draft
    assert post("status: Draft").draft
    assert post("", path="posts/drafts/a.md").draft
    assert not post("draft: false").draft


def test_broken_front_matter_costs_no_post() -> None:
    """A header that its format refuses is named at the line of the file; the post is made of what can be read."""
    found = parsed('layout: x\ntitle: "a "b" c\n"\ndate: 2025-06-20')

    assert found.post is not None
    assert found.post.title == 'a "b" c'
    assert [(each.path, each.line) for each in found.problems] == [("posts/a.md", 3)]


def test_front_matter_that_says_nothing_is_one_problem() -> None:
    """Where no key can be read there is no post."""
    found = parse('{"date": "2025-06-20"', "posts/a.md", SITE, PLAIN)

    assert (found.post, found.left_out) == (None, None)
    assert [(each.path, each.line) for each in found.problems] == [("posts/a.md", 1)]


def test_a_site_below_a_folder() -> None:
    """The addresses of a site that lies below a folder of its host all start with that folder."""
    site = Site(url="https://example.org/blog/", title="x")
    found = parse("---\ndate: 2025-01-01\npermalink: /a/\nimage: /x.png\n---\n", "a.md", site, ENGINES["jekyll"]).post

    assert found is not None
    assert (found.url, found.image) == ("https://example.org/blog/a/", "https://example.org/blog/x.png")


@pytest.mark.parametrize(
    ("path", "reason"),
    [
        ("posts/README.md", "not a post, by its name"),
        ("posts/_index.md", "the page of a section, not a post"),
        ("posts/a.adoc", "written in AsciiDoc, which is not read yet"),
        ("posts/security.md", ""),
        ("posts/a.HTML", ""),
    ],
)
def test_files_that_are_no_posts(path: str, reason: str) -> None:
    """Some files say by their names that they are no posts; they are not even opened."""
    assert reason == refusal(path, PLAIN)


def test_files_that_are_no_text() -> None:
    """Pictures, data and hidden files are nobody's concern."""
    names = ["a.md", "a.MARKDOWN", "a.rst", "a.png", "authors.yml", "md", "a", ".a.md", "~a.md"]

    assert [is_text(name, PLAIN) for name in names] == [True] * 3 + [False] * 6


def test_engines_are_recognised() -> None:
    """The files in the site's folder tell the engine; what nobody knows is plain."""
    assert recognise({"_config.yml": "", "posts": ""}.get) == "jekyll"
    assert recognise({"_posts": ""}.get) == "jekyll"
    assert recognise({"posts": "", "README.md": ""}.get) == "plain"
    assert recognise(lambda _: None) == "plain"


WORDS = st.sampled_from(
    (
        "title",
        "date",
        "tags",
        "category",
        "author",
        "lang",
        "image",
        "draft",
        "guid",
        "permalink",
        "slug",
        "description",
    )
)
VALUES = st.one_of(
    st.text(max_size=20),
    st.sampled_from(
        ("2025-01-01", "2025-02-30 10:00", "[a, [b], {c: d}]", "{a: {b: c}}", "*a", "&a x", "true", "/:x/:year")
    ),
)
HEADERS = st.lists(st.tuples(WORDS, VALUES)).map(lambda pairs: "".join(f"{key}: {value}\n" for key, value in pairs))
PATHS = st.lists(
    st.text(st.characters(exclude_characters="/\x00", exclude_categories=["Cs"]), min_size=1, max_size=8), min_size=1
).map("/".join)


@pytest.mark.parametrize("engine", ENGINES)
@given(
    text=st.one_of(st.text(), st.tuples(HEADERS, st.text()).map(lambda parts: f"---\n{parts[0]}---\n{parts[1]}")),
    path=st.one_of(PATHS, PATHS.map(lambda path: f"_posts/2025-01-01-{path}"), st.just("posts/2025-01-01-a.html")),
)
@settings(max_examples=150)
def test_no_file_raises(engine: str, text: str, path: str) -> None:
    """Whatever a file holds and is called, it is a post in one-line text, is left out, or is a problem."""
    found = parse(text, path, SITE, ENGINES[engine])

    assert found.post or found.left_out or found.problems
    if found.post:
        shown = (found.post.title, found.post.summary, found.post.guid, *found.post.categories, *found.post.tags)
        assert [" ".join(text.split()) for text in shown] == [*shown]
        assert found.post.url.isascii()
        assert found.post.url.startswith("http")
        assert found.post.updated >= found.post.published


def test_what_is_remembered_of_other_posts_changes_nothing() -> None:
    """Posts with the same keys, names or folders are read as if each was the first, by whichever engine."""
    keys = ("categories", "tags", "taxonomies", "permalink", "hidden", "image")
    headers = [f"{key}: {value}" for key in keys for value in ("a, b", "{tags: [c]}", "yes")]
    paths = ("_posts/2024-01-31-a.md", "content/posts/a.ar.md", "drafts/index.md")
    asked = [
        (f"date: 2025-06-20\n{each}", "text", path, engine) for each in headers for path in paths for engine in ENGINES
    ]

    fresh = []
    for each in asked:
        forget()
        fresh.append(parsed(*each))
    assert fresh == [parsed(*each) for each in asked]


def forget() -> None:
    for name, module in [*sys.modules.items()]:
        for each in vars(module).values() if name.startswith("feeds.sources") else ():
            if hasattr(each, "cache_clear"):
                each.cache_clear()
