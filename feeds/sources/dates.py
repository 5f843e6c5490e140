"""Dates as authors write them: every form that real blogs show, and no guess.

Year, month and day in this order, or the month by its English name, then perhaps a time and a zone. "11-9-2017" is no
date here: it can be read in two ways, and a wrong date is worse than a named problem.
"""

import re
from datetime import UTC, date, datetime, timedelta, timezone, tzinfo

_FORM = r"""(?x)(\d{4}) ([-/]) (\d{1,2}) \2 (\d{1,2})
    (?:
        (?:[Tt]|\s+) (\d{1,2}):(\d\d) (?: :(\d\d) (?:[.,]\d+)? )?
        (?: \s* ([AaPp])[Mm]\b )?
        \s* ([A-Za-z]{0,5} (?:[+-]\d{1,2}(?::?\d\d)?)?)
    )?"""
# What `fromisoformat` reads alike in every release of Python, and at a tenth of the cost.
_HOUR = r"(?:[01][0-9]|2[0-3]):[0-5][0-9]"
_ISO = re.compile(
    rf"([0-9]{{4}}-[0-9]{{2}}-[0-9]{{2}}(?:[T ]{_HOUR}:[0-5][0-9]|\Z))(?:[ ]?(Z|[+-](?:0[0-9]|1[0-3]):?[0-5][0-9]))?"
)
_DAY, _MONTH = r"(\d{1,2})(?:st|nd|rd|th)?", r"([A-Za-z]{3,9})\.?"
_NAMED = rf"(?:[A-Za-z]{{3,9}},?\s+)??(?:{_MONTH}\s+{_DAY}|{_DAY}\s+{_MONTH}),?\s+(\d{{4}})(?!\d)"
_YEAR_LAST = r"\A(\D{3,20}\d{1,2})\s+(\d{1,2}:.{2,30}?)\s+(\d{4})\Z"  # as `date` and asctime write it
_NAMES = "january february march april may june july august september october november december"
_MONTHS = {word: number for number, name in enumerate(_NAMES.split(), 1) for word in (name, name[:3])} | {"sept": 9}
_OFFSET = r"(?:UTC|GMT)?([+-])(\d{1,2}):?(\d\d)?"
# RFC 5322 section 4.3 for the American ones; of the others, those that mean one thing (not IST, not BST).
_ZONES = {
    **dict.fromkeys(("Z", "UT", "UTC", "GMT", "WET"), 0),
    "EST": -5,
    "EDT": -4,
    "CST": -6,
    "CDT": -5,
    "MST": -7,
    "MDT": -6,
    "PST": -8,
    "PDT": -7,
    "WEST": 1,
    "CET": 1,
    "CEST": 2,
    "EET": 2,
    "EEST": 3,
    "MSK": 3,
    "JST": 9,
    "KST": 9,
}
_ZONE_NAME = "(?!UTC|GMT)[A-Z]{3,5}"
_FARTHEST = timedelta(hours=14)  # Kiribati; no clock on Earth is further from UTC
_MINUTE = timedelta(minutes=1)
_YEARS = range(1000, 9999)  # the last year of `datetime` overflows in some zones
_ZERO = datetime(1970, 1, 1, tzinfo=UTC)  # what programs write where there is no date, and people where it is no matter

_IN_NAME = re.compile(r"(\d{4}-\d{1,2}-\d{1,2})(?:[-_ ](.*))?", re.DOTALL)
_IN_FOLDERS = re.compile(r"(?:^|/)(\d{4})/(\d{1,2})[/-](\d{1,2})(?:[/-]([^/]*))?$")


def moment(value: object, zone: tzinfo, *, knows_zones: bool = True) -> datetime | None:
    """Read a date of front matter: text, or what TOML makes of it; None when it is no date, nor is 1 January 1970.

    The result is aware, in whole seconds and with a fixed offset of whole minutes. What has no zone of its own is on
    the clock of `zone`: the first of two when that clock is set back, the instant after the gap when it skips.
    Unless `knows_zones`, what names a zone other than UTC by its letters, "EST", has none.
    """
    try:
        stated = _from_text(value.strip(), knows_zones) if isinstance(value, str) else _from_type(value)
    except ValueError:  # 31 April, 25 o'clock
        return None
    if stated is None or stated.year not in _YEARS:
        return None
    found = _settled(stated, zone)
    return None if found.year in (1969, 1970) and abs(found - _ZERO) < timedelta(days=1) else found


def _from_type(value: object) -> datetime | None:
    if isinstance(value, datetime):
        return value.replace(microsecond=0)
    return datetime(value.year, value.month, value.day) if isinstance(value, date) else None


def _from_text(text: str, knows_zones: bool) -> datetime | None:
    if iso := _ISO.fullmatch(text):
        return datetime.fromisoformat(iso[1] + (iso[2] or ""))
    found = re.fullmatch(_FORM, text) or _named(text)
    if found is None:
        return None
    year, _, month, day, hour, minute, second, half, zone = found.groups()
    naive = datetime(int(year), int(month), int(day), _hour(int(hour or 0), half), int(minute or 0), int(second or 0))
    if not zone or (not knows_zones and re.fullmatch(_ZONE_NAME, zone)):
        return naive
    offset = _offset(zone.upper())
    return None if offset is None else naive.replace(tzinfo=timezone(offset))


def _named(text: str) -> re.Match[str] | None:
    """Read what names the month, with the year after the day or, as in "Tue Feb 10 22:19:44 EST 2015", at the end."""
    named = re.match(_NAMED, text) or re.match(_NAMED, re.sub(_YEAR_LAST, r"\1 \3 \2", text))
    return re.fullmatch(_FORM, _in_figures(named) + named.string[named.end() :]) if named else None


def _in_figures(named: re.Match[str]) -> str:
    """Write "Jul 8, 2022" and "8 July 2022" as "2022-7-8"; with the month 0, which is none, what names no month."""
    name = (named[1] or named[4]).lower()
    return f"{named[5]}-{_MONTHS.get(name, 0)}-{named[2] or named[3]}"


def _hour(hour: int, half: str | None) -> int:
    """Return the hour of the day; -1, which is none, for 0 and 13 o'clock with AM or PM."""
    if not half:
        return hour
    return hour % 12 + (12 if half in "Pp" else 0) if 0 < hour < 13 else -1


def _offset(zone: str) -> timedelta | None:
    if zone in _ZONES:
        return timedelta(hours=_ZONES[zone])
    if not (found := re.fullmatch(_OFFSET, zone)):
        return None
    sign, hours, minutes = found.groups()
    offset = timedelta(hours=int(hours), minutes=int(minutes or 0))
    return None if offset > _FARTHEST else -offset if sign == "-" else offset


def _settled(stated: datetime, zone: tzinfo) -> datetime:
    """Pin a time to its offset, so that it equals itself whatever becomes of the zone (PEP 495 lets it not)."""
    if stated.tzinfo is UTC:
        return stated
    if type(stated.tzinfo) is timezone and not stated.tzinfo.utcoffset(None) % _MINUTE:
        return stated
    at = (stated if stated.tzinfo else stated.replace(tzinfo=zone)).astimezone(UTC)
    offset = at.astimezone(stated.tzinfo or zone).utcoffset() or timedelta()
    # Before about 1920 clocks showed local mean time, "+00:12:12", which RFC 3339 cannot say.
    return at if offset % _MINUTE else at.astimezone(timezone(offset))


def from_name(stem: str) -> tuple[str, str]:
    """Split "2020-1-31-slug" into the day as written and the slug; the day is "" when there is none."""
    found = _IN_NAME.fullmatch(stem)
    return (found[1], found[2] or "") if found else ("", stem)


def from_folders(path: str) -> tuple[str, str]:
    """Find year, month and day at the end of a path without extension, as "2020/01/31/slug" and "2020/01-31-slug".

    Returns the day as text and the slug; the day is "" when there is none.
    """
    found = _IN_FOLDERS.search(path)
    return (f"{found[1]}-{found[2]}-{found[3]}", found[4] or "") if found else ("", "")
