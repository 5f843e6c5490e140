"""Walking folders by names and stats: what is shown, and that any change makes another digest."""

import os
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from feeds.tree import Tree, grow, settled, stamp, unpacked


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """Give a folder with a post, and one in a folder of its own."""
    (tmp_path / "posts" / "deep").mkdir(parents=True)
    (tmp_path / "posts" / "a.md").write_text("one")
    (tmp_path / "posts" / "deep" / "خط.md").write_text("two")
    return tmp_path


def paths(grown: Tree) -> list[str]:
    return sorted(grown.files)


def odd(grown: Tree) -> dict[str, str]:
    return {each.path: each.what for each in grown.odd}


def test_files_have_their_paths_and_stamps(root: Path) -> None:
    """A path is relative to the root; the stamp is what `stamp` says of the file."""
    files = grow(str(root), ["posts"]).files

    assert ["posts/a.md", "posts/deep/خط.md"] == sorted(files)
    assert all(stamp(root / path) == found for path, found in files.items())
    assert ["a.md", "deep/خط.md"] == paths(grow(str(root / "posts"), [""]))


def test_hidden_files_and_one_folder_are_passed_by(root: Path) -> None:
    """So are folders of programs; all but the one folder show when hidden ones are asked for."""
    for name in (".git/x.md", "node_modules/x.md", "__pycache__/x.md", "out/x.md", ".x.md"):
        (root / "posts" / name).parent.mkdir(exist_ok=True)
        (root / "posts" / name).touch()

    assert ["posts/a.md", "posts/deep/خط.md"] == paths(grow(str(root), ["posts"], "posts/out"))
    assert 6 == len(paths(grow(str(root), ["posts"], "posts/out", hidden=True)))


def test_links_are_followed_once(root: Path) -> None:
    """A file goes by its real path where that is below, a loop ends, and a folder named twice is read once."""
    (root / "elsewhere").mkdir()
    (root / "elsewhere" / "c.md").touch()
    (root / "posts" / "link").symlink_to(root / "elsewhere")
    (root / "posts" / "again").symlink_to("deep")
    (root / "posts" / "deep" / "loop").symlink_to(root / "posts")
    (root / "posts" / "b.md").symlink_to("a.md")

    wanted = ["posts/a.md", "posts/b.md", "posts/deep/خط.md", "posts/link/c.md"]
    assert wanted == paths(grow(str(root), ["posts", "posts/deep", "posts"]))


@pytest.mark.skipif(sys.platform != "linux", reason="other systems refuse such names")
def test_what_cannot_be_read_is_named(root: Path, ordinary_rights: None) -> None:
    """A broken link, a pipe, a name that is not UTF-8, a locked folder, one that is not there: the walk goes on."""
    posts = root / "posts"
    (posts / "broken.md").symlink_to("nothing")
    (posts / "self.md").symlink_to("self.md")
    os.mkfifo(posts / "pipe.md")
    (posts / os.fsdecode(b"\xff.md")).touch()
    (posts / "locked").mkdir(mode=0)
    grown = grow(str(root), ["posts", "none"])

    assert ["posts/a.md", "posts/deep/خط.md"] == paths(grown)
    assert {
        "posts/broken.md": "it cannot be read: No such file or directory",
        "posts/self.md": "it cannot be read: Too many levels of symbolic links",
        "posts/pipe.md": "it is no ordinary file",
        "posts/\\xff.md": "its name is not UTF-8",
        "posts/locked": "the folder cannot be read: Permission denied",
        "none": "the folder cannot be read: No such file or directory",
    } == odd(grown)
    assert {"posts/locked", "none"} == {each.path for each in grown.odd if each.is_folder}


def put_back(path: Path, data: bytes) -> None:
    """Write as many other bytes, and set the time back."""
    before = path.stat()
    path.write_bytes(data)
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))


CHANGES: dict[str, Callable[[Path], object]] = {
    "longer": lambda posts: (posts / "a.md").write_text("longer"),
    "the same size and time": lambda posts: put_back(posts / "a.md", b"TWO"),
    "touched": lambda posts: (posts / "a.md").touch(),
    "other rights": lambda posts: (posts / "a.md").chmod(0o600),
    "added": lambda posts: (posts / "b.md").touch(),
    "removed": lambda posts: (posts / "a.md").unlink(),
    "renamed": lambda posts: (posts / "a.md").rename(posts / "b.md"),
    "moved": lambda posts: (posts / "deep").rename(posts / "deeper"),
    "a link to nothing": lambda posts: (posts / "b.md").symlink_to("nothing"),
}


@pytest.mark.parametrize("change", [*CHANGES])
def test_any_change_makes_another_digest(root: Path, change: str) -> None:
    """And nothing else does: two looks at the same come to the same."""
    before, probe = grow(str(root), ["posts"]).digest(), root / "probe"
    assert before == grow(str(root), ["posts"]).digest()

    while not probe.exists() or probe.stat().st_ctime_ns <= (root / "posts" / "a.md").stat().st_ctime_ns:
        probe.touch()  # the clock of the file system ticks every few ms
    CHANGES[change](root / "posts")

    assert before != grow(str(root), ["posts"]).digest()


def test_a_stamp_tells_files_from_folders_and_from_nothing(root: Path) -> None:
    """The size of a folder is none, since it says nothing; what is not there, or cannot be named, has no stamp."""
    found = [stamp(root / "posts" / "a.md"), stamp(root / "posts")]
    assert [3, -1] == [unpacked(each)[0] for each in found if each]
    assert [None, None] == [stamp(root / "none"), stamp("a\0b")]


def test_what_was_just_written_is_not_settled() -> None:
    """Two seconds are enough for the coarsest clock of a file system."""
    now = datetime(2026, 1, 1, 12, 0, 2, 999_999, tzinfo=UTC)

    assert datetime(2026, 1, 1, 12, tzinfo=UTC).timestamp() * 1e9 == settled(now)
