"""How fast the SMTP backend may go."""

import math
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from feeds.delivery.smtp.pace import UNLIMITED, Allowance, Breaker, Pace, TokenBucket, warm_up

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
SECOND = timedelta(seconds=1)


def departures(bucket: TokenBucket, count: int, now: datetime = NOON) -> list[datetime]:
    """Say when messages leave that all want to leave at once."""
    times = []
    for _ in range(count):
        bucket, wait = bucket.take(now)
        times.append(now + timedelta(seconds=wait))
    return times


@given(st.floats(0.5, 20) | st.floats(20, 500), st.lists(st.floats(0, 0.1) | st.floats(0, 3), min_size=1, max_size=30))
def test_no_second_sees_more_than_the_ceiling(rate: float, pauses: list[float]) -> None:
    """However the messages come, those that leave within any second are at most as many as configured."""
    bucket, now, times = TokenBucket(rate, rate, NOON), NOON, []
    for pause in pauses:
        now += timedelta(seconds=pause)
        for _ in range(math.ceil(rate / 10)):
            bucket, wait = bucket.take(now)
            times.append(now + timedelta(seconds=wait))

    gaps = [later - first for first, later in zip(times, times[math.ceil(rate) :], strict=False)]  # one too many
    assert min(gaps, default=SECOND) >= SECOND - timedelta(milliseconds=1)


def test_a_high_rate_is_reached_by_one_who_looks_seldom() -> None:
    """At 1000 a second whoever asks every twentieth part of one gets nearly all; fewer would be one for each commit."""
    bucket, left = TokenBucket(1000, 1000, NOON), 0
    for number in range(200):
        now = NOON + number * SECOND / 20
        while not bucket.take(now)[1]:
            bucket, left = bucket.take(now)[0], left + 1

    assert 9400 <= left <= 9500


def test_messages_leave_evenly() -> None:
    """At 10 a second the first leaves at once and the others a tenth of a second apart, after any idle time."""
    bucket = TokenBucket(10, 10, NOON - timedelta(days=1))

    gaps = [(time - NOON) / SECOND for time in departures(bucket, 5)]

    assert pytest.approx([0, 0.1, 0.2, 0.3, 0.4], abs=1e-6) == gaps


def test_a_complaint_halves_the_rate_and_pauses_a_second() -> None:
    """Ten connections may get the same complaint at the same time: that is one halving."""
    bucket = TokenBucket(10, 10, NOON, 0)
    for _ in range(10):
        bucket = bucket.throttled(NOON)

    assert 5 == bucket.rate
    assert SECOND <= departures(bucket, 1)[0] - NOON <= 1.3 * SECOND
    assert 2.5 == pytest.approx(bucket.throttled(NOON + SECOND).rate, abs=0.1)


def test_a_complaint_pauses_a_second_also_where_several_might_leave_at_once() -> None:
    """What was saved is gone."""
    bucket = TokenBucket(1000, 1000, NOON - SECOND).throttled(NOON)

    assert 500 == bucket.rate
    assert SECOND <= departures(bucket, 1)[0] - NOON <= 1.1 * SECOND


def test_the_rate_recovers_in_ten_minutes() -> None:
    """Slowly and evenly, up to the ceiling and never above it."""
    slow = TokenBucket(10, 1, NOON)

    rates = [slow.take(NOON + timedelta(minutes=minutes))[0].rate for minutes in (0, 3, 9, 600)]

    assert pytest.approx([1, 4, 10, 10]) == rates


def test_it_never_stops_for_good() -> None:
    """However often the relay complains, a message a minute is tried."""
    bucket, now = TokenBucket(10, 10, NOON), NOON
    for _ in range(30):
        now += SECOND
        bucket = bucket.throttled(now)

    assert departures(bucket, 1, now)[0] - now <= timedelta(minutes=2)


def test_a_quota_blocks_until_its_window_and_lets_no_flood_out() -> None:
    """Whoever waits leaves after the block, one by one."""
    bucket = TokenBucket(10, 10, NOON).blocked(NOON + timedelta(hours=1))

    gaps = [(time - NOON) / SECOND for time in departures(bucket, 3)]

    assert pytest.approx([3600, 3600.1, 3600.2]) == gaps


def test_a_clock_set_back_costs_nothing() -> None:
    """Two hours back, and the next message leaves no later than the rate asks."""
    earlier = NOON - timedelta(hours=2)
    bucket = TokenBucket(10, 10, NOON).throttled(NOON)

    assert earlier < departures(bucket, 1, earlier)[0] <= earlier + SECOND
    assert 5 == bucket.take(earlier)[0].rate


def test_a_restart_opens_no_flood_gate() -> None:
    """The state is a value that JSON holds."""
    pace, _ = Pace({"": 10.0, "gmail.com": 2.0}).take("gmail.com", NOON)
    pace = pace.throttled("gmail.com", NOON)

    assert pace == msgspec.json.decode(msgspec.json.encode(pace), type=Pace)


def test_a_domain_may_have_its_own_limit() -> None:
    """Mail to it waits, without taking a turn, while mail to others goes on; "*" is each other domain by itself."""
    pace, waits = Pace({"gmail.com": 0.1, "*": 1.0}), []
    for domain in ("gmail.com", "gmail.com", "gmail.com", "example.org", "example.net", "example.org"):
        pace, wait = pace.take(domain, NOON)
        waits.append(wait)

    assert [0, 10, 10, 0, 0, 1] == pytest.approx(waits)


def test_without_limits_nothing_waits_to_speak_of() -> None:
    """And yet a complaint has a rate to halve."""
    pace, wait = Pace({}).take("example.org", NOON)

    assert 0 == wait
    assert UNLIMITED / 2 == pace.throttled("example.org", NOON).buckets[""].rate


@pytest.mark.parametrize(("refused", "is_open"), [([1] * 4, False), ([1] * 5, True), ([1, *[0] * 12] * 4 + [1], False)])
def test_five_refusals_in_fifty_open_the_breaker(refused: list[int], is_open: bool) -> None:
    """Five of the last fifty; older ones are forgotten."""
    breaker = Breaker()
    for each in refused:
        breaker = breaker.after(refused=bool(each))

    assert is_open == breaker.open


def test_a_new_domain_warms_up_in_six_weeks() -> None:
    """200 on the first day, 200,000 on the 42nd, the same factor between all; then there is no cap."""
    caps = [warm_up(day) or 0 for day in range(42)]

    assert (200, 200_000, None) == (caps[0], caps[41], warm_up(42))
    assert all(1.1 < after / before < 1.3 for before, after in pairwise(caps))


@pytest.mark.parametrize(("day", "cap"), [(-3, 200), (0, 200), (1, 237), (41, 200_000), (42, None)])
def test_each_day_has_its_allowance(day: int, cap: int | None) -> None:
    """Who has used it up waits for midnight of UTC, and a clock that is set back meanwhile gives nothing back."""
    today = NOON.date()
    used = Allowance(today - timedelta(days=day), today, cap or 10**9)
    earlier = replace(used, used=used.used - 1)

    assert earlier.take(NOON) == (used, 0)
    assert used.take(NOON)[1] == (12 * 3600 if cap else 0)
    assert used.take(NOON - timedelta(days=1))[1] == (36 * 3600 if cap else 0)
    assert used.take(NOON + timedelta(days=1)) == (replace(used, day=today + timedelta(days=1), used=1), 0)


def test_allowance_is_for_all_mail() -> None:
    """Together with the limits of rate and domain, whichever is longer; a turn that is not had is not counted."""
    full = Allowance(NOON.date(), NOON.date(), 199)
    pace = Pace({"a.example": 0.5}, allowance=full)
    pace, first = pace.take("a.example", NOON)
    same, second = pace.take("b.example", NOON)

    assert (first, second) == (0, 12 * 3600)
    assert same == pace
    assert pace.for_all().take("", NOON)[1] == 12 * 3600
