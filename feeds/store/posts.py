"""The posts that newsletters have seen, in the order in which they became eligible."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from msgspec import Struct
from msgspec.structs import asdict
from sqlalchemy import Connection, and_, func, insert, select, update

from feeds.store.tables import AHEAD, meta, post


class SeenPost(Struct, frozen=True):
    """What is remembered of a post."""

    id: str
    seq: int
    path: str
    title: str
    published: datetime
    state: str  # "baseline": there before the first newsletter; "eligible"; "withdrawn": gone for now
    issue_id: int | None = None  # the first issue that carried it
    newsletters: str = ""  # those that may carry it, a space between them; "" is any


def seen(connection: Connection) -> tuple[SeenPost, ...]:
    """Return all posts ever remembered, by sequence."""
    columns = [post.c[name] for name in SeenPost.__struct_fields__]
    return tuple(SeenPost(*row) for row in connection.execute(select(*columns).order_by(post.c.seq)))


def head(connection: Connection) -> int:
    """Return the newest sequence number; 0 when there is no post."""
    return connection.scalar(select(func.max(post.c.seq))) or 0


def settled(connection: Connection, now: datetime, settle: timedelta) -> int:
    """Return the newest sequence number up to which all eligible posts have been there for some time."""
    is_young = and_(post.c.first_seen > now - settle, post.c.first_seen <= now + AHEAD)
    young = connection.scalar(select(func.min(post.c.seq)).where(post.c.state == "eligible", is_young))
    return young - 1 if young else head(connection)


def newest_eligible(connection: Connection, cut: int) -> int:
    """Return the newest sequence number up to `cut` that a newsletter may carry; 0 when there is none."""
    query = select(func.max(post.c.seq)).where(post.c.state == "eligible", post.c.seq <= cut)
    return connection.scalar(query) or 0


def has_baseline(connection: Connection) -> bool:
    """Tell whether posts were ever looked at: without posts, too, that makes the next one new."""
    return connection.scalar(select(meta.c.value).where(meta.c.name == "baseline")) is not None


def set_baseline(connection: Connection, now: datetime) -> None:
    """Note that posts have been looked at."""
    connection.execute(insert(meta).values(name="baseline", value=now.isoformat()))


def add(connection: Connection, posts: Sequence[SeenPost], now: datetime) -> None:
    """Remember new posts."""
    if posts:
        connection.execute(insert(post), [asdict(each) | {"first_seen": now} for each in posts])


def change(connection: Connection, posts: Sequence[tuple[str, SeenPost]]) -> None:
    """Replace what is remembered under these ids; an id itself may change as well."""
    for former_id, each in posts:
        connection.execute(update(post).where(post.c.id == former_id).values(asdict(each)))


def mark_carried(connection: Connection, ids: Sequence[str], issue_id: int) -> None:
    """Note that an issue carries these posts, for those that none carried before."""
    fresh = post.c.id.in_(ids) & post.c.issue_id.is_(None)
    connection.execute(update(post).where(fresh).values(issue_id=issue_id))
