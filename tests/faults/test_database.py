"""A database that is full, locked, restarted, cut off or without power while an issue is opened or sent."""

import random
import select
import shutil
import signal
import socket
import sqlite3
import subprocess
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, closing, contextmanager, suppress
from datetime import timedelta
from itertools import count
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Self

import pytest

from feeds import newsletter as deeds
from feeds.delivery.memory import Memory
from feeds.errors import StoreError
from feeds.store import Store
from tests.faults.ground import LONG, Ground, ended, stopped
from tests.newsletter_site import MONDAY, WEEK, posts, settings, source, subscribe
from tests.servers import Postgres, postgres
from tests.test_newsletter_outbox import states

pytestmark = pytest.mark.needs("smtp-sink")
READERS = 200
ROOM = 4096  # bytes that are left for the database
LIMIT = """
import resource, signal
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, ({0}, {0}))
"""
PATIENCE = "import feeds.store.engine; feeds.store.engine.BUSY_SECONDS = 1"
HALFWAY = """
from pathlib import Path
import feeds.store.issues as issues
freeze = issues.freeze
def wait(*words):
    Path("{0}/halfway").touch()
    while not Path("{0}/go").exists():
        pass
    freeze(*words)
issues.freeze = wait
"""
DONE = b"C\0\0\0\x0bCOMMIT\0"  # PostgreSQL's answer to COMMIT
Crowd = Callable[[Ground], str]
Disk = Callable[[Path], AbstractContextManager[tuple[Path, Crowd, Callable[[], None]]]]


@contextmanager
def limited(folder: Path) -> Iterator[tuple[Path, Crowd, Callable[[], None]]]:
    """Give a folder whose files can be kept from growing, by the limit that a process has."""
    yield folder, lambda ground: LIMIT.format(min((ground.folder / "feeds.db").stat().st_size, 50 * ROOM)), lambda: None


@contextmanager
def small_disk(folder: Path) -> Iterator[tuple[Path, Crowd, Callable[[], None]]]:
    """Give a folder that is a disk of eight megabytes, and what fills it and makes space again."""
    disk, rest = folder / "disk", folder / "disk/rest"
    disk.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=8m", "tmpfs", disk], check=True, capture_output=True)

    def crowd(_ground: Ground) -> str:
        with suppress(OSError), rest.open("wb", buffering=0) as file:
            while True:
                file.write(bytes(ROOM))
        with rest.open("rb+") as file:
            file.truncate(rest.stat().st_size - 8 * ROOM)
        return ""

    try:
        yield disk, crowd, rest.unlink
    finally:
        subprocess.run(["umount", disk], check=True)


def _may_mount() -> bool:
    with TemporaryDirectory() as name, suppress(OSError, subprocess.CalledProcessError), small_disk(Path(name)):
        return True
    return False


DISKS = pytest.mark.parametrize("disk", [limited, small_disk] if _may_mount() else [limited])


@DISKS
def test_full_while_it_is_sent(tmp_path: Path, disk: Disk) -> None:
    """Sending stops, exit 75, in one line; both truths agree, and with space again it goes on."""
    with disk(tmp_path) as (folder, crowd, make_space):
        ground = Ground(tmp_path, READERS, url=f"sqlite:///{folder}/feeds.db")
        with ground.sink():
            code, said = ended(ground.deliver(first=crowd(ground)))
            stopped = ground.counts()
            ground.agrees()
            make_space()
            doubt = ground.in_doubt()
            ground.delivered()
            ground.agrees()
            ground.settle_doubt(doubt)

    assert (code, said.count("\n")) == (75, 1)
    assert stopped["queued"] > 0


@DISKS
def test_full_while_it_is_opened(tmp_path: Path, disk: Disk) -> None:
    """All of it or nothing: no issue then, one for everybody once there is space."""
    with disk(tmp_path) as (folder, crowd, make_space):
        ground = Ground(tmp_path, 2000, url=f"sqlite:///{folder}/feeds.db", opened=False)
        ground.publish()
        said = ended(ground.deliver("issue", "weekly", first=crowd(ground)))
        make_space()
        nothing_or_all(ground, said)


def test_locked_while_it_is_sent(tmp_path: Path) -> None:
    """By another program, for longer than we wait: the run ends, exit 75, and the next one goes on."""
    ground = Ground(tmp_path, READERS)
    with ground.sink():
        with closing(sqlite3.connect(tmp_path / "feeds.db", timeout=60, isolation_level=None)) as other:
            process = ground.deliver(first="" if LONG else PATIENCE)
            ground.until(20, process)
            other.execute("BEGIN IMMEDIATE")
            code, said = ended(process)
        ground.agrees()
        doubt = ground.in_doubt()
        ground.delivered()
        ground.agrees()
        ground.settle_doubt(doubt)

    assert (code, said.count("\n")) == (75, 1)
    assert "locked" in said
    assert len(doubt) <= ground.connections


@pytest.mark.needs("postgres")
@pytest.mark.parametrize("mode", ["fast", "immediate"] if LONG else ["immediate"])
def test_server_that_restarts_while_it_is_sent(tmp_path: Path, mode: str) -> None:
    """In good order or by a crash: the run ends, exit 75, and the next one goes on."""
    with postgres("fsync=off") as server:
        ground = Ground(tmp_path, READERS, url=server.url())
        with ground.sink():
            process = ground.deliver()
            ground.until(20, process)
            server.stop(mode)
            code, said = ended(process)
            server.start()
            ground.agrees()
            ground.delivered()
            doubt = ground.in_doubt()
            ground.agrees()
            ground.settle_doubt(doubt)

    assert (code, said.count("\n")) == (75, 1)
    assert len(doubt) <= ground.connections


def nothing_or_all(ground: Ground, said: tuple[int, str]) -> None:
    """Fail unless a command that could not open an issue has left none, and the next one opens it for everybody."""
    with ground.store() as store:
        there = deeds.listed(store)
    again = ended(ground.deliver("issue", "weekly"))
    with ground.store() as store:
        counts = [each.deliveries for each in deeds.listed(store)]

    assert (said[0], said[1].count("\n"), there) == (75, 1, ())
    assert again == (0, f"weekly-1 open: {len(ground.readers)} queued\n")
    assert counts == [{"queued": len(ground.readers)}]


def test_locked_while_it_is_opened(tmp_path: Path) -> None:
    """By another program, for longer than we wait: no issue, and the next command opens it."""
    ground = Ground(tmp_path, READERS, opened=False)
    ground.publish()
    with closing(sqlite3.connect(tmp_path / "feeds.db", isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        said = ended(ground.deliver("issue", "weekly", first="" if LONG else PATIENCE))
    nothing_or_all(ground, said)

    assert "locked" in said[1]


@pytest.mark.needs("postgres")
@pytest.mark.parametrize("mode", ["fast", "immediate"] if LONG else ["immediate"])
def test_server_that_restarts_while_it_is_opened(tmp_path: Path, mode: str) -> None:
    """In the middle of the transaction, all readers being written: none of it is there afterwards."""
    with postgres("fsync=off") as server:
        ground = Ground(tmp_path, READERS, url=server.url(), opened=False)
        ground.publish()
        process = ground.deliver("issue", "weekly", first=HALFWAY.format(tmp_path))
        while not (tmp_path / "halfway").exists():
            assert process.poll() is None
        server.stop(mode)
        (tmp_path / "go").touch()
        said = ended(process)
        server.start()
        nothing_or_all(ground, said)


class Cut:
    """A way to a PostgreSQL that breaks once: when the server has committed the n-th time, before it is told so."""

    def __init__(self, server: Postgres, folder: Path, at: int) -> None:
        self._server, self._left = server, at
        self._listener = socket.socket(socket.AF_UNIX)
        self._listener.bind(str(folder / ".s.PGSQL.5432"))
        self._listener.listen()
        self._threads = [threading.Thread(target=self._accept, daemon=True)]

    @property
    def is_cut(self) -> bool:
        return self._left <= 0

    def __enter__(self) -> Self:
        self._threads[0].start()
        return self

    def __exit__(self, *exception: object) -> None:
        self._listener.shutdown(socket.SHUT_RDWR)
        for thread in self._threads:
            thread.join()
        self._listener.close()

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                here = self._listener.accept()[0]
                there = socket.socket(socket.AF_UNIX)
                there.connect(str(self._server.folder / ".s.PGSQL.5432"))
                self._threads.append(threading.Thread(target=self._carry, args=(here, there), daemon=True))
                self._threads[-1].start()

    def _carry(self, here: socket.socket, there: socket.socket) -> None:
        with here, there:
            while True:
                for side in select.select([here, there], [], [])[0]:
                    data = side.recv(1 << 20)
                    if side is there and DONE in data:
                        self._left -= 1
                        if self._left == 0:
                            return
                    if not data:
                        return
                    (there if side is here else here).sendall(data)


def test_commit_whose_answer_is_lost(tmp_path: Path, postgres: Postgres) -> None:
    """At each COMMIT of a run in turn: one issue all the same, for each reader one message, and nothing is lost."""
    found: list[Counter[str]] = []
    for at in count(1):
        folder = tmp_path / str(at)
        folder.mkdir()
        url, memory = postgres.make(f"cut{at}"), Memory()
        site, some = settings(folder), source(*posts("ab"))
        with Store.open(url, folder) as store:
            deeds.remember(store, source(), MONDAY - WEEK)
            subscribe(site, store, "one", "two", "three")
        through = url.replace(str(postgres.folder), str(folder))
        with Cut(postgres, folder, at) as cut, suppress(StoreError), Store.open(through, folder) as store:
            deeds.run_due(site, store, some, memory, lambda: MONDAY, environ={})
        with Store.open(url, folder) as store:
            deeds.run_due(site, store, some, memory, lambda: MONDAY + timedelta(minutes=20), environ={})
            issues, known = deeds.listed(store), states(store)
        arrived = [envelope.recipient.partition("@")[0] for envelope, _ in memory.messages]

        assert len(issues) == 1
        assert set(known) == {"one", "two", "three"}
        assert Counter(arrived) == Counter(set(arrived))
        assert {name for name, state in known.items() if state == "sent"} <= set(arrived)
        assert set(known.values()) <= {"sent", "uncertain"}
        found.append(Counter(known.values()))
        if not cut.is_cut:
            break

    assert len(found) > 5
    assert max(each["uncertain"] for each in found) == 1
    assert found[-1] == {"sent": 3}


def test_power_cut_at_any_moment(tmp_path: Path) -> None:
    """What is on the disk then says the truth: sent arrived, what arrived is sent or in doubt, doubt is about few."""
    ground, chance = Ground(tmp_path, 2000 if LONG else 600), random.Random(5)
    images = 50 if LONG else 10
    with ground.sink():
        with ground.deliver() as process:
            for number in range(images):
                goal = min(ground.count() + chance.randint(1, len(ground.readers) // images), len(ground.readers) - 20)
                ground.until(goal, process)
                stopped(process)
                image = Image(ground, tmp_path / f"image{number}", chance)
                image.agrees()
                process.send_signal(signal.SIGCONT)
            stopped(process)
            last = Image(ground, tmp_path / "last", chance)
            process.kill()
        last.put_back()
        doubt = ground.in_doubt()
        ground.agrees()
        ground.delivered()
        ground.agrees()
        ground.settle_doubt(doubt)

    assert len(doubt) <= ground.connections


class Image:
    """The database as a disk holds it at a moment; of what was written last, a part."""

    def __init__(self, ground: Ground, folder: Path, chance: random.Random) -> None:
        self._ground, self.folder = ground, folder
        self.folder.mkdir()
        for name in ("feeds.db", "feeds.db-wal"):
            shutil.copy(ground.folder / name, folder / name)
        with (folder / "feeds.db-wal").open("ab") as log:
            log.write(chance.randbytes(chance.randint(0, 9000)))  # begun, and not acknowledged

    def agrees(self) -> None:
        """Fail unless it says the truth about what has arrived."""
        shutil.copy(self._ground.folder / "feeds.toml", self.folder)
        own = self._ground.folder
        self._ground.folder = self.folder
        self._ground.agrees()
        self._ground.folder = own

    def put_back(self) -> None:
        """Begin anew from it."""
        for path in self._ground.folder.glob("feeds.db*"):
            path.unlink()
        for path in self.folder.glob("feeds.db*"):
            shutil.copy(path, self._ground.folder)
