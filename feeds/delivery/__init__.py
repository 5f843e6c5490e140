"""Hand over one message. A new way to do so is one file here and one line in BACKENDS.

Contains no decisions: what to send, whether to try again and what to remember is `feeds.newsletter`'s.
"""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from feeds.config import Mail, secret
from feeds.delivery.backend import Backend, Envelope
from feeds.delivery.console import Console
from feeds.delivery.folder import Folder
from feeds.delivery.memory import Memory
from feeds.errors import SettingsError

if TYPE_CHECKING:
    from feeds.delivery.smtp import Relay

__all__ = ["BACKENDS", "Backend", "Envelope", "relay_of"]


def relay_of(mail: Mail, folder: Path, environ: Mapping[str, str]) -> "Relay":
    """Return the relay that the settings name, with its password. Raises SettingsError."""
    from feeds.delivery import smtp

    section = mail.smtp
    if not section.host:
        raise SettingsError("mail.smtp.host is empty", "set it to the name of your mail relay")
    relay = smtp.Relay(
        section.host,
        section.port,
        section.security,
        section.user,
        secret("FEEDS_SMTP_PASSWORD", environ),
        section.hello,
        str(folder / section.ca_file) if section.ca_file else "",
    )
    if relay.user and not relay.password:
        raise SettingsError("mail.smtp.user needs a password", "set FEEDS_SMTP_PASSWORD or FEEDS_SMTP_PASSWORD_FILE")
    return relay


def _smtp(mail: Mail, folder: Path, environ: Mapping[str, str]) -> Backend:
    """Make the SMTP backend: imported here, since most runs send nothing. Raises SettingsError."""
    from feeds.delivery import smtp

    return smtp.Smtp(relay_of(mail, folder, environ), mail.smtp.connections)


# `mail.backend` -> what makes one of the [mail] section, the site's folder and the environment.
BACKENDS: dict[str, Callable[[Mail, Path, Mapping[str, str]], Backend]] = {
    "folder": lambda mail, folder, _environ: Folder(folder / mail.folder),
    "console": lambda _mail, _folder, _environ: Console(),
    "memory": lambda _mail, _folder, _environ: Memory(),
    "smtp": _smtp,
}
