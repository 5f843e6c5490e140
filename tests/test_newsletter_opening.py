"""When an issue is opened, what is in it, and for whom."""

import multiprocessing
import os
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace
from sqlalchemy import func, select, text

from feeds import newsletter as deeds
from feeds import subscriptions
from feeds.config import Bounces, Settings
from feeds.errors import GuardError, SettingsError, UsageError
from feeds.model import Entry, Issue, Newsletter, Post
from feeds.store import Store, issues, leaving, tables
from tests.newsletter_site import DAY, MONDAY, SENDER, URL, WEEK, WEEKLY, post, posts, settings, source, subscribe

TUESDAY = MONDAY + DAY
MINUTE = timedelta(minutes=1)
IMPORTED = [post(f"x{number:03}", MONDAY - 900 * DAY + number * DAY, title=f"قديم {number}") for number in range(300)]


@pytest.fixture
def site(tmp_path: Path) -> Settings:
    return settings(tmp_path)


@pytest.fixture
def store(store: Store, tmp_path: Path) -> Store:
    """Give a database that has seen the posts a and b, and has three readers."""
    deeds.remember(store, source(*posts("ab")), MONDAY - WEEK)
    subscribe(settings(tmp_path), store, "one", "two", "three")
    return store


def remember(store: Store, *some: Post, now: datetime = MONDAY) -> int:
    return deeds.remember(store, source(*some), now)


def open_due(site: Settings, store: Store, *some: Post, now: datetime = MONDAY) -> list[Issue]:
    remember(store, *some, now=now)
    return list(deeds.open_due(site, store, source(*some), now).issues)


def contents(store: Store, issue: Issue) -> list[str]:
    """Return the posts in each variant of an issue: "dc"."""
    with store.reading() as connection:
        return ["".join(each[-1] for each in one.post_ids) for one in issues.variants(connection, issue.id)]


def got(store: Store) -> dict[str, str]:
    """Return, for each reader, all posts of all issues queued for them, in order."""
    query = (
        select(tables.subscriber.c.email, tables.variant.c.post_ids)
        .select_from(tables.delivery)
        .join(tables.subscriber)
        .join(tables.variant, tables.variant.c.id == tables.delivery.c.variant_id)
        .where(tables.delivery.c.state != "cancelled")
        .order_by(tables.delivery.c.issue_id)
    )
    mails: dict[str, str] = {}
    with store.reading() as connection:
        for email, ids in connection.execute(query):
            name = email.partition("@")[0]
            mails[name] = f"{mails[name]} " if name in mails else ""
            mails[name] += "".join(each[-1] for each in ids)
    return mails


@pytest.mark.parametrize("deed", ["leaves", "is erased"])
def test_who_goes_while_an_issue_is_opened_does_not_get_it(tmp_path: Path, store: Store, deed: str) -> None:
    """Nor is their address written down anew, however long it takes to open."""
    site = settings(tmp_path, WEEKLY, Newsletter("daily"))
    subscribe(site, store, "two", newsletter="daily")
    remember(store, *posts("abc"))
    with ThreadPoolExecutor(1) as pool:
        with store.writing() as connection:
            if deed == "leaves":
                subscriptions.leave(site, connection, 2, "weekly", MONDAY)
            else:
                leaving.erase(connection, 2, MONDAY)
            opening = pool.submit(deeds.open_issue, site, store, WEEKLY, source(*posts("abc")), MONDAY)
            waiting = text("SELECT count(*) FROM pg_locks WHERE NOT granted")
            while connection.dialect.name == "postgresql" and not (connection.scalar(waiting) or opening.done()):
                pass
        opening.result()

    assert got(store) == {"one": "c", "three": "c"}


def test_preview_holds_up_nobody(site: Settings, store: Store) -> None:
    """To write an issue in all its forms takes a while, in which others may write to the database."""

    def entries_of(some: Sequence[Post]) -> list[Entry]:
        subscribe(site, store, "four")
        return list(source(*some).entries_of(some))

    shown = deeds.preview(site, store, WEEKLY, replace(source(*posts("abc")), entries_of=entries_of), MONDAY)

    assert not shown.is_sample
    assert len(shown.variants) == 1


def test_due_issue_has_the_new_posts_for_every_reader(site: Settings, store: Store) -> None:
    """Newest first; one queued delivery each; counts that add up; the subject and the text are there."""
    (issue,) = open_due(site, store, *posts("abcd"))
    with store.reading() as connection:
        (variant,) = issues.variants(connection, issue.id)
        frozen = connection.scalar(select(tables.issue.c.frozen))

    assert (issue.newsletter, issue.number, issue.due_key) == ("weekly", 1, "2026-11-23T08:00")
    assert (issue.state, issue.deliveries, frozen) == ("open", {"queued": 3}, 3)
    assert contents(store, issue) == ["dc"]
    assert "خبر d" in variant.html
    assert "https://example.org/d/" in variant.text


def test_each_occasion_opens_one_issue(site: Settings, store: Store) -> None:
    """However often it is asked for, and though more posts come on the same day; those wait for the next."""
    opened = [
        open_due(site, store, *posts("abc")),
        open_due(site, store, *posts("abc")),
        open_due(site, store, *posts("abcd"), now=MONDAY + timedelta(hours=3)),
        open_due(site, store, *posts("abcd"), now=MONDAY + WEEK),
    ]

    assert [[contents(store, issue) for issue in each] for each in opened] == [[["c"]], [], [], [["d"]]]


def test_occasion_without_posts_is_over(site: Settings, store: Store) -> None:
    """A weekly mail of Monday does not come on Tuesday because a post did; cursors stay where they were."""
    opened = [
        open_due(site, store, *posts("ab")),
        open_due(site, store, *posts("abc"), now=TUESDAY),
        open_due(site, store, *posts("abc"), now=MONDAY + WEEK),
    ]

    assert [len(each) for each in opened] == [0, 0, 1]
    assert got(store) == {"one": "c", "two": "c", "three": "c"}


def test_three_weeks_of_downtime_make_one_issue(site: Settings, store: Store) -> None:
    """What was missed comes in one mail, with all that was published meanwhile."""
    open_due(site, store, *posts("abc"))
    (issue,) = open_due(site, store, *posts("abcdef"), now=MONDAY + 3 * WEEK + 2 * DAY)

    assert (issue.number, issue.due_key) == (2, "2026-12-14T08:00")
    assert contents(store, issue) == ["fed"]


def test_clock_set_back_opens_nothing(tmp_path: Path, store: Store) -> None:
    """An occasion that lies before one dealt with is not dealt with again, though nobody noted it."""
    site = settings(tmp_path, Newsletter("weekly", cadence="0 * * * *"))
    open_due(site, store, *posts("abc"), now=MONDAY)

    assert open_due(site, store, *posts("abcd"), now=MONDAY - DAY) == []


@pytest.mark.parametrize(("cadence", "days"), [(WEEKLY.cadence, [7, 372]), ("on publish", [0, 1, 366])])
def test_clock_that_was_ahead_holds_up_nothing(tmp_path: Path, store: Store, cadence: str, days: list[int]) -> None:
    """What is new comes at the next occasion, as `feeds schedule` says, and what was sent comes no more."""
    site = settings(tmp_path, Newsletter("weekly", cadence=cadence))
    open_due(site, store, *posts("ab"))
    remember(store, *posts("abc"), now=MONDAY + 364 * DAY)
    open_due(site, store, *posts("abcd"), now=MONDAY + 365 * DAY)  # on publish, d has not settled then
    found = {day: open_due(site, store, *posts("abcde"), now=MONDAY + day * DAY) for day in (0, 1, 7, 8)}
    found |= {day: open_due(site, store, *posts("abcdef"), now=MONDAY + day * DAY) for day in (365, 366, 372, 373)}

    assert [day for day, opened in found.items() if opened] == days
    assert set(got(store).values()) == {"dc e f" if cadence == WEEKLY.cadence else "c d e f"}


def test_on_publish_opens_one_issue_for_each_state_of_the_posts(tmp_path: Path, store: Store) -> None:
    """As soon as there is a post, and not again until there is another."""
    site = settings(tmp_path, Newsletter("weekly", cadence="on publish", settle=0))
    opened = [open_due(site, store, *posts(names)) for names in ("ab", "abc", "abc", "abcde")]

    assert [len(each) for each in opened] == [0, 1, 0, 1]
    assert got(store)["one"] == "c ed"


def test_first_post_of_a_new_blog_is_new(site: Settings, tmp_path: Path) -> None:
    """The baseline of a blog without posts is that it had none."""
    folder = tmp_path / "new"
    folder.mkdir()
    with Store.open(URL, folder) as store:
        remember(store, now=MONDAY - WEEK)
        subscribe(site, store, "one")
        (issue,) = open_due(site, store, post("a"))

        assert contents(store, issue) == ["a"]


def test_remembering_counts_what_is_new(store: Store) -> None:
    """Not the baseline, and each post once."""
    assert [remember(store, *posts(names)) for names in ("ab", "abcd", "abcd", "bcd", "abcd")] == [0, 2, 0, 0, 0]


def test_too_few_posts_wait(tmp_path: Path, store: Store) -> None:
    """Below `min_posts` nobody gets a mail, and nothing is lost by it."""
    site = settings(tmp_path, Newsletter("weekly", min_posts=2))
    opened = [
        open_due(site, store, *posts(names), now=MONDAY + week * WEEK) for week, names in enumerate(["abc", "abcd"])
    ]

    assert [len(each) for each in opened] == [0, 1]
    assert got(store)["one"] == "dc"


def test_more_posts_than_are_shown_are_all_dealt_with(tmp_path: Path, store: Store) -> None:
    """Beyond `max_posts` they are links, and do not come once more in the next issue."""
    site = settings(tmp_path, Newsletter("weekly", max_posts=2))
    opened = [open_due(site, store, *posts("abcdefg"), now=MONDAY + week * WEEK) for week in range(2)]

    assert [len(each) for each in opened] == [1, 0]
    assert got(store)["one"] == "gfedc"


def test_readers_get_their_categories_in_their_language(site: Settings, store: Store) -> None:
    """One variant for each way of choosing, none for a reader whom nothing suits, who has then nothing to catch up."""
    subscribe(site, store, "sport", categories=["رياضة"])
    subscribe(site, store, "science", categories=["علوم"])
    subscribe(site, store, "english", language="en")
    some = [*posts("ab"), post("c", categories=("رياضة",)), post("d", MONDAY)]
    (issue,) = open_due(site, store, *some)

    assert sorted(contents(store, issue)) == ["c", "dc", "dc"]
    assert got(store) == dict.fromkeys(("one", "two", "three", "english"), "dc") | {"sport": "c"}
    with store.reading() as connection:
        assert len(set(connection.scalars(select(tables.subscription.c.cursor)))) == 1


def test_newsletter_carries_its_own_categories(tmp_path: Path, store: Store) -> None:
    """What it does not carry goes to nobody, whatever they chose."""
    site = settings(tmp_path, Newsletter("weekly", categories=("رياضة",)))
    subscribe(site, store, "science", categories=["علوم"])
    (issue,) = open_due(site, store, *posts("ab"), post("c", categories=("رياضة",)), post("d", categories=("علوم",)))

    assert contents(store, issue) == ["c"]
    assert got(store) == dict.fromkeys(("one", "two", "three"), "c")


def test_new_reader_starts_with_the_next_post(site: Settings, store: Store) -> None:
    """What was published before somebody came is not mailed to them."""
    remember(store, *posts("abc"))
    subscribe(site, store, "late")
    open_due(site, store, *posts("abcd"))

    assert got(store) == {"one": "dc", "two": "dc", "three": "dc", "late": "d"}


def test_reader_who_left_is_passed_over(site: Settings, store: Store) -> None:
    """No delivery is opened for them."""
    subscriptions.unsubscribe(store, "two@example.org", MONDAY)
    open_due(site, store, *posts("abc"))

    assert got(store) == {"one": "c", "three": "c"}


def test_several_newsletters_go_their_own_ways(tmp_path: Path, store: Store) -> None:
    """Each has its numbers, its occasions and its place in every reader's posts."""
    site = settings(tmp_path, WEEKLY, Newsletter("daily", cadence="daily at 08:00"))
    subscribe(site, store, "one", newsletter="daily")
    mondays = open_due(site, store, *posts("abc"))
    tuesdays = open_due(site, store, *posts("abcd"), now=TUESDAY)

    assert [(each.newsletter, each.number, each.deliveries) for each in [*mondays, *tuesdays]] == [
        ("weekly", 1, {"queued": 3}),
        ("daily", 1, {"queued": 1}),
        ("daily", 2, {"queued": 1}),
    ]


def test_edited_and_renamed_posts_are_not_sent_again(site: Settings, store: Store) -> None:
    """Nor is one that was moved to another day."""
    open_due(site, store, *posts("abc"))
    moved = post("c", MONDAY + DAY, title="جديد", path="posts/x.md")

    assert open_due(site, store, *posts("ab"), moved, now=MONDAY + WEEK) == []


def test_deleted_post_drops_out(site: Settings, store: Store) -> None:
    """What is gone before the issue opens is not in it; should it come back, it comes with a later one."""
    remember(store, *posts("abcd"))
    (first,) = open_due(site, store, *posts("abd"))
    (second,) = open_due(site, store, *posts("abcd"), now=MONDAY + WEEK)

    assert [contents(store, issue) for issue in (first, second)] == [["d"], ["c"]]


def test_issue_by_hand_opens_now(site: Settings, store: Store) -> None:
    """Whatever the day, once for the same posts, and Monday's has then only what came after."""
    remember(store, *posts("abc"), now=MONDAY - DAY)
    by_hand = [deeds.open_issue(site, store, WEEKLY, source(*posts("abc")), MONDAY - DAY) for _ in range(2)]
    (due,) = open_due(site, store, *posts("abcd"))

    assert by_hand[0] is not None
    assert by_hand[1] is None
    assert by_hand[0].due_key == "2026-11-22T08:30"
    assert [contents(store, by_hand[0]), contents(store, due)] == [["c"], ["d"]]


@pytest.mark.parametrize("newest", ["c", "b"])
def test_issue_by_hand_stands_for_what_was_due(tmp_path: Path, store: Store, newest: str) -> None:
    """Or finding nothing to send does, on the clock of each reader; what comes after waits for the next occasion."""
    site = settings(tmp_path, Newsletter("weekly", timezone="reader"))
    subscribe(site, store, "far", timezone="Asia/Tokyo")
    names = "abc"[: "abc".index(newest) + 1]
    remember(store, *posts(names))
    deeds.open_issue(site, store, site.newsletter[0], source(*posts(names)), MONDAY)
    at_once = open_due(site, store, *posts("abcd"), now=MONDAY + MINUTE)
    a_week_later = open_due(site, store, *posts("abcd"), now=MONDAY + WEEK)

    assert [len(at_once), len(a_week_later)] == [0, 2]
    assert set(got(store).values()) == {"c d" if newest == "c" else "dc"}


def test_sender_must_be_known_before_anything_is_frozen(tmp_path: Path, store: Store) -> None:
    """Without mail.from no issue opens, and the occasion is not lost by it."""
    with pytest.raises(SettingsError, match=r"mail\.from is empty; set it to something like"):
        open_due(settings(tmp_path, sender=""), store, *posts("abc"))

    assert len(open_due(settings(tmp_path, sender=SENDER), store, *posts("abc"))) == 1


@pytest.mark.parametrize("key", ["sender", "reply_to", "bounces"])
def test_sender_that_few_servers_take_mail_from_is_refused(tmp_path: Path, store: Store, key: str) -> None:
    """Before anything is frozen: a relay without SMTPUTF8 (RFC 6531) takes such messages to nobody."""
    address = "أخبار@example.org"
    site = settings(tmp_path, **{key: Bounces(address=address) if key == "bounces" else address})
    with pytest.raises(SettingsError, match="has letters beyond ASCII before the @"):
        open_due(site, store, *posts("ab"))

    assert deeds.listed(store) == ()


def test_wrong_template_freezes_nothing(tmp_path: Path, site: Settings, store: Store) -> None:
    """A mistake in the site's own template is named, and the issue opens once it is mended."""
    template = tmp_path / "templates" / "digest.txt"
    template.parent.mkdir()
    template.write_text("{{ nothing.like.this }}")
    with pytest.raises(SettingsError, match=r"digest\.txt:1"):
        open_due(site, store, *posts("abc"))
    template.unlink()

    assert len(open_due(site, store, *posts("abc"))) == 1


def test_issue_waits_for_approval(tmp_path: Path, store: Store) -> None:
    """With `approve` it is opened in all its parts, and let go by a person, once."""
    (issue,) = open_due(settings(tmp_path, Newsletter("weekly", approve=True)), store, *posts("abc"))
    approved = deeds.approve(store, "weekly", 1, TUESDAY)

    assert (issue.state, issue.deliveries) == ("waiting", {"queued": 3})
    assert (approved.state, approved.deliveries) == ("open", {"queued": 3})
    with pytest.raises(UsageError, match="issue weekly-1 is open; only one that is waiting"):
        deeds.approve(store, "weekly", 1, TUESDAY)


def test_cancelled_issue_gives_its_posts_back(site: Settings, store: Store) -> None:
    """Nobody gets it, and the next one has its posts as well."""
    open_due(site, store, *posts("abc"))
    cancelled = deeds.cancel(store, "weekly", 1, TUESDAY)
    (issue,) = open_due(site, store, *posts("abcd"), now=MONDAY + WEEK)

    assert (cancelled.state, cancelled.deliveries) == ("cancelled", {"cancelled": 3})
    assert contents(store, issue) == ["dc"]
    assert got(store)["one"] == "dc"


def test_cancelling_goes_back_no_further_than_what_was_not_sent(site: Settings, store: Store) -> None:
    """Readers who got it, or who got a later issue, keep their place."""
    open_due(site, store, *posts("abc"))
    with store.writing() as connection:
        sent = {"state": "sent", "sent_at": MONDAY, "message_id": "<1@example.org>"}
        connection.execute(tables.delivery.update().where(tables.delivery.c.subscriber_id == 1).values(sent))
    open_due(site, store, *posts("abcd"), now=MONDAY + WEEK)
    with store.writing() as connection:
        connection.execute(
            tables.subscription.update().where(tables.subscription.c.subscriber_id == 3).values(cursor=3)
        )
    deeds.cancel(store, "weekly", 1, MONDAY + WEEK)

    with store.reading() as connection:
        cursors = connection.execute(select(tables.subscription.c.cursor).order_by(tables.subscription.c.subscriber_id))
        assert [cursor for (cursor,) in cursors] == [4, 4, 2]


@pytest.mark.parametrize("deed", [deeds.approve, deeds.cancel])
def test_unknown_issue_is_named(store: Store, deed: Callable[..., Any]) -> None:
    """A number that no issue has is a slip of the operator."""
    with pytest.raises(UsageError, match="there is no issue weekly-7"):
        deed(store, "weekly", 7, MONDAY)


def test_listed_issues_say_how_far_they_are(site: Settings, store: Store) -> None:
    """All, or those in one state."""
    open_due(site, store, *posts("abc"))
    open_due(site, store, *posts("abcd"), now=MONDAY + WEEK)
    deeds.cancel(store, "weekly", 1, MONDAY + WEEK)

    assert [(each.number, each.state) for each in deeds.listed(store)] == [(1, "cancelled"), (2, "open")]
    assert [each.number for each in deeds.listed(store, state="open")] == [2]


def test_preview_shows_the_next_issue_and_remembers_nothing(site: Settings, store: Store) -> None:
    """What it shows is what will come; looking changes nothing."""
    shown = [deeds.preview(site, store, WEEKLY, source(*posts("abcd")), MONDAY) for _ in range(2)]
    (issue,) = open_due(site, store, *posts("abcd"))

    assert [each.is_sample for each in shown] == [False, False]
    with store.reading() as connection:
        assert shown[0].variants == shown[1].variants == issues.variants(connection, issue.id)


def test_preview_without_readers_or_news_shows_something(tmp_path: Path) -> None:
    """Who sets a newsletter up wants to see how it looks: with the newest posts, if none is new."""
    with Store.open(URL, tmp_path, make=False) as store:
        sample = deeds.preview(settings(tmp_path, sender=""), store, WEEKLY, source(*posts("abcdefg")), MONDAY)
        remember(store)
        without_readers = deeds.preview(settings(tmp_path), store, WEEKLY, source(*posts("ab")), MONDAY)
        nothing = deeds.preview(settings(tmp_path), store, WEEKLY, source(), MONDAY)

    assert ([len(each.post_ids) for each in sample.variants], sample.is_sample) == ([5], True)
    assert ([len(each.post_ids) for each in without_readers.variants], without_readers.is_sample) == ([2], False)
    assert nothing.variants == ()


def test_preview_is_written_for_a_person_to_open(site: Settings, store: Store, tmp_path: Path) -> None:
    """HTML and text of each form, with a reader's link in place of the gaps."""
    shown = deeds.preview(site, store, WEEKLY, source(*posts("abc")), MONDAY)
    written = deeds.write_preview(shown, tmp_path / "preview")

    assert sorted(path.suffix for path in written) == [".html", ".txt"]
    assert all("خبر c" in path.read_text("utf-8") and "~" not in path.read_text("utf-8") for path in written)


def _open(folder: Path, by_hand: bool, start: Any) -> None:
    with Store.open(URL, folder) as store:
        site, some = settings(folder), source(*posts("abcd"))
        start.wait()
        remember(store, *posts("abcd"))
        deeds.open_issue(site, store, WEEKLY, some, MONDAY) if by_hand else deeds.open_due(site, store, some, MONDAY)
    os._exit(0)


@pytest.mark.parametrize("by_hand", [(False,) * 4, (True,) * 4, (True, False) * 2])
def test_processes_open_one_issue_between_them(site: Settings, store: Store, by_hand: tuple[bool, ...]) -> None:
    """Daemon, cron and a person in the same moment: one issue, each reader in it once."""
    context = multiprocessing.get_context("fork")
    start = context.Barrier(len(by_hand))
    store.close()
    processes = [context.Process(target=_open, args=(site.root, each, start)) for each in by_hand]
    for process in processes:
        process.start()
    for process in processes:
        process.join()

    assert [process.exitcode for process in processes] == [0] * 4
    assert got(store) == dict.fromkeys(("one", "two", "three"), "dc")
    with store.reading() as connection:
        assert connection.scalar(select(func.count()).select_from(tables.issue)) == 1


@pytest.mark.parametrize("cadence", ["on publish", "weekly on monday at 08:00"])
def test_hundreds_of_old_posts_at_once_do_not_become_mail(tmp_path: Path, store: Store, cadence: str) -> None:
    """Nothing is opened, the titles are listed with the cure, and another newsletter is not held up by it."""
    site = settings(tmp_path, Newsletter("weekly", cadence=cadence, settle=0), Newsletter("other", max_burst=500))
    subscribe(site, store, "one", newsletter="other")
    some = source(*posts("ab"), *IMPORTED)
    deeds.remember(store, some, MONDAY)
    opened = deeds.open_due(site, store, some, MONDAY)
    again = deeds.open_due(site, store, some, MONDAY)

    assert [each.newsletter for each in opened.issues] == ["other"]
    assert len(opened.refused) == 1
    assert opened.refused == again.refused
    assert "300 posts have come at once to weekly (max_burst = 10):\n  قديم 0\n  قديم 1\n" in opened.refused[0].what
    assert "\n  and 280 more" in opened.refused[0].what
    assert "`feeds issue weekly --all-new`" in opened.refused[0].mend


@pytest.mark.parametrize("cadence", ["on publish", "weekly on monday at 08:00"])
def test_burst_is_sent_or_skipped_once_a_person_says_so(tmp_path: Path, store: Store, cadence: str) -> None:
    """And the next post comes as if nothing had been."""
    weekly = Newsletter("weekly", cadence=cadence, settle=0)
    site, some = settings(tmp_path, weekly), source(*posts("ab"), *IMPORTED)
    deeds.remember(store, some, MONDAY)
    with pytest.raises(GuardError):
        deeds.open_issue(site, store, weekly, some, MONDAY)
    skipped = deeds.skip_new(store, weekly, MONDAY)
    nothing = deeds.open_issue(site, store, weekly, some, MONDAY)
    (issue,) = open_due(site, store, *posts("abc"), *IMPORTED, now=MONDAY + WEEK)
    more = [replace(each, id=f"{each.id}-2", path=f"{each.path}-2", title=f"{each.title}-2") for each in IMPORTED[:11]]
    sent = source(*posts("abc"), *IMPORTED, *more)
    deeds.remember(store, sent, MONDAY + WEEK)

    assert (skipped, nothing) == (300, None)
    assert contents(store, issue) == ["c"]
    assert deeds.open_issue(site, store, weekly, sent, MONDAY + WEEK, in_bursts=True) is not None


def test_pause_of_the_machine_is_no_burst_for_a_digest(site: Settings, store: Store) -> None:
    """Many posts, but all from after what was known: they are the news of three weeks."""
    (issue,) = open_due(site, store, *posts("abcdefghijklmnopqrstuvwxyz"), now=MONDAY + 3 * WEEK)

    assert issue.deliveries == {"queued": 3}


def test_new_post_settles_before_it_is_sent_on_publish(tmp_path: Path, store: Store) -> None:
    """Ten minutes from when it was first seen, each post for itself; by hand it goes at once."""
    site = settings(tmp_path, Newsletter("weekly", cadence="on publish"))
    minutes = {0: "abc", 5: "abcd", 9: "abcd", 10: "abcd", 14: "abcd", 15: "abcd", 16: "abcd"}
    opened = {
        minute: [contents(store, each) for each in open_due(site, store, *posts(names), now=MONDAY + minute * MINUTE)]
        for minute, names in minutes.items()
    }

    assert {minute: found for minute, found in opened.items() if found} == {10: [["c"]], 15: [["d"]]}
