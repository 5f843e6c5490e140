"""The secret that signs links, for sites whose operator gives none."""

import secrets

from sqlalchemy import Connection, select

from feeds.store.engine import insert_new
from feeds.store.tables import meta


def keys(connection: Connection, given: str) -> tuple[str, ...]:
    """Return the keys of links: those `given`, one a line, and this database's; the first signs, all are good.

    So a link that was signed where none was given, by a cron job say, is good where one is. It needs a writing
    transaction.
    """
    return *filter(None, map(str.strip, given.splitlines())), secret(connection)


def secret(connection: Connection) -> str:
    """Return the secret of this database, made the first time; it needs a writing transaction."""
    connection.execute(insert_new(connection, meta).values(name="secret", value=secrets.token_hex(32)))
    return str(connection.scalar(select(meta.c.value).where(meta.c.name == "secret")))
