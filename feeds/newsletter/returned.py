"""Act on the mail that comes back: bounces, complaints, and the mails by which readers subscribe and unsubscribe.

Anybody can write a bounce, so what counts is only what a stranger cannot know: the signed token in the address that our
message left from and in its Message-ID, the token of an unsubscribe link. Doing it again changes nothing.
"""

import logging
import re
from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import datetime

from msgspec import Struct
from sqlalchemy import Connection

from feeds import subscriptions
from feeds.config import Settings, secret
from feeds.mailbox import Mailbox, mailbox
from feeds.model import Outcome
from feeds.newsletter import confirming, consequences
from feeds.newsletter.hearing import Ear
from feeds.newsletter.ledger import Clock
from feeds.replies import Bounce, Command, Complaint, Ignored, understand
from feeds.replies.returned import Trace
from feeds.store import Store, issues, requests, returns, secrets
from feeds.store.returns import Known
from feeds.subscriptions.links import newsletter_of
from feeds.tokens import ADDRESS_LENGTH, verify_address

# What becomes of a mail that is dealt with. All other stays where it is: "later" is looked at again, "left" is for a
# person to see.
DONE = ("bounced", "complained", "unsubscribed", "asked", "confirmed", "repeated", "forged", "ignored")


class Reader(Struct, frozen=True):
    """What it takes to read what comes back."""

    settings: Settings
    keys: tuple[str, ...]  # secrets that tokens may be signed with
    ear: Ear

    def act(self, connection: Connection, message: bytes, now: datetime) -> str:
        """Act on a message; return one of DONE, "later" or "left"."""
        returned = understand(message)
        if isinstance(returned, Command) or returned == Ignored("unrelated"):
            became = self.ear.hear(connection, returned, message, now)
            if became:
                return became
        if isinstance(returned, Command):
            return self._obey(connection, returned, now)
        if isinstance(returned, Ignored):
            headers = re.split(rb"\r?\n\r?\n", message, maxsplit=1)[0].decode("latin-1")
            tokens = self._tokens(headers)
            is_ours = self._verified(tokens) or self._verified(tokens, confirming.PURPOSE)
            return "ignored" if returned.reason != "unrelated" and is_ours else "left"
        known = self._known(connection, returned.trace)
        if not known:
            return "forged" if self._tokens(" ".join(returned.trace.addresses)) else "left"
        if known.state == "sending":  # quicker than our own note that it was sent
            return "later"
        if isinstance(returned, Bounce):
            return _bounced(connection, known, returned, now)
        return _complained(self.settings, connection, known, returned, now)

    def _obey(self, connection: Connection, command: Command, now: datetime) -> str:
        """Do what a mail asks for whose token says that it may; who asks without one is left to a person."""
        if command.kind != "unsubscribe":
            return "left"
        claim = subscriptions.unsubscribe_link(self.settings, connection, command.token, self.keys)
        if not claim:
            return "left"
        changed = subscriptions.leave(
            self.settings, connection, claim.subscriber, newsletter_of(claim), now, generation=claim.generation
        )
        return "unsubscribed" if changed else "repeated"

    def _known(self, connection: Connection, trace: Trace) -> Known | None:
        """Return the delivery that a report is about, if the report proves it."""
        names = (trace.envid, trace.message_id.partition("@")[0])
        proof = self._verified((*self._tokens(" ".join(trace.addresses)), *names))
        return returns.find(connection, *proof) if proof else None

    def _verified(self, tokens: Iterable[str], purpose: str = "bounce") -> tuple[int, int] | None:
        found = (verify_address(each, self.keys, purpose) for each in tokens)
        return next((proof for proof in found if proof), None)

    def _tokens(self, text: str) -> list[str]:
        """Return what stands behind the + in addresses of the bounce mailbox."""
        local, _, _ = self.settings.mail.bounces.address.partition("@")
        return re.findall(rf"(?i)\b{re.escape(local)}\+(\w{{{ADDRESS_LENGTH}}})\b", text) if local else []


def read_mailbox(settings: Settings, store: Store, clock: Clock, *, environ: Mapping[str, str]) -> Mapping[str, int]:
    """Act on the new mail in the mailbox of the settings; return what became of how many, {} without a mailbox.

    Mail that is not ours stays as it is, unread. Raises SettingsError, MailboxError or StoreError.
    """
    bounces = settings.mail.bounces
    if not bounces.url:
        return {}
    opened = mailbox(bounces, settings.root, secret("FEEDS_IMAP_PASSWORD", environ))
    return _read(opened, _reader(settings, store, environ), store, clock)


def take(settings: Settings, store: Store, message: bytes, now: datetime, *, environ: Mapping[str, str]) -> str:
    """Act on one message; return one of DONE, "later" or "left". Raises SettingsError or StoreError."""
    reader = _reader(settings, store, environ)
    with store.writing() as connection:
        return reader.act(connection, message, now)


def _reader(settings: Settings, store: Store, environ: Mapping[str, str]) -> Reader:
    # Its detectors stumble over odd mails, which is caught, but not before it wrote the traceback to standard error.
    logging.getLogger("flufl.bounce").setLevel(logging.CRITICAL + 1)
    with store.writing() as connection:
        keys = secrets.keys(connection, secret("FEEDS_SECRET", environ))
    return Reader(settings, keys, Ear(settings, keys))


def _read(opened: Mailbox, reader: Reader, store: Store, clock: Clock) -> Mapping[str, int]:
    became: Counter[str] = Counter()
    with opened:
        for letter in opened.new():
            with store.writing() as connection:
                what = reader.act(connection, letter.message, clock())
            became[what] += 1
            if what in DONE:
                opened.file(letter)
            elif what == "left":
                opened.pass_by(letter)
    return became


def _bounced(connection: Connection, known: Known, bounce: Bounce, now: datetime) -> str:
    verdict = bounce.verdict
    outcome = Outcome("bounced", enhanced=bounce.status, reply=bounce.diagnostic, meaning=verdict.name)
    if not returns.came_back(connection, known, outcome, now):
        return "repeated"
    if known.is_current:  # else the reader has moved to another address meanwhile
        consequences.follow(connection, verdict, known.issue_id, known.subscriber_id, bounce.status, now)
    issues.close_done(connection, now)
    return "bounced"


def _complained(settings: Settings, connection: Connection, known: Known, complaint: Complaint, now: datetime) -> str:
    if complaint.kind.startswith("opt-out"):
        how = "by a report of the provider"
        newsletter = requests.newsletter_of(known.newsletter)
        changed = subscriptions.leave(settings, connection, known.subscriber_id, newsletter, now, how=how)
        return "unsubscribed" if changed else "repeated"
    outcome = Outcome("complained", reply=complaint.kind, meaning="complaint")
    if not returns.came_back(connection, known, outcome, now):
        return "repeated"
    consequences.stop(connection, "complained", known.issue_id, known.subscriber_id, complaint.kind, now)
    issues.close_done(connection, now)
    return "complained"
