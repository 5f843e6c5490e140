"""Several processes at one issue: started in the same second, or one of them stopped like a machine that slept."""

import signal
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from feeds import newsletter as deeds
from tests.faults.ground import LONG, Ground, ended, stopped

pytestmark = pytest.mark.needs("smtp-sink")
TIMES = 20 if LONG else 1
READERS = 60
AT_ONCE = [("run",), ("run",), ("run-due",), ("issue", "weekly"), ("run-due",), ("deliver",)]
SHORT_LEASE = """
import datetime, feeds.newsletter.ledger, feeds.store.engine
feeds.newsletter.ledger.LEASE = datetime.timedelta(seconds=2)
feeds.store.engine.ASLEEP_SECONDS = 1
"""


def until_listening_to_sigterm(pid: int) -> None:
    """Wait until a process can be asked to end in good order."""
    caught = 0
    while not caught & 1 << signal.SIGTERM - 1:
        status = Path(f"/proc/{pid}/status").read_text("utf-8")
        caught = int(status.partition("SigCgt:")[2].split()[0], 16)


def one_issue_for_everybody(ground: Ground) -> None:
    """Start two daemons, cron, a timer and a person in the same second; see one issue, and one message for each."""
    ground.publish()
    with ground.sink():
        daemons, *others = ([ground.deliver(*words) for words in group] for group in (AT_ONCE[:2], AT_ONCE[2:]))
        codes = [ended(process) for process in others[0]]
        for daemon in daemons:
            until_listening_to_sigterm(daemon.pid)
            daemon.send_signal(signal.SIGTERM)
        codes += [ended(daemon) for daemon in daemons]
        ground.delivered()
    with ground.store() as store:
        issues = deeds.listed(store)

    assert [code for code, _ in codes if code not in (0, 75)] == [], codes
    assert [each.deliveries for each in issues] == [{"sent": READERS}]
    ground.agrees()
    assert ground.received().keys() == set(ground.readers)


@pytest.mark.parametrize("time", range(TIMES))
def test_started_in_the_same_second(tmp_path: Path, url: str, time: int) -> None:
    """One issue, however many start it; on PostgreSQL they may be on several machines."""
    one_issue_for_everybody(Ground(tmp_path, READERS, url=url, opened=False, cadence="on publish", connections=3))


def is_locked(ground: Ground) -> bool:
    """Tell whether somebody holds the lock of an SQLite file, or is in the middle of a statement of PostgreSQL.

    Between statements that takes it from who sleeps.
    """
    if "sqlite" not in ground.settings.store.url:
        with ground.store() as store, store.reading() as connection:
            others = "datname = current_database() AND pid <> pg_backend_pid() AND state = 'active'"
            return bool(connection.exec_driver_sql(f"SELECT count(*) FROM pg_stat_activity WHERE {others}").scalar())
    with closing(sqlite3.connect(ground.folder / "feeds.db", timeout=0, isolation_level=None)) as other:
        try:
            other.execute("BEGIN IMMEDIATE")
        except sqlite3.OperationalError:
            return True
        return False


def taken_over(ground: Ground) -> None:
    """Stop a process until another one took over, and let it go on: what the ledger says stays as it is."""
    with ground.sink():
        with ground.deliver(first=SHORT_LEASE) as asleep:
            ground.until(20, asleep)
            stopped(asleep)
            while is_locked(ground):  # asleep in the middle of a write, it would hold up the others until it goes on
                asleep.send_signal(signal.SIGCONT)
                stopped(asleep)
            while {"queued", "claimed", "sending"} & ground.counts().keys():
                ended(ground.deliver(first=SHORT_LEASE))
            before, doubt = ground.states(), ground.in_doubt()
            asleep.send_signal(signal.SIGCONT)
            asleep.communicate()
        after = ground.states()
        ground.agrees()
        ground.settle_doubt(doubt)

    assert asleep.returncode == 75
    assert after == before
    assert 0 < len(doubt) <= ground.connections


def test_process_that_slept(tmp_path: Path, url: str) -> None:
    """Beyond its lease: it writes nothing more, and everybody has one message."""
    taken_over(Ground(tmp_path, 200, url=url))
