"""Plain text out of titles, headings and the other values of front matter."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from feeds.markup import clean_text
from feeds.model import Author
from feeds.sources import fields, heading
from feeds.sources.authors import authors
from feeds.sources.text import one_line, plain

NOTHINGS: tuple[object, ...] = (None, [], {})


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("  عنوان\n طويل\u2028جدا \n", "عنوان طويل جدا"),
        ("tab\tand\x0bmore\x08\x00", "tab and more"),
        ("نیم\u200cفاصله 👩\u200d💻", "نیم\u200cفاصله 👩\u200d💻"),
        (1092, "1092"),
        (3.5, "3.5"),
        *((nothing, "") for nothing in (*NOTHINGS, True, ["a"])),
    ],
)
def test_text_becomes_one_line(value: object, expected: str) -> None:
    """Text is trimmed, in one line and legal in XML; joiners stay, since scripts and emoji need them."""
    assert expected == one_line(value)


@pytest.mark.parametrize(
    ("title", "expected"),
    [
        ("AT&amp;T &lt;b&gt; &#233; &#x1F600; R&D&copy R&notanentity;", "AT&T <b> é 😀 R&D&copy R&notanentity;"),
        ("<em>Big</em> news<br>today <!-- not yet -->", "Big news today"),
        ('An <a href="/x">old</a> <span class="y">story</span>', "An old story"),
        ("Vec<T>, std::map<int> and (A => B) <3", "Vec<T>, std::map<int> and (A => B) <3"),
        ("**Bold**, *slanted* and ***both***", "Bold, slanted and both"),
        ("2*3*4, f*ck, a * b * c, **open and __init__", "2*3*4, f*ck, a * b * c, **open and __init__"),
        ("これは**太字**です", "これは太字です"),
        ("`cargo clippy` and ``a `b` c``", "cargo clippy and a `b` c"),
        ("What `<br>` and `**x**` and `&amp;` do", "What <br> and **x** and &amp; do"),
        ("See [the post](/a_(b)) ![](x.png)now", "See the post now"),
        ("[PG Day] \\*literally\\* 1\\#", "[PG Day] *literally* 1#"),
    ],
)
def test_titles_lose_markup_and_nothing_else(title: str, expected: str) -> None:
    """What is surely markup goes and entities become characters; what may be text stays."""
    assert expected == plain(title)


@given(st.text(alphabet=st.one_of(st.sampled_from("<>&;*`[]()!\\#_ abr/"), st.characters())))
@settings(max_examples=300)
def test_any_text_becomes_plain(text: str) -> None:
    """Any text becomes one line that XML can carry."""
    found = plain(text)

    assert found == " ".join(clean_text(found).split())


@pytest.mark.parametrize(
    "hard",
    ["<!--" * 20_000, "[" * 20_000, "`a" * 20_000, "*a " * 20_000, "<b " * 20_000, "&" * 20_000, "[a](" * 20_000],
)
def test_no_title_takes_long(hard: str) -> None:
    """Text that makes patterns go back and forth is cut before they see it."""
    assert len(plain(hard)) <= 5_000


@pytest.mark.parametrize(
    ("body", "title", "rest", "lines"),
    [
        ("# Title\n\ntext", "Title", "\ntext", 1),
        ("\n\n  # The *title* ##  \ntext", "The *title*", "text", 3),
        ("# C#\ntext", "C#", "text", 1),
        ("# Title {#id .x}\ntext", "Title", "text", 1),
        ("<!-- a\ncomment -->\n# Title\n", "Title", "", 3),
        ("Title\n=====\ntext", "Title", "text", 2),
        ("<h1 class='x'>The\ntitle</h1>\n<p>text", "The title", "\n<p>text", 1),
        *((body, "", body, 0) for body in ("", "text\n\n# Later", "## Second", "#tag", "> # quoted", "    # code")),
        *((body, "", body, 0) for body in ("- item\n====", "<!-- open\n# Title", "#" * 50_000)),
    ],
)
def test_a_heading_that_opens_the_body(body: str, title: str, rest: str, lines: int) -> None:
    """The first thing in a body may be its title, as ATX, Setext or HTML; a later heading is not."""
    assert heading.split(body, "markdown") == (title, rest, lines)


def test_html_has_no_markdown_headings() -> None:
    """In an HTML body "# x" is text, and a first-level heading an element."""
    assert heading.split("# x", "html") == ("", "# x", 0)
    assert heading.split("\n<H1>x</H1 >y", "html") == ("x", "y", 1)


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("Ada Lovelace", ["Ada Lovelace"]),
        ("Ada Lovelace and Alan Turing", ["Ada Lovelace", "Alan Turing"]),
        ("Ada Lovelace, Alan Turing, and Jakub Beránek", ["Ada Lovelace", "Alan Turing", "Jakub Beránek"]),
        ("Simon & Garfunkel", ["Simon", "Garfunkel"]),
        ("Ada Lovelace, Project Director", ["Ada Lovelace, Project Director"]),
        ("The Core and Release Teams", ["The Core and Release Teams"]),
        ("Camunda BPM and Optimize Team", ["Camunda BPM and Optimize Team"]),
        ("Johnson and Sons Ltd", ["Johnson and Sons Ltd"]),
        ("نادية بن يوسف", ["نادية بن يوسف"]),
        (["Ada", "Alan\n", "Ada", None, ""], ["Ada", "Alan"]),
        ([["Ada"], {"name": "Alan"}], ["Ada", "Alan"]),
        ({"ada": {"name": "Ada"}, "alan": {"name": "Alan"}}, ["Ada", "Alan"]),
        *((nothing, []) for nothing in (*NOTHINGS, "", {"x": 1}, True)),
    ],
)
def test_authors_in_every_form(value: object, expected: list[str]) -> None:
    """A string, a list, a map and lists and maps of these name authors; a comma alone does not part people."""
    assert expected == [author.name for author in authors(value, "https://example.org/")]


def test_authors_have_addresses() -> None:
    """A mail address stands behind the name or under its own key, a home page is made absolute."""
    ada = {"name": "Ada <b>L</b>", "email": "ada@example.org", "url": "/ada/"}

    assert authors(ada, "https://example.org/") == (Author("Ada L", "ada@example.org", "https://example.org/ada/"),)
    assert authors("Ada <ada@example.org>", "") == (Author("Ada", "ada@example.org"),)


@pytest.mark.parametrize(
    ("value", "parting", "expected"),
    [
        ("ذكاء اصطناعي", "whole", ["ذكاء اصطناعي"]),
        ("embedded nerves", "spaces", ["embedded", "nerves"]),
        ("Java, Data Base", "spaces", ["Java", "Data Base"]),
        ("number 2, b،ج、d", "commas", ["number 2", "b", "ج", "d"]),
        (["a b", "a,b", " A B "], "spaces", ["a b", "a,b"]),
        ([["Tools", "Git"], ["tools", "SSH"]], "whole", ["Tools", "Git", "SSH"]),
        ([2014, None, "", {"name": "x"}], "whole", ["2014", "x"]),
        (None, "whole", []),
        (2014, "whole", ["2014"]),
    ],
)
def test_terms_in_every_form(value: object, parting: str, expected: list[str]) -> None:
    """Categories and tags are parted as their key asks for, each kept once in its first spelling."""
    assert expected == [*fields.terms({"key": value}, (("key", parting),))]


def test_terms_of_several_keys_add_up() -> None:
    """What two keys say counts together, in the order of the keys."""
    assert fields.terms({"b": ["x", "y"], "a": "Y"}, (("a", "whole"), ("b", "whole"))) == ("Y", "x")


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        *(("ar", "ar"), ("zh_tw", "zh-TW"), ("PT-br", "pt-BR"), ("sr_latn_rs", "sr-Latn-RS"), ("en_US.UTF-8", "en-US")),
        *((" ckb ", "ckb"), ("es-419", "es-419"), ("", ""), (None, "")),
        *(
            ("english", "en"),
            ("German", "de"),
            ("Deutsch", "de"),
            ("العربية", "ar"),
            ("中文", "zh"),
            ("繁體中文", "zh-Hant"),
        ),
        *(("default", None), ("e", None), ("ar,fr", None), ("عربي", None), ("Deutsch, English", None)),
    ],
)
def test_languages(value: object, expected: str | None) -> None:
    """A tag has its usual letters, a name of a language becomes its tag; what is neither is told apart from nothing."""
    assert expected == fields.language(value)


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        *(
            ("/a.png", "/a.png"),
            ("a.webp?x", "a.webp?x"),
            ("https://e.org/a", "https://e.org/a"),
            (["", "b.png"], "b.png"),
        ),
        *(({"path": "c.png"}, "c.png"), ({"light": "d.png", "dark": "e.png"}, "d.png"), ({"x": "f.png"}, "")),
        *(("wd5ucomydtnz", ""), ("data:image/png;base64,AA/=", ""), ("", ""), (None, ""), (True, ""), (5, "")),
    ],
)
def test_images_in_every_form(value: object, expected: str) -> None:
    """A picture is text, a list or a map; an id without a path is none, and neither is one written out."""
    assert expected == fields.image(value)


def test_truth() -> None:
    """YAML's ten ways to say yes and no, and what says neither."""
    assert [fields.truth(value) for value in (True, "Yes", "on", "TRUE", 1)] == [True] * 5
    assert [fields.truth(value) for value in (False, "no", "off", "False", 0)] == [False] * 5
    assert [fields.truth(value) for value in (*NOTHINGS, "", "2014-01-01", "maybe")] == [None] * 6
