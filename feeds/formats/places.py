"""Where the files of feeds lie below the output folder: our own way, or where an engine had them.

A feed reader polls an address for years. Who comes from another engine keeps the addresses that its feeds had; what
that engine did not write lies where ours does.
"""

import re
from collections.abc import Callable, Mapping
from urllib.parse import unquote, urlsplit

from feeds.formats import FORMATS
from feeds.markup import absolute_url
from feeds.model import Feed
from feeds.sources import hugo, nikola, pelican

# Where the feeds of each kind of group lie; a slug is never a folder of these, since theirs are one deeper.
FOLDERS = {"category": "feeds", "tag": "feeds/tags", "author": "feeds/authors", "language": "feeds/languages"}
# `[feeds] paths` -> (kind of group, "" for the site's feed; format) -> path.
PLACES: Mapping[str, Mapping[tuple[str, str], str]] = {
    "default": {},
    "jekyll": {  # the plugin jekyll-feed
        ("", "atom"): "feed.xml",
        ("", "rss"): "rss.xml",
        ("category", "atom"): "feed/{name}.xml",
        ("tag", "atom"): "feed/by_tag/{name}.xml",
    },
    "hugo": {
        ("", "rss"): "index.xml",
        ("category", "rss"): "categories/{name}/index.xml",
        ("tag", "rss"): "tags/{name}/index.xml",
    },
    "pelican": {  # pelican/settings.py
        ("", "atom"): "feeds/all.atom.xml",
        ("", "rss"): "feeds/all.rss.xml",
        ("category", "atom"): "feeds/{name}.atom.xml",
        ("category", "rss"): "feeds/{name}.rss.xml",
        ("language", "atom"): "feeds/all-{name}.atom.xml",
    },
    "nikola": {  # nikola/conf.py.in
        ("", "rss"): "rss.xml",
        ("category", "rss"): "categories/cat_{name}.xml",
        ("tag", "rss"): "categories/{name}.xml",
    },
    "astro": {("", "rss"): "rss.xml"},  # the packages @astrojs/rss and gatsby-plugin-feed
    "eleventy": {("", "atom"): "feed/feed.xml", ("", "json"): "feed/feed.json"},  # the starter eleventy-base-blog
    "docusaurus": {("", "rss"): "blog/rss.xml", ("", "atom"): "blog/atom.xml", ("", "json"): "blog/feed.json"},
}
# How an engine writes the name of a group there.
_SPELLINGS: Mapping[str, Callable[[str], str]] = {
    "jekyll": str,  # as it stands
    "hugo": hugo.named,
    "pelican": pelican.slugified,
    "nikola": lambda name: "/".join(map(nikola.slugified, name.split("/"))),
}
# What is no name of a file on every system; and what would be the feed of the site, or of a category.
_LONGEST = 200  # bytes
_UNFIT = re.compile(r'[./\\].*|.*[/\\:*?"<>|\x00-\x1f\x7f].*|.*[. ]', re.DOTALL)
_TAKEN = {"pelican": re.compile("all(-.*)?"), "nikola": re.compile("cat_.*")}


def spelled(paths: str, name: str) -> str:
    """Return the name of a group as the addresses of an engine have it; "" where ours has to do.

    As for "a/b", which is a folder to all but Pelican.
    """
    found = _SPELLINGS[paths](name) if paths in _SPELLINGS else ""
    is_taken = paths in _TAKEN and _TAKEN[paths].fullmatch(found)
    return "" if is_taken or len(found.encode()) > _LONGEST or _UNFIT.fullmatch(found) else found


def place(paths: str, by: str, slug: str, spelling: str, name: str) -> str:
    """Return the path of a feed in the format `name`; `by` is the kind of its group, "" for the site's feed.

    A group lies where the engine has it if it has a `spelling`, else where ours does.
    """
    pattern = PLACES[paths].get((by, name), "") if spelling or not by else ""
    return pattern.replace("{name}", spelling) or f"{folder(by, slug)}/{FORMATS[name].file_name}".lstrip("/")


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
    """Return what file names to look for, with "*" for the name, beside those of our own places."""
    return tuple(pattern.replace("{name}", "*") for pattern in PLACES[paths].values())
