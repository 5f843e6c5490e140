"""What is wrong with a JSON Feed 1.1 document, by https://www.jsonfeed.org/version/1.1/."""

import json
from collections.abc import Iterator, Mapping
from typing import Any

from msgspec import Struct

from feeds.check import html
from feeds.check.tree import Finding
from feeds.check.values import Check, Fault, characters, language, media_type, rfc_3339, uri, web_url, words

RULE = "JSON Feed 1.1"
VERSION = "https://jsonfeed.org/version/1.1"


class Member(Struct, frozen=True):
    """What a member of an object may be."""

    kind: type = str
    check: Check = characters
    required: bool = False
    called: str = ""  # in messages, if not by its name
    table: "Table | None" = None  # of a list: what its objects hold; None for a list of words


Table = Mapping[str, Member]
_KINDS = {str: "text", bool: "true or false", int: "a whole number", float: "a number", list: "a list"}
_LINK, _LINE = Member(check=web_url), Member(check=words)
_LANGUAGE = Member(check=language)
AUTHOR: Table = {"name": _LINE, "url": Member(check=uri), "avatar": _LINK}
HUB: Table = {"type": Member(check=words, required=True), "url": Member(check=web_url, required=True)}
ATTACHMENT: Table = {
    "url": Member(check=web_url, required=True),
    "mime_type": Member(check=media_type, required=True),
    "title": _LINE,
    "size_in_bytes": Member(int),
    "duration_in_seconds": Member(float),
}
ITEM: Table = {
    "id": Member(check=words, required=True),
    "url": _LINK,
    "external_url": _LINK,
    "title": _LINE,
    "content_html": Member(check=html.faults, called="content"),
    "content_text": Member(check=characters),
    "summary": _LINE,
    "image": _LINK,
    "banner_image": _LINK,
    "date_published": Member(check=rfc_3339, called="published"),
    "date_modified": Member(check=rfc_3339, called="updated"),
    "authors": Member(list, table=AUTHOR),
    "tags": Member(list),
    "language": _LANGUAGE,
    "attachments": Member(list, table=ATTACHMENT),
}
FEED: Table = {
    "version": Member(required=True),
    "title": Member(check=words, required=True),
    "home_page_url": Member(check=web_url, required=True),
    "feed_url": Member(check=web_url, required=True),
    "description": _LINE,
    "user_comment": _LINE,
    "next_url": _LINK,
    "icon": _LINK,
    "favicon": _LINK,
    "authors": Member(list, table=AUTHOR),
    "language": _LANGUAGE,
    "expired": Member(bool),
    "hubs": Member(list, table=HUB),
    "items": Member(list, required=True, table=ITEM),
}


def check(document: bytes, url: str) -> Iterator[Finding]:
    """Yield what is wrong with the JSON feed that is served at `url`."""
    try:
        feed = json.loads(document.decode())  # `loads` of bytes would pass over a byte order mark
    except (ValueError, RecursionError) as error:
        fault = Fault(f"not JSON in UTF-8: {error}", "mend it; readers show nothing of it", "RFC 8259 8.1")
        yield Finding(getattr(error, "lineno", 0), "", fault)
        return
    yield from (Finding(1, "", fault) for fault in (*_object(feed, FEED), *_feed(feed, url)))
    items = feed.get("items") if isinstance(feed, dict) else None
    seen: set[str] = set()
    for item in items if isinstance(items, list) else []:
        name = str(item.get("id", "")) if isinstance(item, dict) else ""
        before = document.partition(b'"id": ' + json.dumps(name, ensure_ascii=False).encode(errors="replace"))[0]
        line = before.count(b"\n") + 1
        yield from (Finding(line, name, fault) for fault in (*_object(item, ITEM), *_item(item, name, seen)))
        seen.add(name)


def _feed(feed: Any, url: str) -> Iterator[Fault]:
    if not isinstance(feed, dict):
        return
    if feed.get("version") != VERSION or next(iter(feed)) != "version":
        yield Fault(f"version {feed.get('version')!r}", f"write {VERSION}, before all else", RULE)
    if feed.get("feed_url") != url:
        what = f"it says that it is at {feed.get('feed_url')!r}, and is at {url!r}"
        yield Fault(what, "make them equal", f"{RULE}: feed_url")
    if feed.get("next_url") == url:
        yield Fault("next_url is the feed itself", "leave it out on the last page", f"{RULE}: next_url")


def _item(item: Any, name: str, seen: set[str]) -> Iterator[Fault]:
    if not isinstance(item, dict):
        return
    if name and name in seen:
        yield Fault(f"the id {name!r} stands a second time", "give each item its own", f"{RULE}: id")
    if "content_html" not in item and "content_text" not in item:
        yield Fault("neither content_html nor content_text", "add one", f"{RULE}: items")


def _object(value: Any, table: Table) -> Iterator[Fault]:
    """Yield what is wrong with an object by `table`."""
    if not isinstance(value, dict):
        yield Fault(f"{value!r:.60} is not an object", "write { ... }", RULE)
        return
    for name, member in table.items():
        if name in value:
            called = member.called or name
            yield from (fault._replace(what=f"{called}: {fault.what}") for fault in _member(value[name], member))
        elif member.required:
            yield Fault(f"no {name}", "add it", f"{RULE}: {name}")
    if table is AUTHOR and not value:
        yield Fault("an author without name, url and avatar", "give one of them", f"{RULE}: authors")
    for name in value.keys() - table.keys():
        if not name.startswith("_"):
            yield Fault(f"{name} is not known here", "take it out, or put _ before it", f"{RULE}: extensions")


def _member(value: Any, member: Member) -> Iterator[Fault]:
    number = member.kind is float and isinstance(value, int)
    if (not isinstance(value, member.kind) and not number) or (isinstance(value, bool) and member.kind is not bool):
        yield Fault(f"{value!r:.60} is not {_KINDS[member.kind]}", "correct it", RULE)
    elif isinstance(value, str):
        yield from member.check(value)
    elif isinstance(value, list) and member.table is not ITEM:  # items are looked at one by one, each in its place
        yield from (fault for each in value for fault in _element(each, member.table))


def _element(value: Any, table: Table | None) -> Iterator[Fault]:
    return words(value if isinstance(value, str) else "") if table is None else _object(value, table)
