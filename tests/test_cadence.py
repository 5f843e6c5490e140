"""When issues fall due."""

from datetime import UTC, datetime, time, timedelta
from itertools import islice
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from feeds.cadence import Rhythm, coming, due, is_later, local_time, parse, rhythm
from feeds.errors import SettingsError

ALGIERS = ZoneInfo("Africa/Algiers")
ZONES = [
    "UTC",
    "Africa/Algiers",
    "Africa/Cairo",
    "America/New_York",
    "Antarctica/Troll",
    "Asia/Beirut",
    "Australia/Lord_Howe",
    "Europe/Berlin",
    "Pacific/Apia",
    "Antarctica/Vostok",
]
CADENCES = [
    "daily at 00:30",
    "daily at 2:15",
    "weekly on sunday at 00:00",
    "weekly on monday, thursday at 08:00",
    "monthly on 30 at 09:00",
    "*/20 * * * *",
    "30 2 * * 0",
]
moments = st.datetimes(datetime(2005, 1, 1), datetime(2037, 1, 1), timezones=st.just(UTC))


def at(text: str, zone: str = "Africa/Algiers") -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone))


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("daily at 07:30", "2026-11-25T07:30"),
        ("Daily  at 7:30", "2026-11-25T07:30"),
        ("weekly on monday at 08:00", "2026-11-23T08:00"),
        ("weekly on monday, thursday at 08:00", "2026-11-23T08:00"),
        ("weekly on Tue and Fri at 08:00", "2026-11-24T08:00"),
        ("monthly on 1 at 09:00", "2026-11-01T09:00"),
        ("monthly on 1, 15 at 09:00", "2026-11-15T09:00"),
        ("monthly on 31 at 09:00", "2026-10-31T09:00"),
        ("monthly on last at 09:00", "2026-10-31T09:00"),
        ("30 7 * * 1-5", "2026-11-25T07:30"),
    ],
)
def test_due_is_the_latest_occasion(text: str, key: str) -> None:
    """The key names the latest occasion at or before now, as the clock on the wall shows it."""
    assert key == due(parse(text), ALGIERS, at("2026-11-25T12:00"))


def test_an_occasion_is_due_from_its_very_minute() -> None:
    """At 07:29:59 yesterday's is the latest; at 07:30:00 today's."""
    daily = parse("daily at 07:30")

    before, then = due(daily, ALGIERS, at("2026-11-25T07:29:59")), due(daily, ALGIERS, at("2026-11-25T07:30:00"))

    assert ("2026-11-24T07:30", "2026-11-25T07:30") == (before, then)


@pytest.mark.parametrize("day", [29, 30, 31])
def test_a_short_month_uses_its_last_day(day: int) -> None:
    """A monthly issue never leaves out February."""
    occasions = coming(parse(f"monthly on {day} at 09:00"), ALGIERS, at("2027-01-31T12:00"))

    assert ["2027-02-28T09:00", f"2027-03-{day}T09:00"] == [occasion.due_key for occasion in islice(occasions, 2)]


@pytest.mark.parametrize(
    ("zone", "label", "instant"),
    [
        ("Asia/Beirut", "2026-03-29T00:30", "2026-03-29T01:00+03:00"),
        ("Africa/Cairo", "2026-04-24T00:30", "2026-04-24T01:00+03:00"),
        ("America/New_York", "2026-03-08T02:30", "2026-03-08T03:00-04:00"),
        ("Australia/Lord_Howe", "2026-10-04T02:15", "2026-10-04T02:30+11:00"),
        ("Europe/Berlin", "2026-03-29T02:30", "2026-03-29T03:00+02:00"),
        ("Pacific/Apia", "2011-12-30T08:00", "2011-12-31T00:00+14:00"),
    ],
)
def test_a_skipped_hour_is_due_right_after_the_gap(zone: str, label: str, instant: str) -> None:
    """When clocks go forward over an occasion, it falls on the first instant after the gap, under its own label."""
    expected = datetime.fromisoformat(instant)
    daily = parse(f"daily at {label[-5:]}")

    occasion = next(coming(daily, ZoneInfo(zone), expected - timedelta(hours=2)))

    assert (label, expected) == (occasion.due_key, occasion.at)


@pytest.mark.parametrize(
    ("zone", "label", "first"),
    [
        ("Asia/Beirut", "2026-10-24T23:30", "2026-10-24T20:30"),
        ("Africa/Cairo", "2026-10-29T23:30", "2026-10-29T20:30"),
        ("America/New_York", "2026-11-01T01:30", "2026-11-01T05:30"),
        ("Australia/Lord_Howe", "2026-04-05T01:45", "2026-04-04T14:45"),
        ("Europe/Berlin", "2026-10-25T02:30", "2026-10-25T00:30"),
    ],
)
def test_an_hour_that_comes_twice_is_due_once(zone: str, label: str, first: str) -> None:
    """When clocks go back over an occasion, it is due at the first of the two times and not again."""
    start = at(first, "UTC")
    daily = parse(f"daily at {label[-5:]}")

    keys = [due(daily, ZoneInfo(zone), start + timedelta(minutes=minute)) for minute in range(-1, 120)]

    assert keys[0] < label
    assert {label} == set(keys[1:])


@given(st.sampled_from(CADENCES), st.sampled_from(ZONES), moments, st.timedeltas(timedelta(0), timedelta(days=40)))
@settings(max_examples=80, deadline=None)
def test_keys_never_run_backwards(text: str, zone: str, now: datetime, later: timedelta) -> None:
    """As time passes the due_key only grows, so an issue is never opened for an occasion before the last one."""
    cadence = parse(text)

    assert due(cadence, ZoneInfo(zone), now) <= due(cadence, ZoneInfo(zone), now + later)


@given(st.sampled_from(CADENCES), st.sampled_from(ZONES), moments)
@settings(max_examples=80, deadline=None)
def test_coming_and_due_agree(text: str, zone: str, now: datetime) -> None:
    """Each occasion foretold is due at its instant and not a second before."""
    cadence = parse(text)

    occasions = [*islice(coming(cadence, ZoneInfo(zone), now), 3)]

    keys = [due(cadence, ZoneInfo(zone), occasion.at) for occasion in occasions]
    just_before = [due(cadence, ZoneInfo(zone), occasion.at - timedelta(seconds=1)) for occasion in occasions]
    assert [occasion.due_key for occasion in occasions] == keys
    assert [due(cadence, ZoneInfo(zone), now), *keys[:-1]] == just_before


def test_downtime_gives_one_occasion() -> None:
    """After three weeks without power only the latest occasion is due."""
    weekly = parse("weekly on monday at 08:00")

    assert "2026-11-23T08:00" == due(weekly, ALGIERS, at("2026-11-24T10:00"))


def test_on_publish_is_due_once_for_the_same_posts() -> None:
    """The key of "on publish" follows from the newest post and not from the time."""
    publish = parse("on publish")

    keys = [due(publish, ALGIERS, at(time), newest=42) for time in ("2026-11-24T10:00", "2026-11-29T12:00")]

    assert ["post-0000000042", "post-0000000042"] == keys
    assert due(publish, ALGIERS, at("2026-11-24T10:00"), newest=100) > keys[0]


def test_on_publish_without_posts_is_not_due() -> None:
    """A site without posts owes nobody an issue, and nothing can be foretold."""
    publish = parse("on publish")

    assert ("", []) == (due(publish, ALGIERS, at("2026-11-24T10:00")), [*coming(publish, ALGIERS, at("2026-11-24"))])


def test_a_clock_set_back_is_noticed() -> None:
    """A key is later than another of its kind when it is greater, and always when the cadence has changed kind."""
    pairs = [
        ("2026-11-24T08:00", "2026-11-23T08:00"),
        ("2026-11-23T08:00", "2026-11-24T08:00"),
        ("post-0000000007", "2026-11-24T08:00"),
        ("2026-11-24T08:00", "post-0000000007"),
        ("post-0000000007", "post-0000000007"),
    ]

    assert [True, False, True, True, False] == [is_later(key, than) for key, than in pairs]


def test_a_key_gives_its_date_back() -> None:
    """The issue of an occasion is dated by its label; that of "on publish" has no date in its key."""
    assert (datetime(2026, 11, 24, 8), None) == (local_time("2026-11-24T08:00"), local_time("post-0000000007"))


@pytest.mark.parametrize(
    "text",
    [
        "",
        "weekly",
        "daily at 7",
        "daily at 25:00",
        "daily at 07:75",
        "weekly on xday at 08:00",
        "weekly on , at 08:00",
        "monthly on 0 at 09:00",
        "monthly on 32 at 09:00",
        "0 0 30 2 *",
        "* * * * * *",
        "كل اثنين",
    ],
)
def test_a_wrong_cadence_is_answered_with_examples(text: str) -> None:
    """The error repeats what was written and shows what can be."""
    with pytest.raises(SettingsError) as caught:
        parse(text, "newsletter[0].cadence")

    assert str(caught.value).startswith(f'newsletter[0].cadence: "{text}" is no cadence: ')
    assert '"weekly on monday, friday at 08:00"' in str(caught.value)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("on publish", Rhythm("publish")),
        ("Daily at 7:30", Rhythm("day", (), time(7, 30))),
        ("weekly on sun, monday and fri at 08:00", Rhythm("week", (0, 4, 6), time(8))),
        ("monthly on 1, 15, last at 09:00", Rhythm("month", (1, 15, 31), time(9))),
        ("30 7 * * 1-5", Rhythm("")),
    ],
)
def test_a_cadence_is_taken_apart_for_people(text: str, expected: Rhythm) -> None:
    """Days of the week begin with Monday, 31 is the last of the month, and a cron line stays what it is."""
    assert rhythm(text) == expected


def test_what_is_no_cadence_has_no_rhythm() -> None:
    """As when it is read."""
    with pytest.raises(SettingsError):
        rhythm("weekly on noday at 8:00")
