"""Addresses that are never mailed again: only a keyed digest of each is kept, so that an erased reader stays away."""

import hmac
from collections.abc import Iterable
from datetime import datetime
from hashlib import sha256

from sqlalchemy import Connection, delete, select

from feeds.store import subscribers
from feeds.store.engine import insert_new
from feeds.store.secrets import secret
from feeds.store.tables import suppression


def add(connection: Connection, email_key: str, reason: str, now: datetime, *, detail: str = "") -> bool:
    """Put an address on the list, by its key; tell whether it was not there. `detail` carries no address."""
    row = {"email_hash": _digest(secret(connection), email_key), "reason": reason, "detail": detail, "since": now}
    statement = insert_new(connection, suppression).values(row).execution_options(preserve_rowcount=True)
    return connection.execute(statement).rowcount == 1


def add_subscriber(connection: Connection, subscriber_id: int, reason: str, now: datetime, *, detail: str = "") -> bool:
    """Put the address of a subscriber on the list; tell whether it was not there."""
    return add(connection, subscribers.key(connection, subscriber_id), reason, now, detail=detail)


def remove(connection: Connection, email_key: str) -> bool:
    """Take an address off the list; tell whether it was there."""
    ours = suppression.c.email_hash == _digest(secret(connection), email_key)
    return connection.execute(delete(suppression).where(ours)).rowcount == 1


def among(connection: Connection, email_keys: Iterable[str]) -> set[str]:
    """Return those of some keys whose addresses are on the list; it needs a writing transaction."""
    keyed = secret(connection)
    digests = {_digest(keyed, key): key for key in email_keys}
    found = connection.scalars(select(suppression.c.email_hash).where(suppression.c.email_hash.in_(digests)))
    return {digests[each] for each in found}


def _digest(keyed: str, email_key: str) -> str:
    """Keyed with the secret of the database, which outlives those of the environment: addresses are easy to guess."""
    return hmac.digest(keyed.encode(), b"suppression\0" + email_key.encode(), sha256).hex()
