"""A file to write."""

from collections.abc import Callable
from datetime import datetime
from functools import cached_property


class File:
    """A file to write, whose bytes are made when they are asked for."""

    def __init__(
        self,
        path: str,
        url: str,
        time: datetime,
        make: Callable[[], bytes],
        *,
        key: bytes = b"",
        kind: str = "",
        ids: tuple[str, ...] = (),
    ) -> None:
        """Describe the file at `path` below `feeds.out`, served at `url`, that last changed at `time`.

        `key` is a digest of all that it is made from, `kind` "rss", "atom", "json", "opml" or "" for a page, and
        `ids` are those of the posts in a feed.
        """
        self.path, self.url, self.time, self.key, self.kind, self.ids = path, url, time, key, kind, ids
        self._make = make

    @cached_property
    def data(self) -> bytes:
        """What it is to hold. Raises SettingsError for a template of the site that cannot be used."""
        return self._make()
