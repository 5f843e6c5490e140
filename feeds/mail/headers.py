"""Write header lines: folded, 7-bit, and closed to injection.

Why not the standard library: its policies encode a List-Unsubscribe of 78 characters as an RFC 2047 word, which hides
the button, and let a line feed in a subject through (CPython issues 124452 and 132105).
"""

import re
from base64 import b64encode
from collections.abc import Iterator
from email.utils import parseaddr
from urllib.parse import urlsplit

from msgspec import Struct

from feeds.errors import SettingsError
from feeds.markup import absolute_url

LINE = 78  # RFC 5322 2.1.1, without CRLF
_WORD = 42  # bytes in an encoded word: with its frame, and "Reply-To: " before it, they fill a line
_INVISIBLE = re.compile("[\x00-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ufdd0-\ufdef\ufeff\ufffe\uffff]")
_PLAIN = re.compile("[ -~]*")
_ATOMS = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~ -]+")  # RFC 5322 3.2.3, and the spaces between them
_ADDRESS = re.compile(r'[^\s\x00-\x1f\x7f-\x9f<>()\[\]\\,;:"@]+@[^\s\x00-\x1f\x7f-\x9f<>()\[\]\\,;:"@]+')


class Mailbox(Struct, frozen=True):
    """A name and an address, as From and To show them."""

    address: str  # its domain in ASCII
    name: str = ""

    @property
    def domain(self) -> str:
        """The part behind the @."""
        return self.address.rpartition("@")[2]


def one_line(text: str) -> str:
    """Make one line of a text for people: spaces collapsed, no controls and nothing that overrides the direction."""
    text = text.encode("utf-8", "replace").decode()  # half a surrogate pair
    return " ".join(_INVISIBLE.sub("", " ".join(text.split())).split())


def mailbox(text: str, key: str) -> Mailbox:
    """Read "Name <address>" of the settings. Raises SettingsError, naming the dotted `key`."""
    name, address = parseaddr(text)
    try:
        return Mailbox(plain_address(address), one_line(name))
    except ValueError:
        mend = 'write it like "The Daily <news@example.org>"'
        raise SettingsError(f"{key} = {text!r} is no address", mend) from None


def plain_address(address: str) -> str:
    """Return an address with its domain in ASCII (RFC 3492). Raises ValueError when it could break out of a header."""
    if not _ADDRESS.fullmatch(address):
        raise ValueError(f"{address!r} is no address")
    if address.isascii():
        return address
    local, _, domain = address.rpartition("@")
    return f"{local}@{ascii_host(domain)}"


def ascii_host(domain: str) -> str:
    """Return a domain in ASCII. Raises ValueError when it is none."""
    if host := urlsplit(absolute_url(f"https://{domain}/", "")).hostname:
        return host
    raise ValueError(f"{domain!r} is no domain")


def header(name: str, *words: str) -> str:
    """Return a header line, folded between words at 78 characters (RFC 5322 2.2.3), with CRLF at its end."""
    line = f"{name}: {' '.join(words)}"
    if len(line) <= LINE:  # as most that each message has of its own
        return line + "\r\n"
    lines = [f"{name}:"]
    for word in words:
        if len(lines[-1]) + 1 + len(word) > LINE:
            lines.append("")
        lines[-1] += f" {word}"
    return "\r\n".join(lines) + "\r\n"


def sentence(text: str) -> list[str]:
    """Return the words of a text that stands free in a header, such as a subject."""
    text = one_line(text)
    return text.split(" ") if _needs_no_code(text) else list(_encoded_words(text))


def phrase(text: str) -> list[str]:
    """Return the words of a name that stands before an address (RFC 5322 3.2.5)."""
    if not (text := text and one_line(text)):
        return []
    if not _needs_no_code(text):
        return list(_encoded_words(text))
    quoted = text if _ATOMS.fullmatch(text) else '"' + re.sub(r'(["\\])', r"\\\1", text) + '"'
    return quoted.split(" ")


def mailboxes(*boxes: Mailbox) -> list[str]:
    """Return the words of an address header."""
    return [word for box in boxes for word in (*phrase(box.name), f"<{box.address}>")]


def _needs_no_code(text: str) -> bool:
    """Tell whether a text can stand as it is: "=?" would be taken for an encoded word (RFC 2047 7)."""
    return bool(_PLAIN.fullmatch(text)) and "=?" not in text and all(len(word) < LINE - 20 for word in text.split(" "))


def _encoded_words(text: str) -> Iterator[str]:
    """Yield RFC 2047 words that each hold whole characters (section 5)."""
    chunk = b""
    for letter in [*text, ""]:
        more = letter.encode()
        if not more or len(chunk) + len(more) > _WORD:
            yield f"=?utf-8?b?{b64encode(chunk).decode()}?="
            chunk = b""
        chunk += more
