"""What one build leaves for the next, in the folder `.feeds`: it may be deleted at any time.

Nothing in it is believed unless its key is the one that is asked for: a digest of all that it was made from and with.
What cannot be read or written is as good as not there.
"""

import os
import sys
from collections.abc import Collection
from contextlib import suppress
from functools import cache
from hashlib import blake2b
from pathlib import Path
from typing import TypeVar
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


def key(*parts: object) -> bytes:
    """Return a digest of values that msgspec can encode, and of the code that made something of them."""
    # JSON, since MessagePack has the instant of a time without its offset from UTC, which feeds show.
    return blake2b(msgspec.json.encode([made_with(), *parts]), digest_size=_BYTES).digest()


def recall(root: Path, name: str, kind: type[T], wanted: bytes = b"") -> T | None:
    """Return what was noted under `name`; None when there is nothing, or with another key than is `wanted`."""
    with suppress(msgspec.MsgspecError, UnicodeDecodeError):
        data = encoded(root, name, wanted)
        return msgspec.msgpack.decode(data, type=kind) if data else None
    return None


def encoded(root: Path, name: str, wanted: bytes = b"") -> bytes:
    """Return the same in MessagePack; nothing, too, for what a crash or a bad disk left of it."""
    with suppress(OSError), (root / FOLDER / name).open("rb", buffering=0) as file:  # held in memory once
        found, checksum = file.read(_BYTES), file.read(_BYTES // 2)
        if wanted in (b"", found) and _checksum(data := file.readall()) == checksum:
            return data
    return b""


def note(root: Path, name: str, value: object, wanted: bytes = bytes(_BYTES)) -> None:
    """Note `value` under `name` with a key; any number of processes may do it at once."""
    with suppress(OutputError):
        output.write(root / FOLDER / ".gitignore", _IGNORED.encode(), EPOCH)
        data = msgspec.msgpack.encode(value)
        output.replace(root / FOLDER / name, [wanted, _checksum(data), data])


def forget(root: Path, prefix: str, but: Collection[str]) -> None:
    """Remove what was noted under names that begin with `prefix`, `but` for some."""
    with suppress(OSError):
        for path in (root / FOLDER).iterdir():
            if path.name.startswith(prefix) and path.name not in but:
                path.unlink(missing_ok=True)


def _checksum(data: bytes) -> bytes:
    return len(data).to_bytes(4) + crc32(data).to_bytes(4)


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
                    with suppress(OSError), open(f"{place}/{name}", "rb", buffering=0) as file:  # noqa: PTH123  # a tenth of a Path's time
                        digest.update(file.readall())
    for place in sys.path:
        with suppress(OSError):
            digest.update("".join(sorted(each for each in os.listdir(place) if each.endswith("-info"))).encode())  # noqa: PTH208
    return digest.digest()
