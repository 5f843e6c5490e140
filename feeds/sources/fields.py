"""What the values of front matter mean, whatever form the author gave them."""

import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from feeds.sources import languages
from feeds.sources.dialect import COMMAS, WHOLE
from feeds.sources.text import one_line

_TRUTHS = {
    **dict.fromkeys(("true", "yes", "on", "y", "1"), True),
    **dict.fromkeys(("false", "no", "off", "n", "0", "never"), False),
}
_LANGUAGE = re.compile(r"[a-z]{2,3}(?:-[a-z0-9]{1,8})*")
_PARTS_OF_IMAGE = ("path", "url", "src", "image", "og_image", "teaser", "feature", "light", "overlay_image")
_LOOKS_LIKE_FILE = re.compile(r"/|\.\w{2,5}(?:[?#]|$)")


def look_up(values: Mapping[str, Any], key: str) -> Any:
    """Return the value of a key, with dots of a key within a map: "taxonomies.tags"; None when there is none."""
    if "." not in key:
        return values.get(key)
    value: Any = values
    for step in key.split("."):
        value = value.get(step) if isinstance(value, Mapping) else None
    return value


def first(values: Mapping[str, Any], keys: tuple[str, ...]) -> tuple[str, Any]:
    """Return the first of these keys that says anything, and what it says; else ("", None)."""
    for key in keys:
        value = values.get(key) if "." not in key else look_up(values, key)
        if value is not None and value not in ("", [], {}):
            return key, value
    return "", None


def truth(value: object) -> bool | None:
    """Read yes or no; None when the value says neither."""
    if value is None or isinstance(value, bool):
        return value
    return _TRUTHS.get(str(value).strip().lower())


def terms(
    values: Mapping[str, Any], keys: tuple[tuple[str, str], ...], others: tuple[str, ...] = ()
) -> tuple[str, ...]:
    """Collect categories or tags from `keys` (each with how a string is parted), each once, in the first spelling.

    `others` come before them.
    """
    found = [*others]
    for key, parting in keys:
        found += _terms(look_up(values, key), parting)
    return _once(tuple(found))


@lru_cache(maxsize=1024)  # posts of a blog have the same few categories and tags
def _once(found: tuple[str, ...]) -> tuple[str, ...]:
    """Drop empty terms and those that differ from an earlier one in nothing but case."""
    spelled: dict[str, str] = {}
    for term in filter(None, map(one_line, found)):
        spelled.setdefault(term.casefold(), term)
    return tuple(spelled.values())


def _terms(value: Any, parting: str) -> list[str]:
    if isinstance(value, str):
        return _parted(value, parting)
    if isinstance(value, list):  # nested ones are Hexo's hierarchies: each step is a category
        return [term for inner in value for term in _terms(inner, WHOLE)]
    if isinstance(value, dict):
        value = value.get("name") or value.get("title") or value.get("label")
    return [one_line(value)]


def _parted(text: str, parting: str) -> list[str]:
    if parting == WHOLE:
        return [text]
    return re.split("[,،、，;]", text) if parting == COMMAS or "," in text else text.split()


def language(value: object) -> str | None:
    """Return a BCP 47 tag in its usual letters, "zh-TW" for "zh_tw.UTF-8", or of a name such as "Deutsch".

    "" for nothing, None for what names no language.
    """
    return _tag(value if isinstance(value, str) else one_line(value))


@lru_cache(maxsize=256)
def _tag(text: str) -> str | None:
    tag = one_line(text).partition(".")[0].replace("_", "-").lower()
    if not tag or not _LANGUAGE.fullmatch(tag):
        return languages.named(one_line(text)) or None if tag else ""
    first, *rest = tag.split("-")
    # RFC 5646 section 2.1.1: region in capitals, script capitalised, the rest small.
    cased = (part.upper() if len(part) == 2 else part.title() if len(part) == 4 else part for part in rest)
    return "-".join([first, *cased])


def image(value: object) -> str:
    """Find the address of a picture in text, a list (its first) or a map; "" when there is none, or only an id."""
    if isinstance(value, list):
        return next(filter(None, map(image, value)), "")
    if isinstance(value, dict):
        return next(filter(None, (image(value.get(key)) for key in _PARTS_OF_IMAGE)), "")
    text = one_line(value) if isinstance(value, str) else ""
    return text if _LOOKS_LIKE_FILE.search(text) and not text.lower().startswith("data:") else ""
