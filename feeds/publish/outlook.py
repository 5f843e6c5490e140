"""What readers will see when feeds are published: the files that would be written against those that are there."""

from collections.abc import Collection, Iterable, Iterator
from html import unescape
from pathlib import Path

from msgspec import Struct

from feeds import output
from feeds.config import Settings
from feeds.identity.entries import Seen, entries
from feeds.model import Feed
from feeds.publish.file import File

SCREENFUL = 20  # entries that are new at once; more look like a mistake to whoever reads the feed


class Outlook(Struct, frozen=True):
    """What the readers of one feed will see; titles, in the order of the feed."""

    path: str  # relative to the site's folder; one file of the feed, one that readers have already where there is one
    is_first: bool  # no such file is there yet
    new: tuple[str, ...]
    updated: tuple[str, ...]
    gone: tuple[str, ...]  # no longer public; what merely makes room for newer posts is not among them

    @property
    def is_burst(self) -> bool:
        """Whether more is new at once than readers take for granted."""
        return not self.is_first and len(self.new) >= SCREENFUL


def outlooks(
    settings: Settings, feeds: Iterable[Feed], files: Iterable[File], ids: Collection[str]
) -> Iterator[Outlook]:
    """Yield the outlook of each feed, whose files are among `files`; `ids` are those of all public posts.

    Raises OutputError.
    """
    made = {file.url: (Path(settings.feeds.out) / file.path, file) for file in files}
    for feed in feeds:
        places = [made[url] for url in feed.urls.values()]
        path, file = next((place for place in places if (settings.root / place[0]).is_file()), places[0])
        yield _outlook(path.as_posix(), settings.root, file, ids)


def _outlook(path: str, root: Path, file: File, ids: Collection[str]) -> Outlook:
    document = output.read(root / path)
    old = {entry.id: entry for entry in entries(document, path)} if document else {}
    new = entries(file.data, path)
    return Outlook(
        path,
        not document,
        _titles(entry for entry in new if entry.id not in old),
        _titles(entry for entry in new if entry.id in old and entry.content != old[entry.id].content),
        _titles(entry for entry in old.values() if entry.id not in ids),
    )


def _titles(seen: Iterable[Seen]) -> tuple[str, ...]:
    return tuple(unescape(entry.title) or entry.url or entry.id for entry in seen)
