"""Publish: the posts of a site become feed files on disk, and `check` says what is wrong with any of them."""

from importlib import import_module
from typing import TYPE_CHECKING, Any

from feeds.publish.built import Built, unchanged

if TYPE_CHECKING:
    from feeds.publish.amending import amended
    from feeds.publish.announcing import Told, announce, ping
    from feeds.publish.building import Checked, build, check, feeds_of, foresee
    from feeds.publish.outlook import Outlook
    from feeds.publish.posts import Public, Renderer, public, survey

__all__ = [
    "Built",
    "Checked",
    "Outlook",
    "Public",
    "Renderer",
    "Told",
    "amended",
    "announce",
    "build",
    "check",
    "feeds_of",
    "foresee",
    "ping",
    "public",
    "survey",
    "unchanged",
]

_HOMES = {
    "amending": {"amended"},
    "announcing": {"Told", "announce", "ping"},
    "building": {"Checked", "build", "check", "feeds_of", "foresee"},
    "outlook": {"Outlook"},
    "posts": {"Public", "Renderer", "public", "survey"},
}


def __getattr__(name: str) -> Any:
    """Import what is asked for: a build that has nothing to do must not pay for one that has."""
    for module, names in _HOMES.items():
        if name in names:
            return getattr(import_module(f"feeds.publish.{module}"), name)
    raise AttributeError(f"module 'feeds.publish' has no attribute {name!r}")
