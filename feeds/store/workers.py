"""The processes that deliver: each holds a lease, and its id is the fencing token on the rows that it holds."""

import os
import socket
from collections.abc import Sequence
from contextlib import suppress
from datetime import datetime
from pathlib import Path

from sqlalchemy import Connection, delete, insert, select, update

from feeds.errors import StoreError
from feeds.store.tables import AHEAD, worker


def enter(connection: Connection, lease: datetime) -> int:
    """Register this process as a worker that surely lives until `lease`; return its id."""
    row = {"host": _host(), "pid": os.getpid(), "lease": lease}
    return int(connection.execute(insert(worker).values(row).returning(worker.c.id)).scalar_one())


def renew(connection: Connection, worker_id: int, lease: datetime) -> None:
    """Move the end of a lease. Raises StoreError when others took this worker for dead and its rows are theirs."""
    if connection.execute(update(worker).where(worker.c.id == worker_id).values(lease=lease)).rowcount != 1:
        raise StoreError("this process slept so long that another took over its deliveries", "run it again")


def leave(connection: Connection, worker_ids: Sequence[int]) -> None:
    """Take workers off the list."""
    connection.execute(delete(worker).where(worker.c.id.in_(worker_ids)))


def dead(connection: Connection, now: datetime) -> tuple[int, ...]:
    """Return the workers whose lease is over, or whose process on this machine is gone."""
    here = _host()
    rows = connection.execute(select(worker)).all()
    return tuple(row.id for row in rows if _is_over(row.lease, now) or (row.host == here and not _alive(row.pid)))


def _is_over(lease: datetime, now: datetime) -> bool:
    return not now <= lease <= now + AHEAD


def _host() -> str:
    """Name the machine, or the container on it: process ids mean nothing beyond their namespace."""
    with suppress(OSError):
        return f"{socket.gethostname()} {Path('/proc/self/ns/pid').readlink()}"
    return socket.gethostname()


def _alive(pid: int) -> bool:
    """Tell whether the process lives. A pid that was given anew counts as alive: then the lease decides, later."""
    if os.name != "posix":
        return True
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
