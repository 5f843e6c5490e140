"""Print the messages of one issue: each variant is encoded once, each message stamped from it."""

from collections.abc import Callable

import msgspec

from feeds import dkim
from feeds.config import Settings
from feeds.delivery import Envelope
from feeds.errors import SettingsError
from feeds.mail import Encoded, Letterhead, Mailbox, Recipient, encode, stamp
from feeds.model import Issue
from feeds.store import Store, issues
from feeds.store.deliveries import Claimed
from feeds.tokens import Claim, sign, sign_address

Seal = Callable[[bytes], bytes]


def sealer(settings: Settings) -> Seal:
    """Return what signs a message as [mail.dkim] says; what leaves it as it is without. Raises SettingsError."""
    section = settings.mail.dkim
    if not section.key_file:
        return lambda message: message
    key = key_of(settings)

    def seal(message: bytes) -> bytes:
        return dkim.sign(message, section.domain, section.selector, key) + message

    seal(b"From: x\r\n\r\n")  # a wrong name shows before anything is marked as about to leave
    return seal


def key_of(settings: Settings) -> dkim.Key:
    """Read the key that [mail.dkim] names. Raises SettingsError."""
    path = settings.mail.dkim.key_file
    try:
        return dkim.load_key((settings.root / path).read_bytes())
    except OSError as error:
        raise SettingsError(f"{path}: {error.strerror}", "make it readable for this user", dkim.SETTING) from error


class Press:
    """What it takes to make the messages of an issue; the same delivery gives the same bytes whenever it is tried."""

    def __init__(self, store: Store, issue: Issue, keys: tuple[str, ...], seal: Seal) -> None:
        self._store, self._keys, self._seal = store, keys, seal
        self._newsletter = issue.newsletter
        self._label = f"{issue.newsletter.replace('/', '.')}-{issue.number}"  # a folder may be called so
        with store.reading() as connection:
            letter, self._date = issues.paper(connection, issue.id)
        self._letter = msgspec.json.decode(letter, type=Letterhead)
        self._encoded: dict[int, Encoded] = {}

    def envelope(self, claimed: Claimed) -> Envelope:
        """Say where a message goes; its Message-ID, and the address that it leaves from, tell which came back."""
        token = sign_address(claimed.issue_id, claimed.subscriber_id, self._keys)
        box = self._letter.sender or Mailbox("")
        sender, name = box.address, claimed.message_id or f"<{token}@{box.domain}>"
        if bounces := self._letter.bounce_address:  # VERP
            local, _, host = bounces.rpartition("@")
            sender = f"{local}+{token}@{host}"
        return Envelope(sender, claimed.address, self._label, name)

    def message(self, claimed: Claimed, envelope: Envelope) -> bytes:
        """Make the message. Raises ValueError for an address that could break out of a header."""
        recipient = Recipient(
            claimed.address,
            envelope.message_id,
            unsubscribe=self._token(f"unsubscribe:{self._newsletter}", claimed),
            preferences=self._token("preferences", claimed) if self._letter.preferences_url else "",
            name=claimed.name,
        )
        return self._seal(stamp(self._variant(claimed.variant_id), recipient))

    def _token(self, purpose: str, claimed: Claimed) -> str:
        return sign(Claim(purpose, claimed.subscriber_id, claimed.generation), self._keys)

    def _variant(self, variant_id: int) -> Encoded:
        if variant_id not in self._encoded:
            with self._store.reading() as connection:
                variant = issues.read_variant(connection, variant_id)
            self._encoded[variant_id] = encode(variant, self._letter, self._date)
        return self._encoded[variant_id]
