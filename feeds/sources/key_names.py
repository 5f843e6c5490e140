"""The names that keys of front matter are looked up by, however their author writes them."""

from typing import Any

_LONGEST = 10_000  # bits of a number; `str` raises at 4,300 digits, which only hexadecimal ones can have here


def key_name(key: object) -> str:
    """Return the name that a key is looked up by: "Last-Modified " is "last_modified"."""
    return str(key).strip().lower().replace("-", "_")


def by_name(value: Any) -> Any:
    """Give the keys of maps within maps and lists the names that they are looked up by.

    Raises ValueError for a number that is too long.
    """
    if isinstance(value, int) and value.bit_length() > _LONGEST:
        raise ValueError("a number is too long")
    if isinstance(value, dict):
        return {key_name(key): by_name(inner) for key, inner in value.items()}
    return [by_name(inner) for inner in value] if isinstance(value, list) else value
