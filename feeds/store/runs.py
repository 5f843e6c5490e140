"""How many runs of deliveries there have been: what tells a database from an earlier copy of itself."""

from secrets import token_hex

from msgspec import Struct
from sqlalchemy import BigInteger, Connection, Text, cast, select, update

from feeds.store.engine import insert_new
from feeds.store.tables import meta


class Runs(Struct, frozen=True):
    """The runs that a database knows of."""

    database: str  # which one: no other has this name, but for its copies
    count: int


def read(connection: Connection) -> Runs | None:
    """Return how many there have been; None when there was none."""
    rows = connection.execute(select(meta.c.name, meta.c.value).where(meta.c.name.in_(("database", "runs"))))
    said = {row.name: row.value for row in rows}
    return Runs(said["database"], int(said["runs"])) if said else None


def add(connection: Connection) -> Runs | None:
    """Count one more; return how many there have been."""
    first = [{"name": "database", "value": token_hex(8)}, {"name": "runs", "value": "0"}]
    connection.execute(insert_new(connection, meta).values(first))
    more = cast(cast(meta.c.value, BigInteger) + 1, Text)
    connection.execute(update(meta).where(meta.c.name == "runs").values(value=more))
    return read(connection)
