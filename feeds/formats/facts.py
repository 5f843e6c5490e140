"""What every format says of a feed and its posts, in the form that readers and validators want it."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

from msgspec import Struct

from feeds.markup.characters import clean_text
from feeds.model import Author, Entry, Feed, History, Post

# No version: an upgrade of ours must not change bytes that every reader of every site would fetch again.
GENERATOR = "feeds"
MEDIA_TYPES = {"rss": "application/rss+xml", "atom": "application/atom+xml", "json": "application/feed+json"}
LONGEST_TITLE = 100  # characters, where the beginning of a post stands in for its title


class Link(Struct, frozen=True):
    """Where a feed points to."""

    rel: str
    href: str
    type: str = ""


class Manner(Struct, frozen=True):
    """What an item takes from its feed; feeds of one manner share their items."""

    language: str
    content: str
    authors: tuple[Author, ...]
    is_show: bool


def manner(feed: Feed) -> Manner:
    """Return how the items of `feed` are written."""
    return Manner(feed.language, feed.content, feed.authors, feed.podcast is not None)


def links(feed: Feed, name: str) -> Iterator[Link]:
    """Yield what `feed` in the format `name` links to beside its home page: itself, its hub, its other formats."""
    yield Link("self", feed.urls[name], MEDIA_TYPES[name])
    if feed.hub:
        yield Link("hub", line(feed.hub))
    for other, url in feed.urls.items():
        if other != name:
            yield Link("alternate", url, MEDIA_TYPES[other])
    history = feed.history or History()
    places = {"current": history.current, "prev-archive": history.previous, "next-archive": history.following}
    for rel, urls in places.items():
        if name in urls:
            yield Link(rel, urls[name], MEDIA_TYPES[name])


def standing(feed: Feed) -> str:
    """Say what a document is to its feed: "archive", "complete", or "" for all others (RFC 5005)."""
    if feed.history is None:
        return ""
    return "archive" if feed.history.current else "" if feed.history.previous else "complete"


def line(text: str) -> str:
    """Return plain text on one line, without characters that a document cannot carry."""
    return " ".join(clean_text(text).split())


def title(entry: Entry) -> str:
    """Return what to call a post where a title must be: its own, else how it begins, else its address."""
    if own := line(entry.post.title):
        return own
    text = line(entry.summary)
    if len(text) > LONGEST_TITLE:
        text = (text[:LONGEST_TITLE].rpartition(" ")[0] or text[:LONGEST_TITLE]) + "…"
    return text or entry.post.url


def name(author: Author) -> str:
    """Return what to call an author."""
    return line(author.name or author.email or author.url)


def terms(post: Post) -> tuple[str, ...]:
    """Return the categories and tags of a post, each once whatever its case."""
    found: dict[str, str] = {}
    for term in map(line, (*post.categories, *post.tags)):
        found.setdefault(term.casefold(), term)
    return tuple(filter(None, found.values()))


def language(post: Post, feed: Feed) -> str:
    """Return the language of a post where it is not that of the feed, else ""."""
    own = line(post.language)
    return "" if own.casefold() == feed.language.casefold() else own


def moment(time: datetime) -> datetime:
    """Return `time` as all formats can write it: whole seconds, an offset of whole half hours.

    Other offsets are read wrongly by the W3C validator (+0545) or cannot be written at all (RFC 2822 3.3: hours and
    minutes): such a time is given in UTC.
    """
    half_hours = (time.utcoffset() or timedelta()) % timedelta(minutes=30) == timedelta()
    return (time if half_hours else time.astimezone(UTC)).replace(microsecond=0)
