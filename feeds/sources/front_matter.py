"""Read the front matter of a file; python-frontmatter reads, `fences` and `headers` find it.

The library drops all metadata without a word at a byte order mark, at `...` and where TOML lacks its package, and the
indentation of a body's first line; so it only gets the block itself.
"""

import re
from collections.abc import Mapping
from typing import Any

from msgspec import Struct

from feeds.markup import clean_text
from feeds.model import Problem
from feeds.sources import fences, simple
from feeds.sources.fences import Block

_BOM = "\ufeff"
_LONGEST = 200_000  # characters of front matter; 115 of 35,000 real posts have more than 4,000
_TABS = re.compile(r"^[ ]*\t[ \t]*", re.MULTILINE)


class FrontMatter(Struct, frozen=True):
    """What the front matter of a file says, and what was wrong with it."""

    path: str
    values: Mapping[str, Any]  # by `key_names.key_name`
    block: Block
    problems: tuple[Problem, ...] = ()
    is_broken: bool = False  # nothing could be read
    is_salvaged: bool = False  # something could, but keys may be missing

    @property
    def body(self) -> str:
        """The text after the front matter."""
        return self.block.body

    def problem(self, key: str, what: str, mend: str) -> Problem:
        """Make a Problem that points to the line of a key; to the whole file for ""."""
        return Problem(self.path, self._line_of(key.rpartition(".")[2]) if key else 0, what, mend)

    def _line_of(self, key: str) -> int:
        name = re.escape(key).replace("_", "[-_]")
        found = re.search(rf"^[ \t]*[\"':.]*[ ]?{name}[\"']?[ \t]*[:=]", self.block.text, re.MULTILINE | re.IGNORECASE)
        return self.block.line + (self.block.text.count("\n", 0, found.start()) if found else 0)


def find(text: str, path: str) -> Block:
    """Find the front matter of a file's text; line ends become LF, a byte order mark goes."""
    if "\r" in text:
        text = text.replace("\r\n", "\n").replace("\r", "\n")
    text = text.lstrip(_BOM)
    if block := fences.find(text):
        return block
    from feeds.sources import headers  # 5 ms, of which most blogs need nothing

    return headers.find(text, path) or Block("", "", 1, text, 1)


def split_body(text: str, path: str) -> tuple[str, int]:
    """Return the body of a file and the 1-based line on which it starts."""
    block = find(text, path)
    return block.body, block.body_line


def read(text: str, path: str) -> FrontMatter:
    """Read the front matter of a file. Never raises: what cannot be read is a Problem with its line."""
    block = find(text, path)
    if not block.kind:
        return _none(block, path)
    if len(block.text) > _LONGEST:
        problem = Problem(path, block.line, "the front matter is too long", f"keep it under {_LONGEST:,} characters")
        return FrontMatter(path, {}, block, (problem,), is_broken=True)
    return _read(block, path)


def _none(block: Block, path: str) -> FrontMatter:
    fence = fences.unclosed(block.body)
    if not fence:
        return FrontMatter(path, {}, block)
    # Not read all the same: half of it may still be missing, such as that it is a draft.
    problem = Problem(path, 1, "the front matter has no end", f"put a line {fence} below it")
    return FrontMatter(path, {}, block, (problem,), is_broken=True)


def _read(block: Block, path: str) -> FrontMatter:
    try:
        values, repeated = _values(block)
    except Exception as error:
        from feeds.sources.handlers import explain

        line, what, mend = explain(error, block.text)
        return _salvaged(block, Problem(path, block.line + line, what, mend))
    if not block.flaw and not repeated:
        return FrontMatter(path, values, block)
    problems = [Problem(path, block.line, block.flaw, "take out what is too much")] if block.flaw else []
    problems += (
        Problem(path, block.line + line, f"{key} is given twice; the last one counts", "take one of them out")
        for key, line in repeated.items()
    )
    return FrontMatter(path, values, block, tuple(problems))


def _values(block: Block) -> tuple[dict[str, Any], dict[str, int]]:
    """Return what a block says, and the keys that it gives twice by 0-based line. Raises whatever its format does."""
    text = clean_text(block.text)
    values = simple.read(block.kind, text)
    return _parsed(block.kind, text) if values is None else (values, {})


def _parsed(kind: str, text: str) -> tuple[dict[str, Any], dict[str, int]]:
    import frontmatter

    from feeds.sources.handlers import HANDLERS

    handler = HANDLERS[kind]()
    try:
        values, _ = frontmatter.parse(text, handler=handler)
    except Exception:
        # Hexo takes a tab for two spaces (its front-matter package, `escape`), so there are live blogs with tabs.
        spaced = _TABS.sub(lambda tabs: tabs[0].replace("\t", "  "), text)
        if kind != "yaml" or spaced == text:
            raise
        values, _ = frontmatter.parse(spaced, handler=handler)
    return values, handler.repeated


def _salvaged(block: Block, problem: Problem) -> FrontMatter:
    from feeds.sources.salvage import salvage

    values = salvage(block.kind, clean_text(block.text))
    how = ", so it was read line by line" if values else ""
    what = f"the front matter is not {block.kind.upper()}{how}: {problem.what}"
    told = Problem(problem.path, problem.line, what, problem.mend)
    return FrontMatter(problem.path, values, block, (told,), is_broken=not values, is_salvaged=bool(values))
