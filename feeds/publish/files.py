"""The files that a site's feeds are: the feeds themselves, and the pages about them."""

import posixpath
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from msgspec.structs import replace

from feeds import cache, output, tree
from feeds.catalogue import STYLESHEET
from feeds.config import Settings
from feeds.formats import FORMATS, opml
from feeds.formats.facts import manner
from feeds.formats.places import path_of
from feeds.markup import absolute_url, direction
from feeds.model import Entry, Feed
from feeds.publish.archive import kept_document
from feeds.publish.file import File
from feeds.publish.mail_form import mail_section
from feeds.publish.posts import Renderer

if TYPE_CHECKING:
    from jinja2 import Environment

SUBSCRIBE = "subscribe/index.html"
AUTODISCOVERY = "autodiscovery.html"
FOLDER = "templates"  # of the site's own
Former = Callable[[bytes], Mapping[bytes, bytes]]


def feed_files(feeds: Sequence[Feed], renderer: Renderer, former: Former = lambda _: {}) -> Iterator[File]:
    """Yield each feed in each of its formats; an item is written once for all feeds that it stands in.

    `former` returns an item as it was written before, and others beside it, by what they were made from.
    """
    items: dict[bytes, bytes] = {}

    def item(key: bytes, name: str, feed: Feed, entry: Entry) -> bytes:
        if key not in items:
            items.update(former(key))
        if key not in items:
            items[key] = FORMATS[name].item(entry, feed)
        return items[key]

    def parts(keys: Sequence[bytes], name: str, feed: Feed, entries: Sequence[Entry]) -> list[bytes]:
        found = (item(key, name, feed, entry) for key, entry in zip(keys, entries, strict=True))
        return FORMATS[name].parts(feed, found)

    for feed in feeds:
        entries = list(renderer.entries(feed.posts))
        ids, digests = tuple(entry.post.id for entry in entries), [renderer.digest(entry) for entry in entries]
        for name, url in feed.urls.items():
            way = cache.key(name, manner(feed))
            keys = tuple(way + digest for digest in digests)
            yield File(
                path_of(feed, name),
                url,
                feed.updated,
                partial(parts, keys, name, replace(feed, stylesheet=_seen_from(url, feed.stylesheet)), entries),
                key=cache.key(name, replace(feed, posts=()), feed.updated, digests),
                kind=name,
                ids=ids,
                items=keys,
            )


def archive_files(archives: Sequence[Feed], renderer: Renderer, out: Path) -> Iterator[File]:
    """Yield each archive document in each of its formats, as it is in the folder `out` if it is there."""
    for feed in archives:
        paths = {url: path_of(feed, name) for name, url in feed.urls.items()}
        kept = {url: bool(kept_document(out / path, url)) for url, path in paths.items()}
        fresh = feed_files([feed], renderer) if not all(kept.values()) else ()
        written = {file.url: file for file in fresh}
        for name, url in feed.urls.items():
            if kept[url]:
                yield File(paths[url], url, feed.updated, partial(_as_it_is, out / paths[url]), kind=name)
            else:
                yield written[url]


def _as_it_is(path: Path) -> list[bytes]:
    return [output.read(path)]


def _seen_from(url: str, target: str) -> str:
    """Return the relative address of `target` in the file at `url`, good for previews on any host and path as well."""
    return posixpath.relpath(urlsplit(target).path, posixpath.dirname(urlsplit(url).path))


def page_files(settings: Settings, feeds: Sequence[Feed]) -> Iterator[File]:
    """Yield the list of all feeds, the page to subscribe from, the lines for autodiscovery and the style sheet."""
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
    bare, own = [replace(feed, posts=()) for feed in feeds], _own_templates(settings.root)
    # Our templates show no posts; the site's own may.
    key = cache.key(site, feeds if own else bare, own, settings.web.url and (settings.web, settings.newsletter))
    yield File(
        opml.FILE_NAME, listed, time, lambda: [opml.render(site.title, feeds)], key=cache.key(site, bare), kind="opml"
    )
    for path, name in pages.items():
        yield File(path, absolute_url(path, site.url), time, partial(_rendered, settings, name, values), key=key)


def _sections(settings: Settings, templates: "Environment") -> Mapping[str, Any]:
    """Return what the page to subscribe from shows beside the feeds, and says: templates/subscribe/<language>.html."""
    language = settings.site.language.split("-")[0].lower()
    sentences = templates.select_template([f"subscribe/{tag}.html" for tag in (language, "en")])
    return {"sentences": sentences, **mail_section(settings, templates)}


def _own_templates(root: Path) -> list[tuple[str, bytes]]:
    files = tree.grow(str(root), [FOLDER], hidden=True).files
    return sorted((path, output.read(root / path)) for path in files)


def _rendered(settings: Settings, name: str, values: Mapping[str, Any]) -> list[bytes]:
    from feeds.rendering import explained
    from feeds.templating import environment

    with explained(name):
        templates = environment(settings.root)
        own = _sections(settings, templates) if name == "subscribe.html" else {}
        return [templates.get_template(name).render({**values, **own}).encode()]
