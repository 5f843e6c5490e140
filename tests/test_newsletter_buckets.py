"""Which readers go by which clock, and what a bucket gets when."""

import multiprocessing
import os
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import settings as examples
from hypothesis import strategies as st
from sqlalchemy import func, select

from feeds import newsletter as deeds
from feeds import subscriptions
from feeds.cadence import parse
from feeds.config import Settings
from feeds.errors import SettingsError, UsageError
from feeds.model import Issue, Newsletter
from feeds.newsletter.buckets import buckets
from feeds.store import Store, tables
from tests.newsletter_site import DAY, MONDAY, SITE, URL, WEEK, choose, posts, settings, source, subscribe

ZONES = ("Asia/Beirut", "Africa/Cairo", "America/New_York", "Australia/Lord_Howe", "Europe/Berlin", "Africa/Algiers")
HERE = "Africa/Algiers"
WORLD = Newsletter("world", cadence="weekly on monday at 08:00", offer=("daily at 07:00",), timezone="reader")


@pytest.fixture
def site(tmp_path: Path) -> Settings:
    return settings(tmp_path, WORLD)


@pytest.fixture
def store(store: Store, site: Settings) -> Store:
    """Give a database with a reader at home, one in New York, and one at home who wants it daily."""
    deeds.remember(store, source(*posts("a")), MONDAY - WEEK)
    subscribe(site, store, "home", "daily")
    subscribe(site, store, "york", timezone="America/New_York")
    choose(store, "daily@example.org", "daily at 07:00")
    return store


def open_due(site: Settings, store: Store, names: str, now: datetime) -> list[Issue]:
    some = source(*posts(names))
    deeds.remember(store, some, now)
    return list(deeds.open_due(site, store, some, now).issues)


def mails(store: Store) -> list[tuple[str, str, str]]:
    """Return (reader, due_key, posts) of every delivery, in the order in which they were opened."""
    query = (
        select(tables.subscriber.c.email, tables.issue.c.due_key, tables.variant.c.post_ids)
        .select_from(tables.delivery)
        .join(tables.subscriber)
        .join(tables.issue)
        .join(tables.variant, tables.variant.c.id == tables.delivery.c.variant_id)
        .order_by(tables.delivery.c.issue_id, tables.delivery.c.subscriber_id)
    )
    with store.reading() as connection:
        rows = connection.execute(query).all()
    return [(email.partition("@")[0], key, "".join(each[-1] for each in ids)) for email, key, ids in rows]


def names_of(newsletter: Newsletter, *clocks: tuple[str, str]) -> list[str]:
    return [each.name for each in buckets(newsletter, SITE, dict.fromkeys(clocks, MONDAY))]


def test_readers_are_told_apart_by_what_differs_from_the_newsletters_clock() -> None:
    """A cadence that is offered, however it is spelt, and a zone; nothing else makes a bucket."""
    same = [("", ""), ("", HERE), ("weekly on mon at 8:00", ""), ("monthly on 1 at 09:00", ""), ("nonsense", "Mars/X")]

    assert names_of(WORLD, *same) == [""]
    assert names_of(WORLD, ("Daily at 7:00", ""), ("daily at 07:00", HERE)) == ["daily at 07:00"]
    assert names_of(WORLD, ("daily at 07:00", "Africa/Cairo"), ("", "Africa/Cairo"), ("", "")) == [
        "",
        "Africa/Cairo",
        "daily at 07:00, Africa/Cairo",
    ]


def test_zones_count_only_where_the_newsletter_goes_by_them() -> None:
    """With timezone = "site" all are on the site's clock; "on publish" knows no clock at all."""
    by_site = Newsletter("world", offer=("daily at 07:00",))
    on_publish = Newsletter("world", cadence="on publish", timezone="reader")

    assert names_of(by_site, ("", "Africa/Cairo"), ("daily at 07:00", "Asia/Beirut")) == ["", "daily at 07:00"]
    assert names_of(on_publish, ("", "Africa/Cairo"), ("", "")) == [""]


def test_wrong_offer_is_named() -> None:
    """By its key, as any other setting is."""
    with pytest.raises(SettingsError, match=r'^newsletter\.world\.offer: "now and then" is no cadence'):
        names_of(Newsletter("world", offer=("now and then",)), ("", ""))


def test_each_bucket_is_due_on_its_own_clock(site: Settings, store: Store) -> None:
    """One occasion, one issue, one mail for each reader, labelled by the clock on their wall."""
    open_due(site, store, "a", MONDAY - DAY)
    for hour in range(24):
        open_due(site, store, "abc", MONDAY.replace(hour=hour, minute=5))

    assert mails(store) == [
        ("daily", "2026-11-23T07:00", "cb"),
        ("home", "2026-11-23T08:00", "cb"),
        ("york", "2026-11-23T08:00", "cb"),
    ]


def test_three_weeks_of_downtime_make_one_issue_for_each_bucket(site: Settings, store: Store) -> None:
    """Also for those who would have had one each day."""
    open_due(site, store, "a", MONDAY)
    open_due(site, store, "abc", MONDAY + 3 * WEEK + 2 * DAY)

    assert sorted(mails(store)) == [
        ("daily", "2026-12-16T07:00", "cb"),
        ("home", "2026-12-14T08:00", "cb"),
        ("york", "2026-12-14T08:00", "cb"),
    ]


def test_occasion_before_a_bucket_had_readers_is_not_theirs(site: Settings, store: Store) -> None:
    """Who comes at noon gets the first mail next morning, though a post was published at one."""
    noon = MONDAY + timedelta(hours=4)
    open_due(site, store, "a", MONDAY)
    subscriptions.add(site, store, "cairo@example.org", noon, timezone="Africa/Cairo")
    choose(store, "cairo@example.org", "daily at 07:00")
    opened = [open_due(site, store, "ab", noon + timedelta(hours=1)), open_due(site, store, "ab", noon + DAY)]

    assert opened[0] == []
    assert ("cairo", "2026-11-24T07:00", "b") in mails(store)


def test_reader_who_changes_cadence_misses_nothing_and_gets_nothing_twice(site: Settings, store: Store) -> None:
    """The place in the sequence of posts is the reader's, not the bucket's."""
    open_due(site, store, "ab", MONDAY)
    choose(store, "home@example.org", "daily at 07:00")
    open_due(site, store, "abc", MONDAY + DAY)
    choose(store, "home@example.org", "")
    open_due(site, store, "abcd", MONDAY + WEEK)

    assert [posts for name, _, posts in mails(store) if name == "home"] == ["b", "c", "d"]


def test_other_topics_bring_no_posts_of_occasions_gone_by(site: Settings, store: Store) -> None:
    """As little where nobody on that clock wanted any of them as where others did."""
    subscribe(site, store, "cairo", "also", timezone="Africa/Cairo", categories=["علوم"])
    subscriptions.change(site, store, "also@example.org", MONDAY, categories=[])
    subscriptions.change(site, store, "york@example.org", MONDAY, categories=["علوم"])
    open_due(site, store, "abc", MONDAY + WEEK)
    for name in ("cairo", "york"):
        subscriptions.change(site, store, f"{name}@example.org", MONDAY + WEEK, categories=[])
    open_due(site, store, "abcd", MONDAY + 2 * WEEK)

    assert [(name, posts) for name, _, posts in mails(store) if name in ("cairo", "york")] == [
        ("cairo", "d"),
        ("york", "d"),
    ]


def test_issue_by_hand_is_for_all_buckets(site: Settings, store: Store) -> None:
    """Whoever opens one by hand means everybody."""
    some = source(*posts("ab"))
    deeds.remember(store, some, MONDAY)
    deeds.open_issue(site, store, WORLD, some, MONDAY)

    assert [name for name, _, _ in mails(store)] == ["home", "daily", "york"]


def _open(folder: Path, start: Any) -> None:
    with Store.open(URL, folder) as store:
        start.wait()
        open_due(settings(folder, WORLD), store, "abc", MONDAY + DAY)
    os._exit(0)


def test_processes_open_one_issue_for_each_bucket_between_them(site: Settings, store: Store) -> None:
    """Whichever of them is first with which bucket."""
    context = multiprocessing.get_context("fork")
    start = context.Barrier(4)
    store.close()
    processes = [context.Process(target=_open, args=(site.root, start)) for _ in range(4)]
    for process in processes:
        process.start()
    for process in processes:
        process.join()

    assert [process.exitcode for process in processes] == [0] * 4
    assert sorted(name for name, _, _ in mails(store)) == ["daily", "home", "york"]
    with store.reading() as connection:
        assert connection.scalar(select(func.count()).select_from(tables.issue)) == 3


@given(
    zone=st.sampled_from(ZONES),
    cadence=st.sampled_from(["daily at 02:30", "daily at 00:00", "weekly on sunday at 02:15", "30 1 * * 0"]),
    start=st.datetimes(datetime(2015, 1, 1), datetime(2026, 6, 1)),
    steps=st.lists(st.integers(20, 60 * 24 * 4), min_size=40, max_size=120),
)
@examples(max_examples=60, deadline=None)
def test_each_local_occasion_falls_due_once_over_the_years(
    zone: str, cadence: str, start: datetime, steps: list[int]
) -> None:
    """Whenever cron looks, the label is the last that the wall clock has shown: the oracle counts minutes of it."""
    newsletter = Newsletter("world", cadence=cadence, timezone="reader")
    now = start.replace(tzinfo=UTC)
    (bucket,) = buckets(newsletter, SITE, {("", zone): now - WEEK})
    seen: list[str] = []
    for minutes in steps:
        now += timedelta(minutes=minutes)
        due_key = bucket.due(now, 0)
        assert due_key == _last_shown(cadence, ZoneInfo(zone), now, now - WEEK - DAY)
        seen += [due_key] if due_key not in seen else []
    assert seen == sorted(seen)


def _last_shown(cadence: str, zone: ZoneInfo, now: datetime, since: datetime) -> str:
    """Return the last label whose time the wall clock has reached, or jumped over."""
    reached = max(_wall(since + timedelta(minutes=each), zone) for each in _minutes(now - since))
    rule = parse(cadence)
    days = (reached.replace(hour=0, minute=0) - each * DAY for each in range(9))
    labels = (
        day + timedelta(minutes=int(rule.crons[0].split()[1]) * 60 + int(rule.crons[0].split()[0])) for day in days
    )
    sundays = rule.crons[0].split()[4] != "*"
    fitting = (each for each in labels if each <= reached and (not sundays or each.isoweekday() == 7))
    return next(fitting).isoformat(timespec="minutes")


def _minutes(span: timedelta) -> list[int]:
    """Count the minutes in which the highest reading of the wall clock can lie: clocks go back by hours at most."""
    total = int(span / timedelta(minutes=1))
    return list(range(max(0, total - 180), total + 1))


def _wall(at: datetime, zone: ZoneInfo) -> datetime:
    return at.astimezone(zone).replace(tzinfo=None, second=0, microsecond=0)


def test_reader_is_added_with_a_cadence_that_is_offered(site: Settings, store: Store) -> None:
    """However it is spelt; the newsletter's own is no choice, and what is not offered is refused."""
    for name, cadence in (("early", " Daily at  07:00"), ("plain", WORLD.cadence)):
        subscriptions.add(site, store, f"{name}@example.org", MONDAY, cadence=cadence)
    with pytest.raises(UsageError, match='known: "weekly on monday at 08:00", "daily at 07:00"'):
        subscriptions.add(site, store, "late@example.org", MONDAY, cadence="daily at 22:00")

    chosen = {each.email: each.subscriptions[0].cadence for each in subscriptions.listed(store)}
    assert (chosen["early@example.org"], chosen["plain@example.org"]) == ("daily at 07:00", "")
