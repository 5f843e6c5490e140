"""`first_image`: the picture that stands for a post."""

import pytest

from feeds.markup.image import first_image


@pytest.mark.parametrize(
    ("html", "expected"),
    [
        (
            '<p><img alt="a" src="https://e.org/a.png?b=1&amp;c=2"><img src="https://e.org/d.png"></p>',
            "https://e.org/a.png?b=1&c=2",
        ),
        ('<video src="https://e.org/a.mp4" poster="https://e.org/a.jpg"></video>', "https://e.org/a.jpg"),
        ('<img src="https://e.org/a.gif" width="1" height="1"><img src="https://e.org/b.png">', "https://e.org/b.png"),
        ('<img src="https://e.org/pixel.gif"><img src="https://e.org/emoji/x.png">', ""),
        ('<img src="data:image/png;base64,AAAA">', ""),
        ('<p>&lt;img src="https://e.org/a.png"&gt;</p>', ""),
        ("", ""),
    ],
)
def test_first_image(html: str, expected: str) -> None:
    """It is the first that readers see: no tracking pixel, no emoji, none inside the text."""
    assert expected == first_image(html)
