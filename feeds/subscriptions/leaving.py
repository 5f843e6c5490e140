"""Let readers go: who unsubscribes, whom the operator suppresses, who wants to be forgotten."""

from datetime import datetime

from sqlalchemy import Connection

from feeds.config import Settings
from feeds.mail.headers import one_line
from feeds.model import Subscriber
from feeds.store import Store, deliveries, events, leaving, requests, signups, subscribers, suppressions
from feeds.subscriptions.enrolling import checked, key_of, reader_of


def unsubscribe(store: Store, email: str, now: datetime) -> Subscriber:
    """Send a reader no more mail, from this moment on; doing it again changes nothing.

    Raises UsageError when there is no such reader.
    """
    with store.writing() as connection:
        found = reader_of(connection, email)
        if found.status in ("pending", "active"):
            _unsubscribe(connection, found.id, now, "by the operator")
            found = reader_of(connection, email)
    return found


def leave(
    settings: Settings,
    connection: Connection,
    subscriber_id: int,
    newsletter: str,
    now: datetime,
    *,
    generation: int | None = None,
    how: str = "by mail",
) -> bool:
    """End one subscription, the last of which takes the reader off the list; tell whether that is a change.

    Who was only asked whether they want it, is not asked any more. Who had issues of it, while feeds.toml has it no
    more and they neither get it nor left it, was moved from it to others: they leave them all.

    With a `generation`, that of a link, only if the reader's links are still of that generation.
    """
    if generation is not None and leaving.generation(connection, subscriber_id) != generation:
        return False
    is_known = any(each.name == newsletter for each in settings.newsletter)
    if not is_known and leaving.was_moved(connection, subscriber_id, newsletter):
        return _unsubscribe(connection, subscriber_id, now, how)
    withdrawn = requests.withdraw(connection, [subscriber_id], newsletter, now)
    if not leaving.leave(connection, subscriber_id, newsletter, f"unsubscribed {how}", now):
        return withdrawn
    if leaving.subscribes(connection, subscriber_id):
        events.note(connection, "left", now, subscriber_id=subscriber_id, detail=f"{newsletter} {how}")
    else:
        _unsubscribe(connection, subscriber_id, now, how)
    return True


def suppress(store: Store, email: str, now: datetime, *, reason: str = "operator") -> bool:
    """Never mail an address again, whether it is a reader's or not; tell whether it could be mailed before.

    Raises UsageError for what is no address.
    """
    reader, reason = checked(email), one_line(reason)
    with store.writing() as connection:
        found = subscribers.find(connection, reader.email_key)
        if found and found.status in ("pending", "active"):
            _unsubscribe(connection, found.id, now, f"by the operator: {reason}")
        if found:
            requests.withdraw(connection, [found.id], "", now)
        return suppressions.add(connection, reader.email_key, reason, now)


def unsuppress(store: Store, email: str, now: datetime) -> bool:
    """Let an address have mail again; tell whether it could not before.

    Whose mail came back is what they were, active or still to confirm; who left or complained stays away until they
    come back themselves.
    """
    key = key_of(email)
    with store.writing() as connection:
        was_there = suppressions.remove(connection, key)
        found = subscribers.find(connection, key)
        if not found:
            return was_there
        _, confirmed, _ = subscribers.record(connection, found.id)
        if subscribers.set_status(connection, found.id, "active" if confirmed else "pending", former=("bounced",)):
            events.note(connection, "unsuppressed", now, subscriber_id=found.id)
            return True
        return was_there


def erase(store: Store, email: str, now: datetime) -> None:
    """Forget a reader for good, but for a digest that keeps the address from being imported again.

    Raises UsageError when there is no such reader.
    """
    with store.writing() as connection:
        found = reader_of(connection, email)
        deliveries.drop(connection, "erased", now, [found.id])
        suppressions.add(connection, key_of(email), "erased", now)
        requests.withdraw(connection, [found.id], "", now)
        signups.remove(connection, key_of(email))
        leaving.erase(connection, found.id, now)
        events.note(connection, "erased", now, subscriber_id=found.id)


def _unsubscribe(connection: Connection, subscriber_id: int, now: datetime, how: str) -> bool:
    requests.withdraw(connection, [subscriber_id], "", now)
    is_change = subscribers.set_status(connection, subscriber_id, "unsubscribed", former=("pending", "active"))
    if is_change:
        deliveries.drop(connection, f"unsubscribed {how}", now, [subscriber_id])
        events.note(connection, "unsubscribed", now, subscriber_id=subscriber_id, detail=how)
    return is_change
