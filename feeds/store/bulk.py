"""Change many rows, each in its own way, by the driver alone.

SQLAlchemy takes 100 us for a statement and more for each row of it: with two for each message, that was half of what
delivering took. It still writes the statement, once for each kind of database.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from operator import itemgetter
from typing import Any

from sqlalchemy import BindParameter, Connection, Dialect, Update
from sqlalchemy.dialects import sqlite
from sqlalchemy.dialects.postgresql import psycopg
from sqlalchemy.dialects.postgresql.psycopg import PGCompiler_psycopg
from sqlalchemy.dialects.sqlite.base import SQLiteCompiler
from sqlalchemy.sql.compiler import SQLCompiler

# Its words, and what takes the parameters of a row, two or more, out of a mapping.
Statement = tuple[str, Callable[[Any], Sequence[object]]]


class _Inline(SQLCompiler):
    """Writes into a statement the values that it has: else they would be handed over with each row."""

    def visit_bindparam(self, bindparam: BindParameter[Any], *_: Any, **options: Any) -> str:
        """Write the value of a parameter that has one."""
        options["literal_binds"] = not bindparam.required
        return str(super().visit_bindparam(bindparam, **options))  # type: ignore[no-untyped-call]


class _Sqlite(_Inline, SQLiteCompiler):
    pass


class _Postgresql(_Inline, PGCompiler_psycopg):
    pass


_POSTGRESQL: Callable[[], Dialect] = psycopg.dialect


def update_each(connection: Connection, change: Update, rows: Sequence[Mapping[str, object]], **same: object) -> int:
    """Run `change` for each row of parameters, of types that the driver knows; return how many rows it changed."""
    if not rows:
        return 0
    is_sqlite = connection.dialect.name == "sqlite"
    statement, in_order = (_by_place if is_sqlite else _at_once)(change)
    values = [in_order({**same, **row}) for row in rows]
    cursor = connection.connection.cursor()
    try:
        if is_sqlite:
            cursor.executemany(statement, values)
        else:
            cursor.execute(statement, [list(column) for column in zip(*values, strict=True)])
        return cursor.rowcount
    finally:
        cursor.close()


@cache
def _by_place(change: Update) -> Statement:
    """Write a statement of SQLite for one row.

    Its parameters go by place, since the driver took a third of each change to find them by name.
    """
    compiled = _Sqlite(sqlite.dialect(paramstyle="qmark"), change)
    return str(compiled), itemgetter(*compiled.positiontup or ())


@cache
def _at_once(change: Update) -> Statement:
    """Write one of PostgreSQL for all rows at once: each parameter is an array.

    Row by row, the driver would send a Flush behind the Sync that ends them, and from then on the server would not
    count how long a transaction sleeps (idle_in_transaction_session_timeout).
    """
    dialect = _POSTGRESQL()
    compiled = _Postgresql(dialect, change)
    names = tuple(compiled.params)
    arrays = ", ".join(f"%s::{compiled.binds[name].type.compile(dialect)}[]" for name in names)
    head, where, rest = re.sub(r"%\((\w+)\)s", r"new.\1", str(compiled)).partition(" WHERE ")
    return f"{head} FROM unnest({arrays}) AS new({', '.join(names)}){where}{rest}", itemgetter(*names)
