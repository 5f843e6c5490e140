"""A file to write."""

from collections.abc import Callable
from datetime import datetime

from msgspec import Struct


class File(Struct, frozen=True):
    """A file to write, whose bytes are made when they are asked for."""

    path: str  # below `feeds.out`
    url: str  # where it is served
    time: datetime  # when it last changed
    make: Callable[[], list[bytes]]  # its parts; raises SettingsError for a template of the site that cannot be used
    key: bytes = b""  # a digest of all that it is made from
    kind: str = ""  # "rss", "atom", "json", "opml" or "" for a page
    ids: tuple[str, ...] = ()  # of the posts in a feed
    items: tuple[bytes, ...] = ()  # a digest of all that each item is made from; items are the parts at odd places

    @property
    def data(self) -> bytes:
        """What it is to hold, made anew each time. Raises what `make` does."""
        return b"".join(self.make())
