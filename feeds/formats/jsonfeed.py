"""JSON Feed 1.1 (https://www.jsonfeed.org/version/1.1/); keys stand in the order of its text."""

from typing import Any

import msgspec

from feeds.formats.facts import GENERATOR, language, line, moment, terms
from feeds.markup.characters import clean_text
from feeds.model import Author, Enclosure, Entry, Feed

VERSION = "https://jsonfeed.org/version/1.1"
_CLOSING = b"\n  ]\n}\n"


def frame(feed: Feed) -> tuple[bytes, bytes]:
    """Write the feed object: what stands before the items, and after."""
    document = _written(
        {
            "version": VERSION,
            "title": line(feed.title) or feed.home_url,
            "home_page_url": feed.home_url,
            "feed_url": feed.urls["json"],
            "description": line(feed.description),
            "user_comment": f"Made by {GENERATOR}. To follow the site, paste the address of this file into a reader.",
            "next_url": feed.history.previous.get("json") if feed.history else "",
            "icon": feed.icon,
            "authors": _people(feed.authors),
            "language": feed.language,
            "hubs": [{"type": "WebSub", "url": line(feed.hub)}] if feed.hub else [],
        }
    )
    return document.removesuffix(b"\n}") + b',\n  "items": [\n', _CLOSING


def item(entry: Entry, feed: Feed) -> bytes:
    """Write the item of one post."""
    post, summary = entry.post, line(entry.summary)
    full = feed.content == "full" and entry.html
    document = _written(
        {
            "id": post.id,
            "url": post.url,
            "title": line(post.title),
            "content_html": clean_text(entry.html) if full else "",
            "content_text": "" if full else summary or line(post.title) or post.url,  # one of the two is required
            "summary": summary,
            "image": entry.image,
            "date_published": moment(post.published).isoformat(),
            "date_modified": moment(post.updated).isoformat() if post.updated > post.published else "",
            "authors": _people(post.authors),
            "tags": terms(post),
            "language": language(post, feed),
            "attachments": [_attachment(each) for each in post.enclosures],
        }
    )
    return b"    " + document.replace(b"\n", b"\n    ")


def _attachment(enclosure: Enclosure) -> dict[str, Any]:
    size, duration = enclosure.length, enclosure.duration
    known = {"size_in_bytes": size, "duration_in_seconds": duration}
    return {"url": enclosure.url, "mime_type": enclosure.type} | {key: value for key, value in known.items() if value}


def _people(authors: tuple[Author, ...]) -> list[dict[str, str]]:
    """Name authors; their mail addresses have no place in a JSON feed."""
    people = ({"name": line(author.name), "url": line(author.url)} for author in authors)
    return [kept for person in people if (kept := {key: value for key, value in person.items() if value})]


def _written(members: dict[str, Any]) -> bytes:
    """Write an object without its empty members; line by line, so that a diff shows what changed."""
    return msgspec.json.format(msgspec.json.encode({key: value for key, value in members.items() if value}), indent=2)
