"""Take a message apart that any machine in the world may have written: nothing here raises on what it finds.

The stdlib parser does the work, with its oldest policy: the newer ones raise on header values that bounces do carry.
"""

import re
from binascii import Error, a2b_base64
from collections.abc import Iterator
from contextlib import suppress
from email.errors import HeaderParseError
from email.header import decode_header, make_header
from email.message import Message
from email.parser import HeaderParser
from html import unescape

Mail = Message

_COPIES = {"message/rfc822", "message/global", "message/partial"}
_COPIED_HEADERS = {"text/rfc822-headers", "message/rfc822-headers", "message/global-headers"}
# Python knows codecs that are none for mail, and some that take a minute for what a stranger may write in them.
_CHARSET = re.compile(r"utf-8|us-ascii|iso-8859|windows-|cp\d|koi8-|gb|big5|shift_jis|iso-2022-jp|euc-", re.IGNORECASE)
# With bounds, so that a megabyte without an @ is not read a million times over.
_TAG = re.compile(r"<[^<>]{1,1000}>")
_ADDRESS = re.compile(r"[^\s<>,;:\"()\[\]]{1,128}@[^\s<>,;:\"()]{1,255}")


def leaves(mail: Mail) -> Iterator[Mail]:
    """Yield the parts of a message, without entering messages inside it: a report in one of those is not for us."""
    if mail.get_content_maintype() != "multipart" or not inside(mail):
        yield mail
        return
    for part in inside(mail):
        yield from leaves(part)


def inside(part: Mail) -> list[Mail]:
    """Return the parts of a multipart, the message in a message/rfc822, the blocks of a delivery status."""
    payload = part.get_payload()
    return [each for each in payload if isinstance(each, Message)] if isinstance(payload, list) else []


def blocks(report: Mail) -> list[Mail]:
    """Return the groups of fields in a report (RFC 3464 2.1): those of the message, then those of each recipient.

    There is at least one. The parser splits a message/delivery-status itself, and takes any other kind for a message.
    """
    groups: list[Mail] = []
    for block in inside(report):
        rest = block.get_payload(decode=True)
        groups += [block] if block.keys() else []
        if isinstance(rest, bytes) and rest.strip():
            is_base64 = field(report, "content-transfer-encoding").lower() == "base64"
            lines = (_unbased(rest) if is_base64 else rest).decode("utf-8", "replace")
            groups += map(HeaderParser().parsestr, re.split(r"\n\s*\n", lines.replace("\r\n", "\n")))
    return groups or [Message()]


def copy(mail: Mail) -> Mail:
    """Return the message that a report is about, or its headers; an empty one when the report holds no copy."""
    for part in leaves(mail):
        if part.get_content_type() in _COPIES | _COPIED_HEADERS and inside(part):
            return inside(part)[0]
        if part.get_content_type() in _COPIED_HEADERS:
            return HeaderParser().parsestr(text(part))
    return Message()


def text(mail: Mail) -> str:
    """Return the first text of a message, decoded as well as it can be; what it says comes within the first 100 KB."""
    part = next((part for part in leaves(mail) if part.get_content_maintype() == "text"), mail)
    payload = part.get_payload(decode=True)
    if not isinstance(payload, bytes):
        return ""
    told = _sound(_decoded(payload[:100_000], str(part.get_content_charset("utf-8")))).replace("\r\n", "\n")
    return unescape(_TAG.sub("\n", told)) if part.get_content_subtype() == "html" else told


def field(mail: Mail, name: str) -> str:
    """Return a header as one line of text, decoded; "" when it is missing."""
    return next(fields(mail, name), "")


def fields(mail: Mail, name: str) -> Iterator[str]:
    """Yield each header of that name, as `field` does."""
    for value in [value for key, value in mail.raw_items() if key.lower() == name]:  # `get` loses 8-bit letters
        line = str(value)[:4000].encode("utf-8", "surrogateescape").decode("utf-8", "replace")
        with suppress(HeaderParseError, LookupError, ValueError):
            line = str(make_header(decode_header(line)))
        yield " ".join(_sound(line).split())


def addresses(value: str) -> list[str]:
    """Return the addresses in a field: of "rfc822; <a@example.org>", ["a@example.org"]."""
    return _ADDRESS.findall(value)


def _decoded(payload: bytes, charset: str) -> str:
    with suppress(LookupError):  # a charset that there is not
        return payload.decode(charset if _CHARSET.match(charset) else "utf-8", "replace")
    return payload.decode("utf-8", "replace")


def _sound(text: str) -> str:
    """Replace what not every database holds: nulls, and the halves of letters that utf-7 makes."""
    return text.replace("\0", "\ufffd").encode("utf-8", "replace").decode()


def _unbased(encoded: bytes) -> bytes:
    try:
        return a2b_base64(encoded)
    except Error:
        return b""
