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
    """Return the problems of a document of the format `name`, each once.

    `url` is where it is served. A problem names the file `path` and a line of it, or, where it lies in an item and
    `sources` knows the file of its post by its id, that file: so what is wrong in many feeds is said once.
    """
    found = [_problem(each, path, sources or {}) for each in CHECKS[name](document, url)]
    if len(document) > LARGEST:
        what = f"{len(document):,} bytes"
        found.append(Problem(path, 0, what, "lower feeds.limit or write summaries", "JSON Feed 1.1; FeedBurner"))
    return tuple(sorted(dict.fromkeys(found)))


def _problem(found: Finding, path: str, sources: Mapping[str, str]) -> Problem:
    what, mend, rule = found.fault
    if source := sources.get(found.item):
        return Problem(source, 0, f"in its feeds: {what}", mend, rule)
    return Problem(path, found.line, f"in {found.item}: {what}" if found.item else what, mend, rule)
