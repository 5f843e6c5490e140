"""What a reply means for the reader it was about, beyond the one delivery."""

from datetime import datetime, timedelta

from sqlalchemy import Connection

from feeds.replies import VERDICTS, Verdict
from feeds.store import deliveries, events, subscribers
from feeds.store.deliveries import Settlement

_NOTHING = VERDICTS["sent"]
SOFT_ISSUES, SOFT_TIME = 3, timedelta(days=15)


def verdict_of(meaning: str) -> Verdict:
    """Return the verdict that a backend gave by its name; one without consequences if it gave none."""
    return VERDICTS.get(meaning, _NOTHING)


def draw(connection: Connection, done: Settlement, now: datetime) -> None:
    """Send no more mail to an address that is dead, or whose mailbox has refused several issues in a row."""
    verdict, subscriber_id = verdict_of(done.outcome.meaning), done.claimed.subscriber_id
    if not verdict.suppress:
        if not verdict.soft:
            return
        issues, since = deliveries.refusals(connection, subscriber_id, verdict.name)
        if issues < SOFT_ISSUES or since is None or now - since < SOFT_TIME:
            return
    if subscribers.set_status(connection, subscriber_id, "bounced", former=("active",)):
        deliveries.drop(connection, "mail to this address comes back", now, subscriber_id=subscriber_id)
        detail = f"{done.outcome.code} {done.outcome.enhanced}".strip()
        events.note(
            connection, "bounced", now, issue_id=done.claimed.issue_id, subscriber_id=subscriber_id, detail=detail
        )
