"""One tag of a template language."""

import re

from msgspec import Struct

_ARGUMENT = (
    r"""(?:([\w:-]+)\s*=\s*)?(?:\{?"((?:\\.|[^"\\])*)"\}?|\{?'((?:\\.|[^'\\])*)'\}?|\{?`([^`]*)`\}?|([^\s,"'=]+))"""
)


class Tag(Struct, frozen=True):
    """A tag as it stands in a body, and what is between it and its end."""

    name: str
    arguments: str = ""
    inside: str = ""
    indent: str = ""  # what is before it on its line, when it stands there alone
    is_alone: bool = False
    line: int = 0

    @property
    def words(self) -> list[str]:
        """Return the arguments without a name."""
        return [a or b or c or d for name, a, b, c, d in re.findall(_ARGUMENT, self.arguments) if not name]

    @property
    def named(self) -> dict[str, str]:
        """Return those with one: src="a.png"."""
        return {name.lower(): a or b or c or d for name, a, b, c, d in re.findall(_ARGUMENT, self.arguments) if name}

    def get(self, *names: str, at: int = 99) -> str:
        """Return the argument of the first of these names, or the one at a place."""
        named, words = self.named, self.words
        return next((named[name] for name in names if named.get(name)), words[at] if at < len(words) else "")
