"""One issue for one subscriber as message bytes.

A variant is encoded once and stamped per recipient:

    variant + letterhead --encode (ms)--> Encoded --stamp (us)--> bytes: CRLF, 7-bit, no line over 998 octets
"""

import re
from datetime import datetime
from email.utils import format_datetime
from hashlib import sha256
from html import escape

from msgspec import Struct

from feeds.errors import SettingsError
from feeds.mail.bodies import MESSAGE_ID, NAME, NAME_IN_HTML, PREFERENCES, TO, UNSUBSCRIBE, Part, encode_text, gap
from feeds.mail.headers import Mailbox, header, mailboxes, one_line, phrase, plain_address, sentence
from feeds.mail.letterhead import Letterhead, letterhead
from feeds.model import Variant
from feeds.tokens import LENGTH

__all__ = ["Encoded", "Letterhead", "Mailbox", "Recipient", "encode", "letterhead", "personal", "stamp"]

_SAFETOKEN = re.compile(rf"(?:[A-Za-z0-9_-]{{{LENGTH}}})?")
_BYTES = {each: each.encode() for each in (TO, MESSAGE_ID, UNSUBSCRIBE, PREFERENCES, NAME, NAME_IN_HTML)}
_SAFE_ID = re.compile(r"<[A-Za-z0-9._+-]+@[A-Za-z0-9._-]+>")


class Recipient(Struct, frozen=True):
    """What differs from message to message of a variant."""

    address: str
    message_id: str
    unsubscribe: str = ""  # token
    preferences: str = ""  # token
    name: str = ""


class Encoded(Struct, frozen=True):
    """A variant ready to be stamped: bytes for all, and gaps."""

    parts: tuple[Part, ...]


def encode(variant: Variant, letter: Letterhead, date: datetime) -> Encoded:
    """Encode a variant, dated `date`, once for all its recipients, text first and HTML last (RFC 2046 5.1.4).

    Raises SettingsError when the letterhead has no sender.
    """
    boundary = "=_" + sha256(f"{variant.text}\0{variant.html}".encode(errors="replace")).hexdigest()[:32]
    parts: list[Part] = [gap(_head(variant, letter, date, boundary).encode())]
    for kind, text in (("plain", variant.text), ("html", variant.html)):
        encoding, body = encode_text(text)
        kinds = header("Content-Type", f"text/{kind};", "charset=utf-8") + header("Content-Transfer-Encoding", encoding)
        parts += [f"--{boundary}\r\n{kinds}\r\n".encode(), *body]
    return Encoded((*parts, f"--{boundary}--\r\n".encode()))


def stamp(encoded: Encoded, recipient: Recipient) -> bytes:
    """Return the message for one recipient.

    It is 7-bit, unless the part of the address before the @ is not ASCII: then the relay must know SMTPUTF8 (RFC 6531).
    Raises ValueError for an address, token or Message-ID that could break out of its place.
    """
    values = _values(recipient)
    return b"".join([part if isinstance(part, bytes) else part.filled(values) for part in encoded.parts])


def personal(text: str, recipient: Recipient) -> str:
    """Fill the placeholders in the HTML or text of a variant, for a preview."""
    for placeholder, value in _body_values(recipient).items():
        text = text.replace(placeholder, value)
    return text


def _head(variant: Variant, letter: Letterhead, date: datetime, boundary: str) -> str:
    if letter.sender is None:
        raise SettingsError("mail.from is empty", 'set it to something like "The Daily <news@example.org>"')
    urls = [f"<{url}>" for url in letter.unsubscribe_urls]  # never encoded: mail programs would show no button
    lines = [
        header("From", *mailboxes(letter.sender)),
        header("Reply-To", *mailboxes(letter.reply_to)) if letter.reply_to else "",
        TO,
        header("Subject", *sentence(variant.subject)),
        header("Date", format_datetime(date)),
        MESSAGE_ID,
        header("List-Id", *phrase(letter.title), f"<{letter.list_id}>"),
        header("List-Unsubscribe", *(f"{url}," for url in urls[:-1]), urls[-1]),
        header("List-Unsubscribe-Post", "List-Unsubscribe=One-Click") if letter.one_click else "",
        header("List-Archive", f"<{letter.archive_url}>") if letter.archive_url else "",
        header("Precedence", "bulk"),
        header("Auto-Submitted", "auto-generated"),  # RFC 3834 5: no answers of machines, please
        header("X-Auto-Response-Suppress", "OOF,", "AutoReply"),  # the same for Exchange
        header("Feedback-ID", letter.feedback_id),
        header("MIME-Version", "1.0"),
        header("Content-Language", re.sub("[^A-Za-z0-9-]", "", variant.language)),
        header("Content-Type", "multipart/alternative;", f'boundary="{boundary}"'),
    ]
    return "".join(lines) + "\r\n"


def _values(recipient: Recipient) -> dict[bytes, bytes]:
    if not _SAFE_ID.fullmatch(recipient.message_id):
        raise ValueError(f"{recipient.message_id!r} is no Message-ID")
    values = {
        TO: header("To", *mailboxes(Mailbox(plain_address(recipient.address), recipient.name))),
        MESSAGE_ID: header("Message-ID", recipient.message_id),
        **_body_values(recipient),
    }
    return {_BYTES[placeholder]: value.encode() for placeholder, value in values.items()}


def _body_values(recipient: Recipient) -> dict[str, str]:
    for token in (recipient.unsubscribe, recipient.preferences):
        if not _SAFETOKEN.fullmatch(token):
            raise ValueError(f"{token!r} is no token")
    tokens = {UNSUBSCRIBE: recipient.unsubscribe, PREFERENCES: recipient.preferences}
    if not recipient.name:
        return {**tokens, NAME: "", NAME_IN_HTML: ""}
    name = one_line(recipient.name)
    return {**tokens, NAME: _in_groups(name), NAME_IN_HTML: _in_groups(escape(name))}


def _in_groups(text: str) -> str:
    """Fill up to groups of three bytes, as base64 needs; a token is eleven of them."""
    return text + " " * (-len(text.encode()) % 3)
