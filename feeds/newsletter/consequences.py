"""What a reply means for the reader it was about, beyond the one delivery."""

from datetime import datetime, timedelta

from sqlalchemy import Connection

from feeds.replies import VERDICTS, Verdict
from feeds.store import deliveries, events, returns, subscribers, suppressions
from feeds.store.deliveries import Settlement

_NOTHING = VERDICTS["sent"]
SOFT_ISSUES, SOFT_TIME = 3, timedelta(days=15)
REASONS = {"bounced": "mail to this address comes back", "complained": "the reader calls it spam"}


def verdict_of(meaning: str) -> Verdict:
    """Return the verdict that a backend gave by its name; one without consequences if it gave none."""
    return VERDICTS.get(meaning, _NOTHING)


def draw(connection: Connection, done: Settlement, now: datetime) -> None:
    """Send no more mail to an address that is dead, or whose mailbox has refused several issues in a row.

    What would be tried again is not, if its issue was cancelled while it was in the air.
    """
    if done.outcome.state in ("deferred", "queued"):
        returns.recall(connection, done.claimed.issue_id, done.claimed.subscriber_id, now)
    detail = f"{done.outcome.code} {done.outcome.enhanced}".strip()
    verdict = verdict_of(done.outcome.meaning)
    follow(connection, verdict, done.claimed.issue_id, done.claimed.subscriber_id, detail, now)


def follow(
    connection: Connection, verdict: Verdict, issue_id: int, subscriber_id: int, detail: str, now: datetime
) -> None:
    """Do as `draw`, for a verdict that may have come back by mail."""
    if verdict.suppress or (verdict.soft and _is_worn_out(connection, verdict, subscriber_id, now)):
        stop(connection, "bounced", issue_id, subscriber_id, detail, now)


def stop(connection: Connection, status: str, issue_id: int, subscriber_id: int, detail: str, now: datetime) -> None:
    """Send no more mail to a reader, who is "bounced" or "complained" from now on."""
    former = ("active", "pending") if status == "bounced" else ("active", "pending", "unsubscribed", "bounced")
    if subscribers.set_status(connection, subscriber_id, status, former=former):
        suppressions.add_subscriber(connection, subscriber_id, status, now, detail=detail)
        deliveries.drop(connection, REASONS[status], now, [subscriber_id])
        events.note(connection, status, now, issue_id=issue_id, subscriber_id=subscriber_id, detail=detail)


def _is_worn_out(connection: Connection, verdict: Verdict, subscriber_id: int, now: datetime) -> bool:
    issues, since = deliveries.refusals(connection, subscriber_id, verdict.name)
    return issues >= SOFT_ISSUES and since is not None and now - since >= SOFT_TIME
