"""Handlers of python-frontmatter for the block that front matter is, one per format.

They make up for what the library's own do not do: TOML without another package, dates left to `dates`, no value that
expands without end, keys by name whatever their case. Only imported when a post is read (yaml takes 30 ms).
"""

import json
import re
import tomllib
from collections.abc import Callable
from functools import partial
from typing import Any

import yaml
from frontmatter.default_handlers import BaseHandler

from feeds.sources import headers
from feeds.sources.key_names import by_name
from feeds.sources.salvage import salvage
from feeds.sources.yaml_values import Values, YamlError


class Handler(BaseHandler):
    """What all have in common: `repeated` names the keys that come twice, by 0-based line of the block."""

    def __init__(self) -> None:
        super().__init__()
        self.repeated: dict[str, int] = {}


class Yaml(Handler):
    """YAML between `---` and `---` or `...`."""

    FM_BOUNDARY = re.compile(r"^(?:-{3,}|\.{3})[ \t]*$", re.MULTILINE)

    def load(self, fm: str) -> Any:
        """Read the values of a header."""
        values = Values(fm)
        if not isinstance(values.value, dict | None):
            raise YamlError("no `key: value` in it", 1)
        self.repeated = values.repeated
        return values.value


class Toml(Handler):
    """TOML between `+++` and `+++`."""

    FM_BOUNDARY = re.compile(r"^\+{3,}[ \t]*$", re.MULTILINE)

    def load(self, fm: str) -> Any:
        """Read the values of a header."""
        return by_name(tomllib.loads(fm))


class Unfenced(Handler):
    """A format whose text is the whole block; `front_matter` has found its end."""

    FM_BOUNDARY = re.compile("")

    def __init__(self, loads: Callable[[str], Any]) -> None:
        super().__init__()
        self._loads = loads

    def split(self, text: str) -> tuple[str, str]:
        """Take the whole block for the header."""
        return text, ""

    def load(self, fm: str) -> Any:
        """Read the values of a header."""
        return self._loads(fm)


HANDLERS: dict[str, Callable[[], Handler]] = {
    "yaml": Yaml,
    "toml": Toml,
    "json": partial(Unfenced, lambda text: by_name(json.loads(text, strict=False))),
    "js": partial(Unfenced, partial(salvage, "js")),
    **{kind: partial(Unfenced, loads) for kind, loads in headers.KINDS.items()},
}


def explain(error: Exception, block: str) -> tuple[int, str, str]:
    """Say on which 0-based line of the block an error of a handler lies, what it is and how to mend it."""
    line, what = _place(error)
    lines = block.split("\n")
    return line, what, _cure(what, lines[min(line, len(lines) - 1)])


def _place(error: Exception) -> tuple[int, str]:
    if isinstance(error, yaml.MarkedYAMLError):
        mark = error.problem_mark or error.context_mark
        return mark.line if mark else 0, error.problem or str(error)
    if isinstance(error, YamlError):
        return error.line, str(error)
    if isinstance(error, json.JSONDecodeError):
        return error.lineno - 1, error.msg
    found = _AT_LINE.fullmatch(str(error))
    return (int(found[2]) - 1, found[1]) if found else (0, str(error))


_AT_LINE = re.compile(r"(.*) \(at line (\d+), column \d+\)", re.DOTALL)
_INNER_QUOTES = re.compile(r"""[^:]+:\s*(?:"(?:[^"\\]|\\.)*+"\s*[^\s"#]|'[^']*'\s*[^\s'#])""")


def _cure(what: str, line: str) -> str:
    if _INNER_QUOTES.match(line):
        return 'write \\" for each quote inside a text in quotes'
    if "\t" in line[: len(line) - len(line.lstrip())]:
        return "indent with spaces, not with a tab"
    if "mapping values" in what:
        return "put quotes around a text that has a colon in it"
    return "look for a mistake in this line or just above"
