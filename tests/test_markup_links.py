"""Links from post to post by the name of a file."""

import pytest

from feeds.markup.links import names, resolved, target
from feeds.model import Post
from tests.test_markup import DAY


def post(path: str, url: str) -> Post:
    return Post(path=path, url=url, title="", published=DAY, updated=DAY)


LINKS = names(
    [post("_posts/2025-01-01-a b.md", "https://x/ab/"), post("blog/c/index.md", "https://x/c/"), post("d/c.md", "d")]
)


@pytest.mark.parametrize(
    ("href", "expected"),
    [
        ("2025-01-01-a%20b.md", "https://x/ab/"),
        ("a%20b.md?q#f", "https://x/ab/?q#f"),
        ("../_posts/2025-01-01-a%20b.md", "https://x/ab/"),
        ("/blog/c/index.md", "https://x/c/"),
        ("../d/c.md", "d"),
        ("gone.md", "gone.md"),
        ("https://y/c.md", "https://y/c.md"),
        ("//y/c.md", "//y/c.md"),
        ("c", "c"),
        ("{filename}/d/c.md", "d"),
        ("%7Bstatic%7D/a.pdf", "/a.pdf"),
        ("{attach}a.pdf", "a.pdf"),
    ],
)
def test_resolved(href: str, expected: str) -> None:
    """A link to the file of a post leads to the post, and all others where they did."""
    assert f'<a title="t" href="{expected}">' == resolved(f'<a title="t" href="{href}">', "blog/post.md", LINKS)


def test_names() -> None:
    """A file goes by its path, the ends of it, and its name without the day; by none that two have."""
    assert {"_posts/2025-01-01-a b", "2025-01-01-a b", "a b", "blog/c", "d/c"} == set(LINKS)


def test_no_wrong_post() -> None:
    """A name that two posts have leads to the one beside or above, else nowhere; nor does a last step suffice."""
    links = names([post(f"{each}.md", each) for each in ("en/posts/a", "fr/posts/a", "en/b", "fr/b", "intro")])

    assert "fr/posts/a" == target("a", "fr/posts/c.md", links)
    assert "fr/b" == target("b", "fr/posts/c.md", links)
    assert target("a", "x.md", links) is None
    assert target("docs/intro.md", "en/posts/a.md", links) is None
