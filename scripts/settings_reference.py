"""Write the reference page of all settings: scripts/settings_reference.py docs/settings.md.

Everything on it is said in feeds/config/sections.py and feeds/model.py; a test fails when the page says something else.
"""

import json
import sys
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from types import NoneType, UnionType
from typing import Any, Literal, Union, get_args, get_origin

import msgspec

from feeds.config import Settings, keys

INTRODUCTION = """\
# Settings

Everything that `feeds.toml` may say. Only `[site]` with `url` and `title` is required; `feeds config` prints what is in
force. An unknown key or a wrong value is an error that names the key and what was expected.

Secrets are not settings: they come from the environment, or from the file that the variable with `_FILE` at its end
names. See [mail](mail.md).

<!-- Written by `make docs` from the settings themselves; edit those. -->
"""
NAMES = {str: "string", bool: "`true` or `false`", int: "whole number", date: "date"}


def page() -> str:
    """Return the whole page."""
    return INTRODUCTION + "".join(section(*each) for each in sections())


def sections() -> Iterator[tuple[str, str, str]]:
    """Yield (name, heading as it stands in the file, what it is about) of every section."""
    for member in msgspec.structs.fields(Settings):
        many = get_origin(member.type) is tuple
        kind = get_args(member.type)[0] if many else member.type
        if issubclass(kind, msgspec.Struct):
            name = member.encode_name
            yield name, f"[[{name}]]" if many else f"[{name}]", (kind.__doc__ or "").partition("\n")[0]


def section(name: str, heading: str, about: str) -> str:
    """Return one section of the page: a table with a row for each key."""
    rows = [
        f"| `{key.removeprefix(f'{name}.')}` | {value(kind)} | {default_of(default)} | {description} |\n"
        for key, kind, default, description in keys()
        if key.startswith(f"{name}.")
    ]
    return f"\n## `{heading}`\n\n{about}\n\n| key | value | default | meaning |\n|---|---|---|---|\n{''.join(rows)}"


def value(kind: Any) -> str:
    """Say what may stand there: "string", '"full" or "summary"', "list of strings"."""
    if get_origin(kind) is Literal:
        return " or ".join(f'`"{choice}"`' for choice in get_args(kind))
    if get_origin(kind) in (Union, UnionType):
        return " or ".join(value(each) for each in get_args(kind) if each is not NoneType)
    if get_origin(kind) is dict:
        return "table of strings"
    if get_origin(kind) is tuple:
        inner = get_args(kind)[0]
        return f"list of {value(inner)}" + ("s" if inner in NAMES else "")
    return NAMES[kind]


def default_of(default: Any) -> str:
    """Return a default as it would be written in the file."""
    if default is None:
        return "none"
    return "**required**" if default is msgspec.NODEFAULT else f"`{json.dumps(default, ensure_ascii=False)}`"


if __name__ == "__main__":
    Path(sys.argv[1]).write_text(page(), "utf-8")
