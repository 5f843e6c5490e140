"""Examine the database: that it opens, is of our version, whole and writable."""

from collections.abc import Iterator

from sqlalchemy import inspect

from feeds.doctor.finding import Finding, Patient
from feeds.newsletter.witness import check
from feeds.store import Store, events, migrations
from feeds.store.engine import connect, explained


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
        yield Finding("error", f"it is damaged: {broken}", "stop all runs and put a backup in its place")
    elif is_taken and not version:
        yield Finding("error", "it holds tables of another program", "name another one in store.url")
    elif not version:
        yield Finding("ok", "there is none yet; the first run makes it")
    elif version in migrations.HISTORY[:-1]:
        yield Finding("warning", f"it is of revision {version}", "back it up: the next run brings it up to date")
    else:
        with Store.open(url, root, make=False) as store:  # refuses one that is newer
            with store.trying() as connection:
                events.note(connection, "examined", patient.now)
            check(root, store)
        yield Finding("ok", f"opens, is whole and can be written (revision {version})")
