"""Hand over one message. A new way to do so is one file here and one line in BACKENDS.

Contains no decisions: what to send, whether to try again and what to remember is `feeds.newsletter`'s.
"""

from collections.abc import Callable
from pathlib import Path

from feeds.config import Mail
from feeds.delivery.backend import Backend, Envelope
from feeds.delivery.console import Console
from feeds.delivery.folder import Folder
from feeds.delivery.memory import Memory

__all__ = ["BACKENDS", "Backend", "Envelope"]

# `mail.backend` -> what makes one of the [mail] section and the site's folder.
BACKENDS: dict[str, Callable[[Mail, Path], Backend]] = {
    "folder": lambda mail, folder: Folder(folder / mail.folder),
    "console": lambda _mail, _folder: Console(),
    "memory": lambda _mail, _folder: Memory(),
}
