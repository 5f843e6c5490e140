"""What would leave when, and what has left: the schedule ahead and one issue looked at. Nothing is changed."""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from itertools import takewhile

from msgspec import Struct
from sqlalchemy import Connection

from feeds import cadence
from feeds.cadence import Occasion
from feeds.config import Settings
from feeds.model import Issue, Newsletter, Post
from feeds.newsletter import window
from feeds.newsletter.buckets import Bucket
from feeds.newsletter.drafting import Source, Wanted, burst_of, cut_of, wanted_by
from feeds.newsletter.opening import buckets_of, find, is_due
from feeds.newsletter.remembering import take_notice
from feeds.store import Store, issues, posts, subscribers

_ALL = 2**62  # more than any post's sequence


class Planned(Struct, frozen=True):
    """An issue that would be opened."""

    newsletter: str
    bucket: str  # "" is the newsletter's own clock
    due_key: str  # "" for "on publish"
    at: datetime
    posts: tuple[str, ...]  # titles; none: nothing would leave
    readers: int  # of the bucket; some may want none of these posts
    note: str = ""  # why it would not leave by itself


class ShownForm(Struct, frozen=True):
    """One form of an issue, as a person wants to see it."""

    subject: str
    language: str
    posts: tuple[str, ...]  # titles
    readers: int


class ShownIssue(Struct, frozen=True):
    """An issue and what is in it."""

    issue: Issue
    forms: tuple[ShownForm, ...]


def show(store: Store, newsletter: str, number: int) -> ShownIssue:
    """Return an issue with its forms. Raises UsageError when there is none."""
    with store.reading() as connection:
        issue = find(connection, newsletter, number)
        titles = {each.id: each.title or each.path for each in posts.seen(connection)}
        forms = zip(issues.variants(connection, issue.id), issues.readers(connection, issue.id), strict=True)
        return ShownIssue(
            issue,
            tuple(
                ShownForm(each.subject, each.language, tuple(titles.get(id_, id_) for id_ in each.post_ids), readers)
                for each, readers in forms
            ),
        )


def plan(
    settings: Settings, store: Store, source: Source, scheduled: Sequence[Post], now: datetime, until: datetime
) -> tuple[Planned, ...]:
    """Return what would leave until some time, soonest first, as things are now.

    `scheduled` are the posts that are dated after `now`. The next occasion of each bucket is there though nothing would
    leave then. Raises SettingsError.
    """
    found: list[Planned] = []
    with store.trying() as connection:
        take_notice(connection, source, now)
        for newsletter in settings.newsletter:
            for bucket in buckets_of(connection, newsletter, settings.site):
                found += _planned(connection, newsletter, bucket, source, scheduled, now, until)
    return tuple(sorted(found, key=lambda each: (each.at, each.newsletter, each.bucket)))


def _planned(
    connection: Connection,
    newsletter: Newsletter,
    bucket: Bucket,
    source: Source,
    scheduled: Sequence[Post],
    now: datetime,
    until: datetime,
) -> Iterator[Planned]:
    wanted = wanted_by(connection, newsletter, source, _ALL, bucket)
    waiting = {post.id: post for some in wanted.values() for post in some}
    later = [post for post in scheduled if _is_wanted(post, newsletter, wanted)]
    is_held = bool(burst_of(connection, newsletter, wanted, now, on_publish=bucket.cadence.on_publish))
    readers = subscribers.count(connection, newsletter.name, bucket.clocks)
    settle = timedelta(minutes=newsletter.settle) if bucket.cadence.on_publish else timedelta()
    is_next = True
    for occasion in _occasions(connection, newsletter, bucket, bool(waiting), later, now, until):
        waiting |= {post.id: post for post in later if post.published + settle <= occasion.at}
        later = [post for post in later if post.id not in waiting]
        note = _note(newsletter, len(waiting), is_held=is_held)
        if waiting or is_next:
            titles = tuple(post.title or post.path for post in waiting.values())
            yield Planned(newsletter.name, bucket.name, occasion.due_key, occasion.at, titles, readers, note)
        waiting = waiting if is_held or len(waiting) < newsletter.min_posts else {}
        is_next = False


def _occasions(
    connection: Connection,
    newsletter: Newsletter,
    bucket: Bucket,
    has_waiting: bool,
    later: Sequence[Post],
    now: datetime,
    until: datetime,
) -> Iterator[Occasion]:
    """Yield when a bucket is due: at once what is overdue, then as its clock or the posts say."""
    cut = cut_of(connection, newsletter, bucket, now)
    due_key = bucket.due(now, posts.newest_eligible(connection, cut))
    is_overdue = bool(due_key) and is_due(connection, newsletter, due_key, bucket, now)
    if not bucket.cadence.on_publish:
        if is_overdue and has_waiting:
            yield Occasion(due_key, now)
        yield from takewhile(lambda each: each.at <= until, cadence.coming(bucket.cadence, bucket.zone, now))
        return
    settle = timedelta(minutes=newsletter.settle)
    if has_waiting:
        yield Occasion("", now if is_overdue else now + settle)
    for at in sorted({post.published + settle for post in later}):
        if at <= until:
            yield Occasion("", at)


def _is_wanted(post: Post, newsletter: Newsletter, wanted: Wanted) -> bool:
    return window.is_in(post, newsletter.categories) and any(window.is_in(post, each.categories) for each in wanted)


def _note(newsletter: Newsletter, waiting: int, *, is_held: bool) -> str:
    if is_held:
        return "held: too many posts at once"
    if 0 < waiting < newsletter.min_posts:
        return f"waits: fewer than {newsletter.min_posts} posts"
    return "to be approved" if waiting and newsletter.approve else ""
