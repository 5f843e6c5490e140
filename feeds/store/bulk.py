"""Change many rows, each in its own way, by the driver alone.

SQLAlchemy takes 100 us for a statement and more for each row of it: with two for each message, that was half of what
delivering took. It still writes the statement, once for each kind of database.
"""

from collections.abc import Callable, Mapping, Sequence
from functools import cache, partial

from sqlalchemy import Connection, Dialect, Update
from sqlalchemy.dialects import sqlite
from sqlalchemy.dialects.postgresql import psycopg

# By place, since SQLite's driver took a third of each change to find parameters by name.
_DIALECTS: dict[str, Callable[[], Dialect]] = {
    "sqlite": partial(sqlite.dialect, paramstyle="qmark"),
    "postgresql": partial(psycopg.dialect, paramstyle="format"),
}


def update_each(connection: Connection, change: Update, rows: Sequence[Mapping[str, object]], **same: object) -> int:
    """Run `change` for each row of parameters, of types that the driver knows; return how many rows it changed."""
    if not rows:
        return 0
    statement, constants, names = _written(change, connection.dialect.name)
    cursor = connection.connection.cursor()
    try:
        values = ({**constants, **same, **row} for row in rows)
        cursor.executemany(statement, [[each[name] for name in names] for each in values])
        return cursor.rowcount
    finally:
        cursor.close()


@cache
def _written(change: Update, dialect: str) -> tuple[str, Mapping[str, object], Sequence[str]]:
    """Return a statement in the words of a database, the values that stand in it, and its parameters in order."""
    compiled = change.compile(dialect=_DIALECTS[dialect]())
    return str(compiled), compiled.params, compiled.positiontup or ()
