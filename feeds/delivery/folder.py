"""Put each message into a file that any mail program opens: mail/weekly-42/reader@example.org.eml."""

import os
import re
from hashlib import sha256
from pathlib import Path

from feeds.delivery.backend import Envelope, Opened
from feeds.errors import DeliveryError
from feeds.model import Outcome

SUFFIX = ".eml"
_LONGEST = 255 - len(SUFFIX) - len(".new")  # bytes that file systems allow in a name
# What some file system has a meaning for. RFC 5322 allows most of it in an address: "../../etc/cron.d/x"@example.org.
_UNSAFE = re.compile(r'[\x00-\x20"%*/:<>?\\|\x7f]|^\.')


class Folder(Opened):
    """A folder of messages: one folder for each issue in it, one file for each reader."""

    remote = False
    repeatable = True

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def send(self, message: bytes, envelope: Envelope) -> Outcome:
        """Write the file, whole or not at all. Raises DeliveryError when it cannot be written."""
        path = self.folder / file_name(envelope.issue) / (file_name(envelope.recipient) + SUFFIX)
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            _write(path, message)
        except OSError as error:
            raise DeliveryError(error.strerror or str(error), "make the folder writable", str(path)) from error
        return Outcome("sent", reply=path.relative_to(self.folder).as_posix())


def file_name(text: str) -> str:
    """Turn any text into a name for a file, the same for the same text and another for another."""
    name = _UNSAFE.sub(lambda found: f"%{ord(found[0]):02X}", text)
    if len(name.encode()) <= _LONGEST:
        return name
    seal = sha256(text.encode()).hexdigest()[:16]
    return f"{name.encode()[: _LONGEST - 17].decode(errors='ignore')}~{seal}"


def _write(path: Path, content: bytes) -> None:
    new = path.with_name(path.name + ".new")
    with new.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())  # "sent" is kept durably, so the message must be as well
    new.replace(path)
