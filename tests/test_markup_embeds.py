"""`replaced`: what pages run or embed becomes what stands for it in a feed."""

import pytest

from feeds.markup.embeds import replaced


@pytest.mark.parametrize(
    ("html", "expected"),
    [
        (
            '<iframe src="https://www.youtube-nocookie.com/embed/abcdefghijk?start=1" title="A &amp; B"></iframe>',
            '<p><a href="https://www.youtube.com/watch?v=abcdefghijk">'
            '<img src="https://i.ytimg.com/vi/abcdefghijk/hqdefault.jpg" alt="A &amp; B"></a></p>',
        ),
        (
            '<iframe src="//player.vimeo.com/video/1234?h=5"/>after',
            '<p><a href="https://vimeo.com/1234">vimeo.com</a></p>after',
        ),
        (
            "<IFRAME SRC='https://www.example.org/map?a=1&amp;b=2'>none</IFRAME >",
            '<p><a href="https://www.example.org/map?a=1&amp;b=2">example.org</a></p>',
        ),
        ('<iframe srcdoc="x"></iframe><iframe src="/ad.html"></iframe><iframe></iframe>', ""),
        ('<embed src="https://e.org/a.swf">', '<p><a href="https://e.org/a.swf">e.org</a></p>'),
        (
            '<object data="https://e.org/a.svg" type="image/svg+xml">b</object>',
            '<img src="https://e.org/a.svg" alt="">b</object>',
        ),
    ],
)
def test_frames(html: str, expected: str) -> None:
    """A frame or player becomes a link to what it shows, with its picture where that is known."""
    assert expected == replaced(html)


@pytest.mark.parametrize(
    ("html", "expected"),
    [
        ('<img src="data:image/gif;base64,AA" data-src="a.png" alt="b">', '<img src="a.png" alt="b">'),
        ("<img data-lazy-srcset='a 2x' data-lazy-src=b src=c srcset=d>", "<img srcset='a 2x' src=b>"),
        ('<img data-src="a"><noscript><img src="a"></noscript>', '<img src="a">'),
        ('<img src="a" data-other="b">', '<img src="a" data-other="b">'),
    ],
)
def test_lazy_images(html: str, expected: str) -> None:
    """A picture that a script would load later gets its address at once, and is there once."""
    assert expected == replaced(html)


@pytest.mark.parametrize(
    ("html", "expected"),
    [
        ("<noscript>a</noscript>", "a"),
        (
            '<script src="https://gist.github.com/someone/0a1b2c.js"></script>',
            '<p><a href="https://gist.github.com/someone/0a1b2c">https://gist.github.com/someone/0a1b2c</a></p></script>',
        ),
        ('<script src="https://example.org/x.js"></script>', '<script src="https://example.org/x.js"></script>'),
        ('<input type="checkbox" checked disabled> a <input type=checkbox> b <input name=c>', "☑ a ☐ b "),
        ("a<svg viewBox='0 0 1 1'><path/><title>b</title></svg>c", "ac"),
        ('<math alttext="x^2"><mi>x</mi></math>', "<code>x^2</code>"),
        (
            '<math><mi>x</mi><annotation encoding="application/x-tex">x &lt; y</annotation></math>',
            "<code>x &lt; y</code>",
        ),
        ("<math><mi>x</mi><mo>=</mo><mn>1</mn></math>", "<code>x=1</code>"),
    ],
)
def test_others(html: str, expected: str) -> None:
    """Gists become links, check boxes signs, formulas their source; drawings go."""
    assert expected == replaced(html)
