"""Readers for whom an issue would be the same, and which of its forms each group of them gets."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from msgspec import Struct
from msgspec.structs import asdict
from sqlalchemy import BigInteger, Column, Connection, FromClause, MetaData, Table, Text, insert, select

from feeds.store.subscribers import Clock, goes_by, reads
from feeds.store.tables import Names, subscriber, subscription


class Group(Struct, frozen=True, order=True):
    """What decides what is in an issue; nothing else of a reader does."""

    cursor: int
    categories: tuple[str, ...]
    language: str


# With a key: joined with a list of values instead, SQLite would go through all groups for each reader.
_sorted = Table(
    "sorted",
    MetaData(),
    Column("cursor", BigInteger, primary_key=True, autoincrement=False),
    Column("categories", Names, primary_key=True),
    Column("language", Text, primary_key=True),
    Column("number", BigInteger, nullable=False),
    prefixes=["TEMPORARY"],
)


def behind(connection: Connection, newsletter: str, cut: int, clocks: tuple[Clock, ...] = ()) -> tuple[Group, ...]:
    """Return the groups of a newsletter's readers, all or those on some clocks, who may lack posts up to `cut`."""
    columns = (subscription.c.cursor, subscription.c.categories, subscriber.c.language)
    query = select(*columns).join_from(subscription, subscriber).distinct()
    rows = connection.execute(query.where(reads(newsletter), goes_by(clocks), subscription.c.cursor < cut))
    return tuple(sorted(Group(*row) for row in rows))


@contextmanager
def numbered(connection: Connection, numbers: Mapping[Group, int]) -> Iterator[tuple[FromClause, Column[int]]]:
    """Give the subscriptions and subscribers of some groups, and the column with the number of their group.

    However many groups there are, the readers are gone through once.
    """
    _sorted.create(connection, checkfirst=False)
    rows = [{**asdict(group), "number": number} for group, number in numbers.items()]
    connection.execute(insert(_sorted), rows)
    same = (
        (_sorted.c.cursor == subscription.c.cursor)
        & (_sorted.c.categories == subscription.c.categories)
        & (_sorted.c.language == subscriber.c.language)
    )
    yield subscription.join(subscriber).join(_sorted, same), _sorted.c.number
    _sorted.drop(connection, checkfirst=False)
