"""How a deed tells how far it has come."""

from collections.abc import Callable

# What it calls as it goes: (what it is doing, how many are done, of how many).
Progress = Callable[[str, int, int], None]


def quiet(_what: str, _done: int, _total: int) -> None:
    """Tell nobody."""
