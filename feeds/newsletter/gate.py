"""Let messages out no faster than was set, and than the relay bears, whoever else delivers at the same time.

The buckets are read and written in the transaction that marks a message as about to leave, so that several processes
keep one rate together. Where no rate is set and no relay has complained, nothing is read.
"""

from collections.abc import Mapping
from datetime import UTC, date, datetime, time, timedelta

from msgspec.structs import replace
from sqlalchemy import Connection

from feeds.delivery.smtp.pace import UNLIMITED, Allowance, Pace, TokenBucket
from feeds.replies import Verdict
from feeds.store import throttle
from feeds.store.throttle import Level

PAUSE = timedelta(hours=1)  # relays do not say when a quota begins anew; one message an hour finds out
FORGIVEN = timedelta(minutes=20)  # twice what a bucket takes to recover
TODAY = "@today"  # no domain: the scope under which is kept how many have left today


class Gate:
    """The buckets of one process; use it within a transaction, between `read` and `write`."""

    def __init__(self, limits: Mapping[str, float], warm_up: date | None = None) -> None:
        """Take the limits of the settings: scope -> messages a second, and the day on which a new sender began."""
        self._begun = warm_up
        self._pace = self._kept = Pace(limits)
        self._needed = bool(limits or warm_up)
        self.wait = 0.0  # seconds until the next turn of those that were not let out
        self.shut: set[str] = set()  # their domains; all when "" is among them

    def read(self, connection: Connection, now: datetime, *, anew: bool = False) -> None:
        """Learn what other processes did; without limits only when `anew` says so."""
        self.wait, self.shut = 0.0, set()
        if self._needed or anew:
            levels = {level.scope: level for level in throttle.read(connection)}
            allowance = self._allowance(levels.pop(TODAY, None), now)
            buckets = {scope: self._bucket(level) for scope, level in levels.items() if self._matters(level, now)}
            throttle.forget(connection, levels.keys() - buckets.keys())  # else there is soon one for each domain
            self._pace = self._kept = Pace(self._pace.limits, buckets, allowance)
            self._needed = bool(self._pace.limits or buckets or allowance)

    def admits(self, domain: str, now: datetime) -> bool:
        """Take a turn for a message, if it may leave now."""
        if not self._needed:
            return True
        if domain in self.shut or "" in self.shut:
            return False
        self._pace, wait = self._pace.take(domain, now)
        if wait:
            all_wait = self._pace.for_all().take("", now)[1]
            self.shut.add("" if all_wait else domain)
            self.wait = min(self.wait or wait, wait)
        return not wait

    def heard(self, verdict: Verdict, domain: str, now: datetime) -> None:
        """Slow down or stop, if the relay's reply to a message to `domain` asks for it."""
        if verdict.slows:
            self._pace, self._needed = self._pace.throttled(domain, now), True
        if verdict.pauses:
            self.close(now)

    def close(self, now: datetime) -> None:
        """Let nothing more leave for an hour."""
        ceiling = self._pace.limits.get("", UNLIMITED)
        bucket = self._pace.buckets.get("") or TokenBucket(ceiling, ceiling, now)
        buckets = {**self._pace.buckets, "": bucket.blocked(now + PAUSE)}
        self._pace, self._needed = replace(self._pace, buckets=buckets), True

    def write(self, connection: Connection) -> None:
        """Keep what changed."""
        changed = {scope: each for scope, each in self._pace.buckets.items() if each != self._kept.buckets.get(scope)}
        levels = [
            Level(scope, each.rate, each.tokens, each.updated, each.blocked_until) for scope, each in changed.items()
        ]
        today = self._pace.allowance
        if today and today != self._kept.allowance:
            levels.append(Level(TODAY, 0.0, today.used, datetime.combine(today.day, time(), UTC), None))
        throttle.write(connection, levels)
        self._kept = self._pace

    def _matters(self, level: Level, now: datetime) -> bool:
        """Tell whether a level still says something.

        With a limit of ours, as long as a new bucket would let out more; without one, all is forgiven after a while.
        """
        if level.is_ahead(now):
            return False
        if level.blocked_until and level.blocked_until > now:
            return True
        if not (limit := self._limit(level.scope)):
            return now - level.updated < FORGIVEN
        after, _ = self._bucket(level).take(now)
        return not level.scope or after.rate < limit or after.tokens < 0

    def _allowance(self, known: Level | None, now: datetime) -> Allowance | None:
        if not self._begun:
            return None
        if known and not known.is_ahead(now):
            return Allowance(self._begun, known.updated.astimezone(UTC).date(), int(known.tokens))
        return Allowance(self._begun, now.astimezone(UTC).date())

    def _limit(self, scope: str) -> float | None:
        return self._pace.limits.get(scope) or (self._pace.limits.get("*") if scope else None)

    def _bucket(self, level: Level) -> TokenBucket:
        ceiling = self._limit(level.scope) or UNLIMITED
        found = TokenBucket(ceiling, level.rate, level.updated, level.tokens, blocked_until=level.blocked_until)
        known = self._pace.buckets.get(level.scope)
        return replace(found, halved=known.halved) if known else found
