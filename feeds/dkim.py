"""Sign messages with DKIM (RFC 6376): RSA, and Ed25519 (RFC 8463), relaxed in headers and body.

Every header that a mail program acts on is signed, and over-signed: named once more than it is there, so that nobody
can add another one on the way. Mailbox providers show the unsubscribe button only when List-Unsubscribe and
List-Unsubscribe-Post are among them (RFC 8058 4). `cryptography` is imported when a key is read.
"""

import re
from base64 import b64encode
from collections.abc import Callable
from hashlib import sha256

from msgspec import Struct

from feeds.errors import SettingsError

# Received, Return-Path and the like are left out: they change on the way (RFC 6376 5.4.1).
SIGNED = (
    *("from", "sender", "reply-to", "to", "cc", "subject", "date", "message-id", "in-reply-to", "references"),
    *("mime-version", "content-type", "content-transfer-encoding", "content-language", "auto-submitted", "precedence"),
    *("list-id", "list-unsubscribe", "list-unsubscribe-post", "list-archive", "list-help", "list-owner"),
    *("list-subscribe", "list-post", "feedback-id"),
)
SETTING = "mail.dkim.key_file"
_SHORTEST_RSA = 1024  # bits; verifiers refuse shorter keys (RFC 8301 3.2)
_FIELD = re.compile(rb"([!-9;-~]+)[ \t]*:([^\r]*(?:\r\n[ \t][^\r]*)*)\r\n")
_SPACES = re.compile(rb"[ \t\r\n]+")
_RUN = re.compile(rb"  +")
_LOOSE = re.compile(rb" [ \r]")
_NAME = re.compile(r"[A-Za-z0-9_-]+(\.[A-Za-z0-9_-]+)*")
_LINE = 72  # characters


class Key(Struct, frozen=True):
    """A private key, and how it signs."""

    algorithm: str  # "rsa-sha256" or "ed25519-sha256"
    sign: Callable[[bytes], bytes]
    public: str  # base64, as it stands in the DNS

    @property
    def record(self) -> str:
        """The TXT record that must stand at SELECTOR._domainkey.DOMAIN."""
        return f"v=DKIM1; k={self.algorithm.partition('-')[0]}; p={self.public}"


def load_key(pem: bytes) -> Key:
    """Read a private key from PEM: RSA or Ed25519. Raises SettingsError."""
    from cryptography.exceptions import UnsupportedAlgorithm
    from cryptography.hazmat.primitives.asymmetric import ed25519, padding, rsa
    from cryptography.hazmat.primitives.hashes import SHA256
    from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_pem_private_key

    mend = "make one with `openssl genrsa -out dkim.pem 2048`"
    try:
        key = load_pem_private_key(pem, None)
    except (ValueError, TypeError, UnsupportedAlgorithm) as error:
        raise SettingsError("not a private key in PEM without a passphrase", mend, SETTING) from error
    if isinstance(key, rsa.RSAPrivateKey) and key.key_size >= _SHORTEST_RSA:
        der = key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
        return Key("rsa-sha256", lambda data: key.sign(data, padding.PKCS1v15(), SHA256()), b64encode(der).decode())
    if isinstance(key, ed25519.Ed25519PrivateKey):
        raw = key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
        return Key("ed25519-sha256", lambda data: key.sign(sha256(data).digest()), b64encode(raw).decode())
    raise SettingsError("neither an RSA key of at least 1024 bits nor an Ed25519 key", mend, SETTING)


def sign(message: bytes, domain: str, selector: str, key: Key) -> bytes:
    """Return the DKIM-Signature header of a message, with its line end; it goes before all others.

    The message must be as it leaves: CRLF line ends, 7-bit. For a second key, sign the same message again.
    Raises SettingsError when domain or selector is no name.
    """
    for name in (domain, selector):
        if not _NAME.fullmatch(name):
            raise SettingsError(f"{name!r} is no name in the DNS", "set mail.dkim.domain and mail.dkim.selector")
    head, _, body = message.partition(b"\r\n\r\n")
    fields = [(name.decode().lower(), value) for name, value in _FIELD.findall(head + b"\r\n")]
    hashed = b64encode(sha256(_relaxed_body(body)).digest()).decode()
    names = [name for name in SIGNED for _ in range([each for each, _ in fields].count(name) + 1)]
    header = _folded(
        f"DKIM-Signature: v=1; a={key.algorithm}; c=relaxed/relaxed; d={domain}; s={selector};"
        f" h={':'.join(names)}; bh={hashed}; b="
    )
    # Of several fields of one name the last comes first, and where there is none left, nothing (RFC 6376 5.4.2).
    signed = [_relaxed(name, value) for each in SIGNED for name, value in reversed(fields) if name == each]
    own = _relaxed("dkim-signature", header.partition(":")[2].encode())
    signature = b64encode(key.sign(b"\r\n".join([*signed, own]))).decode()
    wrapped = "\r\n\t".join(signature[start : start + _LINE] for start in range(0, len(signature), _LINE))
    return f"{header}\r\n\t{wrapped}\r\n".encode()


def _relaxed(name: str, value: bytes) -> bytes:
    """Write a header field so that folding and spaces do not matter (RFC 6376 3.4.2)."""
    return name.encode() + b":" + _SPACES.sub(b" ", value).strip()


def _relaxed_body(body: bytes) -> bytes:
    """Write a body so that spaces at line ends, runs of them and empty lines at its end do not matter (3.4.4)."""
    if b"\t" in body or _LOOSE.search(body):
        body = _RUN.sub(b" ", body.replace(b"\t", b" ")).replace(b" \r\n", b"\r\n")
    body = body.rstrip(b" \r\n")
    return body + b"\r\n" if body else b""


def _folded(header: str) -> str:
    lines = [""]
    for token in re.split(r"(?<=[:; ])", header):
        if len(lines[-1]) + len(token) > _LINE:
            lines.append("")
        lines[-1] += token if lines[-1] else token.lstrip()
    return "\r\n\t".join(line.rstrip() for line in lines)
