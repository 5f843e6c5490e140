"""Which readers of a newsletter go by which clock. Pure.

A reader may choose one of the cadences that the newsletter offers and, where it goes by its readers' clocks, has a
zone. All who have the same of both are a bucket, whose occasions are its own: each falls due on its own clock and
makes an issue of its own.
"""

from collections.abc import Mapping
from datetime import datetime
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from msgspec import Struct

from feeds import cadence
from feeds.cadence import Cadence
from feeds.errors import SettingsError
from feeds.model import Newsletter, Site
from feeds.store.subscribers import Clock


class Bucket(Struct, frozen=True):
    """The readers who go by one clock."""

    name: str  # "" is the newsletter's own clock, else what differs from it: "daily at 08:00, Africa/Cairo"
    cadence: Cadence
    zone: ZoneInfo
    clocks: tuple[Clock, ...] = ()  # which readers these are; none is all
    since: datetime | None = None  # when the first of them came; None is always

    def due(self, now: datetime, newest: int) -> str:
        """Return the due_key of the latest occasion since its first reader came; "" when there was none."""
        due_key = cadence.due(self.cadence, self.zone, now, newest)
        at = cadence.local_time(due_key)
        is_before = at and self.since and at < self.since.astimezone(self.zone).replace(tzinfo=None)
        return "" if is_before else due_key


def has_choice(newsletter: Newsletter) -> bool:
    """Tell whether readers of a newsletter may go by different clocks."""
    return bool(newsletter.offer) or newsletter.timezone == "reader"


def own(newsletter: Newsletter, site: Site) -> Bucket:
    """Return the newsletter's own clock, with all of its readers. Raises SettingsError for a wrong cadence."""
    rule = cadence.parse(newsletter.cadence, f"newsletter.{newsletter.name}.cadence")
    return Bucket("", rule, ZoneInfo(site.timezone))


def buckets(newsletter: Newsletter, site: Site, readers: Mapping[Clock, datetime]) -> tuple[Bucket, ...]:
    """Sort readers into buckets, the newsletter's own clock first; `readers` says when the first of each came.

    Who chose a cadence that is not offered any more goes by the newsletter's. Raises SettingsError for a wrong one.
    """
    plain = own(newsletter, site)
    offered = [cadence.parse(each, f"newsletter.{newsletter.name}.offer") for each in newsletter.offer]
    rules = {each.crons: each for each in (*reversed(offered), plain.cadence)}  # however they are spelt
    found: dict[str, Bucket] = {}
    for clock, since in sorted(readers.items()):
        rule = rules.get(_crons(clock[0], plain.cadence), plain.cadence)
        zone = _zone(clock[1]) if newsletter.timezone == "reader" and not rule.on_publish else None
        zone = zone or plain.zone
        name = ", ".join([rule.text] * (rule.crons != plain.cadence.crons) + [zone.key] * (zone.key != plain.zone.key))
        before = found.get(name, Bucket(name, rule, zone, since=since))
        found[name] = Bucket(name, rule, zone, (*before.clocks, clock), min(since, before.since or since))
    return tuple(found[name] for name in sorted(found))


def _crons(text: str, otherwise: Cadence) -> tuple[str, ...]:
    try:
        return cadence.parse(text).crons if text else otherwise.crons
    except SettingsError:
        return otherwise.crons


def _zone(name: str) -> ZoneInfo | None:
    try:
        return ZoneInfo(name) if name else None
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return None
