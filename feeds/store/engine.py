"""Connect to SQLite or PostgreSQL, and tell what is wrong when that fails. Contains no queries of ours."""

import logging
import sqlite3
import zlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from time import monotonic, sleep
from typing import Any

from sqlalchemy import URL, Connection, Engine, Table, create_engine, event, make_url, text
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import ArgumentError, DatabaseError, NoSuchModuleError

from feeds.errors import SettingsError, StoreError, UnusableError

_POSTGRES = "postgresql+psycopg"
DRIVERS = {"sqlite": "sqlite", "postgres": _POSTGRES, "postgresql": _POSTGRES, _POSTGRES: _POSTGRES}
BUSY_SECONDS = 10
CACHE, LARGE_CACHE = 8192, 65536  # KiB of SQLite's for each connection; and for one that opens an issue
BEGIN = {"sqlite": "BEGIN IMMEDIATE", "postgresql": "BEGIN"}  # a transaction that writes
ASLEEP_SECONDS = 300  # in the middle of a transaction: far more than any of ours thinks, less than a lease

# Part of what the driver says -> how to mend it.
CURES = {
    "locked": f"another process has been writing for {BUSY_SECONDS} s; try again",
    "lock timeout": f"another process has been writing for {2 * ASLEEP_SECONDS} s; if it was stopped, let it go on",
    "readonly": "make the file, those with -wal and -shm behind its name, and its folder writable for this user",
    "unable to open": "make the file and its folder writable for this user",
    "is full": "free some space on that disk",
    "disk I/O error": "free some space on that disk if it is full, else see what the system's log says of it",
    "not a database": "put a backup in its place, or name another file",
    "malformed": "put a backup in its place",
    "permission denied": "let this user create tables there",
}

# What the driver says of a file that time does not mend.
RUINED = ("not a database", "malformed")

# Of a connection that breaks they would tell stderr as well, beside the one line that `explained` makes of it.
for _name in ("psycopg", "sqlalchemy"):
    logging.getLogger(_name).addHandler(logging.NullHandler())


def connect(url: str, folder: Path, *, make: bool = True) -> Engine:
    """Return an engine for a database URL, SQLite paths being relative to `folder`; nothing is opened yet.

    An SQLite file that is missing and not to be made is replaced by a database in memory. Raises SettingsError when
    the URL is wrong or its driver is not installed.
    """
    where = "store.url"
    try:
        parsed = make_url(url)
        driver = DRIVERS[parsed.drivername]
    except (ArgumentError, KeyError):
        raise SettingsError(
            f"{url!r} is no database we know", 'write "sqlite:///feeds.db" or "postgresql+psycopg://..."', where
        ) from None
    try:
        if driver == "sqlite":
            return _sqlite(parsed, folder, make)
        engine = create_engine(parsed.set(drivername=driver), pool_pre_ping=True)
    except (ModuleNotFoundError, NoSuchModuleError) as error:
        raise SettingsError(str(error), "run `pip install '.[postgres]'` in the clone of feeds", where) from error
    event.listen(engine, "connect", _limit_waits)
    return engine


def _limit_waits(connection: Any, _record: Any) -> None:
    # A process that was stopped while it held rows would hold up all others for as long as its connection lives. The
    # server does not see it sleep in the middle of a statement, or behind an executemany: then the others give up.
    connection.execute(f"SET idle_in_transaction_session_timeout = '{ASLEEP_SECONDS}s'")
    connection.execute(f"SET lock_timeout = '{2 * ASLEEP_SECONDS}s'")
    connection.commit()


def _sqlite(url: URL, folder: Path, make: bool) -> Engine:
    if url.database and url.database != ":memory:":
        path = folder / url.database
        url = url.set(database=str(path) if make or path.exists() else ":memory:")
    engine = create_engine(url, connect_args={"timeout": BUSY_SECONDS})
    event.listen(engine, "connect", _prepare)
    event.listen(engine, "begin", _begin)
    return engine


def _prepare(connection: Any, _record: Any) -> None:
    connection.isolation_level = None  # transactions begin where we say, not where the driver guesses
    connection.execute("PRAGMA foreign_keys = ON")
    # FULL: with NORMAL a power cut may forget commits, and what was sent would be sent again.
    connection.execute("PRAGMA synchronous = FULL")
    connection.execute(f"PRAGMA cache_size = -{CACHE}")
    if connection.execute("PRAGMA journal_mode").fetchone() != ("wal",):
        _keep_a_log(connection)


def _keep_a_log(connection: Any) -> None:
    """Let readers and a writer of a new database not wait for each other; where another does the same, wait for it.

    SQLite itself does not: it says at once that the database is locked, since two that wait there would wait for ever.
    """
    end = monotonic() + BUSY_SECONDS
    while True:
        try:
            connection.execute("PRAGMA journal_mode = WAL")
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode != sqlite3.SQLITE_BUSY or monotonic() > end:
                raise
            sleep(0.01)
        else:
            return


def _begin(connection: Connection) -> None:
    # A transaction that reads first and writes later can lose to another writer; IMMEDIATE waits at the start.
    options = connection.get_execution_options()
    if "isolation_level" not in options:  # else it is a hand's, which begins by itself
        connection.connection.cursor().execute(BEGIN["sqlite"] if options.get("writes") else "BEGIN")


@contextmanager
def unchecked(connection: Connection) -> Iterator[None]:
    """Let SQLite evaluate no CHECK in a block that writes many rows, all values of which stand in it.

    Keys are kept as ever. Of opening an issue for a million readers the checks were a quarter, and of each change of a
    delivery two fifths: `state IN (...)` is a table that SQLite fills anew for every row.
    """
    if connection.dialect.name != "sqlite":
        yield
        return
    driver = connection.connection.cursor()
    driver.execute("PRAGMA ignore_check_constraints = ON")
    try:
        yield
    finally:
        driver.execute("PRAGMA ignore_check_constraints = OFF")


def enlarge_cache(connection: Connection) -> None:
    """Let SQLite's cache be large from now on: a quarter of what opening an issue for a million readers took."""
    if connection.dialect.name == "sqlite":
        connection.exec_driver_sql(f"PRAGMA cache_size = -{LARGE_CACHE}")


def serialise(connection: Connection, name: str) -> None:
    """Make others who ask for the same `name` wait until this transaction ends; on SQLite a writer is alone anyway."""
    if connection.dialect.name == "postgresql":
        connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": zlib.crc32(f"feeds {name}".encode())})


@contextmanager
def explained(engine: Engine) -> Iterator[None]:
    """Turn what the driver raises into a StoreError that names the database, never its password."""
    driver: Any = engine.dialect.loaded_dbapi
    try:
        yield
    except (DatabaseError, driver.DatabaseError) as error:
        cause = getattr(error, "orig", error)
        what = " ".join(str(cause).split())
        ours = isinstance(cause, driver.IntegrityError | driver.DataError | driver.ProgrammingError)
        is_stated = getattr(error, "statement", "") is not None  # else it is of the address, as connecting is
        if ours and is_stated and "permission denied" not in what:
            raise
        cure = next((cure for part, cure in CURES.items() if part in what), "see that the database can be reached")
        where = str(engine.url) if engine.url.host else engine.url.database or "memory"
        kind = UnusableError if any(part in what for part in RUINED) else StoreError
        raise kind(what, cure, where) from error


def insert_new(connection: Connection, table: Table) -> postgresql.Insert | sqlite.Insert:
    """Return an INSERT that leaves rows alone which are there already."""
    if connection.dialect.name == "postgresql":
        return postgresql.insert(table).on_conflict_do_nothing()
    return sqlite.insert(table).on_conflict_do_nothing()


def upsert(connection: Connection, table: Table, row: Mapping[str, object]) -> postgresql.Insert | sqlite.Insert:
    """Return an INSERT that writes a row anew which is there already: as much work as to write a new one."""
    keys = list(table.primary_key)
    if connection.dialect.name == "postgresql":
        return postgresql.insert(table).values(row).on_conflict_do_update(index_elements=keys, set_=dict(row))
    return sqlite.insert(table).values(row).on_conflict_do_update(index_elements=keys, set_=dict(row))
