"""What Hexo sees otherwise than GitHub."""

from datetime import UTC, datetime

import pytest

from feeds.markup import render
from feeds.markup.marked import rooted
from feeds.markup.renderers import RENDERERS
from feeds.model import Post, Site


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("- a\n> b", "<ul>\n<li>a\n<blockquote>\n<p>b</p>\n</blockquote>\n</li>\n</ul>\n"),
        ("- a\n\n> b", "<ul>\n<li>a</li>\n</ul>\n<blockquote>\n<p>b</p>\n</blockquote>\n"),
        ("```\n- a\n> b\n```", "<pre><code>- a\n&gt; b\n</code></pre>\n"),
        ("a\n: b", "<p>a\n: b</p>\n"),
    ],
)
def test_blocks(body: str, expected: str) -> None:
    """A quotation right below an item is part of it; there are no definitions."""
    assert expected == RENDERERS["marked"](body)


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("images/a.png", "/blog/images/a.png"),
        ("../images/a.png", "/blog/images/a.png"),
        ("a.png", "a.png"),
        ("/a/b.png", "/a/b.png"),
        ("https://a.b/c.png", "https://a.b/c.png"),
    ],
)
def test_pictures(source: str, expected: str) -> None:
    """A picture in a folder is looked for from the root of the site; one without is beside the post."""
    assert f'<img src="{expected}" alt="" />' == rooted(f'<img src="{source}" alt="" />', "/blog")


def test_post() -> None:
    """Posts of Hexo get it, others do not."""
    day = datetime(2025, 8, 1, tzinfo=UTC)
    site = Site(url="https://example.org/blog/", title="T")

    def image(template: str) -> str:
        post = Post(
            path="a.md", url="https://example.org/blog/2025/a/", title="T", published=day, updated=day,
            markup="gfm", template=template,
        )  # fmt: skip
        return render(post, "![](../images/a.png)", site).entry.image

    assert "https://example.org/blog/images/a.png" == image("hexo")
    assert "https://example.org/blog/2025/images/a.png" == image("")
