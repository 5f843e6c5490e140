"""What the doctor looks at, and what comes of it."""

from collections.abc import Mapping
from datetime import datetime
from typing import Literal

from msgspec import Struct

from feeds.config import Settings
from feeds.doctor.lookup import Lookup


class Finding(Struct, frozen=True):
    """One thing that was looked at."""

    state: Literal["ok", "warning", "error", "unchecked"]
    what: str
    mend: str = ""
    subject: str = ""

    def __str__(self) -> str:
        line = f"{self.state:9} {self.subject}: {self.what}"
        return f"{line}; {self.mend}" if self.mend else line


class Patient(Struct, frozen=True):
    """A site and its surroundings."""

    settings: Settings
    environ: Mapping[str, str]
    now: datetime
    lookup: Lookup
