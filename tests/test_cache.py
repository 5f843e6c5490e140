"""What a build leaves for the next: believed when it is whole and made from the same, else as good as not there."""

import subprocess
from datetime import datetime, timedelta, timezone
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from feeds import cache

VALUE = {"a": 1, "خط": 2}
KEY = cache.key("made from this")
FILE = Path(cache.FOLDER, "name")


def recalled(root: Path, key: bytes = KEY) -> dict[str, int] | None:
    return cache.recall(root, "name", dict[str, int], key)


def test_what_was_noted_is_recalled(tmp_path: Path) -> None:
    """With the key that it was noted with, and not with another."""
    cache.note(tmp_path, "name", VALUE, KEY)

    assert VALUE == recalled(tmp_path)
    assert recalled(tmp_path, cache.key("made from that")) is None
    assert cache.recall(tmp_path, "other", dict[str, int], KEY) is None
    assert cache.recall(tmp_path, "name", list[int], KEY) is None


def test_what_is_forgotten_is_gone(tmp_path: Path) -> None:
    """All that begins alike, but for what is to stay, and nothing else."""
    names = ["name", "name.a", "name.b", "name.c"]
    for name in names:
        cache.note(tmp_path, name, VALUE, KEY)
    cache.forget(tmp_path, "name.", ["name.b"])
    cache.forget(tmp_path / "nowhere", "name.", [])

    kept = [name for name in names if cache.recall(tmp_path, name, dict[str, int], KEY)]
    assert ["name", "name.b"] == kept


def test_keys_tell_values_apart() -> None:
    """Values beside each other, and one instant on two clocks, since feeds show the clock."""
    here = datetime(2025, 1, 1, 12, tzinfo=timezone(timedelta(hours=1)))
    there = here.astimezone(timezone(timedelta(hours=3)))
    keys = [cache.key(*parts) for parts in ([], ["a"], ["a", ""], [["a", ""]], [None], [here], [there])]

    assert len(keys) == len({*keys})
    assert cache.key("a", here) == cache.key("a", here)


@settings(max_examples=150)
@given(at=st.integers(0, 10_000), bit=st.integers(0, 7), is_cut=st.booleans())
@example(at=16, bit=7, is_cut=False)  # the size
def test_what_is_damaged_is_not_believed(
    at: int, bit: int, is_cut: bool, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """A file that is cut short anywhere, or has one bit turned: nothing of it comes back."""
    root = tmp_path_factory.getbasetemp() / "damaged"
    cache.note(root, "name", VALUE, KEY)
    data = bytearray((root / FILE).read_bytes())
    data[at % len(data)] ^= 1 << bit
    (root / FILE).write_bytes(data[: at % len(data)] if is_cut else data)

    assert recalled(root) is None
    assert b"" == cache.encoded(root, "name", KEY)


@pytest.mark.parametrize("data", [b"", b"x", bytes(16), KEY, KEY + b"\xff" * 8, KEY + bytes(400), b"\xc1" * 400])
def test_garbage_is_nothing(tmp_path: Path, data: bytes) -> None:
    """Whatever lies there instead."""
    (tmp_path / FILE).parent.mkdir()
    (tmp_path / FILE).write_bytes(data)

    assert recalled(tmp_path) is None


def test_where_nothing_can_be_written_nothing_is_noted(tmp_path: Path, ordinary_rights: None) -> None:
    """A folder that is locked, or a file in its place, costs the memory and no more."""
    for name in ("locked", "file"):
        (tmp_path / name).mkdir()
    (tmp_path / "locked").chmod(0o500)
    (tmp_path / "file" / cache.FOLDER).write_text("a file")
    for root in (tmp_path / "locked", tmp_path / "file"):
        cache.note(root, "name", VALUE, KEY)

        assert recalled(root) is None
    assert "a file" == (tmp_path / "file" / cache.FOLDER).read_text()


def test_what_cannot_be_read_is_nothing(tmp_path: Path, ordinary_rights: None) -> None:
    """Somebody else may have noted it."""
    cache.note(tmp_path, "name", VALUE, KEY)
    (tmp_path / FILE).chmod(0)

    assert recalled(tmp_path) is None


def test_git_passes_it_by(tmp_path: Path) -> None:
    """Without a line in the site's own .gitignore."""
    cache.note(tmp_path, "name", VALUE, KEY)
    subprocess.run(["git", "init", "-q", tmp_path], check=True)
    status = ["git", "-C", str(tmp_path), "status", "--porcelain", "--untracked-files=all"]

    assert b"" == subprocess.run(status, capture_output=True, check=True).stdout
