"""Subscribe, import, list and unsubscribe readers.

Who has left is never brought back by an operator's list: only the reader can do that.
"""

import csv
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from io import StringIO
from pathlib import Path
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from email_validator import EmailNotValidError, validate_email
from msgspec import Struct
from sqlalchemy import Connection

from feeds.config import Settings
from feeds.errors import UsageError
from feeds.mail.headers import one_line
from feeds.model import Problem, Subscriber, Subscription
from feeds.store import Store, deliveries, events, posts, subscribers
from feeds.store.subscribers import NewSubscriber

COLUMNS = ("email", "name", "language", "timezone", "categories")
BETWEEN_CATEGORIES = ";"
_CHUNK = 500  # lines of a file that are written at once
_LANGUAGE = re.compile(r"[A-Za-z]{2,8}([-_][A-Za-z0-9]{1,8})*")


class Imported(Struct, frozen=True):
    """What became of the lines of a file."""

    added: int
    duplicates: int  # they get the newsletter already
    left: int  # they unsubscribed, or mail to them came back
    problems: tuple[Problem, ...]


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
    newsletter: str = "",
) -> Subscriber:
    """Subscribe one reader, who has asked for it; `newsletter` may be left out where there is one only.

    Raises UsageError for an address that is none, a reader who has it already, and one who has left.
    """
    newsletter = _newsletter(settings, newsletter)
    reader = _checked(email, name, language, timezone, categories)
    with store.writing() as connection:
        became = _enrol(connection, newsletter, [reader], "added by the operator", now)
        found = subscribers.find(connection, reader.email_key)
    if not became["added"] or not found:
        what = f"already gets {newsletter}" if became["duplicates"] else "has left, and only they can come back"
        raise UsageError(f"{reader.email} {what}")
    return found


def import_csv(
    settings: Settings, store: Store, path: Path, now: datetime, *, newsletter: str = "", dry_run: bool = False
) -> Imported:
    """Subscribe the readers in a CSV file, whose first line names its columns: email, and any other of COLUMNS.

    A line that cannot be used is a problem and the others go on; all that is kept is kept at once. A dry run keeps
    nothing. Raises UsageError when the file cannot be read or has no column "email".
    """
    newsletter = _newsletter(settings, newsletter)
    problems: list[Problem] = []
    readers = list(_readers(path, problems))  # before the transaction: checking addresses is the slow part
    became: Counter[str] = Counter()
    with store.trying() if dry_run else store.writing() as connection:
        for start in range(0, len(readers), _CHUNK):
            became += _enrol(connection, newsletter, readers[start : start + _CHUNK], f"imported from {path.name}", now)
    return Imported(became["added"], became["duplicates"], became["left"], tuple(problems))


def listed(store: Store, *, status: str = "", newsletter: str = "") -> Iterator[Subscriber]:
    """Yield subscribers in the order in which they came: all, or those in one status or with one newsletter."""
    with store.reading() as connection:
        yield from subscribers.listed(connection, status=status, newsletter=newsletter)


def unsubscribe(store: Store, email: str, now: datetime, *, how: str = "by the operator") -> Subscriber:
    """Send a reader no more mail, from this moment on; doing it again changes nothing.

    Raises UsageError when there is no such reader.
    """
    with store.writing() as connection:
        found = subscribers.find(connection, _key(email))
        if not found:
            raise UsageError(f"there is no subscriber {email}", "`feeds subscribers list` shows all")
        if found.status in ("pending", "active"):
            subscribers.set_status(connection, found.id, "unsubscribed")
            deliveries.drop(connection, f"unsubscribed {how}", now, subscriber_id=found.id)
            events.note(connection, "unsubscribed", now, subscriber_id=found.id, detail=how)
            found = subscribers.find(connection, _key(email)) or found
    return found


def _newsletter(settings: Settings, chosen: str) -> str:
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


def _checked(email: str, name: str, language: str, timezone: str, categories: Sequence[str]) -> NewSubscriber:
    """Return a reader with everything in its normal form. Raises UsageError."""
    try:
        valid = validate_email(email.strip(), check_deliverability=False)
    except EmailNotValidError as error:
        raise UsageError(f"{email!r} is no address", " ".join(str(error).split())) from None
    if language and not _LANGUAGE.fullmatch(language):
        raise UsageError(f"{language!r} is no language", 'write it like "ar" or "pt-BR"')
    try:
        ZoneInfo(timezone or "UTC")
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise UsageError(f"{timezone!r} is no time zone", 'write it like "Africa/Algiers"') from None
    address = valid.ascii_email or f"{valid.local_part}@{valid.ascii_domain}"
    chosen = sorted({one_line(each) for each in categories} - {""})
    plain = language.replace("_", "-")
    return NewSubscriber(valid.normalized, address.casefold(), address, one_line(name), plain, timezone, tuple(chosen))


def _key(email: str) -> str:
    try:
        return _checked(email, "", "", "", ()).email_key
    except UsageError:
        return email.strip().casefold()


def _enrol(
    connection: Connection, newsletter: str, readers: Sequence[NewSubscriber], consent: str, now: datetime
) -> Counter[str]:
    """Subscribe readers from the next post on; count who was "added", who are "duplicates" and who has "left"."""
    subscribers.add(connection, readers, consent, now)
    known = subscribers.by_key(connection, [each.email_key for each in readers])
    active = [(known[each.email_key][0], each) for each in readers if known[each.email_key][1] in ("active", "pending")]
    # Reversed: of two lines for one reader, the first holds, as it does against a line further down in the file.
    chosen = {subscriber_id: Subscription(newsletter, each.categories) for subscriber_id, each in reversed(active)}
    added = subscribers.subscribe(connection, chosen, posts.head(connection), now)
    return Counter(added=len(added), duplicates=len(active) - len(added), left=len(readers) - len(active))


def _rows(path: Path, problems: list[Problem]) -> Iterator[tuple[int, Mapping[str, str]]]:
    """Yield (line, column -> value) of a CSV file; name what cannot be read in `problems`."""
    try:
        text = path.read_bytes().decode("utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(str(error), "make it a readable UTF-8 file", str(path)) from error
    # Spreadsheets write the separator of their country.
    separator = max(",;\t", key=text.partition("\n")[0].count)
    reader = csv.reader(StringIO(text, newline=""), delimiter=separator, strict=True)
    try:
        names = [name.strip().lower() for name in next(reader, [])]
    except csv.Error:
        names = []
    if "email" not in names:
        raise UsageError('the first line names no column "email"', f"known: {', '.join(COLUMNS)}", str(path))
    mend = f"known: {', '.join(COLUMNS)}"
    problems += [Problem(str(path), 1, f"column {name!r} is not used", mend) for name in names if name not in COLUMNS]
    line = reader.line_num + 1
    try:
        for row in reader:
            if any(row):
                yield line, dict(zip(names, row, strict=False))
            line = reader.line_num + 1
    except csv.Error as error:
        problems.append(Problem(str(path), line, f"not CSV from here on: {error}", "close the quotes"))


def _readers(path: Path, problems: list[Problem]) -> Iterator[NewSubscriber]:
    """Yield the readers of a CSV file; name what cannot be used in `problems`. Raises UsageError."""
    for line, row in _rows(path, problems):
        value = {name: row.get(name, "").strip() for name in COLUMNS}
        chosen = value["categories"].split(BETWEEN_CATEGORIES)
        try:
            yield _checked(value["email"], value["name"], value["language"], value["timezone"], chosen)
        except UsageError as error:
            problems.append(Problem(str(path), line, error.what, error.mend))
