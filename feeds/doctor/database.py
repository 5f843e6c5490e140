"""Examine the database: that it opens, is of our version, whole and writable."""

from collections.abc import Iterator
from pathlib import Path

from sqlalchemy import inspect

from feeds import cache
from feeds.config import secret
from feeds.doctor.finding import Finding, Patient
from feeds.newsletter.witness import FILE, check
from feeds.store import Store, events, migrations, runs, secrets, subscribers
from feeds.store.engine import connect, explained
from feeds.store.runs import Runs

_BACKUP = "stop all runs and put a backup in its place"


def examine(patient: Patient) -> Iterator[Finding]:
    """Look at the database and leave it as it is. Raises StoreError, or GuardError for one of an earlier day."""
    url, root = patient.settings.store.url, patient.settings.root
    engine = connect(url, root, make=False)
    try:
        with explained(engine), engine.connect() as connection:
            version, is_taken = migrations.version(connection), bool(inspect(connection).get_table_names())
            broken = connection.exec_driver_sql("PRAGMA quick_check(1)").scalar() if url.startswith("sqlite") else "ok"
    finally:
        engine.dispose()
    if broken != "ok":
        yield Finding("error", f"it is damaged: {broken}", _BACKUP)
    elif is_taken and not version:
        yield Finding("error", "it holds tables of another program", "name another one in store.url")
    elif not version:
        yield _to_be_made(url, root)
    elif version in migrations.HISTORY[:-1]:
        yield Finding("warning", f"it is of revision {version}", "back it up: the next run brings it up to date")
    else:
        with Store.open(url, root, make=False) as store:  # refuses one that is newer
            with store.trying() as connection:
                events.note(connection, "examined", patient.now)
            check(root, store)
            yield Finding("ok", f"opens, is whole and can be written (revision {version})")
            yield from _orphans(patient, store)
            yield from _replaced(root, store)
            yield from _signed(patient, store)


def _to_be_made(url: str, root: Path) -> Finding:
    folder = (root / url.removeprefix("sqlite:///")).parent
    if url.startswith("sqlite:///") and not folder.is_dir():
        return Finding("error", f"there is no folder {folder}", "make it, or name another file in store.url")
    if cache.recall(root, FILE, Runs):
        return Finding(
            "error", "there is none, yet mail was delivered from here", f"{_BACKUP}, or begin without readers"
        )
    return Finding("ok", "there is none yet; the first run makes it")


def _orphans(patient: Patient, store: Store) -> Iterator[Finding]:
    """Name newsletters that were renamed: by its name each knows its readers."""
    with store.reading() as connection:
        found = subscribers.newsletters(connection)
    for name in sorted(found.keys() - {each.name for each in patient.settings.newsletter}):
        what = f"feeds.toml has no newsletter {name!r} any more; readers of it who get nothing: {found[name]}"
        yield Finding("warning", what, "call it so again; what readers see is its title, which may change")


def _replaced(root: Path, store: Store) -> Iterator[Finding]:
    """Name a database that is not the one which delivered from here last: made anew when that was gone."""
    with store.reading() as connection:
        known = runs.read(connection)
    noted = cache.recall(root, FILE, Runs)
    if noted and noted.database != known.database:
        yield Finding("warning", "mail was delivered from here by another one", f"if that was lost, {_BACKUP}")


def _signed(patient: Patient, store: Store) -> Iterator[Finding]:
    """Name a secret that is not the one of the last mails: that of the cron job, say, but not of the pages."""
    with store.trying() as connection:
        found = secrets.keys(connection, secret("FEEDS_SECRET", patient.environ))
        if secrets.are_strange(connection, found):
            mend = "set the same wherever `feeds` runs; a new one goes above the old one, a line each"
            yield Finding("error", secrets.STRANGE, mend)
