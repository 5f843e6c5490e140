"""What a reader is made of, and how one comes onto a newsletter's list."""

import re
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from email_validator import EmailNotValidError, validate_email
from sqlalchemy import Connection

from feeds import catalogue
from feeds.config import Settings
from feeds.errors import SettingsError, UsageError
from feeds.mail.headers import one_line
from feeds.model import Problem, Subscriber, Subscription
from feeds.store import leaving, posts, requests, subscribers, suppressions
from feeds.store.subscribers import NewSubscriber

# Brings readers onto a newsletter's list; who asks for it is said in words, and each of them is counted.
Enrol = Callable[[Connection, str, Sequence[NewSubscriber], str, datetime], Counter[str]]
ALL = "*"  # as a category
_LANGUAGE = re.compile(r"[A-Za-z]{2,8}([-_][A-Za-z0-9]{1,8})*")


def newsletter_of(settings: Settings, chosen: str) -> str:
    """Return the newsletter that is meant; none need be named where there is one only. Raises UsageError."""
    names = [each.name for each in settings.newsletter]
    if chosen in names:
        return chosen
    if not names:
        raise UsageError("this site has no newsletter", "add [[newsletter]] to feeds.toml")
    if chosen:
        raise UsageError(f"there is no newsletter {chosen!r}", f"known: {', '.join(names)}")
    if len(names) > 1:
        raise UsageError("there are several newsletters", f"name one: {', '.join(names)}")
    return names[0]


def offered(settings: Settings, newsletter: str, chosen: str) -> str:
    """Return a cadence that a newsletter offers, as feeds.toml spells it; "" is its own. Raises UsageError."""
    said = next(each for each in settings.newsletter if each.name == newsletter)
    for each in ("", said.cadence, *said.offer):
        if " ".join(chosen.lower().split()) == " ".join(each.lower().split()):
            return "" if each == said.cadence else each
    known = ", ".join(f'"{each}"' for each in (said.cadence, *said.offer))
    raise UsageError(f"{newsletter} is not offered {chosen!r}", f"known: {known}; see newsletter.offer in feeds.toml")


def unheard(settings: Settings, categories: Iterable[str], where: str, now: datetime) -> tuple[Problem, ...]:
    """Name the categories that no post is in: misspelt, or waiting for their first post."""
    if not (named := sorted(set(categories) - {ALL})):
        return ()
    from feeds.publish.posts import survey  # reads the posts, which nothing else here needs

    try:
        found = survey(settings, now)
    except SettingsError:  # for a build to say: readers come all the same
        return ()
    return tuple(Problem(where, 0, *said) for said in catalogue.unheard(named, found.posts))


def checked(
    email: str, name: str = "", language: str = "", timezone: str = "", categories: Sequence[str] = ()
) -> NewSubscriber:
    """Return a reader with everything in its normal form. Raises UsageError."""
    try:
        valid = validate_email(email.strip(), check_deliverability=False)
    except EmailNotValidError as error:
        why = " ".join(str(error).split()).rstrip(".")
        raise UsageError(f"{email!r} is no address", why[:1].lower() + why[1:]) from None
    if language and not _LANGUAGE.fullmatch(language):
        raise UsageError(f"{language!r} is no language", 'write it like "ar" or "pt-BR"')
    try:
        ZoneInfo(timezone or "UTC")
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise UsageError(f"{timezone!r} is no time zone", 'write it like "Africa/Algiers"') from None
    address = valid.ascii_email or f"{valid.local_part}@{valid.ascii_domain}"
    named = {one_line(each) for each in categories} - {""}
    chosen = () if ALL in named else sorted(named)
    plain = language.replace("_", "-")
    return NewSubscriber(valid.normalized, address.casefold(), address, one_line(name), plain, timezone, tuple(chosen))


def key_of(email: str) -> str:
    """Return what tells an address apart from others, however it is spelled."""
    try:
        return checked(email).email_key
    except UsageError:
        return one_line(email).casefold()


def reader_of(connection: Connection, email: str) -> Subscriber:
    """Return the reader who has an address. Raises UsageError when there is none."""
    if found := subscribers.find(connection, key_of(email)):
        return found
    raise UsageError(f"there is no subscriber {email}", "`feeds subscribers list` shows all")


def enrol(
    connection: Connection, newsletter: str, readers: Sequence[NewSubscriber], consent: str, now: datetime
) -> Counter[str]:
    """Subscribe readers from the next post on; count who was "added", who are "duplicates" and who has "left".

    Who was asked by mail and has not answered yet need not do so any more.
    """
    unwanted = suppressions.among(connection, [each.email_key for each in readers])
    allowed = [each for each in readers if each.email_key not in unwanted]
    if allowed:
        subscribers.add(connection, allowed, consent, now)
    known = subscribers.by_key(connection, [each.email_key for each in allowed])
    gone = leaving.left(connection, newsletter, [subscriber_id for subscriber_id, _ in known.values()])
    active = [
        (subscriber_id, each)
        for each in allowed
        if (subscriber_id := known[each.email_key][0]) not in gone and known[each.email_key][1] in ("active", "pending")
    ]
    # Reversed: of two lines for one reader, the first holds, as it does against a line further down in the file.
    chosen = {
        subscriber_id: Subscription(newsletter, each.categories, each.cadence)
        for subscriber_id, each in reversed(active)
    }
    added = subscribers.subscribe(connection, chosen, posts.head(connection), now)
    requests.withdraw(connection, chosen, newsletter, now)
    for subscriber_id, each in active:
        if known[each.email_key][1] == "pending":
            subscribers.activate(connection, subscriber_id, consent, now)
    return Counter(added=len(added), duplicates=len(active) - len(added), left=len(readers) - len(active))
