"""How fast the relay and each domain bear it: kept, so that a restart opens no flood gate."""

from collections.abc import Collection, Iterable
from datetime import datetime, timedelta

from msgspec import Struct
from msgspec.structs import asdict
from sqlalchemy import Connection, and_, delete, select, update

from feeds.store.engine import insert_new, serialise
from feeds.store.tables import AHEAD, throttle


class Level(Struct, frozen=True):
    """What is known of one scope: a domain, or "" for all mail."""

    scope: str
    rate: float  # messages a second
    tokens: float
    updated: datetime
    blocked_until: datetime | None

    def is_ahead(self, now: datetime) -> bool:
        """Tell whether it is of a clock that was wrong."""
        return max(self.updated, self.blocked_until or self.updated) > now + AHEAD


_LEVEL = [throttle.c[name] for name in Level.__struct_fields__]


def read(connection: Connection) -> tuple[Level, ...]:
    """Return all that is known; others who would change it wait until this transaction ends."""
    serialise(connection, "rates")  # not by the rows: those that others have just made would be missing
    return tuple(Level(*row) for row in connection.execute(select(*_LEVEL)))


def write(connection: Connection, levels: Iterable[Level]) -> None:
    """Keep these."""
    for level in levels:
        row = asdict(level)
        if connection.execute(update(throttle).where(throttle.c.scope == level.scope).values(row)).rowcount == 0:
            connection.execute(insert_new(connection, throttle).values(row))


def forget(connection: Connection, scopes: Collection[str]) -> None:
    """Keep nothing of some scopes."""
    if scopes:
        connection.execute(delete(throttle).where(throttle.c.scope.in_(scopes)))


def block(connection: Connection, scope: str, now: datetime, pause: timedelta) -> None:
    """Keep that nothing of a scope may be tried for a while."""
    write(connection, [Level(scope, 0.0, 0.0, now, now + pause)])


def blocked(connection: Connection, prefix: str, now: datetime) -> dict[str, datetime]:
    """Return the scopes with this beginning that are blocked now, and until when."""
    is_blocked = and_(throttle.c.blocked_until > now, throttle.c.blocked_until <= now + AHEAD)
    wanted = throttle.c.scope.startswith(prefix, autoescape=True)
    rows = connection.execute(select(throttle.c.scope, throttle.c.blocked_until).where(wanted, is_blocked))
    return {row.scope: row.blocked_until for row in rows}
