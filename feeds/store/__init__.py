"""Keep subscribers, issues and deliveries: SQLite by default, PostgreSQL when the list outgrows it.

A `Store` hands out transactions; the queries, in a file for each noun, take the transaction as their first argument.
Contains no decisions: those are `feeds.newsletter`'s and `feeds.subscriptions`'.
"""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any, Self

from sqlalchemy import Connection, Engine

from feeds.store import migrations
from feeds.store.engine import BEGIN, connect, explained, serialise, unchecked


class Store:
    """The database, its tables in place."""

    def __init__(self, engine: Engine) -> None:
        """Bring the tables of `engine` up to date. Raises StoreError."""
        self._engine = engine
        with explained(engine), engine.connect() as connection:
            version = migrations.version(connection)
        if version != migrations.NEWEST:
            with self.writing("migrations") as connection:
                migrations.bring_up_to_date(connection)

    @classmethod
    def open(cls, url: str, folder: Path, *, make: bool = True) -> Self:
        """Open the database at `url`; SQLite paths are relative to `folder`.

        Where there is no SQLite file yet, one is made; or with `make=False` a database in memory, soon forgotten.
        Raises SettingsError for a wrong URL, StoreError for a database that cannot be used.
        """
        engine = connect(url, folder, make=make)
        try:
            return cls(engine)
        except BaseException:
            engine.dispose()
            raise

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """Give a transaction that sees one state of the database and never waits for a writer. Raises StoreError."""
        with self._connected(writes=False) as connection, connection.begin():
            yield connection

    @contextmanager
    def writing(self, name: str = "") -> Iterator[Connection]:
        """Give a transaction that is kept when the block ends and undone when it raises. Raises StoreError.

        Blocks with the same `name` wait for each other, in whatever process.
        """
        with self._connected(writes=True) as connection, connection.begin():
            if name:
                serialise(connection, name)
            yield connection

    @contextmanager
    def trying(self) -> Iterator[Connection]:
        """Give a transaction in which anything may be written, and nothing is kept. Raises StoreError."""
        with self._connected(writes=True) as connection:
            transaction = connection.begin()
            try:
                yield connection
            finally:
                transaction.rollback()

    def hand(self) -> "Hand":
        """Return what writes often, in one thread."""
        return Hand(self._engine)

    def close(self) -> None:
        """Let go of the database."""
        self._engine.dispose()

    @contextmanager
    def _connected(self, *, writes: bool) -> Iterator[Connection]:
        with explained(self._engine), self._engine.connect() as connection:
            yield connection.execution_options(writes=writes)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exception: object) -> None:
        self.close()


class Hand:
    """A connection kept from one transaction to the next, since taking one takes longer than writing ten rows.

    It begins and commits by the driver alone: SQLAlchemy would take as long for that as for two rows.

    On SQLite it evaluates no CHECK: that would be two fifths of what changing a delivery takes.
    """

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._kept: Connection | None = None
        self._open = ExitStack()

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """Do as `Store.writing`. After an error the next transaction has a new connection. Raises StoreError."""
        with explained(self._engine):
            connection = self._kept or self._taken()
            self._kept = None
            driver: Any = connection.connection.driver_connection
            try:
                driver.execute(BEGIN[connection.dialect.name])
                yield connection
                driver.execute("COMMIT")
            except BaseException:
                self._open.close()
                raise
            self._kept = connection

    def rest(self) -> None:
        """Give the connection back."""
        self._kept = None
        self._open.close()

    def _taken(self) -> Connection:
        connection = self._open.enter_context(self._engine.connect()).execution_options(isolation_level="AUTOCOMMIT")
        self._open.enter_context(unchecked(connection))
        return connection
