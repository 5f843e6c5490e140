"""Change what a reader chose: the clock that they go by, their topics, their language and name."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime

from msgspec import Struct
from msgspec.structs import replace
from sqlalchemy import Connection

from feeds.config import Settings
from feeds.errors import UsageError
from feeds.model import Subscriber, Subscription
from feeds.store import Store, events, subscribers
from feeds.store.subscribers import NewSubscriber
from feeds.subscriptions.enrolling import checked, newsletter_of, offered, reader_of

PERSON = ("name", "language", "timezone")
CHOICE = ("categories", "cadence")


class Changed(Struct, frozen=True):
    """What changes for a reader: field -> what it was and what it is."""

    email: str
    fields: Mapping[str, tuple[object, object]]


def change(
    settings: Settings,
    store: Store,
    email: str,
    now: datetime,
    *,
    name: str | None = None,
    language: str | None = None,
    timezone: str | None = None,
    categories: Sequence[str] | None = None,
    cadence: str | None = None,
    newsletter: str = "",
) -> Changed:
    """Change what is not None; "" is the newsletter's or the site's, no categories are all.

    The posts that the reader has not had yet come at the next occasion on their new clock: none is lost, none comes
    twice. Raises UsageError for a value that is none, and for who does not get the newsletter.
    """
    said = {"name": name, "language": language, "timezone": timezone, "categories": categories, "cadence": cadence}
    chosen = categories is not None or cadence is not None
    newsletter = newsletter_of(settings, newsletter) if chosen or newsletter else ""
    wanted = checked(email, name or "", language or "", timezone or "", categories or ())
    wanted = replace(wanted, cadence=offered(settings, newsletter, cadence) if cadence else "")
    with store.writing() as connection:
        found = reader_of(connection, email)
        if newsletter and not subscribers.who_read(connection, newsletter, [found.id]):
            raise UsageError(f"{found.email} does not get {newsletter}", "`feeds subscribers list` tells their status")
        made = changed(found, newsletter, wanted, [each for each, value in said.items() if value is not None])
        apply(connection, found.id, newsletter, made, now)
    return made


def changed(found: Subscriber, newsletter: str, wanted: NewSubscriber, said: Collection[str]) -> Changed:
    """Return in which of the fields that were said a reader differs from what is wanted."""
    choices = (each for each in found.subscriptions if each.newsletter == newsletter)
    choice = next(choices, Subscription(newsletter))
    pairs = {each: (getattr(found, each), getattr(wanted, each)) for each in PERSON if each in said}
    pairs |= {each: (getattr(choice, each), getattr(wanted, each)) for each in CHOICE if each in said}
    return Changed(found.email, {each: pair for each, pair in pairs.items() if pair[0] != pair[1]})


def apply(connection: Connection, subscriber_id: int, newsletter: str, made: Changed, now: datetime) -> None:
    """Write what changes for a reader."""
    if not made.fields:
        return
    person = {each: new for each, (_, new) in made.fields.items() if each in PERSON}
    choice = {each: new for each, (_, new) in made.fields.items() if each in CHOICE}
    subscribers.change(connection, subscriber_id, person, newsletter, choice, now)
    events.note(connection, "changed", now, subscriber_id=subscriber_id, detail=", ".join(made.fields))
