"""Turn a folder of posts into feeds and mail digests.

from feeds import build, load

built = build(load(Path("blog")), datetime.now(UTC))
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from feeds.config import Settings, load
    from feeds.errors import FeedsError
    from feeds.model import Entry, Feed, Post, Problem, Site
    from feeds.publish import Built, build

__all__ = ["Built", "Entry", "Feed", "FeedsError", "Post", "Problem", "Settings", "Site", "build", "load"]
__version__ = "0.1.0"

_HOMES = {
    "feeds.config": {"Settings", "load"},
    "feeds.errors": {"FeedsError"},
    "feeds.model": {"Entry", "Feed", "Post", "Problem", "Site"},
    "feeds.publish": {"Built", "build"},
}


def __getattr__(name: str) -> Any:
    """Import what is asked for, and no more: a cron job that has nothing to do pays for nothing."""
    for module, names in _HOMES.items():
        if name in names:
            return getattr(import_module(module), name)
    raise AttributeError(f"module 'feeds' has no attribute {name!r}")
