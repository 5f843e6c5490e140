"""Let readers choose for themselves what comes to them, and when. Who they are, the token of a link says.

What they have already changes at once. What is new to them they are asked about by mail, as anybody is: a link in a
mail that was passed on is in a stranger's hands.
"""

from collections.abc import Sequence
from datetime import datetime

from msgspec import Struct
from msgspec.structs import replace
from sqlalchemy import Connection

from feeds.config import Settings
from feeds.model import Subscriber
from feeds.store import Store, leaving, subscribers
from feeds.subscriptions.changing import CHOICE, apply, changed
from feeds.subscriptions.enrolling import Enrol, checked, offered
from feeds.subscriptions.leaving import leave
from feeds.tokens import Claim


class Bearer(Struct, frozen=True):
    """Who has a link: what it says, the reader it speaks for, and which newsletters they get."""

    claim: Claim
    reader: Subscriber
    gets: frozenset[str]


class Wish(Struct, frozen=True):
    """What a reader wants of a newsletter."""

    newsletter: str
    wanted: bool = True
    categories: tuple[str, ...] = ()
    cadence: str = ""


def bearer(settings: Settings, connection: Connection, claim: Claim) -> Bearer | None:
    """Return whom a token speaks for; None when the links are void: the reader was erased, or has moved."""
    if leaving.generation(connection, claim.subscriber) != claim.generation:
        return None
    reader = subscribers.with_ids(connection, [claim.subscriber])[claim.subscriber]
    gets = (each.name for each in settings.newsletter if subscribers.who_read(connection, each.name, [reader.id]))
    return Bearer(claim, reader, frozenset(gets))


def choose(
    settings: Settings,
    store: Store,
    claim: Claim,
    wishes: Sequence[Wish],
    enrol: Enrol,
    now: datetime,
    *,
    language: str | None = None,
    timezone: str | None = None,
) -> bool | None:
    """Do as a reader wishes; tell whether `enrol` asks them about any of it, None when the links are void.

    Raises UsageError for a value that is none, StoreError.
    """
    said = {"language": language, "timezone": timezone}
    with store.writing() as connection:
        before = bearer(settings, connection, claim)
        if not before:
            return None
        person = checked(before.reader.email, before.reader.name, language or "", timezone or "")
        made = changed(before.reader, "", person, [each for each, value in said.items() if value is not None])
        apply(connection, before.reader.id, "", made, now)
        asked = [_grant(settings, connection, before, each, enrol, now) for each in wishes]
    return any(asked)


def _grant(settings: Settings, connection: Connection, before: Bearer, wish: Wish, enrol: Enrol, now: datetime) -> bool:
    """Do as a reader wishes with one newsletter; tell whether they are asked about it."""
    reader = before.reader
    wanted = checked(reader.email, categories=wish.categories)
    wanted = replace(wanted, cadence=offered(settings, wish.newsletter, wish.cadence))
    if wish.newsletter not in before.gets:
        if wish.wanted:
            consent = f"asked on the page of choices on {now:%Y-%m-%d %H:%M} UTC"
            enrol(connection, wish.newsletter, [wanted], consent, now)
        return wish.wanted
    if wish.wanted:
        apply(connection, reader.id, wish.newsletter, changed(reader, wish.newsletter, wanted, CHOICE), now)
    else:
        leave(settings, connection, reader.id, wish.newsletter, now, how="on the page")
    return False
