"""Examine a site: what is well, what is wrong and how to mend it, and what could not be seen. Changes nothing.

A new examination is a function that yields findings, and one line in EXAMINATIONS.
"""

from collections.abc import Callable, Iterator, Mapping
from datetime import datetime

from msgspec.structs import replace

from feeds.config import Settings
from feeds.doctor import addresses, contents, database, disk, names, pages, relay
from feeds.doctor.finding import Finding, Patient
from feeds.doctor.lookup import Lookup
from feeds.errors import FeedsError

__all__ = ["EXAMINATIONS", "Finding", "Lookup", "examine"]

EXAMINATIONS: dict[str, Callable[[Patient], Iterator[Finding]]] = {
    "settings": contents.settings,
    "secrets": contents.secrets,
    "posts": contents.posts,
    "templates": contents.templates,
    "lock file": disk.tracked,
    "disk": disk.space,
    "database": database.examine,
    "addresses": addresses.examine,
    "relay": relay.examine,
    "DNS": names.examine,
    "pages": pages.examine,
}


def examine(settings: Settings, environ: Mapping[str, str], now: datetime, lookup: Lookup) -> Iterator[Finding]:
    """Yield what every examination finds; one that cannot go on is a finding too, and the others go on."""
    patient = Patient(settings, environ, now, lookup)
    for subject, examination in EXAMINATIONS.items():
        try:
            for found in examination(patient):
                yield replace(found, subject=subject)
        except FeedsError as error:
            what = f"{error.where}: {error.what}" if error.where else error.what
            yield Finding("error", what, error.mend, subject)
        except OSError as error:
            yield Finding("error", str(error), "see that this user may read and write there", subject)
