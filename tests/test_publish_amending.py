"""After a small change nothing but what changed is looked at, and the build comes to what a whole one comes to."""

import os
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest

from feeds import collect, publish, tree
from feeds.collect import parts
from feeds.config import load
from tests.test_publish_built import LATER, bare, command, outcome, toml

DAYS = range(1, 9)
NEWER = "---\ntitle: New\ndate: 2025-02-01\ncategories: [x]\n---\nWords that no other post begins with.\n"


def text(day: int, category: str = "x") -> str:
    head = f"title: Day {day}\ndate: 2025-01-0{day}T12:00:00+05:00\ncategories: [{category}]"
    return f"---\n{head}\n---\nWords of day {day}, which are enough.\n{'more ' * 999}\n"


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Give a site of eight posts, three to a part, that was built twice."""
    monkeypatch.setattr(parts, "_ROWS", 3)
    (tmp_path / "posts").mkdir()
    for day in DAYS:
        (tmp_path / "posts" / f"{day}.md").write_text(text(day, "y" if day % 2 else "X"))
    (tmp_path / "posts" / "note.html").write_text("No front matter.\n")
    (tmp_path / "feeds.toml").write_text(toml(posts='engine = "plain"', feeds="limit = 3"))
    command(tmp_path, LATER)
    return tmp_path


def is_amended(root: Path) -> bool:
    """Tell whether a build is done without a look at all posts, and compare what it comes to with a whole one."""
    built, before = publish.unchanged(root, LATER)
    assert built is None
    assert before is not None
    amended = publish.amended(load(root), LATER, before)
    assert outcome(root, LATER) == outcome(root, LATER, bare)
    return amended is not None


def edit(path: str, old: str, new: str) -> Callable[[Path], None]:
    """Return what replaces a text in a post."""

    def edited(root: Path) -> None:
        file = root / "posts" / path
        said = file.read_text()
        assert old in said
        file.write_text(said.replace(old, new, 1))

    return edited


def add(path: str, said: str) -> Callable[[Path], None]:
    """Return what adds a file."""

    def added(root: Path) -> None:
        (root / "posts" / path).write_text(said.replace("no other", f"but {path} no other"))

    return added


SMALL = {
    "the end of the newest": edit("8.md", "more \n", "more and more\n"),
    "the beginning of the newest": edit("8.md", "Words", "Verbs"),
    "the title": edit("7.md", "title: Day 7", "title: Day seven"),
    "the clock alone": edit("8.md", "12:00:00+05:00", "11:00:00+04:00"),
    "an old post": edit("1.md", "Words", "Verbs"),
    "corrected": edit("7.md", "title:", "updated: 2025-03-01\ntitle:"),
    "a summary": edit("7.md", "title:", "summary: In short\ntitle:"),
    "no post": edit("note.html", "No", "Still no"),
    "a picture": add("x.png", "no text"),
    "a new post between others": add("55.md", NEWER.replace("2025-02-01", "2025-01-05")),
    "a new post": add("9.md", NEWER),
    "a new post before all others": add("0.md", NEWER),
    "a new post with an id of its own": add("91.md", NEWER.replace("title:", "guid: one\ntitle:")),
    "a new post without a category": add("92.md", NEWER.replace("categories: [x]\n", "")),
    "a new post that goes": add("93.md", NEWER.replace("02-01", "02-02\nexpires: 2030-02-02")),
}
LARGE = {
    "a new post older than all in its feed": add("55.md", NEWER.replace("2025-02-01", "2025-01-03")),
    "dated anew": edit("8.md", "2025-01-08", "2025-01-07"),
    "in another category": edit("8.md", "[X]", "[y]"),
    "in a new category": edit("8.md", "[X]", "[z]"),
    "at another address": edit("8.md", "title:", "permalink: /other/\ntitle:"),
    "a draft now": edit("8.md", "title:", "draft: true\ntitle:"),
    "broken now": edit("8.md", "2025-01-08T12:00:00+05:00", "soon"),
    "with an id of its own now": edit("8.md", "title:", "guid: one\ntitle:"),
    "a new category": add("9.md", NEWER.replace("[x]", "[z]")),
    "the oldest of its category": add("9.md", NEWER.replace("2025-02-01", "2025-01-01").replace("[x]", "[Y]")),
    "a post that is scheduled": add("9.md", NEWER.replace("2025", "2035")),
    "an address that is taken": add("9.md", NEWER.replace("title:", "permalink: /posts/8.html\ntitle:")),
    "a new post that links to another": add("9.md", NEWER + "[to 1](1.md)\n"),
    "authors beside the posts": add("authors.yml", "a: {name: A}\n"),
}


@pytest.mark.parametrize("change", SMALL.values(), ids=SMALL)
def test_a_small_change_is_amended(root: Path, change: Callable[[Path], None]) -> None:
    """An edited post stands where it stood, a new one takes its place in feeds; the rest is as it was."""
    change(root)

    assert is_amended(root)


@pytest.mark.parametrize("change", LARGE.values(), ids=LARGE)
def test_what_may_concern_other_posts_is_not(root: Path, change: Callable[[Path], None]) -> None:
    """Where a feed may lack a post that made room, or a name may change, all posts are looked at."""
    change(root)

    assert not is_amended(root)


@pytest.mark.parametrize("is_moved", [False, True])
def test_a_post_less_makes_room(root: Path, is_moved: bool) -> None:
    """Which post takes its place, and whether it is one that is new, all posts must tell."""
    post = root / "posts" / "8.md"
    post.rename(post.with_name("88.md")) if is_moved else post.unlink()

    assert not is_amended(root)


def test_small_changes_add_up(root: Path) -> None:
    """Each build notes what the next one needs, whichever way it was done."""
    for number, change in enumerate([*SMALL.values()]):
        change(root)
        assert is_amended(root), [*SMALL][number]
        assert publish.unchanged(root, LATER)[0] is not None


def noted(root: Path, path: str = "") -> set[Path]:
    """Return the parts that say something of the file at `path`."""
    return {part for part in (root / ".feeds").glob("posts.*") if path.encode() in part.read_bytes()}


def test_a_small_change_writes_one_part(root: Path) -> None:
    """The others stay as they are, and what is noted no more is removed."""
    before, concerned = noted(root), noted(root, "posts/1.md")
    SMALL["an old post"](root)
    command(root, LATER)

    assert [3, 1, 3] == [len(before), len(concerned), len(noted(root))]
    assert before - concerned == before & noted(root)
    (root / "feeds.toml").write_text(toml(posts='engine = "hugo"'))
    command(root, LATER)
    assert 3 == len(noted(root) - before)
    assert 3 == len(noted(root))


SPOILS: dict[str, Callable[[Path], object]] = {
    "gone": Path.unlink,
    "cut": lambda part: os.truncate(part, part.stat().st_size // 2),
    "empty": lambda part: os.truncate(part, 0),
    "damaged": lambda part: part.write_bytes(part.read_bytes()[:-1] + b"\xff"),
    "of another site": lambda part: part.write_bytes(bytes(16) + part.read_bytes()[16:]),
}


@pytest.mark.parametrize("spoil", SPOILS.values(), ids=SPOILS)
@pytest.mark.parametrize(
    ("change", "is_small"), [("the title", False), ("an old post", True), ("a new post before all others", False)]
)
def test_a_part_that_is_spoilt_is_not_there(
    root: Path, spoil: Callable[[Path], object], change: str, is_small: bool
) -> None:
    """Where it may concern what has changed, as any address may that of a new post, all posts are looked at."""
    for part in noted(root, "posts/7.md"):
        spoil(part)
    SMALL[change](root)

    assert is_amended(root) == is_small


def test_parts_that_another_build_removes_are_not_there(root: Path) -> None:
    """Nothing is sure any more for a build that began before; what it notes then is wrong for none that comes after."""
    wanted = load(root)
    choices = (wanted.posts.folders, wanted.posts.engine, wanted.posts.permalink, wanted.site)
    SMALL["the title"](root)
    changes = collect.changes(root, *choices, LATER, tree.grow(str(root), wanted.posts.folders))
    assert changes is not None
    assert not noted(root, "nowhere")
    command(root, LATER)

    assert changes.rows.may_say("nowhere")
    changes.rows.note()
    for change in ("the end of the newest", "an old post", "a new post"):
        SMALL[change](root)
        command(root, LATER)
    assert outcome(root, LATER) == outcome(root, LATER, bare)


def test_a_file_may_claim_any_year(root: Path) -> None:
    """Nanoseconds in 64 bits end in the year 2262; a file from 2300 is read each time, and stops no build."""
    os.utime(root / "posts" / "8.md", ns=(0, 10_413_792_000 * 10**9))

    assert is_amended(root)
    assert is_amended(root)


def test_what_many_files_are_is_found_at_once(root: Path) -> None:
    """Beyond some dozens of changes it is quicker to look at all."""
    for number in range(60):
        (root / "posts" / f"new{number}.md").write_text(NEWER.replace("that no", f"{number}, that no"))

    assert not is_amended(root)


def test_a_post_that_was_deleted_is_known_when_it_comes_back(root: Path) -> None:
    """Its line in feeds.lock says so."""
    kept = (root / "posts" / "8.md").read_text()
    (root / "posts" / "8.md").unlink()
    command(root, LATER)
    (root / "posts" / "8.md").write_text(kept)

    assert not is_amended(root)


@pytest.mark.parametrize(
    "feeds", ["archive = true", 'paths = "hugo"', 'by = ["tag", "author", "language"]', "limit = 99"]
)
def test_so_it_is_whatever_feeds_there_are(root: Path, feeds: str) -> None:
    """But for archives, whose documents depend on all posts."""
    (root / "feeds.toml").write_text(toml(posts='engine = "plain"', feeds=feeds))
    command(root, LATER)
    add("9.md", NEWER)(root)
    edit("8.md", "Words", "Verbs")(root)

    assert is_amended(root) == (feeds != "archive = true")


def test_a_foreign_feed_among_ours_is_compared_with_all_posts(root: Path) -> None:
    """What its readers know must not come to them anew."""
    data = (root / "public" / "atom.xml").read_bytes().replace(b"<generator>feeds<", b"<generator>else<")
    (root / "feeds.toml").write_text(toml(posts='engine = "plain"', feeds='formats = ["rss"]'))
    command(root, LATER)
    (root / "public" / "atom.xml").write_bytes(data)
    command(root, LATER)
    add("9.md", NEWER)(root)

    assert not is_amended(root)


def test_what_changes_with_time_still_does(root: Path) -> None:
    """A post that was new a moment ago goes when it said."""
    SMALL["a new post that goes"](root)
    assert is_amended(root)
    later = LATER + timedelta(days=99)

    assert publish.unchanged(root, later) == (None, None)
    assert outcome(root, later) == outcome(root, later, bare)
