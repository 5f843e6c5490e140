"""Values that stand in files of data: of authors, of all posts in a folder."""

import tomllib
from collections.abc import Callable, Mapping
from typing import Any

from feeds.sources import front_matter
from feeds.sources.key_names import by_name


def data(text: str, path: str) -> Mapping[str, Any]:
    """Read the map that a file holds in its way, by `key_name`; an empty one where it holds none.

    A list of maps with an "id", "key", "name" or "username" each is a map by it. Never raises.
    """
    if not text.strip():
        return {}
    try:
        ending = path.rpartition(".")[2]
        value = front_matter.read(text, path).values if ending == "md" else by_name(_READERS[ending](text))
    except Exception:  # a broken file beside the posts costs what it says, and no post
        return {}
    if isinstance(value, list):
        return {str(name): each for each in value if isinstance(each, dict) and (name := _name(each))}
    return value if isinstance(value, dict) else {}


def _name(value: dict[str, Any]) -> Any:
    return next(filter(None, map(value.get, ("id", "key", "username", "name"))), "")


def assigned(text: str | None) -> dict[str, Any]:
    """Return the names that a Python file assigns plain values to, outside of functions."""
    import ast
    import warnings

    try:
        with warnings.catch_warnings(action="ignore"):  # of escapes in patterns that are not raw
            body = ast.parse(text or "").body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return {}
    values: dict[str, Any] = {}
    for line in body:
        if isinstance(line, ast.Assign) and len(line.targets) == 1 and isinstance(line.targets[0], ast.Name):
            try:
                values[line.targets[0].id] = ast.literal_eval(line.value)
            except (ValueError, TypeError, SyntaxError, RecursionError, MemoryError):
                continue  # what must be computed is not known
    return values


def _json(text: str) -> Any:
    import json

    return json.loads(text)


def _yaml(text: str) -> Any:
    from feeds.sources.yaml_values import Values  # yaml takes 30 ms

    return Values(text).value


_READERS: dict[str, Callable[[str], Any]] = {
    "json": _json,
    "py": assigned,
    "toml": tomllib.loads,
    "yaml": _yaml,
    "yml": _yaml,
}
