"""feeds.lock on disk, beside feeds.toml. Contains no decisions about what is in it."""

from pathlib import Path

from feeds import output
from feeds.identity import lock
from feeds.identity.lock import Lock
from feeds.model import EPOCH


def read(folder: Path) -> Lock | None:
    """Read the lock of the site in `folder`; None when there is none. Raises SettingsError or OutputError."""
    data = output.read(folder / lock.FILE_NAME)
    return lock.parse(data) if data.strip() else None


def write(folder: Path, content: Lock) -> bool:
    """Write the lock, whole or not at all; return False when it says so already. Raises OutputError."""
    return output.write(folder / lock.FILE_NAME, lock.render(content), EPOCH)
