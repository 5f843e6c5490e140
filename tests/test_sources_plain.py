"""A folder of files and nothing else."""

from urllib.parse import unquote

import pytest
from msgspec.structs import replace

from feeds.model import Post, Site
from feeds.sources import ENGINES, parse

PLAIN = ENGINES["plain"]
SITE = Site(url="https://example.org/", title="Site")


def post(path: str, header: str = "", permalink: str = "") -> Post:
    dialect = replace(PLAIN, permalink=permalink) if permalink else PLAIN
    found = parse(f"---\ndate: 2024-03-05\n{header}\n---\ntext", path, SITE, dialect)
    assert found.post is not None
    return found.post


@pytest.mark.parametrize(
    ("path", "header", "permalink", "expected"),
    [
        ("posts/a.md", "", "", "posts/a.html"),
        ("posts/مقال 1.md", "", "", "posts/مقال 1.html"),
        ("posts/a..b.html", "", "", "posts/a..b.html"),
        ("posts/a.ar.md", "", "", "posts/a.ar.html"),
        ("posts/a/index.md", "", "", "posts/a/"),
        ("index.md", "", "", ""),
        ("src/content/blog/2023/05/03/a.md", "", "", "blog/2023/05/03/a.html"),
        ("apps/site/pages/en/blog/a.md", "", "", "en/blog/a.html"),
        ("_content/blog/a/index.md", "", "", "blog/a/"),
        ("posts/a.md", "permalink: /x/y/", "", "x/y/"),
        ("posts/a.md", "url: x.html", "", "x.html"),
        ("posts/a.md", "slug: My Slug", "/:year/:slug/", "2024/my-slug/"),
        ("posts/2024-03-05-a.md", "", "/:title/", "a/"),
        ("posts/a/index.md", "", "/:title/", "a/"),
        ("posts/2024/x.md", "categories: [A b, c]", "/:categories/:slugified_categories/:name", "a b/c/a-b/c/x"),
        ("posts/2024/x.md", "", "/:collection/:folders/:basename:output_ext", "posts/posts/2024/x.html"),
    ],
)
def test_addresses(path: str, header: str, permalink: str, expected: str) -> None:
    """A post lies where its file lies, unless it says so itself or the settings have a pattern."""
    assert f"https://example.org/{expected}" == unquote(post(path, header, permalink).url)


def test_a_post_may_live_elsewhere() -> None:
    """A whole address in the front matter is the post's address."""
    assert post("posts/a.md", "url: https://other.example/x y").url == "https://other.example/x%20y"


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        *(
            ("2023-05-03-a.md", "2023-05-03"),
            ("posts/2023/05/03/a.md", "2023-05-03"),
            ("2023/05-03-a.md", "2023-05-03"),
        ),
        *(
            ("2023-05-03-a/index.md", "2023-05-03"),
            ("2023/05/03/index.md", "2023-05-03"),
            ("2023-05-03.md", "2023-05-03"),
        ),
        ("posts/2023/05/03/a/index.md", "2023-05-03"),
    ],
)
def test_days_in_paths(path: str, expected: str) -> None:
    """The day may stand in the name, in the folders, or in the name of a post's own folder."""
    found = parse("# Title\n", path, SITE, PLAIN).post

    assert found is not None
    assert expected == f"{found.published:%Y-%m-%d}"


def test_names_of_posts_in_their_own_folder() -> None:
    """`slug/index.md` is called by its folder."""
    assert post("posts/hello-world/index.md").title == "Hello world"


@pytest.mark.parametrize("folder", ["drafts", "_drafts", "Draft", "fragments-drafts"])
def test_folders_of_drafts(folder: str) -> None:
    """What lies in a folder of drafts is one."""
    assert post(f"posts/{folder}/a.md").draft


def test_web_pages_need_front_matter() -> None:
    """An HTML file without front matter is a page of its own, such as one of ours; Markdown without it is a post."""
    page = parse("<html>", "2024-03-05-a.html", SITE, PLAIN)

    assert page.left_out is not None
    assert page.left_out.reason == "no front matter"
    assert post("posts/a.html").markup == "html"
    assert post("posts/a.md").markup == "markdown"


def test_images_lie_beside_the_post() -> None:
    """A relative picture is beside the page, a rooted one at the root of the host."""
    assert post("posts/a.md", "image: x.png").image == "https://example.org/posts/x.png"
    assert post("posts/a/index.md", "cover: x.png").image == "https://example.org/posts/a/x.png"
    assert post("posts/a.md", "image: /x.png").image == "https://example.org/x.png"


def test_strings_of_terms_are_parted_at_commas() -> None:
    """Without an engine a space is part of a name; `category` is one whatever is in it."""
    found = post("posts/a.md", "tags: number 2, b\ncategories: ذكاء اصطناعي، c\ncategory: News, Events")

    assert found.tags == ("number 2", "b")
    assert found.categories == ("ذكاء اصطناعي", "c", "News, Events")
