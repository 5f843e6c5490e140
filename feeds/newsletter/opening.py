"""Open an issue: freeze who gets what in one transaction; let it go or stop it.

Drafting takes a while, so it is done before the transaction, from one look at the store. The transaction takes only
readers for whom nothing has changed since; any other keeps the cursor, so the posts come with the next issue.
"""

from datetime import datetime

from jinja2 import Environment
from msgspec import Struct
from sqlalchemy import Connection

from feeds import cadence
from feeds.config import Settings
from feeds.errors import GuardError, SettingsError, UsageError
from feeds.model import Issue, Newsletter, Post, Problem, Site
from feeds.newsletter import window
from feeds.newsletter.buckets import Bucket, buckets, has_choice, own
from feeds.newsletter.drafting import Draft, Form, Source, cut_of, draft, outline
from feeds.newsletter.witness import check
from feeds.store import Store, cursors, deliveries, events, groups, issues, posts, subscribers
from feeds.store.groups import Group
from feeds.store.subscribers import Clock
from feeds.templating import environment

Occasions = list[tuple[Bucket, str]]  # each with its due_key
LISTED = 20  # titles of a burst that are named


class Opened(Struct, frozen=True):
    """What became of the occasions that were due."""

    issues: tuple[Issue, ...]
    refused: tuple[Problem, ...] = ()  # by a guard; they are due until a person has decided


def open_issue(
    settings: Settings,
    store: Store,
    newsletter: Newsletter,
    source: Source,
    now: datetime,
    *,
    due_key: str = "",
    bucket: Bucket | None = None,
    in_bursts: bool = False,
    templates: Environment | None = None,
) -> Issue | None:
    """Open the issue of an occasion of a bucket, or one by hand; None when nothing is new or it was dealt with.

    One transaction writes the issue, its variants and a queued delivery for each reader, and moves the readers'
    cursors. However many do this at once, one issue comes of it. Raises SettingsError when no message could be made;
    GuardError for a burst of posts, unless those are wanted, and when the database was put back to an earlier day.
    """
    check(settings.root, store)
    bucket = bucket or own(newsletter, settings.site)
    while True:
        with store.reading() as connection:
            if due_key and not is_due(connection, newsletter, due_key, bucket, now):
                return None
            found = outline(connection, settings, newsletter, source, now, due_key, bucket, in_bursts=in_bursts)
        if found.burst:
            raise _refusal(newsletter, found.burst)
        drafted = draft(settings, newsletter, source, found, now, templates)
        if drafted.forms and not found.letter.sender:
            raise SettingsError("mail.from is empty", 'set it to something like "The Daily <news@example.org>"')
        with store.writing(f"newsletter {newsletter.name}") as connection:
            if due_key and not is_due(connection, newsletter, due_key, bucket, now):
                return None
            if drafted.issue.number == issues.next_number(connection, newsletter.name):
                # What was due until now needs no issue of its own after one by hand.
                occasions = [(bucket, due_key)] if due_key else _overdue(connection, settings, newsletter, now)
                return _freeze(connection, drafted, occasions, bucket.clocks, now)


def open_due(settings: Settings, store: Store, source: Source, now: datetime) -> Opened:
    """Open the issues that are due, of whichever newsletter and bucket; what a guard refuses stops no other.

    Raises SettingsError.
    """
    opened: list[Issue] = []
    refused: list[Problem] = []
    templates = environment(settings.root)
    for newsletter in settings.newsletter:
        with store.reading() as connection:
            due = _due(connection, settings, newsletter, now)
        for bucket, due_key in due:
            try:
                issue = open_issue(
                    settings, store, newsletter, source, now, due_key=due_key, bucket=bucket, templates=templates
                )
            except GuardError as error:
                refused.append(Problem(f"newsletter.{newsletter.name}", 0, error.what, error.mend))
            else:
                opened += [issue] if issue else []
    return Opened(tuple(opened), tuple(dict.fromkeys(refused)))


def skip_new(store: Store, newsletter: Newsletter, now: datetime) -> int:
    """Take all posts seen so far as sent to all readers of a newsletter; return how many posts a reader is spared."""
    with store.writing(f"newsletter {newsletter.name}") as connection:
        cut = posts.head(connection)
        after = min((group.cursor for group in groups.behind(connection, newsletter.name, cut)), default=cut)
        skipped = sum(window.is_for(each, newsletter.name) and each.seq > after for each in posts.seen(connection))
        cursors.move_all(connection, newsletter.name, cut)
        events.note(connection, "posts skipped", now, detail=f"{newsletter.name}: {skipped} posts")
        return skipped


def approve(store: Store, newsletter: str, number: int, now: datetime) -> Issue:
    """Let an issue go that waits for approval. Raises UsageError when there is none."""
    with store.writing() as connection:
        issue = find(connection, newsletter, number)
        if not issues.set_state(connection, issue.id, "open", now, former=("waiting",)):
            mend = "only one that is waiting can be approved"
            raise UsageError(f"issue {newsletter}-{number} is {issue.state}", mend)
        events.note(connection, "issue approved", now, issue_id=issue.id)
        return issues.read(connection, issue.id)


def resume(store: Store, newsletter: str, number: int, now: datetime) -> Issue:
    """Go on with an issue that was paused; its messages keep their date. Raises UsageError."""
    with store.writing(f"newsletter {newsletter}") as connection:
        issue = find(connection, newsletter, number)
        if not issues.resume(connection, issue.id):
            raise UsageError(f"issue {newsletter}-{number} is {issue.state}", "only one that is paused can go on")
        events.note(connection, "issue resumed", now, issue_id=issue.id)
        return issues.read(connection, issue.id)


def cancel(store: Store, newsletter: str, number: int, now: datetime) -> Issue:
    """Stop an issue: what has not left does not leave, and its posts come with the next one. Raises UsageError."""
    with store.writing(f"newsletter {newsletter}") as connection:
        issue = find(connection, newsletter, number)
        if not issues.set_state(connection, issue.id, "cancelled", now, former=("waiting", "open", "paused")):
            raise UsageError(f"issue {newsletter}-{number} is {issue.state}", "only one under way can be cancelled")
        deliveries.cancel(connection, issue.id, now)
        cursors.move_back(connection, newsletter, issue.id)
        events.note(connection, "issue cancelled", now, issue_id=issue.id)
        return issues.read(connection, issue.id)


def listed(store: Store, *, state: str = "") -> tuple[Issue, ...]:
    """Return issues, oldest first: all, or those in one state; without the mails that ask."""
    with store.reading() as connection:
        return issues.listed(connection, state=state, with_posts=True)


def buckets_of(connection: Connection, newsletter: Newsletter, site: Site) -> tuple[Bucket, ...]:
    """Return the buckets that a newsletter's readers are in. Raises SettingsError."""
    if not has_choice(newsletter):
        return (own(newsletter, site),)
    return buckets(newsletter, site, subscribers.clocks(connection, newsletter.name))


def _due(connection: Connection, settings: Settings, newsletter: Newsletter, now: datetime) -> Occasions:
    found = []
    for bucket in buckets_of(connection, newsletter, settings.site):
        newest = posts.newest_eligible(connection, cut_of(connection, newsletter, bucket, now))
        found.append((bucket, bucket.due(now, newest)))
    return [(bucket, due_key) for bucket, due_key in found if due_key]


def _overdue(connection: Connection, settings: Settings, newsletter: Newsletter, now: datetime) -> Occasions:
    due = _due(connection, settings, newsletter, now)
    return [(bucket, due_key) for bucket, due_key in due if is_due(connection, newsletter, due_key, bucket, now)]


def is_due(connection: Connection, newsletter: Newsletter, due_key: str, bucket: Bucket, now: datetime) -> bool:
    """Tell whether nobody has dealt with an occasion or a later one: a clock set back makes nothing due again.

    A clock that was ahead by more than a day has dealt with its own occasion alone, not with those before.
    """
    last = issues.last_occasion(connection, newsletter.name, bucket.name, now)
    is_new = not issues.has_occasion(connection, newsletter.name, due_key, bucket.name)
    return cadence.is_later(due_key, last) and is_new


def _refusal(newsletter: Newsletter, burst: tuple[Post, ...]) -> GuardError:
    titles = [post.title or post.path for post in burst]
    shown = "".join(f"\n  {title}" for title in titles[:LISTED])
    more = f"\n  and {len(titles) - LISTED} more" if len(titles) > LISTED else ""
    name = newsletter.name
    what = f"{len(titles)} posts have come at once to {name} (max_burst = {newsletter.max_burst}):{shown}{more}\n"
    mend = f"`feeds issue {name} --all-new` sends them, `feeds issue {name} --skip-new` takes them as sent"
    return GuardError(what, mend)


def _freeze(
    connection: Connection, drafted: Draft, occasions: Occasions, clocks: tuple[Clock, ...], now: datetime
) -> Issue | None:
    newsletter, cut = drafted.issue.newsletter, drafted.issue.cut
    there = set(groups.behind(connection, newsletter, cut, clocks))
    forms = [form for form in drafted.forms if there.intersection(form.groups)]
    issue_id = _add_issue(connection, drafted, forms, clocks, now) if forms else None
    for bucket, due_key in occasions:
        issues.add_occasion(connection, newsletter, due_key, now, issue_id=issue_id, bucket=bucket.name)
    # Without an issue, too: else who chooses other topics would get the posts of months. Who has all passes none by.
    if idle := [group for group in drafted.idle if forms or group.categories]:
        cursors.move_past(connection, newsletter, idle, cut, clocks)
    return issues.read(connection, issue_id) if issue_id else None


def _add_issue(
    connection: Connection, drafted: Draft, forms: list[Form], clocks: tuple[Clock, ...], now: datetime
) -> int:
    newsletter, cut = drafted.issue.newsletter, drafted.issue.cut
    issue_id = issues.add(connection, drafted.issue, now)
    variants: dict[Group, int] = {}
    for form in forms:
        variants |= dict.fromkeys(form.groups, issues.add_variant(connection, issue_id, form.variant))
        posts.mark_carried(connection, form.variant.post_ids, issue_id)
    readers = deliveries.queue(connection, issue_id, variants, newsletter, now, clocks)
    issues.freeze(connection, issue_id, readers)
    cursors.move_with(connection, newsletter, issue_id, cut)
    events.note(connection, "issue opened", now, issue_id=issue_id, detail=f"{readers} readers")
    return issue_id


def find(connection: Connection, newsletter: str, number: int) -> Issue:
    """Return an issue by its number. Raises UsageError when there is none."""
    if found := issues.find(connection, newsletter, number):
        return found
    raise UsageError(f"there is no issue {newsletter}-{number}", "`feeds issue list` shows all")
