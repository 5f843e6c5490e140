"""How fast to send: values that say when the next message may leave, or that none may.

Pure: `now` comes in, and the next value goes out, to be kept in the database, so that a restart opens no flood gate.
"""

from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime, time, timedelta

from msgspec import Struct, field
from msgspec.structs import replace

from feeds.config import Smtp
from feeds.rate import per_second

UNLIMITED = 10_000.0  # messages a second: more than any relay takes, yet halving has something to begin with
_RECOVERY = 600.0  # seconds from a standstill back to the ceiling
_SAVED = 0.05  # seconds' worth of messages that may leave at once: one commit takes about 6 ms and lets them all out


class TokenBucket(Struct, frozen=True):
    """A rate that is halved when the relay complains and recovers slowly; no second sees more than the ceiling.

    Up to 20 messages a second leave one by one. Above that a few may leave at once, `_room`, and the bucket fills by
    so much less a second: what was saved and what comes in within any second make up the rate.
    """

    ceiling: float  # messages a second, as configured
    rate: float  # as the relay bears it at `updated`
    updated: datetime
    tokens: float = 1.0  # that many messages may leave at once; below zero, that many wait their turn
    halved: datetime | None = None  # when last
    blocked_until: datetime | None = None

    @property
    def is_idle(self) -> bool:
        """Whether it limits nothing: no rate was set, and nobody has complained."""
        return self.rate >= UNLIMITED and not self.blocked_until

    def take(self, now: datetime) -> tuple["TokenBucket", float]:
        """Take a turn; return the bucket after it, and the seconds to wait before the message may leave."""
        start = max(now, self.blocked_until or now)
        rate, tokens = self._at(start)
        wait = (start - now).total_seconds() + max(0.0, (1 - tokens) / _inflow(rate))
        return replace(self, rate=rate, updated=start, tokens=tokens - 1), wait

    def throttled(self, now: datetime) -> "TokenBucket":
        """Halve the rate and pause for a second; complaints within that second are about what had left already."""
        if self.halved and timedelta(0) <= now - self.halved < timedelta(seconds=1):
            return self
        rate, tokens = self._at(now)
        return replace(self, rate=rate / 2, updated=now, tokens=min(1.0, tokens) - _inflow(rate / 2), halved=now)

    def blocked(self, until: datetime) -> "TokenBucket":
        """Stop until then: a quota is used up."""
        return replace(self, blocked_until=until)

    def _at(self, now: datetime) -> tuple[float, float]:
        """Return rate and tokens as they are now; a clock that was set back changes neither."""
        elapsed = max(0.0, (now - self.updated).total_seconds())
        rate = min(self.ceiling, self.rate + elapsed * self.ceiling / _RECOVERY)
        return rate, min(_room(rate), self.tokens + elapsed * _inflow(rate))


def _room(rate: float) -> float:
    """Return how many messages may leave at once, at most."""
    return max(1.0, rate * _SAVED)


def _inflow(rate: float) -> float:
    """Return how many messages a second may leave in the long run."""
    return rate - _room(rate) if _room(rate) > 1 else rate


class Allowance(Struct, frozen=True):
    """How many messages a new sender may send in a day, of UTC: more each day, until it is warm."""

    begun: date
    day: date  # that `used` is of
    used: int = 0

    def take(self, now: datetime) -> tuple["Allowance", float]:
        """Take a turn; return the allowance after it, and the seconds to wait: for tomorrow, if today's is used up.

        A clock that was set back gives nothing back.
        """
        today = max(self.day, now.astimezone(UTC).date())
        used = self.used if today == self.day else 0
        cap = warm_up(max(0, (today - self.begun).days))
        tomorrow = datetime.combine(today + timedelta(days=1), time(), UTC)
        wait = 0.0 if cap is None or used < cap else (tomorrow - now).total_seconds()
        return Allowance(self.begun, today, used + 1), wait


class Pace(Struct, frozen=True):
    """The relay's bucket and those of domains that have a limit of their own."""

    limits: Mapping[str, float]  # scope -> messages a second; a domain, "*" for each other one, or "" for all mail
    buckets: Mapping[str, TokenBucket] = field(default_factory=dict)
    allowance: Allowance | None = None

    def take(self, domain: str, now: datetime) -> tuple["Pace", float]:
        """Take a turn for a message to `domain`; return the pace after it, and the seconds to wait.

        Who must wait takes no turn: let others go first, and come back after it.
        """
        taken = {scope: bucket.take(now) for scope, bucket in self._of(domain, now) if not bucket.is_idle}
        allowance, until_tomorrow = self.allowance.take(now) if self.allowance else (None, 0.0)
        wait = max([until_tomorrow, *(seconds for _, seconds in taken.values())])
        if wait:
            return self, wait
        return replace(self._with((scope, bucket) for scope, (bucket, _) in taken.items()), allowance=allowance), 0.0

    def for_all(self) -> "Pace":
        """Return what holds for mail to whatever domain."""
        return replace(self, limits={"": self.limits.get("", UNLIMITED)})

    def throttled(self, domain: str, now: datetime) -> "Pace":
        """Slow down after a reply to a message to `domain` that asked for it."""
        return self._with((scope, bucket.throttled(now)) for scope, bucket in self._of(domain, now))

    def _of(self, domain: str, now: datetime) -> Iterable[tuple[str, TokenBucket]]:
        for scope, limit in (
            ("", self.limits.get("", UNLIMITED)),
            (domain, self.limits.get(domain, self.limits.get("*"))),
        ):
            if limit:
                yield scope, self.buckets.get(scope) or TokenBucket(limit, limit, now)

    def _with(self, buckets: Iterable[tuple[str, TokenBucket]]) -> "Pace":
        return replace(self, buckets={**self.buckets, **dict(buckets)})


class Breaker(Struct, frozen=True):
    """Opens when 5 of the last 50 messages were refused because of us: going on would only make it worse."""

    recent: int = 0  # one bit for each message, the last one lowest; 1 is a refusal

    def after(self, *, refused: bool) -> "Breaker":
        """Return the breaker after one more message that was sent or refused."""
        return Breaker((self.recent << 1 | refused) & ((1 << 50) - 1))

    @property
    def open(self) -> bool:
        """Whether to stop and call the operator."""
        return self.recent.bit_count() >= 5


def limits(section: Smtp) -> dict[str, float]:
    """Return the limits of [mail.smtp], as `Pace` takes them; an empty rate is none."""
    found = {domain: per_second(rate) or UNLIMITED for domain, rate in section.per_domain.items()}
    return found | ({"": per_second(section.rate)} if section.rate.strip() else {})


def warm_up(day: int, first: int = 200, full: int = 200_000, days: int = 42) -> int | None:
    """Return how many messages a new sending domain may send on day 0, 1, 2, ...; None when it is warm.

    The cap grows by the same factor each day, since providers judge a sender by how its volume changes.
    """
    return round(first * (full / first) ** (day / (days - 1))) if day < days else None
