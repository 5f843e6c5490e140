"""Dates of front matter, names and folders."""

from datetime import UTC, date, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from feeds.sources import dates

ALGIERS = ZoneInfo("Africa/Algiers")
NEW_YORK = ZoneInfo("America/New_York")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2025-06-20", "2025-06-20T00:00:00+01:00"),
        ("2025-06-20T20:27:15", "2025-06-20T20:27:15+01:00"),
        ("2025-06-20 20:27:15", "2025-06-20T20:27:15+01:00"),
        ("2025-06-20 20:27", "2025-06-20T20:27:00+01:00"),
        (" 2025-06-20  20:27\n", "2025-06-20T20:27:00+01:00"),
        ("2013-05-06 02:12:52 +0900", "2013-05-06T02:12:52+09:00"),
        ("2016-11-22T12:00:00+01:00", "2016-11-22T12:00:00+01:00"),
        ("2016-11-22T12:00:00-0330", "2016-11-22T12:00:00-03:30"),
        ("2016-11-22 12:00 -5", "2016-11-22T12:00:00-05:00"),
        ("2012-05-08T17:00:34.123Z", "2012-05-08T17:00:34+00:00"),
        ("2012-05-08t17:00:34,5z", "2012-05-08T17:00:34+00:00"),
        ("2024-4-09", "2024-04-09T00:00:00+01:00"),
        ("2023-2-7T8:05:00Z", "2023-02-07T08:05:00+00:00"),
        ("2023/05/03", "2023-05-03T00:00:00+01:00"),
        ("2023/5/3 9:01", "2023-05-03T09:01:00+01:00"),
        ("2017-07-01 00:00:00 UTC", "2017-07-01T00:00:00+00:00"),
        ("2017-07-01 00:00 UTC-05:00", "2017-07-01T00:00:00-05:00"),
        ("2017-07-01 10:00:00 EST", "2017-07-01T10:00:00-05:00"),
        ("2017-07-01 10:00:00 CEST", "2017-07-01T10:00:00+02:00"),
        ("Jul 08 2022", "2022-07-08T00:00:00+01:00"),
        ("July 8th, 2022", "2022-07-08T00:00:00+01:00"),
        ("8 Sept. 2022 10:30", "2022-09-08T10:30:00+01:00"),
        ("Fri, 01 Aug 2025 00:00:00 +0200", "2025-08-01T00:00:00+02:00"),
        ("Tue Feb 10 22:19:44 EST 2015", "2015-02-10T22:19:44-05:00"),
        ("Tue Feb  3 22:19:44 2015", "2015-02-03T22:19:44+01:00"),
        ("Tue Feb 10 22:19:44 +0900 2015", "2015-02-10T22:19:44+09:00"),
        ("Sat Jan  3 12:00:00 AM PST 2015", "2015-01-03T00:00:00-08:00"),
        ("Sat 3 Jan 2015 10:00:00 PST", "2015-01-03T10:00:00-08:00"),
        ("Sat 03 Jan 2015 10:00:00 PM UTC", "2015-01-03T22:00:00+00:00"),
        ("2017-07-01 12:30pm", "2017-07-01T12:30:00+01:00"),
        ("٢٠٢٥-٠٦-٢٠", "2025-06-20T00:00:00+01:00"),
    ],
)
def test_every_form_of_date_is_read(text: str, expected: str) -> None:
    """Each form that real posts show is read, and what has no zone is on the site's clock."""
    found = dates.moment(text, ALGIERS)

    assert found is not None
    assert expected == found.isoformat()


@pytest.mark.parametrize(
    "text",
    [
        *("", "now", "soon", "2017", "2017-05", "20170501", "1501545600"),
        *(
            "11-9-2017",
            "9/11/2017",
            "2017-05/01",
            "2017.05.01",
            "8 Foo 2022",
            "8 Marmalade 2022",
            "Jul 32, 2022",
            "July 2022",
        ),
        *("2017-02-29", "2017-16-26", "2018-02-31", "2020-20-19 10:00", "20220-20-20", "2023-04-31"),
        *("2017-07-01 25:00", "2017-07-01 24:00:00", "2017-07-01 9:99:99", "2017-07-01 10:60"),
        *("2023-01-29 18:30:22 2023 -0800", "2017-02-10 00:10::00 -03:00", "2021-02-08 16:30-:00+16:30"),
        *("2017-07-01 10:00 XYZ", "2017-07-01 10:00 IST", "2017-07-01 10:00 +16:30"),
        *("2017-07-01 13:00 PM", "2017-07-01 0:30 AM", "2017-07-01 10:00 AMT", "Tue Feb 10 22:19:44 IST 2015"),
        *("Tue Feb 10 2015 22:19:44 2015", "Tue Feb 30 22:19:44 EST 2015", "Tue Feb 10 22:19:44 EST 15"),
        *("0000-00-00", "0001-01-01", "9999-12-31", "2017-07-01 or so"),
        *("1970-01-01", "1970-01-01 12:00", "1969-12-31T16:00:00-08:00"),  # Unix time 0, for "no matter when"
    ],
)
def test_what_is_no_date_is_never_guessed(text: str) -> None:
    """A form that can be read in two ways, or in none, is no date."""
    assert dates.moment(text, ALGIERS) is None


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Tue Feb 10 22:19:44 EST 2015", "2015-02-10T22:19:44+01:00"),
        ("Sat 3 Jan 2015 10:00:00 IST", "2015-01-03T10:00:00+01:00"),
        ("2015-02-10 22:19 GMT", "2015-02-10T22:19:00+00:00"),
        ("2015-02-10 22:19 UTC", "2015-02-10T22:19:00+00:00"),
        ("2015-02-10 22:19 Z", "2015-02-10T22:19:00+00:00"),
        ("2015-02-10 22:19 -05:00", "2015-02-10T22:19:00-05:00"),
        ("2015-02-10 22:19 or", ""),
    ],
)
def test_names_of_zones_that_are_passed_by(text: str, expected: str) -> None:
    """Where names of zones count for nothing, as in Pelican, such a date is on the site's clock; UTC still counts."""
    found = dates.moment(text, ALGIERS, knows_zones=False)

    assert expected == (found.isoformat() if found else "")


def test_types_of_toml_are_dates() -> None:
    """TOML has dates of its own, with a zone, without one, and without a time; a time of day is none."""
    aware = datetime(2021, 9, 11, 19, 34, 19, 500, tzinfo=timezone(timedelta(hours=-8)))

    assert dates.moment(aware, ALGIERS) == aware.replace(microsecond=0)
    assert dates.moment(datetime(2021, 9, 11, 19, 34), ALGIERS) == datetime(2021, 9, 11, 18, 34, tzinfo=UTC)
    assert dates.moment(date(2021, 9, 11), ALGIERS) == datetime(2021, 9, 10, 23, tzinfo=UTC)
    others: tuple[object, ...] = (aware.time(), 20210911, 1.5, True, None, [], {})
    for other in others:
        assert dates.moment(other, ALGIERS) is None


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2025-11-02 01:30", "2025-11-02T01:30:00-04:00"),
        ("2025-03-09 02:30", "2025-03-09T03:30:00-04:00"),
        ("2025-07-01 02:30", "2025-07-01T02:30:00-04:00"),
        ("2025-12-01 02:30", "2025-12-01T02:30:00-05:00"),
    ],
)
def test_clocks_that_are_set_back_and_forth(text: str, expected: str) -> None:
    """An hour that comes twice means the first one, a skipped one the time after the gap, as a clock would show."""
    found = dates.moment(text, NEW_YORK)

    assert found is not None
    assert expected == found.isoformat()
    assert found == found.astimezone(UTC)


def test_offsets_are_whole_minutes() -> None:
    """Local mean time, before there were time zones, is told in UTC: RFC 3339 has no seconds in offsets."""
    assert dates.moment("1890-01-01 12:00:00", ALGIERS) == datetime(1890, 1, 1, 11, 47, 48, tzinfo=UTC)


OFFSETS = st.integers(-14 * 60, 14 * 60).map(lambda minutes: timezone(timedelta(minutes=minutes)))


def is_none(at: datetime) -> bool:
    return datetime(1969, 12, 30) < at.replace(tzinfo=None) < datetime(1970, 1, 3)


@given(st.datetimes(datetime(1000, 1, 2), datetime(9998, 12, 30), timezones=OFFSETS).filter(lambda at: not is_none(at)))
@settings(max_examples=100)
def test_dates_come_back(at: datetime) -> None:
    """What Python writes as ISO 8601 is read as the same moment."""
    assert dates.moment(at.isoformat(), ALGIERS) == at.replace(microsecond=0)


@given(
    st.datetimes(datetime(1000, 1, 2), datetime(9998, 12, 30)).filter(lambda at: not is_none(at)),
    st.sampled_from([ALGIERS, NEW_YORK]),
)
@settings(max_examples=100)
def test_naive_dates_are_whole(at: datetime, zone: ZoneInfo) -> None:
    """Any naive time becomes an instant in whole seconds, with an offset of whole minutes, that equals itself."""
    found = dates.moment(str(at), zone)

    assert found is not None
    assert found.utcoffset() is not None
    assert (found.utcoffset() or timedelta()) % timedelta(minutes=1) == timedelta()
    assert found == dates.moment(found.isoformat(), UTC)


@given(st.one_of(st.text(), st.from_regex(r"\d{3,5}[-/.]\d{1,3}[-/.]\d{1,3}[T ]\d+:\d+(:\d+)?.{0,8}")))
@settings(max_examples=200)
def test_no_text_raises(text: str) -> None:
    """Any text is a date or none."""
    found = dates.moment(text, NEW_YORK)

    assert found is None or found.tzinfo is not None


DAYS = ("2024-01-31", "2024-03-31", "2024-02-30", "0999-12-31", "1900-01-01", "1970-01-01")
TIMES = ("", "T10:00:00", " 02:30:00", "T24:00:00", " 23:59:60", " 10:00")
ZONES = ("", "Z", " Z", "+0100", " +0100", "-01:00", "-00:00", "+13:59", "+14:00", " +15:00", "+01:75")


@given(st.sampled_from(DAYS), st.sampled_from(TIMES), st.sampled_from(ZONES))
@settings(max_examples=200)
def test_hyphens_and_slashes_are_one(day: str, time: str, zone: str) -> None:
    """A date with hyphens, which is read at less cost, is the same date with slashes."""
    hyphens, slashes = (f"{each}{time}{zone}" for each in (day, day.replace("-", "/")))

    assert repr(dates.moment(slashes, NEW_YORK)) == repr(dates.moment(hyphens, NEW_YORK))


def test_days_in_names() -> None:
    """A name may start with a day, whose digits nobody has checked yet."""
    assert dates.from_name("2025-06-20-hello-world") == ("2025-06-20", "hello-world")
    assert dates.from_name("2019-2-5-x") == ("2019-2-5", "x")
    assert dates.from_name("2023-04-31-x") == ("2023-04-31", "x")
    assert dates.from_name("2025-06-20") == ("2025-06-20", "")
    assert dates.from_name("2025-06-201") == ("", "2025-06-201")
    assert dates.from_name("hello") == ("", "hello")


def test_days_in_folders() -> None:
    """Folders may be year, month and day, or a year with the rest in the name; a month alone is no day."""
    assert dates.from_folders("blog/2023/05/03/react") == ("2023-05-03", "react")
    assert dates.from_folders("2014/12-30-slug") == ("2014-12-30", "slug")
    assert dates.from_folders("2023/05/03") == ("2023-05-03", "")
    assert dates.from_folders("2023/05/slug") == ("", "")
