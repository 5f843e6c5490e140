"""Notice that the database was put back to an earlier day: it would send once more what readers got since.

It counts the runs of deliveries, and a file outside of it keeps the count. A file that is gone accuses nobody.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from feeds import cache
from feeds.errors import GuardError
from feeds.store import Store, runs
from feeds.store.runs import Runs

FILE = "delivered"  # beside what builds note


def check(root: Path, store: Store) -> None:
    """Raise GuardError when the database knows of fewer runs than there have been from this folder."""
    noted = cache.recall(root, FILE, Runs)  # before the database: it is counted there first
    with store.reading() as connection:
        known = runs.read(connection)
    if noted and known.database == noted.database and known.count < noted.count:
        raise GuardError(
            "the database is older than what was sent from here: it would send that once more",
            "put back a newer copy; if there is none, `feeds issue cancel` what is open, `feeds issue NEWSLETTER "
            f"--skip-new`, then delete {cache.FOLDER}/{FILE}",
        )


@contextmanager
def counted(root: Path, store: Store) -> Iterator[None]:
    """Count the block as a run, when it begins and when it ends. Raises GuardError as `check` does."""
    check(root, store)
    _count(root, store)
    try:
        yield
    finally:  # a copy of the database may have been made meanwhile
        _count(root, store)


def _count(root: Path, store: Store) -> None:
    with store.writing() as connection:
        found = runs.add(connection)
    cache.note(root, FILE, found)
