"""kill -9 at random moments, with ten connections to a real server: nothing lost, nothing twice."""

import random
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest

from feeds.store import deliveries
from tests.faults.ground import CONNECTIONS, ROUNDS, Ground

EACH = 200  # readers for each round, so that it ends in the middle
pytestmark = pytest.mark.needs("smtp-sink")


def killed(ground: Ground, at: int) -> None:
    """Deliver, and kill the process when the server has seen some more messages."""
    goal = ground.count() + at
    with ground.deliver() as process:
        while ground.count() < goal and process.poll() is None:
            pass
        process.kill()


def nothing_lost_nothing_twice(ground: Ground) -> None:
    chance = random.Random(ROUNDS)
    doubt = set()
    with ground.sink():
        for _ in range(ROUNDS):
            killed(ground, chance.randint(1, EACH))
            states, received = ground.states(), ground.received()
            in_doubt = {reader for reader, state in states.items() if state in ("sending", "uncertain")}
            doubt |= in_doubt

            assert {reader for reader, state in states.items() if state == "sent"} <= received.keys()
            assert received.keys() <= {reader for reader, state in states.items() if state == "sent"} | in_doubt
            assert len([reader for reader, state in states.items() if state == "sending"]) <= CONNECTIONS
            assert all(len(names) == 1 for names in received.values())
        code, _ = ground.delivered()
        states, received = ground.states(), ground.received()

        assert code == 75 if doubt else 0
        assert states == {reader: "uncertain" if reader in doubt else "sent" for reader in ground.readers}
        with ground.store() as store, store.writing() as connection:
            deliveries.requeue_uncertain(connection, datetime.now(UTC))
        ground.delivered()
        received = ground.received()

    assert ground.states() == dict.fromkeys(ground.readers, "sent")
    assert received.keys() == set(ground.readers)
    assert {reader for reader, names in received.items() if len(names) > 1} <= doubt
    assert all(len(set(names)) == 1 for names in received.values())
    print(f"{ROUNDS} kills: {len(doubt)} in doubt, 0 lost, 0 twice that were not in doubt")


def test_on_sqlite(tmp_path: Path) -> None:
    """Sent is what arrived; queued is what did not; in doubt are no more than there were connections."""
    nothing_lost_nothing_twice(Ground(tmp_path, EACH * ROUNDS))


@pytest.mark.needs("postgres")
def test_on_postgres(tmp_path: Path) -> None:
    """The same on PostgreSQL."""
    with postgres() as url:
        nothing_lost_nothing_twice(Ground(tmp_path, EACH * ROUNDS, url=url))


def test_database_that_cannot_grow(tmp_path: Path) -> None:
    """As on a full disk: sending stops, exit 75, and both truths still agree; with space again it goes on."""
    ground = Ground(tmp_path, EACH)
    limit = (tmp_path / "feeds.db").stat().st_size + 4096
    full = "import resource, signal; signal.signal(signal.SIGXFSZ, signal.SIG_IGN)\n"
    full += f"resource.setrlimit(resource.RLIMIT_FSIZE, ({limit}, {limit}))"
    with ground.sink():
        with ground.deliver(first=full) as process:
            _, complained = process.communicate()
        states, received = ground.states(), ground.received()
        in_doubt = {reader for reader, state in states.items() if state in ("sending", "uncertain")}

        assert process.returncode == 75
        assert complained.count("\n") == 1
        assert "queued" in states.values()
        assert {reader for reader, state in states.items() if state == "sent"} <= received.keys()
        assert received.keys() <= {reader for reader, state in states.items() if state == "sent"} | in_doubt
        assert len(in_doubt) <= CONNECTIONS
        ground.delivered()

    assert ground.states() == {reader: "uncertain" if reader in in_doubt else "sent" for reader in ground.readers}
    assert all(len(names) == 1 for names in ground.received().values())


@contextmanager
def postgres() -> Iterator[str]:
    """Run a PostgreSQL of our own, reached by a Unix socket only; it is gone afterwards."""
    folder = Path(tempfile.mkdtemp())
    shutil.chown(folder, "postgres")
    bin_folder = max(Path("/usr/lib/postgresql").glob("*/bin"))
    options = f"-c listen_addresses='' -c unix_socket_directories={folder}"
    try:
        _as_postgres(bin_folder / "initdb", "-D", folder / "data", "-A", "trust", "-E", "UTF8")
        _as_postgres(bin_folder / "pg_ctl", "-D", folder / "data", "-w", "-l", folder / "log", "-o", options, "start")
        yield f"postgresql://postgres@/postgres?host={folder}"
    finally:
        _as_postgres(bin_folder / "pg_ctl", "-D", folder / "data", "-w", "-m", "immediate", "stop")
        shutil.rmtree(folder)


def _as_postgres(*command: object) -> None:
    words = [str(word) for word in command]
    subprocess.run(["runuser", "-u", "postgres", "--", *words], check=True, stdout=subprocess.DEVNULL, cwd="/")
