"""Which files hold posts, told by their paths alone."""

from collections.abc import Iterable
from functools import lru_cache

from feeds.sources.dialect import Dialect, Place

# Markup that is told apart, but not read yet.
_FOREIGN = {
    **dict.fromkeys((".adoc", ".asciidoc", ".asc"), "AsciiDoc"),
    ".textile": "Textile",
    ".ipynb": "Jupyter",
    ".org": "Org",
    ".mdx": "MDX",
    ".rmd": "R Markdown",
}
_DATA = (".json", ".meta", ".toml", ".yaml", ".yml")
# Files that lie beside posts, by their names without extension; these in capitals, since "security.md" may be a post.
_BESIDE = frozenset(
    {"AGENTS", "CLAUDE", "GEMINI", "CONTRIBUTING", "CHANGELOG", "CODE_OF_CONDUCT", "NOTICE", "SECURITY", "TODO"}
    | {"LICENSE", "LICENCE", "LICENSE-DOCS", "README", "Readme", "readme", "template", "_template", "404"}
)


def is_text(name: str, dialect: Dialect) -> bool:
    """Tell by its name whether a file may hold a post at all, and not a picture or data."""
    end = suffix(name)
    return (end in dialect.markups or end in _FOREIGN) and not name.startswith((".", "~", "#"))


def beside(paths: Iterable[str]) -> list[str]:
    """List the files that may say something of the posts around them."""
    return [path for path in paths if path.endswith(_DATA) or "/_index." in path]


def refusal(path: str, dialect: Dialect) -> str:
    """Say why the text file at `path` is no post, without opening it; "" when it must be opened."""
    name = path.rpartition("/")[2]
    end = suffix(name)
    stem = name.partition(".")[0]
    if stem == "_index":
        return "the page of a section, not a post"
    if stem in _BESIDE:
        return "not a post, by its name"
    foreign = "" if end in dialect.markups else _FOREIGN.get(end, end)
    return f"written in {foreign}, which is not read yet" if foreign else placed(path, dialect).refused


@lru_cache(maxsize=1)  # it is asked for twice in a row: whether to open a file, and what to make of it
def placed(path: str, dialect: Dialect) -> Place:
    """Return what the path of a file says."""
    return dialect.place(path)


def suffix(name: str) -> str:
    """Return what follows the last dot of a name, in small letters and with the dot: ".md"; all of it without one."""
    _, dot, end = name.rpartition(".")
    return dot + end.lower()
