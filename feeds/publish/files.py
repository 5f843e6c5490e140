"""The files that a site's feeds are: the feeds themselves, and the pages about them."""

import posixpath
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from msgspec import Struct
from msgspec.structs import replace

from feeds.catalogue import STYLESHEET
from feeds.config import Settings
from feeds.errors import SettingsError
from feeds.formats import FORMATS, opml
from feeds.formats.facts import Manner, manner
from feeds.formats.places import path_of
from feeds.markup import absolute_url, direction
from feeds.model import Entry, Feed
from feeds.publish.archive import kept_document
from feeds.publish.posts import Renderer

SUBSCRIBE = "subscribe/index.html"
AUTODISCOVERY = "autodiscovery.html"


class File(Struct, frozen=True):
    """A file to write."""

    path: str  # below `feeds.out`
    url: str  # where it is served
    data: bytes
    time: datetime  # when it last changed
    format: str = ""  # "rss", "atom", "json", "opml"; "" for a page
    feed: str = ""  # id of the feed that it is


def feed_files(feeds: Sequence[Feed], renderer: Renderer) -> Iterator[File]:
    """Yield each feed in each of its formats; an item is written once for all feeds that it stands in."""
    items: dict[tuple[str, str, Manner], bytes] = {}

    def item(name: str, entry: Entry, feed: Feed) -> bytes:
        key = (name, entry.post.id, manner(feed))
        if key not in items:
            items[key] = FORMATS[name].item(entry, feed)
        return items[key]

    for feed in feeds:
        entries = list(renderer.entries(feed.posts))
        for name, url in feed.urls.items():
            styled = replace(feed, stylesheet=_seen_from(url, feed.stylesheet))
            data = FORMATS[name].join(styled, [item(name, entry, feed) for entry in entries])
            yield File(path_of(feed, name), url, data, feed.updated, name, feed.id)


def archive_files(archives: Sequence[Feed], renderer: Renderer, out: Path) -> Iterator[File]:
    """Yield each archive document in each of its formats, as it is in the folder `out` if it is there."""
    for feed in archives:
        paths = {url: path_of(feed, name) for name, url in feed.urls.items()}
        kept = {url: kept_document(out / path, url) for url, path in paths.items()}
        fresh = feed_files([feed], renderer) if not all(kept.values()) else ()
        written = {file.url: file for file in fresh}
        for name, url in feed.urls.items():
            yield File(paths[url], url, kept[url], feed.updated, name) if kept[url] else written[url]


def _seen_from(url: str, target: str) -> str:
    """Return the relative address of `target` in the file at `url`, good for previews on any host and path as well."""
    return posixpath.relpath(urlsplit(target).path, posixpath.dirname(urlsplit(url).path))


def page_files(settings: Settings, feeds: Sequence[Feed]) -> Iterator[File]:
    """Yield the list of all feeds, the page to subscribe from, the lines for autodiscovery and the style sheet.

    Raises SettingsError for a template of the site that cannot be used.
    """
    site, time = settings.site, feeds[0].updated
    listed = absolute_url(opml.FILE_NAME, site.url)
    values = {
        "site": site,
        "feeds": feeds,
        "direction": direction(site.language),
        "labels": {name: each.label for name, each in FORMATS.items()},
        "types": {name: each.media_type for name, each in FORMATS.items()},
        "opml": listed,
    }
    pages = {SUBSCRIBE: "subscribe.html", AUTODISCOVERY: AUTODISCOVERY, STYLESHEET: STYLESHEET}
    yield File(opml.FILE_NAME, listed, opml.render(site.title, feeds), time, "opml")
    for path, text in _rendered(settings, pages, values):
        yield File(path, absolute_url(path, site.url), text.encode(), time)


def _rendered(settings: Settings, pages: Mapping[str, str], values: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    from jinja2 import TemplateError

    from feeds.templating import environment

    templates = environment(settings.root)
    for path, name in pages.items():
        try:
            yield path, templates.get_template(name).render(values)
        except TemplateError as error:
            where = f"templates/{name}:{getattr(error, 'lineno', None) or 1}"
            raise SettingsError(str(error), "mend the template, or remove it to use ours", where) from error
