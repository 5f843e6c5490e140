"""feeds.lock: what is remembered of posts, and how it is written down."""

import random
import subprocess
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from feeds import lockfile
from feeds.errors import SettingsError
from feeds.identity.lock import Line, Lock, all_lines, line_of, parse, render, renewed
from feeds.identity.marks import mark, opening
from feeds.model import Post

DAY = datetime(2025, 6, 20, 23, 30, tzinfo=UTC)
HEAD = b"authority example.org\n"


def post(path: str, name: str = "", published: datetime = DAY) -> Post:
    return Post(path, "https://example.org/", "سلام", published, published, id=name or f"tag:{path}")


TEXT = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=9)
LINES = st.builds(Line, TEXT, TEXT, TEXT, TEXT, TEXT, st.booleans())


@given(st.lists(LINES, unique=True))
@settings(max_examples=100)
def test_what_is_written_is_read(lines: list[Line]) -> None:
    """Whatever stands in paths and ids, a line is a line; in whatever order they come, the bytes are the same."""
    lock = Lock("example.org", tuple(sorted(lines)))
    shuffled = random.Random(0).sample(lines, len(lines))

    assert lock == parse(render(lock))
    assert render(lock) == render(Lock("example.org", tuple(shuffled)))
    assert len(lines) + 2 == len(render(lock).splitlines())


def test_one_post_a_line_by_path() -> None:
    """A person can read it, and git shows the one line of the post that changed."""
    lock = renewed(Lock("example.org"), [post("b.md"), post("سلام.md")])

    assert ['["b.md"', '["سلام.md"'] == [line.split(",")[0] for line in render(lock).decode().splitlines()[2:]]
    assert line_of(post("b.md")) == Line("b.md", "tag:b.md", "2025-06-20T23:30:00Z", mark("سلام"), "")


def test_a_post_that_is_gone_stays_known() -> None:
    """Its line is marked once, and no build after that changes it."""
    lock = renewed(Lock("example.org"), [post("a.md"), post("b.md")])
    without = renewed(lock, [post("b.md")])

    assert [("a.md", True), ("b.md", False)] == [(line.path, line.gone) for line in all_lines(without)]
    assert without == renewed(without, [post("b.md")])
    assert lock == renewed(without, [post("a.md"), post("b.md")])


def test_what_is_remembered_of_the_gone_has_a_bound() -> None:
    """Of a thousand and more posts that are gone, those of the oldest dates are forgotten."""
    lines = tuple(Line(f"{number:04}.md", f"{number}", f"{2000 + number}") for number in range(1_200))
    left = renewed(Lock("x", lines), [])

    assert [f"{number:04}.md" for number in range(200, 1_200)] == [line.path for line in left.lines]


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (HEAD + b'<<<<<<< HEAD\n["a","b","c"]\n', "feeds.lock:2: a merge left its marks; remove them and keep"),
        (HEAD + b'["a","b","c"]\n=======\n', "feeds.lock:3: a merge left its marks"),
        (HEAD + b'\n["a","b"\n', "feeds.lock:3: this is no line of a lock; take it from git"),
        (HEAD + b'["a"]\n', "feeds.lock:2: this is no line of a lock"),
        (HEAD + b'["a","","c"]\n', "feeds.lock:2: this is no line of a lock"),
        (HEAD + b'["\xff","b","c"]\n', "feeds.lock:2: this is no line of a lock"),
        (HEAD + b"posts\n", "feeds.lock:2: this is no line of a lock"),
        (b"authority example org\n", "feeds.lock:1: this is no line of a lock"),
        (b"authority \n", "feeds.lock:1: this is no line of a lock"),
        (
            HEAD + b"authority example.com\n",
            "feeds.lock:2: a second authority, example.com; keep the line of example.org",
        ),
        (b'["a","b","c"]\n', "feeds.lock:1: no line says the authority"),
    ],
)
def test_a_broken_lock_is_one_line_with_its_cure(data: bytes, message: str) -> None:
    """Where, what, and how to mend it: never a guess, since ids hang on it."""
    with pytest.raises(SettingsError) as caught:
        parse(data)

    assert message == str(caught.value)[: len(message)]


def test_windows_line_ends_do_no_harm() -> None:
    """Git may write them on checkout."""
    data = render(renewed(Lock("example.org"), [post("a.md")]))

    assert parse(data) == parse(data.replace(b"\n", b"\r\n"))


def test_a_merge_of_two_branches_is_a_lock(tmp_path: Path) -> None:
    """Both add posts and one renames an old one: with git's union merge the lines of both are there, and all valid."""
    base = renewed(Lock("example.org"), [post("a.md"), post("c.md"), post("e.md")])
    ours = renewed(base, [post("a.md"), post("c.md"), post("e.md"), post("b1.md"), post("e2.md")])
    theirs = renewed(base, [post("a.md"), post("moved.md", "tag:c.md"), post("e.md"), post("b2.md")])
    paths = [tmp_path / name for name in ("ours", "base", "theirs")]
    for path, lock in zip(paths, (ours, base, theirs), strict=True):
        path.write_bytes(render(lock))
    subprocess.run(["git", "merge-file", "--union", *map(str, paths)], check=True)
    merged = parse(paths[0].read_bytes())

    assert merged
    assert {line.id for line in merged.lines} == {f"tag:{name}.md" for name in ("a", "b1", "b2", "c", "e", "e2")}


def test_it_is_written_only_when_it_changes(tmp_path: Path) -> None:
    """No line moves in git when nothing happened."""
    lock = renewed(Lock("example.org"), [post("a.md")])

    assert (True, False) == (lockfile.write(tmp_path, lock), lockfile.write(tmp_path, lock))
    assert lock == lockfile.read(tmp_path, lock.standing)
    assert ["feeds.lock"] == [path.name for path in tmp_path.iterdir()]


def test_no_lock_is_none(tmp_path: Path) -> None:
    """A new site has none yet."""
    assert lockfile.read(tmp_path) is None


def test_marks_pass_over_case_space_and_markup() -> None:
    """What an engine writes differently is no other text."""
    assert mark("Hello, World!") == mark("**hello** wor_ld".replace("_", "")) != mark("hello world 2")
    assert opening("# سلام\r\n\r\nنص أول طويل كفاية") == opening("سلام\n\n\n*نص أول* طويل كفاية\n") != ""
    assert opening("x" * 3_000) == opening("x" * 2_500 + "y")
    assert opening(text := "abc" * 900) == opening("> \n" * 30 + text)
    assert ("", "") == (opening("TODO"), mark("?!"))
