"""Simple front matter: read by patterns, as its parser would read it, or not at all."""

import subprocess
import sys
from typing import Any

import frontmatter
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from feeds.markup import clean_text
from feeds.sources import front_matter, simple
from feeds.sources.handlers import HANDLERS

FENCES = {"yaml": "---", "toml": "+++"}


def read(kind: str, inner: str) -> dict[str, Any] | None:
    return simple.read(kind, f"{FENCES[kind]}\n{inner}\n{FENCES[kind]}\n")


@pytest.mark.parametrize(
    ("inner", "values"),
    [
        ("", {}),
        ("\n# a comment\n\n  # more\n", {}),
        ("title: سلام عليكم  ", {"title": "سلام عليكم"}),
        ("Last-Mod : 2024-01-31 10:00:00 +0100", {"last_mod": "2024-01-31 10:00:00 +0100"}),
        ("a: 3.10\nb: no\nc: 010\nd: http://a.b/#c", {"a": "3.10", "b": "no", "c": "010", "d": "http://a.b/#c"}),
        ("a:\nb: ~\nc: null\nd: 'null'\ne: \"\"", {"a": None, "b": None, "c": None, "d": "null", "e": ""}),
        ('a: "it\'s: a #1" # yes\nb: \'say "no"\'', {"a": "it's: a #1", "b": 'say "no"'}),
        ('title: "a line \n"\nb: c', {"title": "a line ", "b": "c"}),
        ("a: []\nb: [x]\nc: [ x y , \"a, b\", 'c', null, ]", {"a": [], "b": ["x"], "c": ["x y", "a, b", "c", None]}),
        ("a:\n- x y\n- 'z'\nb:\n  - ~\n\nc: d", {"a": ["x y", "z"], "b": [None], "c": "d"}),
    ],
)
def test_simple_yaml_is_read(inner: str, values: dict[str, Any]) -> None:
    """Texts, lists of them and nothing are read from lines of YAML, comments passed by."""
    assert values == read("yaml", inner)
    assert values == parsed("yaml", f"---\n{inner}\n---\n")


@pytest.mark.parametrize(
    "inner",
    [
        'Title = "a"\ndate = 2024-01-31T10:00:00+01:00\nday = 2024-01-31\ntags = ["a", \'b\',\n  "c",\n]',
        "draft = false\nweight = 10\nno = []\n\n[taxonomies]\ncategories = ['a']\n[extra] # more\na-b = \"c\"",
    ],
)
def test_simple_toml_is_read(inner: str) -> None:
    """Texts, lists of them, moments, truths and whole numbers are read from TOML, in tables as well."""
    values = read("toml", inner)

    assert values
    assert repr(parsed("toml", f"+++\n{inner}\n+++\n")) == repr(values)


@pytest.mark.parametrize(
    ("kind", "inner"),
    [
        *(
            ("yaml", f"title: {value}")
            for value in ("a: b", "a:", "a #b", "&a b", "*a", "|", ">", "{}", "- a", '"a\\n"')
        ),
        *(("yaml", f"tags: {value}") for value in ("[a: b]", "[[a]]", "[a", "[a]b", "[a,, b]", "[#a]", "[,]", "'a' b")),
        *(("yaml", inner) for inner in ("a: b\nA: c", "a:\n  b: c", "a: b\n  c", "a:\tb", "null: a", "a:\n- b\n - c")),
        *(("yaml", inner) for inner in ("a:\n- b: c", "a: \u2028b", "a:b", "- a", "text", "a: b\n- c")),
        *(
            ("toml", f"a = {value}")
            for value in ("2017-02-29", '"""b"""', "'''b'''", "1.5", "010", '"\\u00e9"', "{}", "")
        ),
        *(
            ("toml", inner)
            for inner in ("a = 1\na = 2", "[a]\n[a]", "[a.b]", "[[a]]", "a.b = 1", '"a" = 1', "a = 1 b = 2")
        ),
        ("json", '{"a": "b"}'),
    ],
)
def test_the_rest_is_left_to_its_parser(kind: str, inner: str) -> None:
    """Nothing is read where the format may mean something else by it, or an error."""
    fence = FENCES.get(kind, "")

    assert simple.read(kind, f"{fence}\n{inner}\n{fence}\n") is None


def parsed(kind: str, text: str) -> Any:
    """Read a block as the library and its handler do; what they refuse is no value."""
    handler = HANDLERS[kind]()
    try:
        values, _ = frontmatter.parse(text, handler=handler)
    except Exception as error:
        return error
    return f"repeated: {handler.repeated}" if handler.repeated else values


SIGNS = (*":#- '\"[]{}&|?~\\\t\n\u2028", ": ", " #", ", ", "\n- ", "\n  - ", "- ")
WORDS = ("a", "b c", "سلام", "1", "null", "true", "2024-01-31", "T10:00:00Z", "[a, b]", "['a']", '"a"', "'a'")
KEYS = st.sampled_from(["title", "Title", "date", "a-b", "null"])
LINES = st.tuples(
    KEYS, st.sampled_from([": ", " = ", ":"]), st.lists(st.sampled_from(SIGNS + WORDS), max_size=4).map("".join)
)


@settings(max_examples=500, deadline=None)
@given(st.sampled_from(sorted(FENCES)), st.lists(LINES, max_size=3))
@example("yaml", [("a", ": ", 'b \n"'), ("c", ": ", "d")])
@example("toml", [("a", " = ", "['a',\n 'b']")])
def test_what_is_read_is_what_its_parser_reads(kind: str, lines: list[tuple[str, str, str]]) -> None:
    """Whatever the lines, they are left alone or make the very values that the real parser makes."""
    text = clean_text("".join([f"{FENCES[kind]}\n", *("".join(line) + "\n" for line in lines), f"{FENCES[kind]}\n"]))
    block = front_matter.find(text, "a.md")

    if block.kind == kind and (values := simple.read(kind, block.text)) is not None:
        assert repr(parsed(kind, block.text)) == repr(values)


def test_no_parser_is_imported_for_it() -> None:
    """A blog of simple front matter is read without yaml and python-frontmatter, which take 40 ms to import."""
    text = "---\ndate: 2024-01-31\n---\n"
    code = f"import sys; from feeds.sources import front_matter; front_matter.read({text!r}, 'a.md'); "
    code += "print(*{'yaml', 'frontmatter'} & {*sys.modules})"
    said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert said.stdout.strip() == ""
