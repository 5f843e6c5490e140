"""What would leave when, and what is in an issue."""

from datetime import timedelta
from pathlib import Path

import pytest

from feeds import newsletter as deeds
from feeds.errors import UsageError
from feeds.model import Newsletter, Post
from feeds.newsletter import Planned
from feeds.store import Store
from tests.newsletter_site import DAY, MONDAY, WEEK, WEEKLY, choose, post, posts, settings, source, subscribe

SUNDAY = MONDAY - DAY
AHEAD = (post("x", MONDAY + 2 * DAY), post("y", MONDAY + 10 * DAY))


@pytest.fixture
def store(store: Store, tmp_path: Path) -> Store:
    """Give a database that has seen the post a, and has two readers."""
    deeds.remember(store, source(*posts("a")), MONDAY - WEEK)
    subscribe(settings(tmp_path), store, "one", "two")
    deeds.open_due(settings(tmp_path), store, source(*posts("a")), SUNDAY)
    return store


def plan(
    store: Store, folder: Path, names: str, *newsletters: Newsletter, ahead: tuple[Post, ...] = AHEAD
) -> list[str]:
    site = settings(folder, *newsletters)
    found = deeds.plan(site, store, source(*posts(names)), ahead, SUNDAY, SUNDAY + 21 * DAY)
    return [line(each) for each in found]


def line(each: Planned) -> str:
    titles = "".join(title[-1] for title in each.posts)
    return " ".join(filter(None, (f"{each.at:%m-%d %H:%M}", each.bucket, titles, f"{each.readers}", each.note)))


def test_posts_leave_with_the_first_occasion_after_they_are_there(tmp_path: Path, store: Store) -> None:
    """Those that wait now with the next one, those dated ahead with the one after their date."""
    assert plan(store, tmp_path, "abc") == ["11-23 08:00 bc 2", "11-30 08:00 x 2", "12-07 08:00 y 2"]


def test_next_occasion_is_named_though_nothing_would_leave(tmp_path: Path, store: Store) -> None:
    """So that the operator sees the clock; later ones without posts are not."""
    assert plan(store, tmp_path, "a", ahead=()) == ["11-23 08:00 2"]


def test_looking_ahead_remembers_nothing(tmp_path: Path, store: Store) -> None:
    """The same question has the same answer, and the posts are still new."""
    assert plan(store, tmp_path, "abc") == plan(store, tmp_path, "abc")
    assert deeds.remember(store, source(*posts("abc")), MONDAY) == 2


def test_each_bucket_has_its_own_lines(tmp_path: Path, store: Store) -> None:
    """With the readers who are in it."""
    weekly = Newsletter("weekly", cadence=WEEKLY.cadence, offer=("daily at 07:00",))
    choose(store, "two@example.org", "daily at 07:00")

    assert plan(store, tmp_path, "ab", weekly, ahead=AHEAD[:1]) == [
        "11-22 07:30 daily at 07:00 b 1",
        "11-23 08:00 b 1",
        "11-26 07:00 daily at 07:00 x 1",
        "11-30 08:00 x 1",
    ]


def test_on_publish_goes_by_the_posts(tmp_path: Path, store: Store) -> None:
    """Each some minutes after its date, which it has for corrections."""
    weekly = Newsletter("weekly", cadence="on publish")

    assert plan(store, tmp_path, "ab", weekly) == ["11-22 07:40 b 2", "11-25 07:40 x 2", "12-03 07:40 y 2"]


def test_what_would_not_leave_by_itself_says_why(tmp_path: Path, store: Store) -> None:
    """Too few posts wait for more; too many for a person; and where an issue is approved, for that."""
    few = Newsletter("weekly", min_posts=2)
    many = Newsletter("weekly", cadence="on publish", max_burst=1)
    asked = Newsletter("weekly", approve=True)

    assert plan(store, tmp_path, "ab", few, ahead=AHEAD[:1]) == [
        "11-23 08:00 b 2 waits: fewer than 2 posts",
        "11-30 08:00 bx 2",
    ]
    assert plan(store, tmp_path, "abc", many, ahead=()) == ["11-22 07:40 bc 2 held: too many posts at once"]
    assert plan(store, tmp_path, "ab", asked, ahead=()) == ["11-23 08:00 b 2 to be approved"]


def test_plan_comes_true(tmp_path: Path, store: Store) -> None:
    """What is opened is what was announced."""
    planned = plan(store, tmp_path, "abc")
    some = [*posts("abc"), *AHEAD]
    came = []
    for hour in range(24 * 21):
        now = SUNDAY + hour * timedelta(hours=1)
        there = source(*(each for each in some if each.published <= now))
        deeds.remember(store, there, now)
        for issue in deeds.open_due(settings(tmp_path), store, there, now).issues:
            (form,) = deeds.show(store, "weekly", issue.number).forms
            titles = "".join(sorted(title[-1] for title in form.posts))
            came.append(f"{issue.due_key[5:10]} {issue.due_key[11:]} {titles} {form.readers}")

    assert came == planned


def test_issue_is_shown_with_its_forms(tmp_path: Path, store: Store) -> None:
    """For each form its subject, language, posts and how many get it."""
    subscribe(settings(tmp_path), store, "three", language="en")
    some = source(*posts("ab"))
    deeds.remember(store, some, MONDAY)
    deeds.open_due(settings(tmp_path), store, some, MONDAY)
    shown = deeds.show(store, "weekly", 1)

    assert shown.issue.deliveries == {"queued": 3}
    assert {(each.language, each.posts, each.readers) for each in shown.forms} == {
        ("ar", ("خبر b",), 2),
        ("en", ("خبر b",), 1),
    }
    with pytest.raises(UsageError, match="there is no issue weekly-7"):
        deeds.show(store, "weekly", 7)
