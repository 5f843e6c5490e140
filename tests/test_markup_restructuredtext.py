"""Posts in reStructuredText read as posts in Markdown do."""

import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feeds.markup.renderers import RENDERERS

render = RENDERERS["rst"]


@pytest.mark.parametrize(
    ("source", "part"),
    [
        ("A *b* **c** ``d e``.", "<p>A <em>b</em> <strong>c</strong> <code>d e</code>.</p>"),
        ("`here <https://example.org/>`_", 'href="https://example.org/">here</a>'),
        ("Head\n====\n\ntext", "<h2>Head"),
        (".. code-block:: python\n\n   x < 1\n", "x &lt; 1"),
        ("- a\n- b", "<li><p>a</p></li>"),
        ("خبر **مهم**", "<p>خبر <strong>مهم</strong></p>"),
    ],
)
def test_what_is_written_comes_out(source: str, part: str) -> None:
    """Emphasis, links, headings below the title, code, lists, in any script."""
    assert part in render(source)


def test_contents_and_mistakes_leave_no_trace() -> None:
    """A table of contents is for pages; a directive of another program shows no error message to readers."""
    html = render(".. contents::\n\nHead\n====\n\n.. nonsense:: x\n\ntext :nonsense:`y`\n")

    assert "text" in html
    assert "contents" not in html
    assert "nonsense::" not in html
    assert "Unknown" not in html


def test_no_file_is_read() -> None:
    """A post cannot put a file of this machine into a feed."""
    html = render(
        ".. include:: /etc/passwd\n\n.. raw:: html\n   :file: /etc/passwd\n\n.. csv-table::\n   :file: /etc/passwd\n"
    )

    assert "root:" not in html


def test_without_docutils_the_post_says_what_to_install() -> None:
    """The extra is named; the post is shown as plain text meanwhile."""
    code = (
        "import sys; sys.modules['docutils.core'] = None\n"
        "from feeds.markup.renderers import RENDERERS; from feeds.markup.unrenderable import UnrenderableError\n"
        "try: RENDERERS['rst']('x')\nexcept UnrenderableError as error: print(error.mend, error.instead)"
    )
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert "run `pip install '.[rst]'` in the clone of feeds text\n" == ran.stdout


@given(st.text(alphabet="ab*`_|:.-=#\n \\<>[]", max_size=80))
def test_any_text_is_rendered(text: str) -> None:
    """docutils' own words for what it does not like stay out."""
    assert "system-message" not in render(text)
