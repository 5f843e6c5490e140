"""Ask readers by mail whether they want a newsletter, and take their answers.

    ask -> a delivery like any other -> the reader answers, or says yes on the page it links to -> confirm

Each mail that asks has a page of its own, where there are pages, and an address of its own for the answer. Only who
can read the mail of a reader knows them. Machines that follow links press no button, and those that answer mails
answer another address: the one that the message left from (RFC 3834 4).
"""

from collections import Counter
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from functools import cache, partial
from zoneinfo import ZoneInfo

import msgspec
from sqlalchemy import Connection

from feeds.config import Settings
from feeds.delivery import Envelope
from feeds.digest.confirmation import PROOF, answer_address, inquire
from feeds.errors import SettingsError
from feeds.mail import Mailbox, Recipient, encode, stamp
from feeds.model import Issue, Newsletter, Variant
from feeds.newsletter.drafting import letter_of, next_letter
from feeds.newsletter.press import Press, Seal
from feeds.store import Store, events, issues, leaving, posts, requests, subscribers, suppressions
from feeds.store.deliveries import Claimed
from feeds.store.engine import serialise
from feeds.store.issues import NewIssue
from feeds.store.requests import Request
from feeds.store.subscribers import NewSubscriber
from feeds.subscriptions.enrolling import Enrol, checked
from feeds.templating import environment
from feeds.tokens import sign_address

VALID = timedelta(days=7)  # that an answer counts
KEPT = timedelta(days=30)  # that who does not answer is remembered
PATIENCE = timedelta(minutes=10)  # between two mails that ask one reader
MOST = 3  # mails that ask one mailbox, in the time that it is remembered, however often and by whom it is wanted
PURPOSE = "confirm"
Inquirer = Callable[[Newsletter, str, datetime], Variant]
_GMAIL = {"gmail.com", "googlemail.com"}  # there dots change nothing either


def asker(settings: Settings) -> Enrol:
    """Return what asks readers, in place of `enrol`, which takes somebody's word for it.

    Raises SettingsError when there is neither a page nor an address that takes the answers.
    """
    if not (settings.web.url or settings.mail.bounces.address):
        mend = "set it: readers confirm by a mail to it; or set web.url: they do so on a page"
        raise SettingsError("mail.bounces.address is empty", mend)
    if not settings.mail.sender:
        raise SettingsError("mail.from is empty", 'set it to something like "The Daily <news@example.org>"')
    return partial(_ask, settings, _inquirer(settings))


def confirm(
    settings: Settings, connection: Connection, issue_id: int, subscriber_id: int, how: str, now: datetime
) -> str:
    """Give a reader what a mail asked about, who said yes to it; return what came of it.

    "confirmed"; "asked" once more, when the answer comes too late; "repeated" when the reader has said so before, or
    was suppressed or forgotten since, or there is no such newsletter any more.
    """
    newsletter, at = requests.asked_by(connection, issue_id, subscriber_id) or ("", now)
    request = requests.waiting(connection, subscriber_id, newsletter)
    is_there = newsletter in (each.name for each in settings.newsletter)
    if not (request and is_there) or _is_unwanted(connection, subscriber_id):
        return "repeated"
    if now - at > VALID:
        _ask_again(settings, connection, request, now)
        return "asked"
    consent = f"{newsletter}: {request.consent}; {how} on {now:%Y-%m-%d %H:%M} UTC"
    cursor = posts.head(connection)
    if not subscribers.resubscribe(connection, subscriber_id, request.subscription, consent, cursor, now):
        return "repeated"
    requests.withdraw(connection, [subscriber_id], newsletter, now)
    events.note(connection, "confirmed", now, subscriber_id=subscriber_id, detail=newsletter)
    return "confirmed"


def forget_unanswered(store: Store, now: datetime) -> int:
    """Forget who was asked and has not answered for a month; return how many readers that were."""
    with store.reading() as connection:
        if not requests.any_before(connection, now - KEPT):
            return 0
    with store.writing() as connection:
        gone = requests.unanswered(connection, now - KEPT)
        requests.forget(connection, now - KEPT)
        for subscriber_id in gone:
            leaving.erase(connection, subscriber_id, now)
    return len(gone)


def press_of(store: Store, issue: Issue, keys: tuple[str, ...], seal: Seal) -> Press:
    """Return the press for the messages of an issue, with posts or with a question in it."""
    return (Asking if requests.is_stream(issue.newsletter) else Press)(store, issue, keys, seal)


class Asking(Press):
    """The press of mails that ask: each says where its own answer goes."""

    def message(self, claimed: Claimed, envelope: Envelope) -> bytes:
        """Make the message. Raises ValueError for an address that could break out of a header."""
        letter, proof = self._letter, sign_address(claimed.issue_id, claimed.subscriber_id, self._keys, PURPOSE)
        with self._store.reading() as connection:
            variant = issues.read_variant(connection, claimed.variant_id)
        html, text = (each.replace(PROOF, proof) for each in (variant.html, variant.text))
        if letter.bounce_address:
            answer = answer_address(letter.bounce_address).replace(PROOF, proof)
            letter = msgspec.structs.replace(letter, reply_to=Mailbox(answer, letter.title))
        purpose = f"unsubscribe:{requests.newsletter_of(self._newsletter)}"
        token = self._token(purpose, claimed)
        recipient = Recipient(claimed.address, envelope.message_id, unsubscribe=token, name=claimed.name)
        asking = msgspec.structs.replace(variant, html=html, text=text)
        return self._seal(stamp(encode(asking, letter, self._date), recipient))


def _inquirer(settings: Settings) -> Inquirer:
    """Return what writes the mail for a newsletter, in a language, on a day: once, as it takes long beside all else."""
    templates = environment(settings.root)

    @cache
    def write(newsletter: Newsletter, language: str, at: datetime) -> Variant:
        letter = letter_of(settings, newsletter, 1)  # it shows no number
        return inquire(newsletter, settings.site, language, letter, at, VALID, templates)

    return write


def _ask(
    settings: Settings,
    inquirer: Inquirer,
    connection: Connection,
    newsletter: str,
    readers: Sequence[NewSubscriber],
    consent: str,
    now: datetime,
) -> Counter[str]:
    """Queue a mail to readers that asks whether they want a newsletter, as `enrol` would give it to them.

    Count who is "added", who are "duplicates", who "left": mail to them comes back or they complained; and who was
    "asked" often enough, of late.
    """
    serialise(connection, "requests")  # else two at once would both find that nobody was asked
    wanted = {each.email_key: each for each in reversed(readers)}
    unwanted = suppressions.among(connection, wanted)
    allowed = [each for key, each in wanted.items() if key not in unwanted]
    if allowed:
        subscribers.add(connection, allowed, "", now, status="pending")
    known = subscribers.by_key(connection, [each.email_key for each in allowed])
    able = {id_: key for key, (id_, status) in known.items() if status in subscribers.MAY_COME}
    there = subscribers.who_read(connection, newsletter, able)
    patient = _patient(connection, {id_: key for id_, key in able.items() if id_ not in there}, now)
    said = next(each for each in settings.newsletter if each.name == newsletter)
    by_language: dict[str, list[Request]] = {}
    for id_, person in subscribers.with_ids(connection, patient).items():
        wish = wanted[able[id_]]
        request = Request(id_, newsletter, wish.categories, wish.cadence, consent, now)
        by_language.setdefault(person.language, []).append(request)
    for language, theirs in sorted(by_language.items()):
        _open(settings, inquirer, connection, said, language, theirs, now)
    return Counter(
        added=len(patient),
        duplicates=len(readers) - len(wanted) + len(there),
        asked=len(able) - len(there) - len(patient),
        left=len(wanted) - len(able),
    )


def _patient(connection: Connection, keys: dict[int, str], now: datetime) -> list[int]:
    """Return the readers, of id -> key, who may be asked again; of several with one mailbox the first."""
    domains = {key.rpartition("@")[2] for key in keys.values()}
    waiting = requests.keys(connection, domains | _GMAIL if domains & _GMAIL else domains)
    mails: dict[str, tuple[int, datetime]] = {}
    for id_, (count, last) in requests.mails(connection, {*keys, *waiting}, now - KEPT).items():
        before, latest = mails.get(box := mailbox_of((waiting | keys)[id_]), (0, last))
        mails[box] = (before + count, max(latest, last))
    patient = []
    for id_, key in keys.items():
        count, last = mails.get(box := mailbox_of(key), (0, now - KEPT))
        if count < MOST and now - last >= PATIENCE:
            patient.append(id_)
            mails[box] = (count + 1, now)
    return patient


def mailbox_of(email_key: str) -> str:
    """Return what is alike for addresses that lead to one mailbox: what stands behind a + in them changes nothing."""
    local, _, domain = email_key.rpartition("@")
    local = local.partition("+")[0]
    return f"{local.replace('.', '')}@gmail.com" if domain in _GMAIL else f"{local}@{domain}"


def _open(
    settings: Settings,
    inquirer: Inquirer,
    connection: Connection,
    newsletter: Newsletter,
    language: str,
    readers: Sequence[Request],
    now: datetime,
) -> None:
    stream = requests.stream(newsletter.name)
    letter = next_letter(connection, settings, newsletter, stream)
    local = now.astimezone(ZoneInfo(settings.site.timezone))
    content = inquirer(newsletter, language, local.replace(hour=0, minute=0, second=0, microsecond=0))
    label = local.strftime("%Y-%m-%dT%H:%M")
    new = NewIssue(stream, letter.number, label, 0, "open", msgspec.json.encode(letter).decode())
    issue_id = issues.add(connection, new, now)
    requests.queue(connection, issue_id, issues.add_variant(connection, issue_id, content), readers, now)
    issues.freeze(connection, issue_id, len(readers))
    for each in readers:
        events.note(connection, "asked", now, issue_id=issue_id, subscriber_id=each.subscriber_id)


def _ask_again(settings: Settings, connection: Connection, request: Request, now: datetime) -> None:
    if found := subscribers.find(connection, subscribers.key(connection, request.subscriber_id)):
        reader = checked(found.email, found.name, found.language, found.timezone, request.categories)
        reader = msgspec.structs.replace(reader, cadence=request.cadence)
        asker(settings)(connection, request.newsletter, [reader], request.consent, now)


def _is_unwanted(connection: Connection, subscriber_id: int) -> bool:
    key = subscribers.key(connection, subscriber_id)
    return bool(suppressions.among(connection, [key]))
