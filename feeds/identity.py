"""The id of a post: what feed readers tell posts apart by, the same in every format and feed.

It is what the front matter asks for, else a tag: URI (RFC 4151) of the site's host, the day of publication and the
path of the file.
"""

import re
import unicodedata
from collections.abc import Iterable
from datetime import date
from hashlib import sha256
from urllib.parse import quote, urlsplit
from zoneinfo import ZoneInfo

from msgspec.structs import replace

from feeds.markup import absolute_url
from feeds.model import EPOCH, Post, Problem

_URI = re.compile(r"(?:https?://|tag:|urn:)\S+", re.IGNORECASE)
_UUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)
_IN_URI = "%:/?#[]@!$&'()*+,;=-._~"  # RFC 3986 section 2: reserved and unreserved characters, and escapes
_IN_TAG = "/:@!$&'()*+,;=-._~"  # RFC 4151 section 2.1: "specific"


def assign(posts: Iterable[Post], authority: str, zone: str) -> tuple[tuple[Post, ...], tuple[Problem, ...]]:
    """Give each post its id, in the order of `posts`; of two with the same guid the older one keeps it.

    `authority` is a host name in ASCII (see `authority_of`), `zone` the site's IANA zone, whose day the tag names.
    """
    given = tuple(posts)
    clock = ZoneInfo(zone)
    holders: dict[str, Post] = {}
    problems = []
    for post in sorted(given, key=lambda post: (post.published, post.path)):
        tag = tag_uri(authority, post.published.astimezone(clock).date(), post.path)
        wanted = _stated(post.guid, authority) if post.guid else tag
        if post.guid and wanted in holders:
            what = f"{holders[wanted].path} has the same guid"
            problems.append(Problem(post.path, 0, what, "give each post its own", "RFC 4287 4.2.6"))
        # Paths that differ in nothing but their normal form (NFC, NFD) have one tag.
        candidates = (wanted, tag, f"{tag}:{sha256(post.path.encode()).hexdigest()[:8]}")
        holders[next(each for each in candidates if each not in holders)] = post
    ids = {post.path: name for name, post in holders.items()}
    return tuple(replace(post, id=ids[post.path]) for post in given), tuple(sorted(problems))


def authority_of(url: str) -> str:
    """Return the host of a web address as a tag: URI wants it: lower case, ASCII, without a port."""
    host = urlsplit(absolute_url(url, url)).hostname or ""
    return re.sub(r"[^a-z0-9.-]", "-", host) or "localhost"


def tag_uri(authority: str, day: date, specific: str) -> str:
    """Make a tag: URI; `specific` is any text, and stands in it in NFC and percent-encoded."""
    return f"tag:{authority},{day.isoformat()}:{quote(unicodedata.normalize('NFC', specific), _IN_TAG)}"


def _stated(guid: str, authority: str) -> str:
    """Make what an author asks for an absolute URI, since Atom takes nothing else (RFC 4287 section 4.2.6)."""
    if _UUID.fullmatch(guid):
        return f"urn:uuid:{guid.lower()}"
    # Of a fixed day, so that a post that says what it is called keeps its id when it is dated anew.
    return quote(guid, _IN_URI) if _URI.fullmatch(guid) else tag_uri(authority, EPOCH.date(), guid)
