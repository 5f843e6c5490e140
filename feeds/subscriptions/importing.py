"""Read readers from CSV: ours, and what Mailchimp, Ghost, Substack, Buttondown and listmonk export.

The columns tell what they are, whoever wrote them. A column that says who gets mail no more is obeyed: only a word
that surely means "gets mail" lets a line in.
"""

import csv
import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from contextlib import suppress
from datetime import datetime
from difflib import get_close_matches
from io import StringIO
from itertools import chain
from pathlib import Path

from msgspec import Struct
from msgspec.structs import replace
from sqlalchemy import Connection

from feeds.config import Settings
from feeds.errors import UsageError
from feeds.mail.headers import one_line
from feeds.model import Problem
from feeds.store import Store, subscribers
from feeds.store.subscribers import NewSubscriber
from feeds.subscriptions.cells import unguarded
from feeds.subscriptions.changing import Changed, apply, changed
from feeds.subscriptions.enrolling import Enrol, checked, enrol, newsletter_of, offered, unheard

COLUMNS = ("email", "name", "language", "timezone", "categories", "cadence")
BETWEEN_CATEGORIES = ";"
_CHUNK = 500  # lines of a file that are written at once
_SHOWN = 5  # words that are not known
_NEAR = 0.75  # of two names, of which one is the other misspelt: "category", not "nickname"

# What a column may be called that says who gets mail no more, in exports that nobody has shown us.
_GONE = re.compile("unsub|opt.?out|opted|bounc|complain|suppress|disabled|deleted|blocked")

_SAME = dict.fromkeys(("email address", "email_address", "e-mail", "e-mail address"), "email") | {"full name": "name"}
_NAMES = ("first name", "last name")  # Mailchimp

_BUTTONDOWN = frozenset({"regular", "premium", "gifted", "trialed", "churning", "paused", "past_due"})
_SUBSTACK = frozenset({"free", "paid", "founding", "comp", "gift", "free trial", "iap", "author"})

# Column -> the words in it of those who get mail.
_GETS_MAIL: Mapping[str, frozenset[str]] = {
    "status": frozenset({"active", "enabled", "subscribed", "confirmed"}),  # ours, listmonk
    "subscribed_to_emails": frozenset({"true", "1", "yes"}),  # Ghost
    "email_disabled": frozenset({"false", "0", "no", ""}),  # Substack
    "type": _BUTTONDOWN | _SUBSTACK,
    "subscriber_type": _BUTTONDOWN,
    "unsub_time": frozenset({""}),  # Mailchimp: its file of those who unsubscribed
    "clean_time": frozenset({""}),  # Mailchimp: its file of those whose mail came back
    "unsubscription_date": frozenset({""}),  # Buttondown
    "undeliverability_date": frozenset({""}),
    "cancel date": frozenset({""}),  # Substack
    "deleted_at": frozenset({""}),  # Ghost
}
# Words of those who get none; of any other, the operator is told.
_GETS_NONE = frozenset(
    {"unsubscribed", "bounced", "complained", "erased", "pending", "disabled", "blocklisted", "unactivated"}
    | {"undeliverable", "removed", "spammy", "blocked", "true", "false", "yes", "no", "1", "0"}
)
# What else these exports hold, and nobody misses here.
_ELSEWHERE = """
    member_rating optin_time optin_ip confirm_time confirm_ip latitude longitude gmtoff dstoff cc region last_changed
    leid euid notes tags unsub_campaign_title unsub_campaign_id unsub_reason unsub_reason_other clean_campaign_title
    clean_campaign_id id uuid note complimentary_plan stripe_customer_id created_at updated_at labels tiers
    active_subscription expiry plan first_payment_at attributes metadata referrer_url creation_date source
    secondary_id churn_date unsubscription_reason undeliverability_reason ip_address utm_campaign utm_medium utm_source
"""


class Imported(Struct, frozen=True):
    """What became of the lines of a file."""

    added: int
    duplicates: int  # they get the newsletter already, or were asked whether they want it
    left: int  # they unsubscribed or mail to them came back, here or as the file says
    problems: tuple[Problem, ...]
    changed: tuple[Changed, ...] = ()  # of the duplicates, those who get it otherwise from now on
    warnings: tuple[Problem, ...] = ()  # what may well be meant: columns of no use here, categories without a post


class Line(Struct, frozen=True):
    """What a line of a file says of a reader."""

    reader: NewSubscriber
    gets_mail: bool
    said: tuple[str, ...]  # columns that are not empty


def import_csv(
    settings: Settings,
    store: Store,
    path: Path,
    now: datetime,
    *,
    newsletter: str = "",
    dry_run: bool = False,
    change: bool = False,
    enrol: Enrol = enrol,
) -> Imported:
    """Subscribe the readers in a CSV file, whose first line names its columns: email, and any other of COLUMNS.

    A line that cannot be used is a problem and the others go on; all that is kept is kept at once. A dry run keeps
    nothing. With `change`, readers who are there get what their cells say, but for empty ones. With another `enrol`
    they may have to confirm first. Raises UsageError when the file cannot be read or has no column "email".
    """
    newsletter = newsletter_of(settings, newsletter)
    if path.name.lower().startswith("nonsubscribed"):  # nothing in it tells that
        mend = "import the others; if all of these did ask, give it another name"
        raise UsageError("Mailchimp calls its file so of those who never asked for mail", mend, str(path))
    problems, warnings = list[Problem](), list[Problem]()
    # Before the transaction: checking addresses is slow.
    found = list(_lines(settings, newsletter, path, problems, warnings))
    warnings += unheard(settings, chain.from_iterable(each.reader.categories for each in found), str(path), now)
    gone = {each.reader.email_key for each in found if not each.gets_mail}  # also where another line says otherwise
    lines = [each for each in found if each.reader.email_key not in gone]
    became, changes = Counter(left=len(found) - len(lines)), list[Changed]()
    how = one_line(f"imported from {path.name}")
    with store.trying() if dry_run else store.writing() as connection:
        for start in range(0, len(lines), _CHUNK):
            chunk = lines[start : start + _CHUNK]
            changes += _change(connection, newsletter, chunk, now) if change else ()
            became += enrol(connection, newsletter, [each.reader for each in chunk], how, now)
    duplicates = became["duplicates"] + became["asked"]
    return Imported(became["added"], duplicates, became["left"], tuple(problems), tuple(changes), tuple(warnings))


def _change(connection: Connection, newsletter: str, lines: list[Line], now: datetime) -> Iterator[Changed]:
    """Change readers who get a newsletter to what the first line on each says; yield what changes."""
    said = {each.reader.email_key: each for each in reversed(lines)}
    ids = {subscriber_id: key for key, (subscriber_id, _) in subscribers.by_key(connection, [*said]).items()}
    there = subscribers.with_ids(connection, subscribers.who_read(connection, newsletter, ids))
    for subscriber_id, found in there.items():
        line = said[ids[subscriber_id]]
        made = changed(found, newsletter, line.reader, line.said)
        apply(connection, subscriber_id, newsletter, made, now)
        if made.fields:
            yield made


def _lines(
    settings: Settings, newsletter: str, path: Path, problems: list[Problem], warnings: list[Problem]
) -> Iterator[Line]:
    """Yield what a CSV file says of readers; name what cannot be used in `problems`, and passed by in `warnings`."""
    unknown: dict[str, Counter[str]] = defaultdict(Counter)
    for line, row in _rows(path, problems, warnings):
        value = {name: row.get(name, "").strip() for name in COLUMNS}
        name = value["name"] or " ".join(row.get(part, "") for part in _NAMES).strip()
        chosen = value["categories"].split(BETWEEN_CATEGORIES)
        gets_mail = _gets_mail(row, unknown)
        try:
            reader = checked(value["email"], name, value["language"], value["timezone"], chosen)
            reader = replace(reader, cadence=offered(settings, newsletter, value["cadence"]))
            yield Line(reader, gets_mail, tuple(each for each in value if value[each] or (each == "name" and name)))
        except UsageError as error:
            problems.append(Problem(str(path), line, error.what, error.mend))
    warnings += (_unknown(path, column, words) for column, words in unknown.items())


def _gets_mail(row: Mapping[str, str], unknown: dict[str, Counter[str]]) -> bool:
    """Tell whether a line surely says that its reader gets mail; count words of which nobody knows what they say."""
    said = {column: row[column].strip().lower() for column in _GETS_MAIL if column in row}
    against = {column: word for column, word in said.items() if word not in _GETS_MAIL[column]}
    for column, word in against.items():
        if len(_GETS_MAIL[column]) > 1 and word not in _GETS_NONE:
            unknown[column][word] += 1
    return not against


def _unknown(path: Path, column: str, words: Counter[str]) -> Problem:
    shown = ", ".join(repr(word) for word, _ in words.most_common(_SHOWN)) + ", ..." * (len(words) > _SHOWN)
    what = f"{words.total()} left out, as column {column!r} may say that they get no mail: {shown}"
    return Problem(str(path), 1, what, f"known for those who do: {', '.join(sorted(_GETS_MAIL[column]))}")


def _rows(path: Path, problems: list[Problem], warnings: list[Problem]) -> Iterator[tuple[int, Mapping[str, str]]]:
    """Yield (line, column -> value) of a CSV file; name what cannot be read. Raises UsageError."""
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
    _examine(path, names, problems, warnings)
    line = reader.line_num + 1
    try:
        for row in reader:
            if any(row):
                cells = [*map(unguarded, row), *[""] * (len(names) - len(row))]
                yield line, dict(zip(names, cells, strict=False))
            line = reader.line_num + 1
    except csv.Error as error:
        problems.append(Problem(str(path), line, f"not CSV from here on: {error}", "close the quotes"))


def _examine(path: Path, names: list[str], problems: list[Problem], warnings: list[Problem]) -> None:
    """Look at the names of columns: what only others know is passed by.

    One of ours misspelt is a problem, and so is one that may say who gets mail no more.
    """
    known = f"known: {', '.join(COLUMNS)}"
    if "email" not in names:
        raise UsageError('the first line names no column "email"', known, str(path))
    strange = [name for name in names if name not in {"", *COLUMNS, *_NAMES, *_GETS_MAIL, *_ELSEWHERE.split()}]
    mends = {name: _mend(name, {*COLUMNS} - {*names}) for name in strange}
    problems += [Problem(str(path), 1, f"column {name!r} is not used", mend) for name, mend in mends.items() if mend]
    if passed := ", ".join(repr(name) for name, mend in mends.items() if not mend):
        warnings.append(Problem(str(path), 1, f"not used: {passed}", known))


def _mend(name: str, missing: set[str]) -> str:
    """Say what to do about a column that nobody here knows; "" where it does not matter."""
    if _GONE.search(name):
        return "see that nobody is on the list who left, and leave it out"
    near = get_close_matches(name, missing, 1, _NEAR)
    return f"did you mean {near[0]!r}?" if near else ""
