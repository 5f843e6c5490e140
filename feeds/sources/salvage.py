"""What can be had of front matter that its format refuses: each key on its own, as far as it can be read."""

import re
import tomllib
from collections.abc import Iterator
from typing import Any

import yaml

from feeds.sources.key_names import by_name, key_name
from feeds.sources.yaml_values import Values

_KEY = re.compile(r"(?:(?:const|let|var)\s+)?[\"']?([^\W\d][\w .-]*?)[\"']?\s*[:=](?=\s|[\"'\[{]|\Z)(.*)", re.DOTALL)
_NO_TEXT = ("[", "{", "&", "*", "|", ">")
_TABLE = re.compile(r"\[\[?[\w.\"' -]+\]\]?\s*(?:#.*)?", re.ASCII)


def salvage(kind: str, text: str) -> dict[str, Any]:
    """Read a block with its fences key by key; {} when no key can be read. Never raises."""
    values: dict[str, Any] = {}
    if kind == "json":  # its keys cannot be told from those of maps within
        return values
    for chunk in _chunks(kind, text.split("\n")):
        values |= _read(kind, chunk)
    return values


def _chunks(kind: str, lines: list[str]) -> Iterator[str]:
    """Yield each key with the lines below that belong to it; a table of TOML is one."""
    chunk: list[str] = []
    in_table = False
    for line in lines:
        if re.fullmatch(r"(?:-{3,}|\+{3,}|\.{3})\s*", line):
            continue
        opens_table = kind == "toml" and bool(_TABLE.fullmatch(line))
        if opens_table or (not in_table and _KEY.match(line)):
            yield "\n".join(chunk)
            chunk = []
        in_table = in_table or opens_table
        chunk.append(line)
    yield "\n".join(chunk)


def _read(kind: str, chunk: str) -> dict[str, Any]:
    found = _KEY.match(chunk)
    try:
        return _whole(kind, chunk, found)
    except Exception:  # broken by itself: its text is better than nothing
        text = _bare(found[2]) if found else ""
        return {key_name(found[1]): text} if found and not text.startswith(_NO_TEXT) else {}


def _whole(kind: str, chunk: str, found: re.Match[str] | None) -> dict[str, Any]:
    if kind == "toml":
        return dict(by_name(tomllib.loads(chunk)))
    if kind == "js":
        return {key_name(found[1]): Values(found[2].strip().rstrip(";,")).value} if found else {}
    value = Values(chunk).value
    if not isinstance(value, dict):
        raise yaml.YAMLError
    return value


def _bare(text: str) -> str:
    line = " ".join(text.split()).rstrip(";,")
    return line[1:-1].strip() if len(line) > 1 and line[0] == line[-1] and line[0] in "\"'" else line
