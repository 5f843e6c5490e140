"""A file is written whole or not at all, and only when it changes."""

import resource
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from feeds import output
from feeds.errors import OutputError

TIME = datetime(2025, 8, 1, 12, tzinfo=UTC)


@contextmanager
def small_disk() -> Iterator[None]:
    """Let no file of this process grow beyond 1 KB, just here: the file that the tests are told in is one of them."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)  # so that write() fails as it does when a disk is full
    resource.setrlimit(resource.RLIMIT_FSIZE, (1024, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


def test_a_new_file_has_its_folders_its_time_and_the_usual_mode(tmp_path: Path) -> None:
    """The time is that of what is in the file; the mode is what any new file gets."""
    path, usual = tmp_path / "a" / "b.xml", tmp_path / "usual"
    usual.touch()

    assert output.write(path, b"one", TIME)
    assert b"one" == path.read_bytes()
    assert TIME.timestamp() == path.stat().st_mtime
    assert usual.stat().st_mode == path.stat().st_mode


def test_the_same_bytes_touch_nothing(tmp_path: Path) -> None:
    """A file that holds the bytes already stays the very same file, whatever its time."""
    path = tmp_path / "a.xml"
    path.write_bytes(b"one")
    before = path.stat()

    assert not output.write(path, b"one", TIME)
    assert before == path.stat()


def test_mode_and_symbolic_links_stay(tmp_path: Path) -> None:
    """What the operator set up about a file is kept when its bytes change."""
    target, link = tmp_path / "target.xml", tmp_path / "link.xml"
    target.write_bytes(b"one")
    target.chmod(0o640)
    link.symlink_to(target)

    output.write(link, b"two", TIME)

    assert (b"two", 0o640) == (target.read_bytes(), target.stat().st_mode & 0o777)
    assert link.is_symlink()


def test_time_always_moves_on_with_the_bytes(tmp_path: Path) -> None:
    """A web server that goes by Last-Modified never says "not modified" of other bytes."""
    path = tmp_path / "a.xml"
    output.write(path, b"one", TIME)
    output.write(path, b"two", TIME - timedelta(days=1))

    assert TIME.timestamp() + 1 == path.stat().st_mtime


def test_a_full_disk_leaves_the_old_file_whole(tmp_path: Path) -> None:
    """What cannot be written is said, with the path; what was there stays, and nothing is left beside it."""
    path = tmp_path / "a.xml"
    path.write_bytes(b"old")

    with small_disk(), pytest.raises(OutputError, match=r"a\.xml: File too large; look at the disk"):
        output.write(path, b"x" * 2000, TIME)
    assert [("a.xml", b"old")] == [(each.name, each.read_bytes()) for each in tmp_path.iterdir()]


def test_a_file_in_the_place_of_a_folder_is_named(tmp_path: Path) -> None:
    """The operator reads which file is in the way, and what to do with it."""
    (tmp_path / "feeds").write_bytes(b"")

    with pytest.raises(OutputError, match="move the file that stands where a folder should be"):
        output.write(tmp_path / "feeds" / "a.xml", b"one", TIME)


def test_a_folder_in_the_place_of_a_file_is_named(tmp_path: Path) -> None:
    """The same the other way round, and again nothing is left beside it."""
    (tmp_path / "a.xml").mkdir()

    with pytest.raises(OutputError, match="move the folder that stands where the file should be"):
        output.write(tmp_path / "a.xml", b"one", TIME)
    assert ["a.xml"] == [each.name for each in tmp_path.iterdir()]


@pytest.mark.usefixtures("ordinary_rights")
def test_a_closed_folder_is_named(tmp_path: Path) -> None:
    """Missing rights are said as such."""
    tmp_path.chmod(0o500)

    with pytest.raises(OutputError, match="let this user read and write there"):
        output.write(tmp_path / "a.xml", b"one", TIME)


def test_any_number_may_write_at_once(tmp_path: Path) -> None:
    """Whoever reads meanwhile sees one of the versions whole, and at the end nothing is left over."""
    path = tmp_path / "a.xml"
    versions = [bytes([65 + number]) * 100_000 for number in range(8)]
    output.write(path, versions[0], TIME)
    threads = [
        threading.Thread(target=output.write, args=(path, version, TIME)) for version in versions for _ in range(5)
    ]
    for thread in threads:
        thread.start()
    while any(thread.is_alive() for thread in threads):
        assert path.read_bytes() in versions

    assert ["a.xml"] == [each.name for each in tmp_path.iterdir()]


def test_remove_takes_the_folders_that_are_left_empty(tmp_path: Path) -> None:
    """Folders go with their last file, up to the one that is kept."""
    output.write(tmp_path / "feeds" / "a" / "feed.xml", b"one", TIME)
    output.write(tmp_path / "feeds" / "b" / "feed.xml", b"one", TIME)

    output.remove(tmp_path / "feeds" / "a" / "feed.xml", tmp_path)
    assert ["b"] == [each.name for each in (tmp_path / "feeds").iterdir()]
    output.remove(tmp_path / "feeds" / "b" / "feed.xml", tmp_path)
    output.remove(tmp_path / "feeds" / "b" / "feed.xml", tmp_path)
    assert [] == list(tmp_path.iterdir())
