"""The secrets that sign links: those of the operator, and the database's own; and which signed last."""

import secrets
from collections.abc import Sequence

from sqlalchemy import Connection, select

from feeds.store.engine import insert_new, upsert
from feeds.store.tables import meta
from feeds.tokens import mac

_SIGNER = "signer"
STRANGE = "the last mails were signed with another FEEDS_SECRET than is set here: no link in them works"


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


def note_signer(connection: Connection, signer: str) -> None:
    """Note the key that signs from now on, in a form that does not tell it."""
    connection.execute(upsert(connection, meta, {"name": _SIGNER, "value": _fingerprint(signer)}))


def are_strange(connection: Connection, found: Sequence[str]) -> bool:
    """Tell whether the last messages were signed with none of these keys."""
    signer = connection.scalar(select(meta.c.value).where(meta.c.name == _SIGNER))
    return signer is not None and signer not in map(_fingerprint, found)


def _fingerprint(key: str) -> str:
    return mac(key, b"fingerprint").hex()
