"""The tables as they were and how they became what they are. A database newer than us is refused.

A new database gets today's tables at once; alembic, whose import takes longer than most of our commands, is only
needed for one that is older than us.
"""

from pathlib import Path

from sqlalchemy import Connection, inspect, text

from feeds.errors import UnusableError
from feeds.store import runs
from feeds.store.tables import metadata

# Every revision in versions/, oldest first.
HISTORY = ("0001", "0002", "0003", "0004", "0005", "0006")
NEWEST = HISTORY[-1]


def version(connection: Connection) -> str:
    """Return the revision that the database is at; "" when it has no tables of ours."""
    if not inspect(connection).has_table("alembic_version"):
        return ""
    return str(connection.scalar(text("SELECT version_num FROM alembic_version")))


def bring_up_to_date(connection: Connection) -> None:
    """Make or alter the tables; all of it or nothing. Raises UnusableError for a database that is newer or not ours."""
    found = version(connection)  # once more, since another process may have been faster
    if found == NEWEST:
        return
    if found:
        if found not in HISTORY:
            raise UnusableError(f"the database is newer than this program (revision {found})", "upgrade feeds")
        migrate(connection)
    elif inspect(connection).get_table_names():
        raise UnusableError("the database holds tables of another program", "name another one in store.url")
    else:
        _create(connection)
    runs.begin(connection)


def migrate(connection: Connection, to: str = "head") -> None:
    """Run the migrations that are due, within the transaction of `connection`."""
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent).replace("%", "%%"))
    config.attributes["connection"] = connection
    command.upgrade(config, to)


def _create(connection: Connection) -> None:
    metadata.create_all(connection)
    # The same table that alembic would make.
    connection.execute(
        text(
            "CREATE TABLE alembic_version"
            " (version_num VARCHAR(32) NOT NULL, CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num))"
        )
    )
    connection.execute(text("INSERT INTO alembic_version VALUES (:version)"), {"version": NEWEST})
