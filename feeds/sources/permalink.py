"""Patterns of addresses: "/:year/:month/:title/" as Jekyll, Hugo and Hexo know them."""

import re
import unicodedata
from collections.abc import Callable, Collection, Mapping
from datetime import datetime
from functools import lru_cache
from urllib.parse import quote

from feeds.sources.dialect import Piece

_MONTHS = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)
_DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
# By Jekyll's names (its docs/_data/permalinks.yml). English whatever the locale, so not by strftime's %a and %B.
DAY_PARTS: Mapping[str, Callable[[datetime], str]] = {
    "year": lambda day: f"{day.year:04}",
    "short_year": lambda day: f"{day.year % 100:02}",
    "month": lambda day: f"{day.month:02}",
    "i_month": lambda day: f"{day.month}",
    "short_month": lambda day: _MONTHS[day.month - 1][:3],
    "long_month": lambda day: _MONTHS[day.month - 1],
    "day": lambda day: f"{day.day:02}",
    "i_day": lambda day: f"{day.day}",
    "y_day": lambda day: f"{day.timetuple().tm_yday:03}",
    "w_year": lambda day: f"{day.isocalendar().year:04}",
    "week": lambda day: f"{day.isocalendar().week:02}",
    "w_day": lambda day: f"{day.isoweekday()}",
    "short_day": lambda day: _DAYS[day.weekday()][:3],
    "long_day": lambda day: _DAYS[day.weekday()],
    "hour": lambda day: f"{day.hour:02}",
    "minute": lambda day: f"{day.minute:02}",
    "second": lambda day: f"{day.second:02}",
}
_ALLOWED = re.compile(r"[A-Za-z0-9_.~/-]*")  # in most names nothing else stands
_HYPHENATED = re.compile("(?:[A-Za-z0-9]++-?)*+(?<!-)")  # as most names are
_SLASHES = re.compile("/{2,}")
_PLACEHOLDER = re.compile(r":([a-z_]+)")


def expander(names: Mapping[str, Callable[[Piece], str]]) -> Callable[[str, Piece], str]:
    """Make a function that puts values for the placeholders of a pattern, percent-encoded.

    A name that nobody knows stays as it is. In ":month_:day" the underscore belongs to no name, as in Jekyll.
    """
    known = {**_OF_DAY, **names}

    @lru_cache(maxsize=256)
    def read(pattern: str) -> tuple[str, list[Callable[[Piece], str]]]:
        """Write a pattern with "%s" for its placeholders, and list what gives their values."""
        form, *parts = _PLACEHOLDER.split("/" + pattern.strip().replace("%", "%%"))
        values = []
        for word, text in zip(parts[::2], parts[1::2], strict=True):
            name = next((name for name in (word, word.removesuffix("_")) if name in known), "")
            form += f"%s{word[len(name) :]}{text}" if name else f":{word}{text}"
            values += [known[name]] if name else []
        return form, values

    def expand(pattern: str, piece: Piece) -> str:
        form, values = read(pattern)
        path = form % tuple([escape(value(piece)) for value in values])
        return _SLASHES.sub("/", path) if "//" in path else path

    return expand


def _of_day(part: Callable[[datetime], str]) -> Callable[[Piece], str]:
    return lambda piece: part(piece.day)


_OF_DAY = {name: _of_day(part) for name, part in DAY_PARTS.items()}


def unknown(pattern: str, names: Collection[str]) -> tuple[str, ...]:
    """List the placeholders of a pattern that are neither parts of the day nor among `names`."""
    found = [name.removesuffix("_") for name in _PLACEHOLDER.findall(pattern)]
    return tuple(f":{name}" for name in found if name not in names and name not in DAY_PARTS)


def escape(path: str) -> str:
    """Percent-encode what is not allowed in a path (RFC 3986 section 3.3), a "%" of a file's name too."""
    return path if _ALLOWED.fullmatch(path) else quote(path, "/:@!$&'()*+,;=~")


def hyphenated(text: str, also: str = "") -> str:
    """Put one hyphen for each run of what is no letter, mark or digit of any script, nor in `also`."""
    if _HYPHENATED.fullmatch(text):
        return text
    kept = (char if is_word(char) or char in also else " " for char in text)
    return "-".join(filter(None, "".join(kept).split(" ")))


def is_word(char: str) -> bool:
    """Tell whether a character is a letter, a mark or a digit of any script."""
    kind = unicodedata.category(char)
    return kind[0] in "LM" or kind == "Nd"
