"""Posts that were moved are recognised, and never one for another."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import event, given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from feeds.identity import assign
from feeds.identity.lock import Lock, line_of, parse, render, renewed
from feeds.identity.marks import opening
from feeds.identity.recognise import recognise
from feeds.model import Post

DAY = datetime(2024, 1, 1, tzinfo=UTC)
MOVED = str.maketrans("0123456789twin", "abcdefghijTWIN")
TEXT = "a text long enough to be told by, number {}"


def post(path: str, text: str = "1", title: str = "News", day: int = 0) -> Post:
    published = DAY + timedelta(days=day)
    return Post(path, "https://example.org/", title, published, published, opening=opening(TEXT.format(text)))


def build(lock: Lock, *posts: Post) -> tuple[dict[str, str], Lock]:
    """Return the ids of posts by path, and the lock after a build."""
    held = recognise([line_of(post) for post in posts], lock.lines)
    ids = {path: line.id for path, line in held.items()}
    named, _ = assign(posts, lock.authority, "UTC", ids, (line.id for line in lock.lines))
    return {post.path: post.id for post in named}, parse(render(renewed(lock, named))) or NEW


NEW = Lock("example.org")
A = post("_posts/2024-01-01-a.md", "a", "A")


@pytest.mark.parametrize(
    "now",
    [
        replace(A, path="_posts/2024-01-01-b.md"),
        replace(A, path="content/posts/a.md"),
        replace(A, title="B"),
        replace(A, published=DAY.replace(year=2020)),
        replace(A, opening="other"),
        post("x/other.md", "a", "B", 50),
        post("x/other.md", "other", "A"),
        post("content/a/index.md", "other", "B"),
        replace(post("x/other.md", "other", "A"), published=DAY.replace(hour=23)),
        post("_posts/2024-01-01-a.md", "other", "B", 50),
    ],
    ids=[
        *("name", "folder", "title", "date", "text", "all but the text", "all but title and date"),
        *("all but slug and day", "all but title and day", "all but the path"),
    ],
)
def test_whatever_changed_it_is_the_same_post(now: Post) -> None:
    """As long as one sure sign is left: its path, how its text begins, title and date, slug and day."""
    before, lock = build(NEW, A, post("b.md", "b", "B", 3))
    after, _ = build(lock, now, post("b.md", "b", "B", 3))

    assert before[A.path] == after[now.path]


@pytest.mark.parametrize(
    "other",
    [post("x/other.md", "other", "B", 1), post("x/other.md", "other", "A", 7), post("x/a.md", "other", "B", 7)],
    ids=["nothing", "title", "slug"],
)
def test_a_new_post_is_no_old_one(other: Post) -> None:
    """A weekly post has the title and slug of the last one, which was deleted: it is new all the same."""
    before, lock = build(NEW, A)
    after, _ = build(lock, other)

    assert before[A.path] != after[other.path]


def test_two_that_swap_their_names() -> None:
    """Each keeps its id, even when they share title and day."""
    one, two = post("a.md", "one"), post("b.md", "two")
    before, lock = build(NEW, one, two)
    after, _ = build(lock, replace(one, path="b.md"), replace(two, path="a.md"))

    assert (before["a.md"], before["b.md"]) == (after["b.md"], after["a.md"])


def test_sixty_posts_with_one_title_and_day() -> None:
    """Renamed all at once, they are told apart by their texts; those that have the same text are not guessed."""
    posts = [post(f"{number}.md", str(number)) for number in range(60)]
    twins = [post("twin1.md", "twin"), post("twin2.md", "twin")]
    before, lock = build(NEW, *posts, *twins)
    after, _ = build(lock, *(replace(each, path=each.path[:-3].translate(MOVED)) for each in (*posts, *twins)))

    assert [before[f"{number}.md"] for number in range(60)] == [
        after[str(number).translate(MOVED)] for number in range(60)
    ]
    assert {before["twin1.md"], before["twin2.md"]}.isdisjoint(after.values())
    assert 62 == len({*after.values()})


def test_a_new_post_where_one_was_that_moved() -> None:
    """It gets an id of its own, though its tag would be the same."""
    before, lock = build(NEW, A)
    after, lock = build(lock, replace(A, path="moved.md"), post(A.path, "b", "B"))

    assert before[A.path] == after["moved.md"]
    assert f"{before[A.path]}:" == after[A.path][: len(before[A.path]) + 1]
    assert after == build(lock, replace(A, path="moved.md"), post(A.path, "b", "B"))[0]


def test_a_name_taken_anew_long_after() -> None:
    """Where a post was that is long gone, another is another; the same one again is the same."""
    before, lock = build(NEW, A)
    _, lock = build(lock)

    assert before[A.path] != build(lock, post(A.path, "b", "B", 9))[0][A.path]
    assert before[A.path] == build(lock, A)[0][A.path]
    assert before[A.path] == build(lock, replace(A, opening="edited"))[0][A.path]


def test_after_a_merge_of_two_branches() -> None:
    """One moved the post and the other dated it anew: both lines are in the lock, and it is one post."""
    before, lock = build(NEW, A)
    (line,) = lock.lines
    moved, dated = replace(line, path="moved.md"), replace(line, published="2020-01-01T00:00:00Z")
    here = replace(A, path="moved.md", published=DAY.replace(year=2020))
    after, merged = build(Lock("example.org", (dated, moved)), here)

    assert before[A.path] == after["moved.md"]
    assert (line_of(replace(here, id=before[A.path])),) == merged.lines


def test_a_guid_that_is_copied() -> None:
    """Readers know the one: it keeps the id, though the copy is older by its date."""
    known = replace(A, guid="https://x.example/1")
    copy = replace(post("copy.md", "copy", "Copy", -9), guid="https://x.example/1", url="https://example.org/copy/")
    found, problems = assign([copy, known], "example.org", "UTC", {A.path: "https://x.example/1"})

    assert ["tag:example.org,2023-12-23:copy.md", "https://x.example/1"] == [each.id for each in found]
    assert ["copy.md"] == [problem.path for problem in problems]


# What an author does between two builds, to each post: what stays is what the post can be told by.
KINDS = ("nothing", "rename", "redate", "retitle", "edit", "rename and redate", "rename and edit", "switch", "delete")
DEEDS = st.lists(st.lists(st.sampled_from(KINDS), min_size=12, max_size=12), min_size=1, max_size=5)


class Author:
    """An author who works on posts, each with a text, and some with titles and days of others."""

    def __init__(self) -> None:
        self.count = 0
        self.posts = {number: self.new(number) for number in range(8)}
        self.built: list[Post] = []  # as of the last build

    def fresh(self) -> str:
        self.count += 1
        return f"{self.count}"

    def new(self, number: int) -> Post:
        return post(f"_posts/2024-01-0{number % 3 + 1}-p{self.fresh()}.md", self.fresh(), f"T{number % 2}", number % 3)

    def do(self, kind: str, number: int) -> None:
        now = self.posts[number]
        if "rename" in kind:
            now = replace(now, path=f"_posts/2024-01-01-n{self.fresh()}.md")
        if kind == "switch" and now.path.startswith("_posts"):
            now = replace(now, path=f"content/{now.path.rpartition('/')[2][11:]}")
        if "redate" in kind:
            now = replace(now, published=now.published + timedelta(days=int(self.fresh())))
        if "retitle" in kind:
            now = replace(now, title=f"Title {self.fresh()}")
        others = [each for each in (*self.built, *self.posts.values()) if each is not self.posts[number]]
        alike = [each for each in others if (each.title, each.published) == (now.title, now.published)]
        if "edit" in kind and (kind == "edit" or not alike):
            now = replace(now, opening=opening(TEXT.format(self.fresh())))
        self.posts[number] = now
        if kind == "delete":
            del self.posts[number]


@given(DEEDS)
@settings(max_examples=150)
def test_whatever_the_author_does(deeds: list[list[str]]) -> None:
    """A post that is still there keeps its id, no two share one, and a build after that changes nothing."""
    author, lock, known = Author(), NEW, dict[int, str]()
    for deed in [["nothing"] * 12, *deeds]:
        for number, kind in enumerate(deed):
            if number in author.posts:
                event(kind)
                author.do(kind, number)
        added = max(known, default=7) + 1
        author.posts[added] = replace(author.new(added), title=f"Added {added}")
        author.built = [*author.posts.values()]
        ids, lock = build(lock, *author.built)
        now = {number: ids[each.path] for number, each in author.posts.items()}

        assert {number: known[number] for number in known if number in now} == {
            number: name for number, name in now.items() if number in known
        }
        assert len(now) == len({*now.values()})
        assert {*now.values()}.isdisjoint(known[number] for number in known if number not in now)
        assert (ids, lock) == build(lock, *author.posts.values())
        known |= now
