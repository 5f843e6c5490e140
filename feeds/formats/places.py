"""Where the files of feeds lie below the output folder: our own way, or where an engine had them.

A feed reader polls an address for years. Who comes from another engine keeps the addresses that its feeds had; what
that engine did not write lies where ours does.
"""

from collections.abc import Mapping
from urllib.parse import unquote, urlsplit

from feeds.formats import FORMATS
from feeds.markup import absolute_url
from feeds.model import Feed

# Where the feeds of each kind of group lie; a slug is never a folder of these, since theirs are one deeper.
FOLDERS = {"category": "feeds", "tag": "feeds/tags", "author": "feeds/authors", "language": "feeds/languages"}
# `[feeds] paths` -> (kind of group, "" for the site's feed; format) -> path.
PLACES: Mapping[str, Mapping[tuple[str, str], str]] = {
    "default": {},
    "jekyll": {  # the plugin jekyll-feed
        ("", "atom"): "feed.xml",
        ("", "rss"): "rss.xml",
        ("category", "atom"): "feed/{slug}.xml",
        ("tag", "atom"): "feed/by_tag/{slug}.xml",
    },
    "hugo": {
        ("", "rss"): "index.xml",
        ("category", "rss"): "categories/{slug}/index.xml",
        ("tag", "rss"): "tags/{slug}/index.xml",
    },
    "pelican": {  # pelican/settings.py
        ("", "atom"): "feeds/all.atom.xml",
        ("", "rss"): "feeds/all.rss.xml",
        ("category", "atom"): "feeds/{slug}.atom.xml",
        ("category", "rss"): "feeds/{slug}.rss.xml",
    },
    "nikola": {  # nikola/conf.py.in
        ("", "rss"): "rss.xml",
        ("category", "rss"): "categories/cat_{slug}.xml",
        ("tag", "rss"): "categories/{slug}.xml",
    },
    "astro": {("", "rss"): "rss.xml"},  # the packages @astrojs/rss and gatsby-plugin-feed
    "eleventy": {("", "atom"): "feed/feed.xml", ("", "json"): "feed/feed.json"},  # the starter eleventy-base-blog
    "docusaurus": {("", "rss"): "blog/rss.xml", ("", "atom"): "blog/atom.xml", ("", "json"): "blog/feed.json"},
}


def place(paths: str, by: str, slug: str, name: str) -> str:
    """Return the path of a feed in the format `name`; `by` is the kind of its group, "" for the site's feed."""
    # Pelican's feed of a category "all" would be that of the site.
    pattern = "" if (paths, slug) == ("pelican", "all") else PLACES[paths].get((by, name), "")
    return pattern.replace("{slug}", slug) or f"{folder(by, slug)}/{FORMATS[name].file_name}".lstrip("/")


def folder(by: str, slug: str) -> str:
    """Return the folder of a group's feeds; "" for the site's."""
    return f"{FOLDERS[by]}/{slug}" if by else ""


def kind(folder: str) -> str:
    """Return the kind of the group whose feeds lie in a folder that `folder` made; "" for the site's."""
    kinds = {above: by for by, above in FOLDERS.items()}
    return kinds[folder.rpartition("/")[0]] if folder else ""


def path_of(feed: Feed, name: str) -> str:
    """Return the path below the output folder that a feed is served from in the format `name`."""
    root = urlsplit(absolute_url(feed.home_url, feed.home_url)).path
    return unquote(urlsplit(feed.urls[name]).path.removeprefix(root))


def patterns(paths: str) -> tuple[str, ...]:
    """Return what file names to look for, with "*" for the slug, beside those of our own places."""
    return tuple(pattern.replace("{slug}", "*") for pattern in PLACES[paths].values())
