"""When an issue is due, and the label (`due_key`) of that occasion.

Every cadence but "on publish" becomes cron lines, reckoned on the naive local clock. An occasion is named by what that
clock shows, "2026-10-25T02:30", without an offset: an hour that comes twice has one label, so it makes one issue, and
a label in an hour that is skipped falls on the first instant after the gap.
"""

import re
from collections.abc import Iterator
from datetime import UTC, datetime, time, timedelta
from heapq import merge
from itertools import groupby
from zoneinfo import ZoneInfo

from cronsim import CronSim, CronSimError
from msgspec import Struct

from feeds.errors import SettingsError

EXAMPLES = (
    '"on publish", "daily at 07:30", "weekly on monday, friday at 08:00", "monthly on 1 at 09:00" or, as in cron, '
    '"30 7 * * 1-5"'
)
_DAYS = ("sunday", "monday", "tuesday", "wednesday", "thursday", "friday", "saturday")
_PATTERN = re.compile(r"(?P<every>daily|(?:weekly|monthly) on [a-z0-9, ]+?) at (?P<hour>\d{1,2}):(?P<minute>\d\d)")
_LABEL = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d")
_ON_PUBLISH = "post-"
# The farthest that any clock of tzdata has been set back since 1970: Antarctica/Vostok, in 2023.
_LONGEST_FOLD = timedelta(hours=7)


class Cadence(Struct, frozen=True):
    """A rule for when issues fall due."""

    text: str
    crons: tuple[str, ...]  # the occasions are the union of these; none: whenever posts are published

    @property
    def on_publish(self) -> bool:
        """Whether posts make issues due, and not the clock."""
        return not self.crons


class Occasion(Struct, frozen=True):
    """A time when an issue falls due."""

    due_key: str
    at: datetime  # in the zone that was asked for


class Rhythm(Struct, frozen=True):
    """What a cadence says, part by part, for those who put it into a language."""

    every: str  # "publish", "day", "week", "month"; "" for a cron line
    days: tuple[int, ...] = ()  # of the week, 0 is Monday; or of the month, 31 is the last
    at: time | None = None


def rhythm(text: str) -> Rhythm:
    """Take a cadence apart. Raises SettingsError when it is none."""
    if parse(text).on_publish:
        return Rhythm("publish")
    found = _PATTERN.fullmatch(_plain(text))
    if not found:
        return Rhythm("")
    at = time(int(found["hour"]), int(found["minute"]))
    rule, days = _parts(found["every"])
    if rule == "weekly":
        return Rhythm("week", tuple(sorted((int(_weekday(day)) - 1) % 7 for day in days)), at)
    return Rhythm("month" if days else "day", tuple(31 if day == "last" else int(day) for day in days), at)


def parse(text: str, where: str = "cadence") -> Cadence:
    """Read a cadence string or a cron line of five fields. Raises SettingsError at the dotted key `where`."""
    words = _plain(text)
    if words == "on publish":
        return Cadence(text, ())
    found = _PATTERN.fullmatch(words)
    try:
        crons = _crons(found["every"], f"{int(found['minute'])} {int(found['hour'])}") if found else (words,)
        for cron in crons:
            _check(cron)
    except CronSimError as error:
        raise SettingsError(f'"{text}" is no cadence: {error}', f"write it like {EXAMPLES}", where) from None
    return Cadence(text, crons)


def due(cadence: Cadence, zone: ZoneInfo, now: datetime, newest: int = 0) -> str:
    """Return the due_key of the latest occasion at or before `now`; "" when there was none.

    "on publish" is due once for each state of the posts: its key names the sequence number `newest` of the newest
    post, so that two runs that see the same posts make one issue. Without a post (0) nothing is due.
    """
    if cadence.on_publish:
        return f"{_ON_PUBLISH}{newest:010}" if newest else ""
    latest = now.astimezone(zone).replace(tzinfo=None) + _LONGEST_FOLD
    past = (label for label in _labels(cadence, latest, reverse=True) if _instant(label, zone) <= now)
    label = next(past, None)
    return _key(label) if label else ""


def coming(cadence: Cadence, zone: ZoneInfo, now: datetime) -> Iterator[Occasion]:
    """Yield the occasions after `now`, soonest first, for ever; none for "on publish"."""
    start = now.astimezone(zone).replace(tzinfo=None, second=0, microsecond=0) - timedelta(minutes=1)
    labels = _labels(cadence, start, reverse=False)
    dated = ((_instant(label, zone), label) for label in labels)
    later = ((at, label) for at, label in dated if at > now)
    # Labels inside one gap fall on one instant; `due` then gives the last of them.
    for at, group in groupby(later, key=lambda pair: pair[0]):
        yield Occasion(_key([label for _, label in group][-1]), at)


def is_later(key: str, than: str) -> bool:
    """Tell whether `key` lies after `than`, so that a clock set back opens no issue; always if the kind changed."""
    same_kind = key.startswith(_ON_PUBLISH) == than.startswith(_ON_PUBLISH)
    return key > than or not same_kind


def local_time(due_key: str) -> datetime | None:
    """Return the naive local time that a due_key names; None for one of "on publish"."""
    return datetime.fromisoformat(due_key) if _LABEL.fullmatch(due_key) else None


def _plain(text: str) -> str:
    return re.sub(r"\s*,\s*", ",", " ".join(text.lower().split()))


def _parts(every: str) -> tuple[str, list[str]]:
    """Split "weekly on monday, friday" into the rule and the days."""
    rule, _, on = every.partition(" on ")
    return rule, [day for day in re.split(r"[ ,]", on) if day not in ("", "and")]


def _crons(every: str, time: str) -> tuple[str, ...]:
    """Turn "daily", "weekly on ..." or "monthly on ..." into cron lines. Raises CronSimError."""
    rule, days = _parts(every)
    if rule == "weekly":
        return (f"{time} * * {','.join(_weekday(day) for day in days)}",)
    return tuple(line for day in days for line in _monthly(day, time)) or (f"{time} * * *",)


def _weekday(name: str) -> str:
    for number, day in enumerate(_DAYS):
        if len(name) >= 3 and day.startswith(name):
            return str(number)
    raise CronSimError(f"{name} is no day of the week")


def _monthly(day: str, time: str) -> tuple[str, ...]:
    """Return the lines for one day of each month; a month that is too short uses its last day."""
    if day in ("31", "last"):
        return (f"{time} L * *",)
    if day in ("29", "30"):
        return (f"{time} {day} 1,3-12 *", f"{time} L 2 *")
    return (f"{time} {day} * *",)


def _check(cron: str) -> None:
    if len(cron.split()) != 5:  # cronsim would take a sixth for seconds
        raise CronSimError("neither words we know nor a cron line of five fields")
    CronSim(cron, datetime.min)


def _labels(cadence: Cadence, start: datetime, *, reverse: bool) -> Iterator[datetime]:
    """Yield the naive local times of a cadence from `start` on, or backwards."""
    yield from merge(*(CronSim(cron, start, reverse=reverse) for cron in cadence.crons), reverse=reverse)


def _instant(label: datetime, zone: ZoneInfo) -> datetime:
    """Return when the clock of `zone` first shows `label`; in a gap, the first instant after it."""
    at = label.replace(tzinfo=zone)
    utc = at.astimezone(UTC)
    if utc.astimezone(zone).replace(tzinfo=None) == label:
        return at
    # In a gap fold=0 reckons with the offset before it, hence lands behind the change; fold=1 lands in front of it.
    before, after = at.replace(fold=1).astimezone(UTC), utc
    while after - before > timedelta(seconds=1):
        middle = before + (after - before) / 2
        if middle.astimezone(zone).utcoffset() == before.astimezone(zone).utcoffset():
            before = middle
        else:
            after = middle
    return after.replace(microsecond=0).astimezone(zone)


def _key(label: datetime) -> str:
    return label.isoformat(timespec="minutes")
