"""feeds.lock on disk, beside feeds.toml. Contains no decisions about what is in it."""

from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType

from feeds import output
from feeds.identity import lock
from feeds.identity.lock import Lock, Noted
from feeds.model import EPOCH

_NOTHING: Mapping[str, Noted] = MappingProxyType({})


def read(folder: Path, noted: Mapping[str, Noted] = _NOTHING) -> Lock | None:
    """Read the lock of the site in `folder`; None when there is none. Raises SettingsError or OutputError."""
    return lock.parse(data(folder), noted)


def data(folder: Path) -> bytes:
    """Return what lies there. Raises OutputError."""
    return output.read(folder / lock.FILE_NAME)


def put(folder: Path, data: bytes) -> bool:
    """Write what `lock.render` or `lock.amended` made; return False when it lies there already. Raises OutputError."""
    return output.write(folder / lock.FILE_NAME, data, EPOCH)


def write(folder: Path, content: Lock) -> bool:
    """Write the lock, whole or not at all; return False when it says so already. Raises OutputError."""
    return put(folder, lock.render(content))
