"""What one build leaves for the next, in the folder `.feeds`: it may be deleted at any time.

Nothing in it is believed unless its key is the one that is asked for: a digest of all that it was made from and with.
What cannot be read or written is as good as not there.
"""

import os
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from functools import cache
from hashlib import blake2b
from itertools import chain
from pathlib import Path
from typing import BinaryIO, TypeVar
from zlib import crc32

import msgspec

import feeds
from feeds import output
from feeds.errors import OutputError
from feeds.model import EPOCH

FOLDER = ".feeds"
_IGNORED = "# A cache, which `feeds` makes anew when it is gone.\n*\n"
_BYTES = 16
T = TypeVar("T")
R = TypeVar("R")


def key(*parts: object) -> bytes:
    """Return a digest of values that msgspec can encode, and of the code that made something of them."""
    # JSON, since MessagePack has the instant of a time without its offset from UTC, which feeds show.
    return blake2b(msgspec.json.encode([made_with(), *parts]), digest_size=_BYTES).digest()


def recall(root: Path, name: str, kind: type[T], wanted: bytes = b"") -> T | None:
    """Return what was noted under `name`; None when there is nothing, or with another key than is `wanted`."""
    found = recall_parts(root, name, kind, wanted, list)
    return found and found[0]


def recall_parts(
    root: Path, name: str, kind: type[T], wanted: bytes, take: Callable[[Iterator[bytes]], R]
) -> tuple[T, R] | None:
    """Return what was noted under `name`, and what `take` makes of the parts that belong to it."""
    with suppress(OSError, msgspec.MsgspecError, UnicodeDecodeError), (root / FOLDER / name).open("rb") as file:
        found = file.read(_BYTES)
        if len(found) == _BYTES and wanted in (b"", found):
            return msgspec.msgpack.decode(_part(file), type=kind), take(iter(lambda: _part(file), b""))
    return None


def note(root: Path, name: str, value: object, wanted: bytes = bytes(_BYTES), parts: Iterable[bytes] = ()) -> None:
    """Note `value` under `name` with a key, and parts that belong to it; any number of processes may do it at once."""
    with suppress(OutputError):
        output.write(root / FOLDER / ".gitignore", _IGNORED.encode(), EPOCH)
        all_parts = chain([msgspec.msgpack.encode(value)], parts)
        sized = (each for part in all_parts for each in (len(part).to_bytes(4), crc32(part).to_bytes(4), part))
        output.replace(root / FOLDER / name, chain([wanted], sized))


def _part(file: BinaryIO) -> bytes:
    """Read one part; nothing at the end. Raises DecodeError for what a crash or a bad disk left of one."""
    size, check = int.from_bytes(file.read(4)), int.from_bytes(file.read(4))
    part = file.read(size) if size <= os.fstat(file.fileno()).st_size else b""
    if len(part) != size or crc32(part) != check:
        raise msgspec.DecodeError("damaged")
    return part


@cache
def made_with() -> bytes:
    """Return a digest of our own code and templates, and of the versions of all packages that it may use.

    A few ms: the files of this package are read, since it may be at work on itself, and names of folders tell versions.
    """
    digest = blake2b(sys.version.encode(), digest_size=_BYTES)
    package = Path(feeds.__file__).parent
    for folder in (package, package.parent / "templates"):
        for place, _, names in sorted(os.walk(folder)):
            for name in sorted(names):
                if not name.endswith(".pyc"):
                    with suppress(OSError), open(f"{place}/{name}", "rb") as file:  # noqa: PTH123  # a tenth of a Path's time
                        digest.update(file.read())
    for place in sys.path:
        with suppress(OSError):
            digest.update("".join(sorted(each for each in os.listdir(place) if each.endswith("-info"))).encode())  # noqa: PTH208
    return digest.digest()
