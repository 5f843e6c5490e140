"""Front matter: what python-frontmatter reads, and what it would lose."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from feeds.sources import front_matter
from feeds.sources.front_matter import FrontMatter


def read(text: str) -> FrontMatter:
    return front_matter.read(text, "posts/a.md")


@pytest.mark.parametrize(
    "text",
    [
        "---\ntitle: سلام\n---\nbody\n",
        "\ufeff---\ntitle: سلام\n---\nbody\n",
        "---\r\ntitle: سلام\r\n---\r\nbody\r\n",
        "---\rtitle: سلام\r---\rbody\r",
        "\n  \n---\ntitle: سلام\n---\nbody\n",
        "--- \t\ntitle: سلام\n---  \nbody\n",
        "---\ntitle: سلام\n...\nbody\n",
        "-----\ntitle: سلام\n" + "-" * 64 + "\nbody\n",
        "---\n# a comment\nTitle : سلام\n---\nbody\n",
        "---\n{title: سلام}\n---\nbody\n",
        '+++\ntitle = "سلام"\n+++\nbody\n',
        '\ufeff+++ \r\nTitle = "سلام"\r\n+++\r\nbody\r\n',
        '{"Title": "سلام"}\nbody\n',
        '{\n  "title": "سلام"\n}\nbody\n',
    ],
)
def test_every_fence_is_found(text: str) -> None:
    """YAML, TOML and JSON are read behind a byte order mark, with any line ends, fences and case of keys."""
    found = read(text)

    assert found.values == {"title": "سلام"}
    assert found.body == "body\n"
    assert found.problems == ()


@pytest.mark.parametrize(
    "text",
    [
        *("", "\n", "body", "# Title\n\n---\n\nmore\n", "---\nnever: closed\n", "----", "{% include x %}\n", "{{ x }}"),
        *("---\n\nBetween two rules.\n\n---\n\nmore\n", " ---\na: b\n---\n", "+++\nnever = 'closed'\n"),
    ],
)
def test_what_is_no_front_matter_is_body(text: str) -> None:
    """A text without front matter is all body, from its first line."""
    assert read(text).values == {}
    assert front_matter.split_body(text, "a.md") == (text, 1)


@pytest.mark.parametrize(
    ("text", "fence"),
    [
        ("---\ntitle: سلام\ndate: 2026-11-01\n\nThe text.\n", "---"),
        ("\n+++\r\ntitle = 'x'\r\n--\r\n", "+++"),
        ("---\nTitle: x\n", "---"),
    ],
)
def test_front_matter_without_an_end_is_named(text: str, fence: str) -> None:
    """It is not read, since what is missing may say that it is a draft; and it is not left out in silence."""
    found = read(text)

    assert (found.is_broken, found.values) == (True, {})
    assert [(each.what, each.mend) for each in found.problems] == [
        ("the front matter has no end", f"put a line {fence} below it")
    ]


@pytest.mark.parametrize(
    "text", ["---\n\ntitle: x\n", "---\nSaid: no title\n", "title: x\ndate: y\n", "---\nx\n---\ntitle: x"]
)
def test_rule_above_a_text_is_no_front_matter(text: str) -> None:
    """A line of dashes may stand there for itself."""
    assert read(text).problems == ()


def test_a_body_alone_loses_its_byte_order_mark() -> None:
    """A byte order mark is no text, whether front matter follows it or not."""
    assert front_matter.split_body("\ufefftext", "a.md") == ("text", 1)


def test_empty_front_matter_is_front_matter() -> None:
    """Two fences with nothing between them say that there is nothing to say."""
    assert read("---\n---\nbody").body == "body"
    assert read("---\n# only a comment\n\n---\nbody").body == "body"
    assert read("---\n---\nbody").problems == ()


def test_the_body_keeps_its_indentation_and_knows_its_line() -> None:
    """A body that starts with an indented code block keeps it, and its first line has its number in the file."""
    text = "\r\n---\r\na: b\r\n---\r\n    code\r\n\r\ntext  "

    assert front_matter.split_body(text, "a.md") == ("    code\n\ntext  ", 5)


def test_scalars_stay_as_they_are_written() -> None:
    """YAML 1.1 would make 3.1, False, 754, an error and a date of these; what they mean depends on the key."""
    found = read("---\na: 3.10\nb: no\nc: 12:34\nd: 2017-02-29\ne: 2017-02-28\nf: ~\ng:\nh: ''\ni: 'null'\n---\n")

    assert [*found.values.values()] == ["3.10", "no", "12:34", "2017-02-29", "2017-02-28", None, None, "", "null"]


def test_aliases_and_merges_are_written_out() -> None:
    """What an anchor holds can be used again, and keys of the map itself win over merged ones."""
    found = read("---\nbase: &b {x: 1, y: 2}\nown:\n  <<: *b\n  y: 3\nboth: {<<: [*b, {z: 4}]}\nagain: *b\n---\n")

    assert found.values["own"] == {"x": "1", "y": "3"}
    assert found.values["both"] == {"x": "1", "y": "2", "z": "4"}
    assert found.values["again"] == {"x": "1", "y": "2"}


@pytest.mark.parametrize(
    ("text", "line", "mend"),
    [
        ('---\nlayout: x\ntitle: "He says "no" twice\n"\ndate: 2025-01-01\n---\n', 3, 'write \\" for each quote'),
        ("---\ntitle: 'it's'\n---\n", 2, 'write \\" for each quote'),
        ("---\ntitle: a: b\n---\n", 2, "put quotes around"),
        ("\n\n---\ntags:\n\t- a\n  - b\n - c\n---\n", 7, ""),
        ("---\ntitle: [a, b\n---\n", 3, "look for a mistake"),
        ("---\na: *nowhere\n---\n", 2, ""),
        ("---\na: &a [*a]\n---\n", 2, ""),
        ("---\njust words with a: colon\n  and: more\n---\n", 3, "put quotes around"),
        ("---\n- a\n- b: c\n---\n", 2, ""),
        ("+++\na = 1\nb = \n+++\n", 3, ""),
        ("+++\ndate = 2017-02-29\n+++\n", 2, ""),
        ('{"a": 1,\n "b": }\n\nbody', 2, ""),
        ('{"a": 1', 1, ""),
        ("---json\n{\n a\n---\n", 3, ""),
    ],
)
def test_what_cannot_be_read_is_named_with_its_line(text: str, line: int, mend: str) -> None:
    """A broken header is one problem at the line of the file where it lies, with a way to mend it."""
    found = read(text)

    assert [(problem.path, problem.line) for problem in found.problems] == [("posts/a.md", line)]
    assert mend in found.problems[0].mend


@pytest.mark.parametrize(
    ("text", "values"),
    [
        (
            '---\ntags:\n- x\n- y\ntitle: "He says "no" twice\n"\ndate: 2025-01-01\n---\n',
            {"tags": ["x", "y"], "title": 'He says "no" twice', "date": "2025-01-01"},
        ),
        ("---\ntitle: a: b\ntags: [a, b\nkind: &x [*x]\n---\n", {"title": "a: b"}),
        ("---\ntitle: 'it's'\n---\n", {"title": "it's"}),
        (
            '+++\ndate = 2017-02-29\ntitle = "a"\nn = 1\n[extra]\na = 1\n[taxonomies]\ntags = ["b"]\n+++\n',
            {"date": "2017-02-29", "title": "a", "n": 1, "extra": {"a": 1}, "taxonomies": {"tags": ["b"]}},
        ),
        ("+++\ntitle = a 'b' c\n[extra]\na = \n+++\n", {"title": "a 'b' c"}),
    ],
)
def test_what_can_be_read_of_a_broken_header_is(text: str, values: dict[str, Any]) -> None:
    """One key that the format refuses does not cost the others: each is read on its own, as text if need be."""
    found = read(text)

    assert found.values == values
    assert not found.is_broken
    assert ["so it was read line by line" in problem.what for problem in found.problems] == [True]


@pytest.mark.parametrize("text", ["---\n- a\n- b: c\n---\n", '{"a": 1', "---\n? [\n---\n"])
def test_where_no_key_can_be_read_the_header_is_broken(text: str) -> None:
    """A header that gives nothing at all is no header that says nothing."""
    assert read(text).is_broken
    assert read(text).values == {}


def test_tabs_are_two_spaces() -> None:
    """YAML refuses tabs and Hexo reads them, so there are live blogs that indent with them."""
    found = read("---\ntitle: a\ntags:\n\t- b\n\t- c\n---\nbody")

    assert found.values == {"title": "a", "tags": ["b", "c"]}
    assert found.problems == ()


def test_keys_given_twice_are_named() -> None:
    """Of two keys that differ in nothing but case the last counts, and the author is told."""
    found = read("---\ntitle: a\ncategory: x\nTitle: b\n---\n")

    assert found.values["title"] == "b"
    assert [problem.line for problem in found.problems] == [4]


def test_control_characters_do_no_harm() -> None:
    """What XML cannot carry goes before YAML and TOML can stumble over it."""
    assert read('---\ntitle: "a\x08b"\n---\n').values == {"title": "ab"}
    assert read('+++\ntitle = "a\x08b"\n+++\n').values == {"title": "ab"}


@pytest.mark.parametrize(
    "header",
    [
        "a: " + "[" * 30_000,
        "a: " + "{b: " * 30_000,
        "".join("  " * depth + "a:\n" for depth in range(400)),
        "a0: &a0 [x, x]\n" + "".join(f"a{n}: &a{n} [*a{n - 1}, *a{n - 1}]\n" for n in range(1, 60)),
        "a: &a " + "x" * 90_000 + "\nb: [" + "*a, " * 9_000 + "]",
        "a: " + "x" * 300_000,
    ],
    ids=["brackets", "braces", "blocks", "laughs", "repeats", "length"],
)
def test_what_expands_without_end_is_refused(header: str) -> None:
    """Depth, aliases and length are bounded: a problem, and neither a crash of the C library nor a stall."""
    found = read(f"---\n{header}\n---\nbody")

    assert len(str(found.values)) < 100_000
    assert len(found.problems) == 1
    assert found.body == "body"


def test_problems_point_to_the_line_of_a_key() -> None:
    """A problem with a value names the line of its key, whatever the format, case and spelling of it."""
    for text in ("---\na: 1\nLast-Modified: x\n---\n", '+++\na = 1\nlast_modified = "x"\n+++\n'):
        assert read(text).problem("last_modified", "what", "mend").line == 3
    assert read("---\na: 1\n---\n").problem("", "what", "mend").line == 0


PIECES = st.sampled_from(
    (
        *(
            "---\n",
            "+++\n",
            "...\n",
            "{",
            "}",
            "[",
            "]",
            '"',
            "'",
            ": ",
            "- ",
            "? ",
            "|\n",
            ">\n",
            "#",
            "\n",
            "\t",
            "  ",
        ),
        *("a", "&a ", "*a ", "<<: ", "!!binary ", "title: x\n", "date = 2020-13-13\n"),
        *("\ufeff", "\r", "\x85", "\x00", "\ud800"),
    )
)


@given(st.one_of(st.text(), st.lists(PIECES).map("".join), st.lists(PIECES).map(lambda x: f"---\n{''.join(x)}\n---\n")))
@settings(max_examples=300)
def test_no_text_raises(text: str) -> None:
    """Any text is read, or is a problem; the body is the same whether the header is read or not."""
    found = read(text)

    assert found.is_broken <= bool(found.problems)
    assert (found.body, found.block.body_line) == front_matter.split_body(text, "a.md")
    assert set(map(type, found.values)) <= {str}


def test_text_that_resembles_keys_is_read_at_once() -> None:
    """Keys with long continuations and no fence below: more lines or words do not multiply the time."""
    text = "Title: سلام\nSummary: a\n" + "    some words that go on\n" * 100 + "\nbody\n"

    assert "سلام" == read(text).values["title"]


def test_numbers_too_long_to_be_written_are_named() -> None:
    """Hexadecimal ones of TOML may have more digits than Python writes: one costs its key, not the build."""
    found = read(f"+++\ntitle = 0x{'f' * 5_000}\ndraft = true\n+++\nbody\n")

    assert found.values == {"title": f"0x{'f' * 5_000}", "draft": True}
    assert ["a number is too long" in problem.what for problem in found.problems] == [True]
