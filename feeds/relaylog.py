"""Read the log of a Postfix relay: which messages it took, and from when to when the log tells.

Postfix notes the Message-ID as soon as it reads it (cleanup), also of a message whose sender then broke off; that it
took the message shows in the queue's line (qmgr, "from=<...>"), or in a delivery's.
"""

import re
from collections.abc import Iterable, Mapping
from contextlib import suppress
from datetime import datetime, timedelta

from msgspec import Struct

_LINE = re.compile(
    r"(?P<at>\d{4}-\d\d-\d\dT[\d:.]+(?:Z|[+-]\d\d:?\d\d)|[A-Z][a-z]{2} [ \d]\d \d\d:\d\d:\d\d) .{0,200}?"
    r"\[\d+\]: (?:(?P<queue>[0-9A-Za-z]{5,20}): (?P<what>.*))?"
)
_MESSAGE_ID = re.compile(r"message-id=(<[^<>\s]+>)")
_STATUS = re.compile(r"to=<.*\bstatus=(\w+) \((.*)\)$")


class RelayLog(Struct, frozen=True):
    """What a log tells."""

    taken: Mapping[str, str]  # Message-ID, between <>, of each message that the relay took -> the last it says of it
    begins: datetime | None = None  # None: there is no line with a date
    ends: datetime | None = None

    def covers(self, first: datetime, last: datetime) -> bool:
        """Tell whether the log would know of a message that left between two moments; its dates are whole seconds."""
        return bool(self.begins and self.ends and self.begins <= first and last.replace(microsecond=0) <= self.ends)


def parse(lines: Iterable[str], now: datetime) -> RelayLog:
    """Read the lines of a log in order; what is no line of Postfix is passed over.

    Dates without a year and a zone, as syslog writes them, are the latest that are not after `now`, in its zone.
    """
    names: dict[str, str] = {}  # queue id -> Message-ID; a queue id may be given anew
    taken: dict[str, str] = {}
    begins = ends = None
    for line in lines:
        if not (found := _LINE.match(line)):
            continue
        if not (at := _moment(found["at"], now)):
            continue
        begins, ends = min(begins or at, at), max(ends or at, at)
        queue, what = found["queue"], found["what"] or ""
        if message_id := _MESSAGE_ID.match(what):
            names[queue] = message_id[1]
        elif queue in names and what.startswith(("from=<", "to=<")):
            status = _STATUS.match(what)
            taken[names[queue]] = f"{status[1]}: {status[2]}" if status else taken.get(names[queue], "queued")
    return RelayLog(taken, begins, ends)


def _moment(text: str, now: datetime) -> datetime | None:
    """Read the date of a line; None for a day that is in no calendar."""
    if text[0].isdigit():
        with suppress(ValueError):
            return datetime.fromisoformat(text)
        return None
    for year in range(now.year, now.year - 5, -1):  # one of them has a 29 February
        with suppress(ValueError):
            at = datetime.strptime(f"{year} {text}", "%Y %b %d %H:%M:%S").replace(tzinfo=now.tzinfo)
            if at <= now + timedelta(days=1):
                return at
    return None
