"""Issues, their variants, and the occasions that made them due."""

from collections.abc import Iterator, Sequence
from datetime import datetime

from msgspec import Struct
from msgspec.structs import asdict
from sqlalchemy import Connection, Row, func, insert, select, update

from feeds.model import Issue, Variant
from feeds.store import requests, tally
from feeds.store.tables import AHEAD, PENDING, delivery, issue, occasion, variant

_VARIANT = [variant.c[name] for name in Variant.__struct_fields__]
_UNSETTLED = {*PENDING, "uncertain"}
_HAS_POSTS = ~issue.c.newsletter.endswith(requests.STREAM)


class NewIssue(Struct, frozen=True):
    """An issue to be added."""

    newsletter: str
    number: int
    due_key: str
    cut: int  # the last post, by sequence, that it may carry
    state: str  # "waiting" or "open"
    letterhead: str  # JSON


def last_occasion(connection: Connection, newsletter: str, bucket: str, now: datetime) -> str:
    """Return the due_key of the latest occasion that was dealt with; "" when there was none."""
    query = select(occasion.c.due_key).where(occasion.c.newsletter == newsletter, occasion.c.bucket == bucket)
    query = query.where(occasion.c.at <= now + AHEAD)
    return connection.scalar(query.order_by(occasion.c.at.desc(), occasion.c.due_key.desc()).limit(1)) or ""


def has_occasion(connection: Connection, newsletter: str, due_key: str, bucket: str = "") -> bool:
    """Tell whether an occasion was dealt with, by an issue or by finding nothing to send."""
    key = (occasion.c.newsletter == newsletter) & (occasion.c.due_key == due_key) & (occasion.c.bucket == bucket)
    return connection.scalar(select(1).where(key)) is not None


def add_occasion(
    connection: Connection, newsletter: str, due_key: str, now: datetime, *, issue_id: int | None, bucket: str = ""
) -> None:
    """Note what became of an occasion. Its key makes a second issue for it impossible."""
    row = {"newsletter": newsletter, "due_key": due_key, "bucket": bucket, "issue_id": issue_id, "at": now}
    connection.execute(insert(occasion).values(row | {"outcome": "opened" if issue_id else "empty"}))


def next_number(connection: Connection, newsletter: str) -> int:
    """Return the number of the newsletter's next issue."""
    return (connection.scalar(select(func.max(issue.c.number)).where(issue.c.newsletter == newsletter)) or 0) + 1


def last_cut(connection: Connection, newsletter: str) -> int:
    """Return the last post, by sequence, that an issue of the newsletter could have carried; 0 without an issue."""
    return connection.scalar(select(func.max(issue.c.cut)).where(issue.c.newsletter == newsletter)) or 0


def last_letterhead(connection: Connection, newsletter: str) -> str:
    """Return the letterhead of the last issue of a newsletter, or of the last mail that asked for it; "" at first."""
    its = issue.c.newsletter.in_((newsletter, requests.stream(newsletter)))
    return connection.scalar(select(issue.c.letterhead).where(its).order_by(issue.c.id.desc()).limit(1)) or ""


def newsletters(connection: Connection) -> set[str]:
    """Return the newsletters that ever had an issue, and the streams of mails that ask to confirm."""
    return set(connection.scalars(select(issue.c.newsletter).distinct()))


def add(connection: Connection, new: NewIssue, now: datetime) -> int:
    """Add an issue, without deliveries yet; return its id."""
    statement = insert(issue).values(asdict(new) | {"opened": now, "frozen": 0}).returning(issue.c.id)
    return int(connection.execute(statement).scalar_one())


def paper(connection: Connection, issue_id: int) -> tuple[str, datetime]:
    """Return the letterhead of an issue, as it was given, and the date that its messages bear."""
    query = select(issue.c.letterhead, func.coalesce(issue.c.approved, issue.c.opened)).where(issue.c.id == issue_id)
    letterhead, date = connection.execute(query).one()
    return letterhead, date


def freeze(connection: Connection, issue_id: int, deliveries: int) -> None:
    """Fix how many deliveries an issue has."""
    connection.execute(update(issue).where(issue.c.id == issue_id).values(frozen=deliveries))


def add_variant(connection: Connection, issue_id: int, content: Variant) -> int:
    """Add one form of an issue; return its id."""
    statement = insert(variant).values(asdict(content) | {"issue_id": issue_id}).returning(variant.c.id)
    return int(connection.execute(statement).scalar_one())


def read_variant(connection: Connection, variant_id: int) -> Variant:
    """Return one form of an issue."""
    return Variant(*connection.execute(select(*_VARIANT).where(variant.c.id == variant_id)).one())


def variants(connection: Connection, issue_id: int) -> tuple[Variant, ...]:
    """Return all forms of an issue."""
    query = select(*_VARIANT).where(variant.c.issue_id == issue_id).order_by(variant.c.id)
    return tuple(Variant(*row) for row in connection.execute(query))


def readers(connection: Connection, issue_id: int) -> tuple[int, ...]:
    """Return how many readers get each form of an issue, in the order of `variants`."""
    query = select(func.count(delivery.c.subscriber_id)).join_from(variant, delivery, isouter=True)
    rows = query.where(variant.c.issue_id == issue_id).group_by(variant.c.id).order_by(variant.c.id)
    return tuple(connection.scalars(rows))


def set_state(connection: Connection, issue_id: int, state: str, now: datetime, *, former: Sequence[str]) -> bool:
    """Put an issue into a state from one of the `former` ones; tell whether it was in one."""
    stamp = {"open": {"approved": now}, "done": {"closed": now}, "cancelled": {"closed": now}}.get(state, {})
    change = update(issue).where(issue.c.id == issue_id, issue.c.state.in_(former))
    return connection.execute(change.values({"state": state, **stamp})).rowcount == 1


def resume(connection: Connection, issue_id: int) -> bool:
    """Open a paused issue again, without a new date; tell whether it was paused."""
    change = update(issue).where(issue.c.id == issue_id, issue.c.state == "paused").values(state="open")
    return connection.execute(change).rowcount == 1


def close_done(connection: Connection, now: datetime) -> None:
    """Close the open issues whose every delivery is settled and certain."""
    done = [each.id for each in listed(connection, state="open") if each.deliveries.keys().isdisjoint(_UNSETTLED)]
    change = update(issue).where(issue.c.id.in_(done), issue.c.state == "open")
    connection.execute(change.values(state="done", closed=now))


def find(connection: Connection, newsletter: str, number: int) -> Issue | None:
    """Return an issue by its number."""
    query = select(issue).where(issue.c.newsletter == newsletter, issue.c.number == number)
    return next(_issues(connection, connection.execute(query).all()), None)


def read(connection: Connection, issue_id: int) -> Issue:
    """Return an issue by its id."""
    return next(_issues(connection, connection.execute(select(issue).where(issue.c.id == issue_id)).all()))


def newest(connection: Connection) -> Issue | None:
    """Return the issue with posts that was opened last."""
    rows = connection.execute(select(issue).where(_HAS_POSTS).order_by(issue.c.id.desc()).limit(1)).all()
    return next(_issues(connection, rows), None)


def listed(connection: Connection, *, state: str = "", with_posts: bool = False) -> tuple[Issue, ...]:
    """Return issues, oldest first: all, or those in one state; without the mails that ask, of which there are many."""
    query = select(issue).order_by(issue.c.id)
    query = query.where(_HAS_POSTS) if with_posts else query
    query = query.where(issue.c.state == state) if state else query
    return tuple(_issues(connection, connection.execute(query).all()))


def _issues(connection: Connection, rows: Sequence[Row[tuple[object, ...]]]) -> Iterator[Issue]:
    counts = tally.counts(connection, {row.id: row.frozen for row in rows})
    for row in rows:
        yield Issue(row.id, row.newsletter, row.number, row.due_key, row.state, row.opened, counts[row.id])
