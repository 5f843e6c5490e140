"""Read readers from CSV: ours, and what Mailchimp, Ghost, Substack, Buttondown and listmonk export.

The columns tell what they are, whoever wrote them. A column that says who gets mail no more is obeyed: only a word
that surely means "gets mail" lets a line in.
"""

import csv
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import suppress
from datetime import datetime
from io import StringIO
from pathlib import Path

from msgspec import Struct

from feeds.config import Settings
from feeds.errors import UsageError
from feeds.model import Problem
from feeds.store import Store
from feeds.store.subscribers import NewSubscriber
from feeds.subscriptions.enrolling import Enrol, checked, enrol, newsletter_of

COLUMNS = ("email", "name", "language", "timezone", "categories")
BETWEEN_CATEGORIES = ";"
_CHUNK = 500  # lines of a file that are written at once

_SAME = {"email address": "email", "e-mail": "email", "e-mail address": "email", "full name": "name"}
_NAMES = ("first name", "last name")  # Mailchimp

# Column -> the words in it of those who get mail.
_GETS_MAIL: Mapping[str, frozenset[str]] = {
    "status": frozenset({"active", "enabled", "subscribed", "confirmed"}),  # ours, listmonk
    "subscribed_to_emails": frozenset({"true", "1", "yes"}),  # Ghost
    "email_disabled": frozenset({"false", "0", "no", ""}),  # Substack
    "type": frozenset({"regular", "premium", "gifted", "trialed"}),  # Buttondown
    "subscriber_type": frozenset({"regular", "premium", "gifted", "trialed"}),
    "unsub_time": frozenset({""}),  # Mailchimp: its file of those who unsubscribed
    "clean_time": frozenset({""}),  # Mailchimp: its file of those whose mail came back
    "unsubscription_date": frozenset({""}),
    "deleted_at": frozenset({""}),
}
# What else these exports hold, and nobody misses here.
_ELSEWHERE = """
    member_rating optin_time optin_ip confirm_time confirm_ip latitude longitude gmtoff dstoff cc region last_changed
    leid euid notes tags unsub_campaign_title unsub_campaign_id unsub_reason unsub_reason_other clean_campaign_title
    clean_campaign_id id uuid note complimentary_plan stripe_customer_id created_at updated_at labels tiers
    active_subscription expiry plan attributes metadata referrer_url creation_date source
"""


class Imported(Struct, frozen=True):
    """What became of the lines of a file."""

    added: int
    duplicates: int  # they get the newsletter already, or were asked whether they want it
    left: int  # they unsubscribed or mail to them came back, here or as the file says
    problems: tuple[Problem, ...]


def import_csv(
    settings: Settings,
    store: Store,
    path: Path,
    now: datetime,
    *,
    newsletter: str = "",
    dry_run: bool = False,
    enrol: Enrol = enrol,
) -> Imported:
    """Subscribe the readers in a CSV file, whose first line names its columns: email, and any other of COLUMNS.

    A line that cannot be used is a problem and the others go on; all that is kept is kept at once. A dry run keeps
    nothing. With another `enrol` they may have to confirm first. Raises UsageError when the file cannot be read or has
    no column "email".
    """
    newsletter = newsletter_of(settings, newsletter)
    problems: list[Problem] = []
    found = list(_readers(path, problems))  # before the transaction: checking addresses is the slow part
    gone = {reader.email_key for reader, gets_mail in found if not gets_mail}  # also where another line says otherwise
    readers = [reader for reader, _ in found if reader.email_key not in gone]
    became = Counter(left=len(found) - len(readers))
    with store.trying() if dry_run else store.writing() as connection:
        for start in range(0, len(readers), _CHUNK):
            became += enrol(connection, newsletter, readers[start : start + _CHUNK], f"imported from {path.name}", now)
    duplicates = became["duplicates"] + became["asked"]
    return Imported(became["added"], duplicates, became["left"], tuple(problems))


def _readers(path: Path, problems: list[Problem]) -> Iterator[tuple[NewSubscriber, bool]]:
    """Yield the readers of a CSV file and whether they get mail; name what cannot be used in `problems`."""
    for line, row in _rows(path, problems):
        value = {name: row.get(name, "").strip() for name in COLUMNS}
        name = value["name"] or " ".join(row.get(part, "") for part in _NAMES)
        chosen = value["categories"].split(BETWEEN_CATEGORIES)
        gets_mail = all(row[column].strip().lower() in words for column, words in _GETS_MAIL.items() if column in row)
        try:
            yield checked(value["email"], name, value["language"], value["timezone"], chosen), gets_mail
        except UsageError as error:
            problems.append(Problem(str(path), line, error.what, error.mend))


def _rows(path: Path, problems: list[Problem]) -> Iterator[tuple[int, Mapping[str, str]]]:
    """Yield (line, column -> value) of a CSV file; name what cannot be read in `problems`. Raises UsageError."""
    try:
        text = path.read_bytes().decode("utf-8-sig")
    except OSError as error:
        raise UsageError(error.strerror or str(error), "name a file that can be read", str(path)) from error
    except UnicodeDecodeError as error:
        line = 1 + error.object.count(b"\n", 0, error.start)
        raise UsageError("it is not UTF-8", "save it as UTF-8", f"{path}:{line}") from error
    # Spreadsheets write the separator of their country.
    separator = max(",;\t", key=text.partition("\n")[0].count)
    reader = csv.reader(StringIO(text, newline=""), delimiter=separator, strict=True)
    names: list[str] = []
    with suppress(csv.Error):
        names = [_SAME.get(each, each) for each in (name.strip().lower() for name in next(reader, []))]
    problems += _unused(path, names)
    line = reader.line_num + 1
    try:
        for row in reader:
            if any(row):
                yield line, dict(zip(names, [*row, *[""] * (len(names) - len(row))], strict=False))
            line = reader.line_num + 1
    except csv.Error as error:
        problems.append(Problem(str(path), line, f"not CSV from here on: {error}", "close the quotes"))


def _unused(path: Path, names: list[str]) -> Iterator[Problem]:
    known = f"known: {', '.join(COLUMNS)}"
    if "email" not in names:
        raise UsageError('the first line names no column "email"', known, str(path))
    for name in names:
        if name not in {*COLUMNS, *_NAMES, *_GETS_MAIL, *_ELSEWHERE.split()}:
            yield Problem(str(path), 1, f"column {name!r} is not used", known)
