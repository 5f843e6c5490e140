"""URIs to be ids: tag: URIs (RFC 4151), and what an author asks for made one."""

import re
import unicodedata
from datetime import date
from urllib.parse import quote, urlsplit

from feeds.markup import absolute_url
from feeds.model import EPOCH

_URI = re.compile(r"(?:https?://|tag:|urn:)\S+", re.IGNORECASE)
_UUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)
_IN_URI = "%:/?#[]@!$&'()*+,;=-._~"  # RFC 3986 section 2: reserved and unreserved characters, and escapes
_IN_TAG = "/:@!$&'()*+,;=-._~"  # RFC 4151 section 2.1: "specific"
_PLAIN = re.compile("[A-Za-z0-9/._-]*")  # most paths
_ESCAPED = re.compile(r"%(?=[0-9A-Fa-f]{2})")  # no escape in a name; but the W3C validator undoes "%2520" twice


def authority_of(url: str) -> str:
    """Return the host of a web address as a tag: URI wants it: lower case, ASCII, without a port."""
    host = urlsplit(absolute_url(url, url)).hostname or ""
    return re.sub(r"[^a-z0-9.-]", "-", host) or "localhost"


def tag_uri(authority: str, day: date, specific: str) -> str:
    """Make a tag: URI; `specific` is any text, and stands in it in NFC and percent-encoded."""
    if not _PLAIN.fullmatch(specific):
        specific = quote(_ESCAPED.sub("*", unicodedata.normalize("NFC", specific)), _IN_TAG)
    return f"tag:{authority},{day.isoformat()}:{specific}"


def stated(guid: str, authority: str) -> str:
    """Make what an author asks for an absolute URI, since Atom takes nothing else (RFC 4287 section 4.2.6)."""
    if _UUID.fullmatch(guid):
        return f"urn:uuid:{guid.lower()}"
    # Of a fixed day, so that a post that says what it is called keeps its id when it is dated anew.
    return quote(guid, _IN_URI) if _URI.fullmatch(guid) else tag_uri(authority, EPOCH.date(), guid)
