"""Jekyll's ways: which files are posts, what their paths say and where it publishes them."""

from datetime import datetime
from urllib.parse import unquote

import pytest
from msgspec.structs import replace

from feeds.model import Post, Site
from feeds.sources import ENGINES, Beside, parse, refusal

JEKYLL = ENGINES["jekyll"]
SITE = Site(url="https://example.org/", title="Site", timezone="Asia/Tokyo")


def post(path: str, header: str = "", permalink: str = "date") -> Post:
    found = parse(f"---\n{header}\n---\ntext", path, SITE, replace(JEKYLL, permalink=permalink))
    assert found.post is not None
    assert found.problems == ()
    return found.post


def address(path: str, header: str = "", permalink: str = "date") -> str:
    return post(path, header, permalink).url.removeprefix("https://example.org")


@pytest.mark.parametrize(
    ("permalink", "expected"),
    [
        ("date", "/news/2024/03/05/Hello-world.html"),
        ("pretty", "/news/2024/03/05/Hello-world/"),
        ("ordinal", "/news/2024/065/Hello-world.html"),
        ("weekdate", "/news/2024/W10/Tue/Hello-world.html"),
        ("none", "/news/Hello-world.html"),
        ("/:year/:i_month/:i_day/:slug", "/2024/3/5/hello-world"),
        ("/:short_year/:short_month/:long_month/:long_day/:w_day/:title/", "/24/Mar/March/Tuesday/2/Hello-world/"),
        ("/:w_year/:hour:minute:second/:name:output_ext", "/2024/000000/2024-03-05-hello-world.html"),
        ("/blog/:year_:month_:day_:title.html", "/blog/2024_03_05_Hello-world.html"),
        (":collection//:title:output_ext", "/posts/Hello-world.html"),
    ],
)
def test_permalinks_of_posts(permalink: str, expected: str) -> None:
    """The styles by name, and patterns of placeholders, make the addresses that Jekyll makes."""
    assert expected == address("_posts/2024-03-05-Hello-world.md", "category: News", permalink)


@pytest.mark.parametrize(
    ("path", "permalink", "expected"),
    [
        ("news/اسم-الملف.md", "date", "/news/اسم-الملف.html"),
        ("news/a b.html", "date", "/news/a b.html"),
        ("about.markdown", "none", "/about.html"),
        ("news/a.md", "pretty", "/news/a/"),
        ("news/index.md", "pretty", "/news/"),
        ("news/a.md", "/:categories/:title/", "/news/a/"),
        ("news/a.md", "/:categories/:title", "/news/a"),
        ("news/a.md", "/:title:output_ext", "/news/a.html"),
        ("news/a.htm", "date", "/news/a.htm"),
        ("_wiki/cmd/For.md", "date", "/wiki/cmd/For.html"),
        ("_wiki/cmd/For.md", "pretty", "/wiki/cmd/For/"),
    ],
)
def test_permalinks_of_pages_and_collections(path: str, permalink: str, expected: str) -> None:
    """A page lies where its file lies, a document of a collection below its name; the style gives the ending."""
    assert expected == unquote(address(path, "date: 2024-03-05", permalink))


def test_addresses_have_the_bytes_of_the_name() -> None:
    """A name that is not in NFC is published as it is, so its address has just these bytes."""
    assert address("news/e\u0301%41.md", "date: 2024-03-05") == "/news/e%CC%81%2541.html"


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        ("permalink: /about/us/", "/about/us/"),
        ("permalink: about.html", "/about.html"),
        ("permalink: /:year/:title/", "/2024/a/"),
        ("permalink: /مقال/", "/%D9%85%D9%82%D8%A7%D9%84/"),
        ("permalink: pretty", "/pretty"),
        ("permalink: /../up/./a..b", "/up/a/b"),
        ("slug: My Slug!", "/2024/03/05/My-Slug!.html"),
        ("url: /not/used/", "/2024/03/05/a.html"),
    ],
)
def test_posts_may_say_their_address(header: str, expected: str) -> None:
    """`permalink` is taken as it stands, placeholders filled in; `slug` takes the place of the file's name."""
    assert expected == address("_posts/2024-03-05-a.md", header)


@pytest.mark.parametrize(
    ("path", "header", "categories", "folder"),
    [
        (
            "_posts/2024-03-05-a.md",
            "category: Elixir in Production",
            ("Elixir in Production",),
            "elixir in production/",
        ),
        ("_posts/2024-03-05-a.md", "categories: Foo bar", ("Foo", "bar"), "foo/bar/"),
        ("_posts/2024-03-05-a.md", "categories: Foo, Big bar", ("Foo", "Big bar"), "foo,/big/bar/"),
        ("_posts/2024-03-05-a.md", "categories: [Foo, bar]\ncategory: C++", ("Foo", "bar", "C++"), "foo/bar/c++/"),
        ("es/news/_posts/2024-03-05-a.md", "category: x", ("es", "news", "x"), "es/news/x/"),
        ("_posts/es/2024-03-05-a.md", "", (), ""),
    ],
)
def test_categories(path: str, header: str, categories: tuple[str, ...], folder: str) -> None:
    """Folders above _posts are categories, `category` is one whatever is in it, `categories` are parted at spaces."""
    found = post(path, header)

    assert (categories, f"/{folder}2024/03/05/a.html") == (found.categories, unquote(found.url)[len(SITE.url) - 1 :])


def test_slugified_categories() -> None:
    """Categories may stand in addresses with hyphens for all that is no letter or digit."""
    header = "categories: [Work 2 Progress, 日本 語]"

    assert unquote(address("_posts/2024-03-05-a.md", header, "/:slugified_categories/")) == "/work-2-progress/日本-語/"


def test_tags() -> None:
    """`tags` are parted at spaces, `tag` is one."""
    assert post("_posts/2024-03-05-a.md", "tags: embedded nerves\ntag: a b").tags == ("a b", "embedded", "nerves")


def test_days_in_addresses_are_those_of_the_site() -> None:
    """A post from far away is filed under the day that the site's clock showed."""
    assert address("_posts/2024-03-05-a.md", "date: 2024-03-05 22:00:00 +0000") == "/2024/03/06/a.html"


def test_the_name_dates_a_post() -> None:
    """The day in the name counts where no key gives one, also for other than posts."""
    expected = datetime.fromisoformat("2024-03-05T00:00:00+09:00")

    assert post("_posts/2024-3-5-a.md").published == post("_wiki/2024-03-05-a.md").published == expected


@pytest.mark.parametrize(
    ("path", "is_refused"),
    [
        ("_posts/2024-03-05-a.md", False),
        ("_posts/sub/2024-03-05-a.md", False),
        ("_posts/a.md", True),
        ("_posts/2024-03-05.md", True),
        ("_drafts/a.md", False),
        ("news/a.md", False),
        ("news/_a.md", True),
        ("_site/news/a.html", True),
        ("_includes/2024-03-05-a.html", True),
    ],
)
def test_what_jekyll_takes_for_no_post(path: str, is_refused: bool) -> None:
    """In _posts only names with a day are posts; names with an underscore and Jekyll's own folders are none."""
    assert is_refused == bool(refusal(path, JEKYLL))


def test_drafts_and_pages_without_front_matter() -> None:
    """What lies in _drafts is a draft; a page needs front matter, or Jekyll copies it as it is; a post does not."""
    draft = parse("text", "_drafts/a.md", SITE, JEKYLL)
    page = parse("text", "news/2024-03-05-a.md", SITE, JEKYLL)
    bare = parse("text", "_posts/2024-03-05-a.md", SITE, JEKYLL)

    assert draft.left_out is not None
    assert page.left_out is not None
    assert (draft.left_out.reason, page.left_out.reason) == ("draft", "no front matter")
    assert bare.post is not None
    assert post("_drafts/2024-03-05-a.md").draft


def test_images_are_below_the_site() -> None:
    """jekyll-feed looks for a relative picture at the root of the site, not beside the post."""
    for value in ("a b.png", "/a b.png", "{path: a b.png}"):
        assert post("_posts/2024-03-05-a.md", f"image: {value}").image == "https://example.org/a%20b.png"
    assert post("_posts/2024-03-05-a.md", "image: //cdn.example/a.png").image == "https://cdn.example/a.png"


@pytest.mark.parametrize(
    ("stated", "zone", "expected"),
    [
        ("2025-08-01 23:30:00", "Africa/Algiers", "2025/08/02"),
        ("2025-08-01T23:30:00", "Africa/Algiers", "2025/08/02"),
        ("2025-08-01 23:30", "Africa/Algiers", "2025/08/01"),
        ("2025-08-01", "Africa/Algiers", "2025/08/01"),
        ("2025-08-01 23:30:00 +0100", "Africa/Algiers", "2025/08/01"),
        ("2025-08-01 23:30:00", None, "2025/08/01"),
    ],
)
def test_a_timestamp_of_yaml_is_in_utc(stated: str, zone: str | None, expected: str) -> None:
    """As Ruby reads it, once Jekyll has a `timezone`; without one the clock is that of the settings."""
    site = Site(url="https://example.org/", title="x", timezone="Africa/Algiers")
    beside = Beside(values=JEKYLL.values_of({"timezone": zone}, "_posts/2025-08-01-a.md"))
    found = parse(f"---\ndate: {stated}\n---\nx", "_posts/2025-08-01-a.md", site, JEKYLL, beside).post

    assert f"https://example.org/{expected}/a.html" == (found and found.url)
