"""Split a file into front matter and body, and read the front matter; python-frontmatter reads, we find the fences.

The library drops all metadata without a word at a byte order mark, at `...` and where TOML lacks its package, and the
indentation of a body's first line; so it only gets the block itself.
"""

import json
import re
from collections.abc import Iterable, Mapping
from typing import Any

from msgspec import Struct

from feeds.markup import clean_text
from feeds.model import Problem

_BOM = "\ufeff"
_OPENER = re.compile(r"(?:[ \t\ufeff]*+\n)*+\ufeff*+(?:(-{3,}|\+{3,})[ \t]*(?:\n|\Z)|(?=\{\s*[\"}]))")
_CLOSERS = {
    "-": re.compile(r"^(?:-{3,}|\.{3})[ \t]*(?:\n|\Z)", re.MULTILINE),
    "+": re.compile(r"^\+{3,}[ \t]*(?:\n|\Z)", re.MULTILINE),
}
# Two rules around a paragraph are no front matter: YAML has a key somewhere, or nothing but comments.
_YAML = re.compile(r"^[^\n#:][^\n:]*+:|^[ \t]*[{?]|\A(?:[ \t]*(?:#[^\n]*)?\n)*+\Z", re.MULTILINE)
_END_OF_BROKEN_JSON = re.compile(r"^\}[ \t]*(?:\n|\Z)|\n(?=[ \t]*\n)", re.MULTILINE)
_LONGEST = 200_000  # characters of front matter; 115 of 35,000 real posts have more than 4,000


class Block(Struct, frozen=True):
    """Where the front matter of a text stands."""

    kind: str  # a key of `handlers.HANDLERS`; "" when there is none
    text: str  # with its fences
    line: int  # 1-based, of the opening fence
    body: str
    body_line: int


class FrontMatter(Struct, frozen=True):
    """What the front matter of a file says, and what was wrong with it."""

    path: str
    values: Mapping[str, Any]  # by `yaml_values.key_name`
    block: Block
    problems: tuple[Problem, ...] = ()
    is_broken: bool = False  # nothing could be read

    @property
    def body(self) -> str:
        """The text after the front matter."""
        return self.block.body

    def first(self, keys: Iterable[str]) -> tuple[str, Any]:
        """Return the first of these keys that says anything, and what it says; else ("", None)."""
        for key in keys:
            value = self.values.get(key)
            if value is not None and value != "" and value != [] and value != {}:
                return key, value
        return "", None

    def problem(self, key: str, what: str, mend: str) -> Problem:
        """Make a Problem that points to the line of a key; to the whole file for ""."""
        return Problem(self.path, self._line_of(key) if key else 0, what, mend)

    def _line_of(self, key: str) -> int:
        name = re.escape(key).replace("_", "[-_]")
        found = re.search(rf"^[ \t]*[\"']?{name}[\"']?[ \t]*[:=]", self.block.text, re.MULTILINE | re.IGNORECASE)
        return self.block.line + (self.block.text.count("\n", 0, found.start()) if found else 0)


def find(text: str) -> Block:
    """Find the front matter of a file's text; line ends become LF, a byte order mark goes."""
    if "\r" in text:
        text = text.replace("\r\n", "\n").replace("\r", "\n")
    text = text.lstrip(_BOM)
    opener = _OPENER.match(text)
    end = _end(text, opener) if opener else 0
    if opener is None or not end:
        return Block("", "", 1, text, 1)
    start = opener.start(1) if opener[1] else opener.end()
    kind = {"-": "yaml", "+": "toml", "{": "json"}[text[start]]
    return Block(kind, text[start:end], 1 + text.count("\n", 0, start), text[end:], 1 + text.count("\n", 0, end))


def _end(text: str, opener: re.Match[str]) -> int:
    """Return where the body starts; 0 when this is no front matter after all."""
    if opener[1] is None:
        return _end_of_json(text, opener.end())
    closer = _CLOSERS[opener[1][0]].search(text, opener.end())
    if closer is None or (opener[1][0] == "-" and not _YAML.search(text[opener.end() : closer.start()])):
        return 0
    return closer.end()


def _end_of_json(text: str, start: int) -> int:
    try:
        end = json.JSONDecoder(strict=False).raw_decode(text, start)[1]
    except (ValueError, RecursionError):
        # Broken, which the reading is to say: up to the last brace, a blank line or the end.
        broken = _END_OF_BROKEN_JSON.search(text, start)
        return broken.end() if broken else len(text)
    return end + 1 if text[end : end + 1] == "\n" else end


def split_body(text: str, path: str) -> tuple[str, int]:
    """Return the body of a file and the 1-based line on which it starts."""
    del path  # engines whose front matter depends on the file's kind will ask
    block = find(text)
    return block.body, block.body_line


def read(text: str, path: str) -> FrontMatter:
    """Read the front matter of a file. Never raises: what cannot be read is a Problem with its line."""
    block = find(text)
    if not block.kind:
        return FrontMatter(path, {}, block)
    if len(block.text) > _LONGEST:
        problem = Problem(path, block.line, "the front matter is too long", f"keep it under {_LONGEST:,} characters")
        return FrontMatter(path, {}, block, (problem,), is_broken=True)
    return _read(block, path)


def _read(block: Block, path: str) -> FrontMatter:
    import frontmatter

    from feeds.sources.handlers import HANDLERS, explain

    handler = HANDLERS[block.kind]()
    try:
        values, _ = frontmatter.parse(clean_text(block.text), handler=handler)
    except Exception as error:
        line, what, mend = explain(error, block.text)
        problem = Problem(path, block.line + line, f"the front matter is not {block.kind.upper()}: {what}", mend)
        return FrontMatter(path, {}, block, (problem,), is_broken=True)
    twice = (
        Problem(path, block.line + line, f"{key} is given twice; the last one counts", "take one of them out")
        for key, line in handler.repeated.items()
    )
    return FrontMatter(path, values, block, tuple(twice))
