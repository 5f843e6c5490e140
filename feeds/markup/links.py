"""Links from post to post by the path or name of a file."""

import re
from collections.abc import Iterable, Mapping
from posixpath import dirname, join, normpath
from urllib.parse import unquote

from feeds.model import Post

_ENDING = r"\.(?:md|mdx|markdown|mdown|mkd|rst|html)"
_LINK = r'(?i)(<a\b[^<>]*?\bhref=")(?![a-z][a-z0-9+.-]*:|//|#)([^"#?]+\.(?:md|mdx|markdown))(?=["#?])'
# Pelican: {filename} is a post, the others a file that is copied.
_PELICAN = r'(?i)\b(href|src)="(?:\{|%7B|\|)(filename|static|attach)(?:\}|%7D|\|)([^"#?]*)'
_DAY = re.compile(r"\d{4}-\d{1,2}-\d{1,2}-")


def names(posts: Iterable[Post]) -> dict[str, str]:
    """Map all that a file may be called in a link to the address of its post.

    "a/b/c.md" is also "a/b/c", "b/c" and "c", and without the day "2025-01-01-"; "a/index.md" is also "a". What two
    posts may be called leads nowhere, unless it is the whole path of one.
    """
    found: dict[str, str] = {}
    doubtful, whole = set[str](), dict[str, str]()
    for post in sorted(posts, key=lambda post: post.path):
        whole.setdefault(_plain(post.path), post.url)
        doubtful.update(name for name in _names(post.path) if found.setdefault(name, post.url) != post.url)
    return {name: url for name, url in found.items() if name not in doubtful} | whole


def _names(path: str) -> Iterable[str]:
    whole = _plain(path)
    steps = whole.split("/")
    for at in range(len(steps)):
        yield "/".join(steps[at:])
    if bare := _DAY.sub("", steps[-1]):
        yield bare


def _plain(path: str) -> str:
    return re.sub(r"/_?index$", "", re.sub(rf"{_ENDING}$", "", path.strip().strip("/"), flags=re.IGNORECASE))


def target(name: str, path: str, links: Mapping[str, str]) -> str | None:
    """Return the address of the post that `name` means in the file at `path`; None when there is none."""
    name, mark, fragment = unquote(name).partition("#")
    beside = normpath(join(dirname(path), name)) if name else path
    inner = _plain(re.sub(r"^(?:\.\.?/)+", "", name))
    candidates = [_plain(beside), *_above(inner, dirname(path)), inner, *_shorter(inner)]
    found = next((links[each] for each in candidates if each in links), None)
    return found + mark + fragment if found else None


def _above(name: str, folder: str) -> list[str]:
    """Look in the folders above, the nearest first: two languages have the same names."""
    steps = folder.split("/")[:9]
    return ["/".join([*steps[:at], name]) for at in range(len(steps), 0, -1)]


def _shorter(name: str) -> list[str]:
    """Drop folders that only the engine knows: "content/posts/a" is "posts/a"; all when there is a day in the name."""
    steps = name.split("/")[:9]
    return ["/".join(steps[at:]) for at in range(1, len(steps) if _DAY.match(steps[-1]) else len(steps) - 1)]


def resolved(markup: str, path: str, links: Mapping[str, str]) -> str:
    """Point the links of HTML that name the file of a post to that post."""

    def pelican(match: re.Match[str]) -> str:
        to = target(match[3], path, links) if match[2].lower() == "filename" else None
        return f'{match[1]}="{to or match[3]}'

    if "filename" in markup or "static" in markup or "attach" in markup:
        markup = re.sub(_PELICAN, pelican, markup)
    if not links or not (".m" in markup or ".M" in markup):
        return markup
    return re.sub(_LINK, lambda link: link[1] + (target(link[2], path, links) or link[2]), markup)
