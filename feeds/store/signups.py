"""Who signed up on a page, until they are asked by mail.

A row says nothing of what is known of the address: it is written alike, whoever it belongs to.
"""

from datetime import datetime

from msgspec import Struct
from msgspec.structs import asdict
from sqlalchemy import Connection, delete, select

from feeds.store.engine import upsert
from feeds.store.tables import signup


class Signup(Struct, frozen=True):
    """An address that somebody gave for a newsletter."""

    email_key: str
    newsletter: str
    email: str
    at: datetime


_SIGNUP = [signup.c[name] for name in Signup.__struct_fields__]


def add(connection: Connection, new: Signup) -> None:
    """Note who signed up; whoever does so again before they are asked is noted once."""
    connection.execute(upsert(connection, signup, asdict(new)))


def any_waiting(connection: Connection) -> bool:
    """Tell whether somebody is to be asked."""
    return connection.scalar(select(1).select_from(signup).limit(1)) is not None


def remove(connection: Connection, email_key: str) -> None:
    """Take an address off the list."""
    connection.execute(delete(signup).where(signup.c.email_key == email_key))


def take(connection: Connection) -> list[Signup]:
    """Take all who are to be asked off the list; return them, the earliest first."""
    gone = connection.execute(delete(signup).returning(*_SIGNUP))
    return sorted((Signup(*row) for row in gone), key=lambda each: (each.at, each.email_key, each.newsletter))
