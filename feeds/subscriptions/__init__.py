"""Subscribe, change, import, export, list, unsubscribe, suppress and erase readers.

Who has left is never brought back by an operator's list: only the reader can do that.
"""

from collections.abc import Iterator, Sequence
from datetime import datetime

from msgspec import Struct
from msgspec.structs import replace

from feeds.config import Settings
from feeds.errors import UsageError
from feeds.model import Subscriber
from feeds.store import Store, subscribers
from feeds.store.leaving import left
from feeds.subscriptions.changing import Changed, change
from feeds.subscriptions.choosing import Bearer, Wish, bearer, choose
from feeds.subscriptions.enrolling import Enrol, checked, enrol, newsletter_of, offered, reader_of, unheard
from feeds.subscriptions.exporting import export_csv
from feeds.subscriptions.importing import Imported, import_csv
from feeds.subscriptions.leaving import erase, leave, suppress, unsubscribe, unsuppress
from feeds.subscriptions.links import unsubscribe_link

__all__ = [
    "Bearer",
    "Changed",
    "Imported",
    "Record",
    "Wish",
    "add",
    "bearer",
    "change",
    "choose",
    "erase",
    "export_csv",
    "import_csv",
    "leave",
    "listed",
    "show",
    "suppress",
    "unheard",
    "unsubscribe",
    "unsubscribe_link",
    "unsuppress",
]


def add(
    settings: Settings,
    store: Store,
    email: str,
    now: datetime,
    *,
    name: str = "",
    language: str = "",
    timezone: str = "",
    categories: Sequence[str] = (),
    cadence: str = "",
    newsletter: str = "",
    enrol: Enrol = enrol,
) -> Subscriber:
    """Subscribe one reader, who has asked for it; `newsletter` may be left out where there is one only.

    With another `enrol` they may have to confirm that first. Raises UsageError for an address that is none, a cadence
    that is not offered, a reader who has it already, and one who has left.
    """
    newsletter = newsletter_of(settings, newsletter)
    reader = checked(email, name, language, timezone, categories)
    reader = replace(reader, cadence=offered(settings, newsletter, cadence))
    with store.writing() as connection:
        became = enrol(connection, newsletter, [reader], "added by the operator", now)
        found = subscribers.find(connection, reader.email_key)
    if not became["added"] or not found:
        what = f"already gets {newsletter}" if became["duplicates"] else "was asked, and has not answered"
        raise _away(reader.email, found) if became["left"] else UsageError(f"{reader.email} {what}")
    return found


def _away(email: str, found: Subscriber | None) -> UsageError:
    """Say why an address gets no mail, and who can change that; what was erased left no more than a digest."""
    mend = f"if they ask for mail, run `feeds subscribers unsuppress {email}`"
    if not found:
        return UsageError(f"{email} is suppressed or was erased", f"{mend}, then add them")
    if found.status == "bounced":
        return UsageError(f"mail to {email} came back", mend)
    return UsageError(f"{email} has left, and only they can come back")


class Record(Struct, frozen=True):
    """All that is kept of a reader, but for the deliveries."""

    reader: Subscriber
    created: datetime
    confirmed: datetime | None  # when they said yes, or somebody for them; None while that is awaited
    consent: tuple[str, ...]  # who asked for it, and how; a line for each time
    left: tuple[str, ...] = ()  # of their newsletters, those that they do not get any more


def show(store: Store, email: str) -> Record:
    """Return what is kept of a reader, and what proves that they want it. Raises UsageError when there is none."""
    with store.reading() as connection:
        found = reader_of(connection, email)
        created, confirmed, consent = subscribers.record(connection, found.id)
        theirs = (each.newsletter for each in found.subscriptions)
        gone = tuple(name for name in theirs if left(connection, name, [found.id]))
    return Record(found, created, confirmed, tuple(consent.splitlines()), gone)


def listed(store: Store, *, status: str = "", newsletter: str = "") -> Iterator[Subscriber]:
    """Yield subscribers in the order in which they came: all, or those in one status or with one newsletter.

    Of who was erased nothing is left to show.
    """
    with store.reading() as connection:
        found = subscribers.listed(connection, status=status, newsletter=newsletter)
        yield from (each for each in found if each.status != "erased" or status == "erased")
