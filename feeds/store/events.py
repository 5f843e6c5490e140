"""What happened, in order: only ever added to."""

from datetime import datetime

from sqlalchemy import Connection, insert

from feeds.store.tables import event


def note(
    connection: Connection,
    kind: str,
    now: datetime,
    *,
    issue_id: int | None = None,
    subscriber_id: int | None = None,
    detail: str = "",
) -> None:
    """Note an event; `detail` carries no address, so that the past need not change when a reader is erased."""
    row = {"kind": kind, "at": now, "issue_id": issue_id, "subscriber_id": subscriber_id, "detail": detail}
    connection.execute(insert(event).values(row))
