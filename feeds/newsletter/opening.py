"""Open an issue: freeze who gets what in one transaction; let it go or stop it.

Drafting takes a while, so it is done before the transaction, from one look at the store. The transaction takes only
readers for whom nothing has changed since; any other keeps the cursor, so the posts come with the next issue.
"""

from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy import Connection

from feeds import cadence
from feeds.config import Settings
from feeds.errors import SettingsError, UsageError
from feeds.model import Issue, Newsletter
from feeds.newsletter.drafting import Draft, Form, Source, draft
from feeds.store import Store, deliveries, events, issues, posts, subscribers


def open_issue(
    settings: Settings, store: Store, newsletter: Newsletter, source: Source, now: datetime, *, due_key: str = ""
) -> Issue | None:
    """Open the issue of an occasion, or one by hand; None when nothing is new or the occasion was dealt with.

    One transaction writes the issue, its variants and a queued delivery for each reader, and moves the readers'
    cursors. However many do this at once, one issue comes of it. Raises SettingsError when no message could be made.
    """
    while True:
        with store.reading() as connection:
            if due_key and not _is_due(connection, newsletter, due_key):
                return None
            drafted = draft(connection, settings, newsletter, source, now, due_key)
        if drafted.forms and not drafted.letter.sender:
            raise SettingsError("mail.from is empty", 'set it to something like "The Daily <news@example.org>"')
        with store.writing(f"newsletter {newsletter.name}") as connection:
            if due_key and not _is_due(connection, newsletter, due_key):
                return None
            if drafted.issue.number == issues.next_number(connection, newsletter.name):
                return _freeze(connection, drafted, due_key, now)


def open_due(settings: Settings, store: Store, source: Source, now: datetime) -> tuple[Issue, ...]:
    """Open the issues that are due, of whichever newsletter. Raises SettingsError."""
    opened = (_open_due(settings, store, each, source, now) for each in settings.newsletter)
    return tuple(issue for issue in opened if issue)


def approve(store: Store, newsletter: str, number: int, now: datetime) -> Issue:
    """Let an issue go that waits for approval. Raises UsageError when there is none."""
    with store.writing() as connection:
        issue = _find(connection, newsletter, number)
        if not issues.set_state(connection, issue.id, "open", now, former=("waiting",)):
            mend = "only one that is waiting can be approved"
            raise UsageError(f"issue {newsletter}-{number} is {issue.state}", mend)
        events.note(connection, "issue approved", now, issue_id=issue.id)
        return issues.read(connection, issue.id)


def resume(store: Store, newsletter: str, number: int, now: datetime) -> Issue:
    """Go on with an issue that was paused; its messages keep their date. Raises UsageError."""
    with store.writing(f"newsletter {newsletter}") as connection:
        issue = _find(connection, newsletter, number)
        if not issues.resume(connection, issue.id):
            raise UsageError(f"issue {newsletter}-{number} is {issue.state}", "only one that is paused can go on")
        events.note(connection, "issue resumed", now, issue_id=issue.id)
        return issues.read(connection, issue.id)


def cancel(store: Store, newsletter: str, number: int, now: datetime) -> Issue:
    """Stop an issue: what has not left does not leave, and its posts come with the next one. Raises UsageError."""
    with store.writing(f"newsletter {newsletter}") as connection:
        issue = _find(connection, newsletter, number)
        if not issues.set_state(connection, issue.id, "cancelled", now, former=("waiting", "open", "paused")):
            raise UsageError(f"issue {newsletter}-{number} is {issue.state}", "only one under way can be cancelled")
        deliveries.cancel(connection, issue.id, now)
        subscribers.move_back(connection, newsletter, issue.id)
        events.note(connection, "issue cancelled", now, issue_id=issue.id)
        return issues.read(connection, issue.id)


def listed(store: Store, *, newsletter: str = "", state: str = "") -> tuple[Issue, ...]:
    """Return issues, oldest first: all, or those of one newsletter or in one state."""
    with store.reading() as connection:
        return issues.listed(connection, newsletter=newsletter, state=state)


def _open_due(settings: Settings, store: Store, newsletter: Newsletter, source: Source, now: datetime) -> Issue | None:
    rule = cadence.parse(newsletter.cadence, f"newsletter.{newsletter.name}.cadence")
    with store.reading() as connection:
        newest = posts.newest_eligible(connection)
    due_key = cadence.due(rule, ZoneInfo(settings.site.timezone), now, newest)
    return open_issue(settings, store, newsletter, source, now, due_key=due_key) if due_key else None


def _is_due(connection: Connection, newsletter: Newsletter, due_key: str) -> bool:
    """Tell whether nobody has dealt with an occasion or a later one: a clock set back makes nothing due again."""
    last = issues.last_occasion(connection, newsletter.name)
    return cadence.is_later(due_key, last) and not issues.has_occasion(connection, newsletter.name, due_key)


def _freeze(connection: Connection, drafted: Draft, due_key: str, now: datetime) -> Issue | None:
    newsletter, cut = drafted.issue.newsletter, drafted.issue.cut
    there = set(subscribers.groups(connection, newsletter, cut))
    forms = [form for form in drafted.forms if there.intersection(form.groups)]
    issue_id = _add_issue(connection, drafted, forms, now) if forms else None
    if due_key:
        issues.add_occasion(connection, newsletter, due_key, now, issue_id=issue_id)
    return issues.read(connection, issue_id) if issue_id else None


def _add_issue(connection: Connection, drafted: Draft, forms: list[Form], now: datetime) -> int:
    newsletter, cut = drafted.issue.newsletter, drafted.issue.cut
    issue_id = issues.add(connection, drafted.issue, now)
    readers = 0
    for form in forms:
        variant_id = issues.add_variant(connection, issue_id, form.variant)
        for group in form.groups:
            readers += deliveries.queue(connection, issue_id, variant_id, newsletter, group, now)
        posts.mark_carried(connection, form.variant.post_ids, issue_id)
    issues.freeze(connection, issue_id, readers)
    subscribers.move_with(connection, newsletter, issue_id, cut)
    for group in drafted.idle:
        subscribers.move_past(connection, newsletter, group, cut)
    events.note(connection, "issue opened", now, issue_id=issue_id, detail=f"{readers} readers")
    return issue_id


def _find(connection: Connection, newsletter: str, number: int) -> Issue:
    if found := issues.find(connection, newsletter, number):
        return found
    raise UsageError(f"there is no issue {newsletter}-{number}", "`feeds issue list` shows all")
