"""Front matter without fences, and with odd ones."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from feeds.sources import front_matter

BODY = "First line.\n\nSecond line.\n"


def values(text: str, path: str) -> dict[str, Any]:
    found = front_matter.read(text + BODY, path)
    assert found.problems == ()
    assert found.body.lstrip("\n") == BODY
    assert front_matter.split_body(text + BODY, path) == (found.body, found.block.body_line)
    return dict(found.values)


@pytest.mark.parametrize(
    ("text", "path"),
    [
        ("Title: T: عنوان\nDATE: 2024-01-31\n\n", "a.md"),
        ("title: T: عنوان\ndate:2024-01-31\n...\n", "a.md"),
        ("---\ntitle: 'T: عنوان'\ndate: 2024-01-31\n...\n", "a.md"),
        ("\n<!--\n.. title: T: عنوان\n.. date: 2024-01-31\n-->\n\n", "a.md"),
        (".. title: T: عنوان\n\n.. date: 2024-01-31\n\n", "a.md"),
        (".. title: T: عنوان\n.. date: 2024-01-31\n\n", "a.rst"),
        ("T: عنوان\n========\n\n:Date: 2024-01-31\n\n", "a.rst"),
        ("========\nT: عنوان\n========\n\n:date: 2024-01-31\n\n", "a.rst"),
        (":title: T: عنوان\n:date: 2024-01-31\n\n", "a.rst"),
        ('<meta name="title" content="T: عنوان">\n<meta name="date" content="2024-01-31">\n', "a.html"),
        (
            "<!DOCTYPE html>\n<html><head><title>T: عنوان</title>"
            "<meta name=date content='2024-01-31' /></head>\n<body>\n",
            "a.html",
        ),
        ('---toml\ntitle = "T: عنوان"\ndate = "2024-01-31"\n---\n', "a.md"),
        ('---json\n{"Title": "T: عنوان", "date": "2024-01-31"}\n---\n', "a.md"),
        ('---js\nconst title = "T: عنوان";\nconst date = "2024-01-31";\n---\n', "a.md"),
    ],
)
def test_every_form_says_the_same(text: str, path: str) -> None:
    """Pelican, Nikola, reST, the head of a web page and fences with a language all give a title and a date."""
    assert values(text, path) == {"title": "T: عنوان", "date": "2024-01-31"}


def test_a_fence_below_is_enough() -> None:
    """YAML whose opening fence is missing is read where at least two lines of keys stand above the closing one."""
    assert values("title: a\ntags:\n- b\n- c\n---\n", "a.md") == {"title": "a", "tags": ["b", "c"]}


@pytest.mark.parametrize("quote", ["'", '"'])
@pytest.mark.parametrize(
    ("text", "title"), [("أخبار\n{} ", "أخبار "), ("أخبار\nاليوم: هنا{}", "أخبار اليوم: هنا"), ("a\nb\n  c{}", "a b c")]
)
def test_text_in_quotes_may_go_on_at_the_margin(quote: str, text: str, title: str) -> None:
    """Programs that take a title from a page leave its line breaks in; it is read as with the fence above."""
    text = f"title: {quote}{text.format(quote)}\nimage: x\ndate: '2024-01-31'\n---\n"
    said = {"title": title, "image": "x", "date": "2024-01-31"}

    assert values(text, "a.md") == values(f"---\n{text}", "a.md") == said


@pytest.mark.parametrize("title", ["'Tis the season", '"A" and "b"', '"A', "5' and 6'"])
def test_quotes_that_open_no_text_end_with_their_line(title: str) -> None:
    """A header of Pelican stays what it is where its body has the quote, a heading and a rule."""
    body = "\nIt's 5\" long\n---\n\nand 'so' on\n---\n"
    found = front_matter.read(f"Title: {title}\nDate: 2024-01-31\n{body}", "a.md")

    assert ({"title": title, "date": "2024-01-31"}, body) == (found.values, found.body)


def test_lines_of_unopened_front_matter_are_right() -> None:
    """A problem is named at the line of the file, although the fence that should be there is not."""
    found = front_matter.read("title: a\ndate: x: y\n---\nbody", "a.md")

    assert [problem.line for problem in found.problems] == [2]
    assert found.values == {"title": "a", "date": "x: y"}
    assert (found.body, found.block.body_line) == ("body", 4)


@pytest.mark.parametrize("typo", ["3+++", "a---"])
def test_a_typo_before_the_fence_is_named(typo: str) -> None:
    """A letter too much before the opening fence would make the whole block body; it is read, and named."""
    closer = typo[1:]
    found = front_matter.read(
        f"{typo}\n" + ("title = 'a'" if "+" in typo else "title: a") + f"\n{closer}\nbody", "a.md"
    )

    assert (found.values, found.body) == ({"title": "a"}, "body")
    assert [(problem.line, problem.what) for problem in found.problems] == [
        (1, f"the front matter opens with {typo}"),
    ]


@pytest.mark.parametrize(
    ("text", "path"),
    [
        ("Note: this is text.\n\nMore.\n", "a.md"),
        ("Title: a heading\n---\n\nMore.\n", "a.html"),
        ("https://example.org/title:x\n\n", "a.md"),
        ("a---\nb: c\n---\n", "a.md"),
        ("---ruby\ntitle: x\n---\n", "a.md"),
        (".. figure:: title: x\n   :alt: date: x\n\ntext\n", "a.rst"),
        ("<html><head><title>A page</title></head><body>", "a.html"),
        ("Heading\n=======\n\ntext: date\n", "a.rst"),
    ],
)
def test_what_only_looks_like_a_header_is_body(text: str, path: str) -> None:
    """Neither a paragraph with a colon, nor a heading, a directive or any other page is front matter."""
    found = front_matter.read(text, path)

    assert (found.values, found.body) == ({}, text)


def test_values_of_several_lines() -> None:
    """What is indented belongs to the key above; a summary of several lines stays one."""
    assert values("Title: a\nSummary: b\n    c\n\td\n\n", "a.md")["summary"] == "b\nc\nd"
    text = "Title\n=====\n\n:date: x\n:Summary:\n    b\n    c\n\n    d\n:tags: e\n\n"
    assert values(text, "a.rst") == {"title": "Title", "date": "x", "summary": "b\nc\n\nd", "tags": "e"}


def test_lines_of_keys_are_known() -> None:
    """A problem with a value names its line in every form."""
    for text, path in (
        ("Title: a\nDate: x\n\n", "a.md"),
        (".. title: a\n.. date: x\n\n", "a.rst"),
        (":title: a\n:Date: x\n\n", "a.rst"),
    ):
        assert front_matter.read(text, path).problem("date", "what", "mend").line == 2


PIECES = st.sampled_from(
    (
        *("Title: ", "title:", "\n", "    ", "\t", ".. ", ".. date: x\n", "<!--\n", "-->\n", ":date: ", ":", "====\n"),
        *(
            "---\n",
            "---js\n",
            "+++",
            "<meta name=date content=x>",
            "<head>",
            "</head>",
            "<title>",
            "&#0;",
            "const a = ",
        ),
        *("a", "\r", "\x00", "\ud800", "[", "{", '"'),
    )
)


@given(st.lists(PIECES).map("".join), st.sampled_from(("a.md", "a.rst", "a.html", "a.meta", "a")))
@settings(max_examples=300)
def test_no_header_raises(text: str, path: str) -> None:
    """Any text is read; its body is the same whether the header is read or not."""
    found = front_matter.read(text, path)

    assert found.is_broken <= bool(found.problems)
    assert (found.body, found.block.body_line) == front_matter.split_body(text, path)


@pytest.mark.parametrize("path", ["a.md", "a.rst", "a.html"])
@pytest.mark.parametrize(
    "piece", ["a: b\n", 'a: "\n"\n', ".. a: b\n", ":a: b\n", "\n", "<meta>", "<head>", " ", "a\n====\n", "- "]
)
def test_finding_takes_linear_time(piece: str, path: str) -> None:
    """A long text of the same line over and over is looked at once, not once for each line."""
    assert front_matter.split_body(piece * 40_000, path)[0]
