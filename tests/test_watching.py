"""Changes of files are seen, and each is acted on once."""

import os
import threading
from collections.abc import Iterable
from itertools import pairwise
from pathlib import Path

from feeds.watching import Look, look, watch


def seen(folder: Path, *without: Path) -> set[str]:
    """Return which files below a folder are looked at."""
    return {Path(path).relative_to(folder).as_posix() for path in look([folder], without)}


def test_posts_and_settings_are_looked_at(tmp_path: Path) -> None:
    """Files and folders at any depth, in any script; a place that is not there is no reason to stop."""
    (tmp_path / "مقالات" / "سنة").mkdir(parents=True)
    (tmp_path / "مقالات" / "سنة" / "أول.md").write_text("x", "utf-8")
    (tmp_path / "feeds.toml").write_text("x", "utf-8")
    found = look([tmp_path / "feeds.toml", tmp_path / "templates", tmp_path / "مقالات"])

    assert {"feeds.toml", "أول.md"} == {Path(path).name for path in found}


def test_what_is_written_is_passed_by(tmp_path: Path) -> None:
    """Else a build would be followed by another for ever; so is what is hidden, and what leads round in a circle."""
    for path in ("public/feed.xml", "feeds.lock", ".feeds/told.json", "node_modules/x.md", "a.md"):
        (tmp_path / path).parent.mkdir(exist_ok=True)
        (tmp_path / path).write_text("x", "utf-8")
    (tmp_path / "round").symlink_to(tmp_path)
    (tmp_path / "itself").symlink_to(tmp_path / "itself")

    assert {"a.md"} == seen(tmp_path, tmp_path / "public", tmp_path / "feeds.lock")


def test_each_kind_of_change_is_seen(tmp_path: Path) -> None:
    """New, edited, renamed and removed files; one that was edited and has its old size and time back is not."""
    file = tmp_path / "a.md"
    looks: list[Look] = [look([tmp_path])]
    for step in (
        lambda: file.write_text("x", "utf-8"),
        lambda: os.utime(file, ns=(1, 1)),
        lambda: file.write_text("xy", "utf-8"),
        lambda: file.rename(tmp_path / "b.md"),
        lambda: (tmp_path / "b.md").unlink(),
    ):
        step()
        looks.append(look([tmp_path]))

    assert all(before != after for before, after in pairwise(looks))
    assert looks[0] == looks[-1]


def deeds(looks: Iterable[Look]) -> list[Look]:
    """Watch while these looks go by; return the last look before each deed."""
    stop, now, done = threading.Event(), list(looks), list[Look]()
    shown: list[Look] = []

    def see() -> Look:
        shown.append(now.pop(0))
        if not now:
            stop.set()
        return shown[-1]

    watch(see, lambda: done.append(shown[-1]), stop, seconds=0)
    return done


def test_a_deed_is_done_at_first_and_after_each_change() -> None:
    """And not while nothing changes."""
    one, two = {"a": (1, 1)}, {"a": (2, 1)}

    assert [one] == deeds([one] * 5)
    assert [one, two, one] == deeds([one, one, one, two, two, two, one, one, one])


def test_a_burst_of_changes_is_one() -> None:
    """A checkout takes a while: the deed waits until two looks are the same."""
    looks: list[Look] = [{"a": (number, 1)} for number in range(5)]

    assert [looks[0], looks[4]] == deeds([looks[0], *looks, looks[4], looks[4]])


def test_a_change_during_the_deed_is_not_lost() -> None:
    """What was seen before the deed counts as done, and nothing later."""
    one, two = {"a": (1, 1)}, {"a": (2, 1)}

    assert [one, two] == deeds([one, one, two, two, two])
