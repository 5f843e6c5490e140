"""Open an issue for very many readers, begin to deliver it, and ask how far it is, as for few.

    python -m benchmarks.store --work SCRATCH [--readers 1000000]

Each deed has a process of its own; prints the seconds it took, of the clock and of the processor, and its memory at the
peak. The addresses are in no order, as those of people are.
"""

import argparse
import shutil
from collections.abc import Callable
from hashlib import blake2b
from multiprocessing import get_context
from pathlib import Path

from sqlalchemy import Text, case, cast, func, select, update

from benchmarks.delivery import MAIL, begin, clock, enrol, freeze, freeze_zones, look, measured, site
from feeds.config import Settings
from feeds.newsletter import standing
from feeds.store import Store, tables, tally

Deed = Callable[[Settings, Store], object]


def main() -> None:
    """Measure what the command line asks for."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--work", type=Path, required=True)
    parser.add_argument("--readers", type=int, default=1_000_000)
    chosen = parser.parse_args()
    shutil.rmtree(chosen.work, ignore_errors=True)
    for readers in sorted({1000, chosen.readers}):
        many(chosen.work / f"{readers}", readers, (freeze, begin, look, half, look_at_half))
        many(chosen.work / f"zones-{readers}", readers, (freeze_zones,))


def many(folder: Path, readers: int, deeds: tuple[Deed, ...]) -> None:
    """Do some deeds, one after the other, in a site with so many readers."""
    with Store.open(site(folder, MAIL).store.url, folder) as store:
        enrol(store, readers)
        with store.writing() as connection:
            connection.connection.driver_connection.create_function("scattered", 1, scattered)  # type: ignore[union-attr]
            address = func.scattered(tables.subscriber.c.id)
            connection.execute(update(tables.subscriber).values(address=address))
    for deed in deeds:
        process = get_context("spawn").Process(target=measured, args=(deed, folder, readers))
        process.start()
        process.join()


def scattered(number: int) -> str:
    """Return an address that is in no order with others."""
    return f"{blake2b(str(number).encode(), digest_size=6).hexdigest()}@example.org"


def half(_settings: Settings, store: Store) -> None:
    """Settle half of them in the database: one in 50 failed."""
    its = tables.delivery.c
    failed = its.subscriber_id % 50 == 0
    with store.writing() as connection:
        middle = connection.scalar(select(func.max(its.subscriber_id) / 2)) or 0
        left = update(tables.delivery).where(its.subscriber_id <= middle, its.state == "queued")
        why = {"code": case((failed, 550), else_=250), "meaning": case((failed, "address"), else_="sent")}
        name = "<" + cast(its.subscriber_id, Text) + "@example.org>"
        state = case((failed, "failed"), else_="sent")
        connection.execute(left.values(state=state, message_id=name, sent_at=clock(), **why))
        sent = connection.scalar(select(func.count()).where(its.state == "sent")) or 0
        known = connection.scalar(select(func.sum(tables.tally.c.sent))) or 0
        tally.add(connection, 1, 0, sent - known)


def look_at_half(_settings: Settings, store: Store) -> None:
    """Say who got it while half of it is sent."""
    standing.status(store, "", clock())


if __name__ == "__main__":
    main()
