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


def begin(connection: Connection) -> None:
    """Name a database, unless it has a name."""
    first = [{"name": "database", "value": token_hex(8)}, {"name": "runs", "value": "0"}]
    connection.execute(insert_new(connection, meta).values(first))


def read(connection: Connection) -> Runs:
    """Return how many there have been."""
    rows = connection.execute(select(meta.c.name, meta.c.value).where(meta.c.name.in_(("database", "runs"))))
    said = {row.name: row.value for row in rows}
    return Runs(said["database"], int(said["runs"]))


def add(connection: Connection) -> Runs:
    """Count one more; return how many there have been."""
    more = cast(cast(meta.c.value, BigInteger) + 1, Text)
    connection.execute(update(meta).where(meta.c.name == "runs").values(value=more))
    return read(connection)
