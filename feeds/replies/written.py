"""Tell mail that a person wrote from mail that machines send by themselves: only people subscribe and confirm."""

import re
from collections.abc import Iterator
from email import message_from_bytes
from email.utils import getaddresses

from msgspec import Struct

from feeds.replies.parts import Mail, addresses, field, fields
from feeds.replies.returned import ADDRESSED_TO, DAEMON, is_automatic

_MOST = 50_000  # bytes that are read; nothing but the headers counts
_ID = re.compile(r"<[!-;=?-~]{1,200}>")
_BULK = {"bulk", "list", "junk"}
# What no mail of a person to one address carries.
_MASS = ("list-id", "list-unsubscribe", "feedback-id", "x-auto-response-suppress", "x-loop")
_NOBODY = re.compile(r"no[._-]?reply|do[._-]?not[._-]?reply|^bounces?[+-]|^owner-|-(?:owner|request)@", re.IGNORECASE)


class Written(Struct, frozen=True):
    """A mail that a person wrote, as far as its headers tell."""

    sender: str  # its one From address
    to: tuple[str, ...]  # the addresses that it came to
    message_id: str  # with <>; "" when it has none


def written(message: bytes) -> Written | None:
    """Say who wrote a mail, and to whom; None when a machine may have, or when it names no one person."""
    try:
        mail = message_from_bytes(message[:_MOST])
        senders = [*_senders(mail)]
        if len(senders) != 1 or _is_by_machine(mail, senders[0]):
            return None
    except Exception:  # no person writes what the parser of Python stumbles over
        return None
    to = dict.fromkeys(each for name in ADDRESSED_TO for value in fields(mail, name) for each in addresses(value))
    found = _ID.search(field(mail, "message-id"))
    return Written(senders[0], tuple(to), found[0] if found else "")


def _senders(mail: Mail) -> Iterator[str]:
    """Yield the addresses in From; what is encoded is a name, whatever it looks like, so it is not decoded."""
    values = (str(value)[:4000] for key, value in mail.raw_items() if key.lower() == "from")
    lines = [value.encode("utf-8", "surrogateescape").decode("utf-8", "replace") for value in values]
    return (address for _, address in getaddresses(lines) if address)


def _is_by_machine(mail: Mail, sender: str) -> bool:
    return bool(
        is_automatic(mail)
        or field(mail, "precedence").lower() in _BULK
        or field(mail, "return-path") == "<>"
        or mail.get_content_type() == "multipart/report"
        or any(field(mail, name) for name in _MASS)
        or DAEMON.search(sender)
        or _NOBODY.search(sender)
    )
