"""What is wrong with a written feed: a validator that needs no network, and names the post.

`CHECKS` has one check for each format; a rule is a line in a table there, or a function beside it.
"""

from collections.abc import Callable, Iterator, Mapping

from feeds.check import atom, jsonfeed, opml, rss
from feeds.check.tree import Finding
from feeds.model import Problem

CHECKS: Mapping[str, Callable[[bytes, str], Iterator[Finding]]] = {
    "rss": rss.check,
    "atom": atom.check,
    "json": jsonfeed.check,
    "opml": opml.check,
}
# Some readers and services give up on a larger file, and every reader fetches it again and again.
LARGEST = 1_000_000


def check(
    name: str, document: bytes, url: str, path: str, sources: Mapping[str, str] | None = None
) -> tuple[Problem, ...]:
    """Return the problems of a document of the format `name`, in its order, each once.

    `url` is where it is served, `path` the file that the problems name; `sources` tells from the id of an item the
    file of its post.
    """
    found = [
        Problem(path, each.line, _what(each, sources or {}), each.fault.mend, each.fault.rule)
        for each in CHECKS[name](document, url)
    ]
    if len(document) > LARGEST:
        what = f"{len(document):,} bytes"
        found.append(Problem(path, 0, what, "lower feeds.limit or write summaries", "JSON Feed 1.1; FeedBurner"))
    return tuple(sorted(dict.fromkeys(found)))


def _what(found: Finding, sources: Mapping[str, str]) -> str:
    if not found.item:
        return found.fault.what
    return f"in {sources.get(found.item, found.item)}: {found.fault.what}"
