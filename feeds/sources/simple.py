"""Front matter of the usual kind, read in 7 us where python-frontmatter and PyYAML take 46 (of TOML, 12 and 49).

That is a text, a list of texts or nothing for each key. One pattern takes a key with all that belongs to it, and only
what can be read in a single way; the rest, from a tab to a key that comes twice, is left to the real parser. So what is
read here is what that one would make of it, and neither it nor the library need be imported for it.
"""

import re
from datetime import date, datetime
from functools import lru_cache
from typing import Any

from feeds.sources.key_names import key_name

NOTHING = frozenset({"", "~", "null", "Null", "NULL"})  # what says nothing in YAML, where it stands in no quotes

_ODD = r"\n\t"
_KEY = r"([A-Za-z][A-Za-z0-9_-]{0,99}+)[ ]{0,99}+"
_QUOTED = rf"\"[^\"\\{_ODD}]*+\"|'[^'{_ODD}]*+'"
_FOLDED = rf"\"[^\"\\{_ODD}]*+\n\""
_END = rf"[ ]*+(?:(?<=[ \n])\#[^{_ODD}]*+)?\n"  # of a line, or a line that says nothing
# Text in no quotes: no sign in front that opens something else; `_scalar` looks at the rest.
_BARE = rf"[^{_ODD} ?:,\[\]{{}}\#&*!|>'\"%@`-][^{_ODD}]*+"
_WORDS = rf"[^{_ODD} ?:,\[\]{{}}\#&*!|>'\"%@`-][^{_ODD}?:,\[\]{{}}\#]*+"  # the same in brackets
_LINE = rf"-[ ]++(?:{_QUOTED}|{_BARE}){_END}"
_CLOCK = r"(?:[01][0-9]|2[0-3]):[0-5][0-9]"
_MOMENT = rf"[0-9]{{4}}-[0-9]{{2}}-[0-9]{{2}}(?:[T ]{_CLOCK}:[0-5][0-9](?:Z|[+-]{_CLOCK})?)?"


def _listed(item: str, space: str) -> str:
    return rf"\[{space}(?:(?:{item}){space}(?:,{space}|(?=\])))*+\]"


_FLOW, _ARRAY = _listed(f"{_QUOTED}|{_WORDS}", "[ ]*+"), _listed(_QUOTED, r"[ \n]*+")
_CLOSED = rf"(?:{_END})*+(?:-{{3,}}|\+{{3,}}|\.{{3}})[ \t]*\n?\Z"
_ELSE = r"([\s\S]+)"  # what is not simple, to the end of the block
# Groups: a key, its text, its list in brackets, its list of lines.
_YAML = re.compile(
    rf"(?:{_END})*+{_KEY}:(?:[ ]++(?:({_FOLDED}|{_QUOTED}|{_BARE})|({_FLOW})){_END}"
    rf"|{_END}((?=(?P<space>[ ]*+))(?:(?P=space){_LINE})++)?)|{_CLOSED}|{_ELSE}"
)
# Groups: the name of a table; a key, its value, its list.
_TOML = (
    rf"(?:{_END})*+(?:\[{_KEY}\]|{_KEY}=[ ]*+"
    rf"(?:({_QUOTED}|true|false|{_MOMENT}|0|[1-9][0-9]{{0,8}}+)|({_ARRAY}))){_END}|{_CLOSED}|{_ELSE}"
)
_IN_BRACKETS = re.compile(f"{_QUOTED}|{_WORDS}")
_IN_LINES = re.compile(rf"^[ ]*+-[ ]++({_QUOTED}|{_BARE})", re.MULTILINE)


def read(kind: str, text: str) -> dict[str, Any] | None:
    """Read a block with its fences, its text clean; None for all that is not simple."""
    reader = _READERS.get(kind)
    # To YAML these are breaks or spaces. In the patterns they would make compiling take ten times as long.
    if reader is None or "\u2028" in text or "\u2029" in text or "\ufeff" in text:
        return None
    try:
        return reader(text, text.find("\n") + 1)
    except ValueError:
        return None


def _yaml(text: str, start: int) -> dict[str, Any]:
    """Return what the keys say. Raises ValueError where that is not simple."""
    values: dict[str, Any] = {}
    for key, said, words, lines, _, other in _YAML.findall(text, start):
        if key:
            if (name := _name(key)) in values:
                raise ValueError
            if said:
                values[name] = _scalar(said)
            else:
                many = _IN_BRACKETS.findall(words) if words else _IN_LINES.findall(lines) if lines else None
                values[name] = many and [_scalar(each) for each in many]
        elif other:
            raise ValueError
    return values


def _toml(text: str, start: int) -> dict[str, Any]:
    table: dict[str, Any] = {}
    values = table
    for header, key, said, many, other in re.compile(_TOML).findall(text, start):
        if key:
            if (name := _name(key)) in table:
                raise ValueError
            table[name] = _typed(said) if said else [each[1:-1] for each in _IN_BRACKETS.findall(many)]
        elif header:
            if (name := _name(header)) in values:
                raise ValueError
            table = values[name] = {}
        elif other:
            raise ValueError
    return values


_READERS = {"yaml": _yaml, "toml": _toml}


@lru_cache(maxsize=1024)  # they are the same for most posts
def _name(key: str) -> str:
    """Return the name of a key. Raises ValueError for "null", which is none in YAML."""
    if key in NOTHING:
        raise ValueError
    return key_name(key)


def _scalar(said: str) -> str | None:
    """Return what YAML makes of a text. Raises ValueError where a colon makes a map of it, or a comment ends it."""
    if said[0] in "\"'":
        # A quote that stands alone on the next line: the break is a space.
        return said[1:-1] if said[-2] != "\n" else said[1:-2].rstrip(" ") + " "
    said = said.rstrip(" ")
    if ": " in said or " #" in said or said[-1] == ":":
        raise ValueError
    return None if said in NOTHING else said


def _typed(said: str) -> Any:
    """Return what TOML makes of a value. Raises ValueError for 31 April."""
    if said[0] in "\"'":
        return said[1:-1]
    if said in ("true", "false"):
        return said == "true"
    if said.isdecimal():
        return int(said)
    return date.fromisoformat(said) if len(said) == 10 else datetime.fromisoformat(said)
