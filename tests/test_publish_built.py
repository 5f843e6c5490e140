"""A build with what earlier builds left for it comes to the same as one without: bytes, problems and all."""

import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from feeds import publish
from feeds.collect import parts
from feeds.config import load
from feeds.errors import FeedsError
from feeds.publish.built import state_of

LATER = datetime(2030, 1, 1, tzinfo=UTC)  # what lies on the disk is long settled then
TOLD = ("written", "unchanged", "removed")  # what a build had to do is all that may differ


def toml(site: str = "", posts: str = "", feeds: str = "") -> str:
    """Write a feeds.toml with these lines in its sections."""
    defaults = {"url": '"https://example.org/"', "title": '"Site"', "timezone": '"Africa/Algiers"', "language": '"en"'}
    own = "\n".join(f"{key} = {value}" for key, value in defaults.items() if f"{key} =" not in site)
    return f"[site]\n{own}\n{site}\n[posts]\n{posts}\n[feeds]\n{feeds}\n"


def command(root: Path, now: datetime) -> publish.Built:
    """Build as the command does."""
    built, before = publish.unchanged(root, now)
    if before and not built:
        built = publish.amended(load(root), now, before)
    if built is None:
        settings = load(root)
        built = publish.build(settings, now, found=publish.survey(settings, now, before.tree if before else None))
    return built


def outcome(root: Path, now: datetime, build: Callable[[Path, datetime], publish.Built] = command) -> Any:
    """Return all that a build comes to: what it says, each file that it leaves in the output folder, and feeds.lock."""
    try:
        built = msgspec.to_builtins(build(root, now))
        said = {key: value for key, value in built.items() if key not in TOLD}
    except FeedsError as error:
        said = {"error": repr(error).replace(str(root), "") + str(error).replace(str(root), "")}
    return said, {
        path.relative_to(root).as_posix(): path.read_bytes()
        for path in [*(root / "public").rglob("*"), root / "feeds.lock"]
        if path.is_file()
    }


NAMES = ("a.md", "b.md", "deep/c.md", "2025-01-02-d.md", "bundle/index.md", "bundle/inner.md", "e.html")
DATE = st.sampled_from(["2025-01-01", "2025-01-01T23:30:00+05:00", "2029-12-31", "2030-01-02", "soon"])
MATTER = {
    "title": st.sampled_from(["Title", "عنوان", "Title two", '"a: b"']),
    "updated": st.sampled_from(["2025-06-01", "never"]),
    "expires": st.sampled_from(["2030-01-03", "2020-01-01"]),
    "categories": st.sampled_from(["[x]", "[x, y]", "[X]", "ي"]),
    "tags": st.just("[t]"),
    "authors": st.sampled_from(["amina", "[amina, omar]"]),
    "lang": st.sampled_from(["ar", "en", "??"]),
    "guid": st.sampled_from(["one", "https://example.org/?p=1"]),
    "draft": st.sampled_from(["true", "false"]),
    "slug": st.sampled_from(["same", "other"]),
    "permalink": st.just("/here/"),
    "enclosure": st.just("https://example.org/sound.mp3"),
    "category": st.just('"unfinished'),
}
BODY = st.sampled_from(
    ["Words enough to be known again.\n", "[to a](a.md) and [to c](deep/c.md)\n", "![](x.png) short\n", "\x0b bad\n"]
)
POST = st.builds(
    lambda matter, body, tail: "---\n" + "".join(f"{k}: {v}\n" for k, v in matter.items()) + f"---\n{body}{tail}",
    st.fixed_dictionaries({"date": DATE}, optional=MATTER),
    BODY,
    st.sampled_from(["", "w " * 1_500 + "one\n", "w " * 1_500 + "two\n"]),
) | st.just("No front matter, but a file beside.\n")
SIDE = {
    "posts/authors.yml": ["amina: {name: Amina}\n", "amina: {name: Amina B}\n", ": : broken\n"],
    "data/authors.toml": ['[omar]\nname = "Omar"\n'],
    "posts/posts.json": ['{"tags": ["u"]}', '{"permalink": "/p/{{ page.fileSlug }}/"}'],
    "posts/_index.md": ["---\ncascade: {categories: [handed]}\n---\n"],
    "posts/a.meta": [".. title: Beside\n.. date: 2025-02-02\n.. slug: beside\n"],
    "_config.yml": ['defaults: [{scope: {path: ""}, values: {categories: [given]}}]\n', "title: x\n"],
    "hugo.toml": ['baseURL = "x"\n[permalinks]\nposts = "/h/:slug/"\n'],
    "package.json": ['{"dependencies": {"@11ty/eleventy": "3"}}'],
    "templates/subscribe.html": ["{{ site.title }}", "{% for p in feeds[0].posts %}{{ p.published }}{% endfor %}"],
    "templates/autodiscovery.html": ['{% include ".part.html" %}', "{{ nothing }}"],
    "templates/.part.html": ["one", "two"],
    "static/sound.mp3": ["1", "22", "333"],
    "posts/sound.mp3": ["4444"],
}
CHOICES = {
    "site": ["", 'url = "https://example.com/blog"', 'title = "T"', 'timezone = "Asia/Tokyo"', 'language = "ar"'],
    "posts": [
        *(f'engine = "{engine}"' for engine in ("plain", "hugo", "eleventy", "jekyll", "nikola", "auto")),
        *('permalink = "/:slug/"\nengine = "plain"', "include_drafts = true", "include_future = true"),
        *('folders = ["."]', 'folders = ["./posts/", "data"]'),
    ],
    "feeds": [
        *("", "limit = 1", "limit = 2\narchive = true", 'by = ["tag", "author", "language"]', 'content = "summary"'),
        *(
            'formats = ["rss"]',
            'formats = ["json", "atom"]',
            'paths = "hugo"',
            'paths = "jekyll"',
            'hub = "https://h/"',
        ),
    ],
}
FOREIGN = (
    *("feeds/old/feed.xml", "feeds/.old/feed.xml", "feeds/node_modules/atom.xml", "atom.xml", "feed.json"),
    *("categories/old/index.xml", "feed/old.xml", "feeds/archive/1/feed.xml"),
)
ANY = st.integers(0, 1 << 20)  # taken modulo how many there are


class Twins(RuleBasedStateMachine):
    """The same site twice: of one the folder .feeds is kept, of the other it is removed before each build."""

    def __init__(self) -> None:
        super().__init__()
        self.rows, parts._ROWS = parts._ROWS, 2
        self.folder = Path(tempfile.mkdtemp())
        self.kept, self.bare = self.roots = (self.folder / "kept", self.folder / "bare")
        self.now, self.said = LATER, {"site": "", "posts": "", "feeds": ""}
        for root in self.roots:
            (root / "posts").mkdir(parents=True)
            (root / "data").mkdir()
        self.put("feeds.toml", toml())
        self.put("posts/a.md", "---\ndate: 2025-01-01T23:30:00+05:00\ncategories: [x]\n---\nThe first of all posts.\n")

    def teardown(self) -> None:
        """Leave nothing behind."""
        parts._ROWS = self.rows
        shutil.rmtree(self.folder)

    def put(self, path: str, text: str | bytes) -> None:
        """Write a file of both."""
        for root in self.roots:
            target = root / path
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(text if isinstance(text, bytes) else text.encode())

    def posts(self) -> list[str]:
        """Return the paths of all posts."""
        return sorted(f"posts/{name}" for name in NAMES if (self.kept / "posts" / name).exists())

    def one(self, paths: list[str], number: int) -> str:
        """Return one of these paths."""
        return paths[number % len(paths)]

    def outputs(self) -> list[str]:
        """Return the paths of all that was written."""
        files = [path for path in (self.kept / "public").rglob("*") if path.is_file()]
        return sorted(path.relative_to(self.kept).as_posix() for path in files)

    @rule(name=st.sampled_from(NAMES), text=POST)
    def write(self, name: str, text: str) -> None:
        """Add a post, or change it."""
        self.put(f"posts/{name}", text)

    @precondition(lambda self: self.posts())
    @rule(number=ANY, key=st.sampled_from(["date", *MATTER]), data=st.data())
    def change(self, number: int, key: str, data: st.DataObject) -> None:
        """Say one more thing in the front matter of a post."""
        path = self.one(self.posts(), number)
        text = (self.kept / path).read_text("utf-8")
        self.put(path, text.replace("---\n", f"---\n{key}: {data.draw(MATTER.get(key, DATE))}\n", 1))

    @precondition(lambda self: self.posts())
    @rule(number=ANY, tail=st.sampled_from(["x", "\nMore words.\n"]))
    def append(self, number: int, tail: str) -> None:
        """Change a post at its end, beyond what it is recognised by."""
        path = self.one(self.posts(), number)
        self.put(path, (self.kept / path).read_text("utf-8") + tail)

    @precondition(lambda self: self.posts())
    @rule(number=ANY, name=st.sampled_from(NAMES))
    def rename(self, number: int, name: str) -> None:
        """Move a post, perhaps to where another one is."""
        path = self.one(self.posts(), number)
        for root in self.roots:
            (root / "posts" / name).parent.mkdir(exist_ok=True)
            (root / path).rename(root / "posts" / name)

    @precondition(lambda self: len(self.posts()) > 1)
    @rule(first=ANY, second=ANY)
    def swap(self, first: int, second: int) -> None:
        """Let two posts change places, with their times."""
        one, other = (self.one(self.posts(), number) for number in (first, second))
        for root in self.roots:
            (root / one).rename(root / "aside")
            if one != other:
                (root / other).rename(root / one)
            (root / "aside").rename(root / other)

    @precondition(lambda self: self.posts())
    @rule(number=ANY)
    def delete(self, number: int) -> None:
        """Remove a post."""
        path = self.one(self.posts(), number)
        for root in self.roots:
            (root / path).unlink()

    @precondition(lambda self: self.posts())
    @rule(number=ANY, seconds=st.sampled_from([1, 1_700_000_000, 1_950_000_000]))
    def touch(self, number: int, seconds: int) -> None:
        """Change no more than the time of a file."""
        path = self.one(self.posts(), number)
        for root in self.roots:
            os.utime(root / path, (seconds, seconds))

    @rule(number=ANY, is_new_file=st.booleans(), is_output=st.booleans())
    def slip(self, number: int, is_new_file: bool, is_output: bool) -> None:
        """Change a file so that its size and its time stay."""
        paths = self.outputs() if is_output else self.posts()
        for root in self.roots if paths else ():
            path = root / self.one(paths, number)
            before, data = path.stat(), path.read_bytes()
            if is_new_file:
                path.unlink()
            path.write_bytes(data[:-2] + bytes([data[-2] ^ 1]) + data[-1:] if len(data) > 1 else data)
            os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))

    @precondition(lambda self: self.outputs())
    @rule(number=ANY, is_gone=st.booleans())
    def meddle(self, number: int, is_gone: bool) -> None:
        """Edit or remove what was written."""
        path = self.one(self.outputs(), number)
        for root in self.roots:
            if is_gone:
                (root / path).unlink()
            else:
                (root / path).write_bytes((root / path).read_bytes() + b"\n")

    @precondition(lambda self: self.outputs())
    @rule(number=ANY, path=st.sampled_from(FOREIGN), is_ours=st.booleans())
    def stray(self, number: int, path: str, is_ours: bool) -> None:
        """Lay a feed where one may be: one of ours, or of another program with other ids."""
        data = (self.kept / self.one(self.outputs(), number)).read_bytes()
        if not is_ours:
            data = data.replace(b"<generator>feeds<", b"<generator>else<").replace(b"tag:", b"tag-")
        self.put(f"public/{path}", data)

    @rule(path=st.sampled_from([*SIDE]), number=ANY, is_gone=st.booleans())
    def lay_beside(self, path: str, number: int, is_gone: bool) -> None:
        """Write or remove a file that says something of posts or pages."""
        if is_gone:
            for root in self.roots:
                (root / path).unlink(missing_ok=True)
        else:
            self.put(path, self.one(SIDE[path], number))

    @rule(section=st.sampled_from([*CHOICES]), number=ANY)
    def choose(self, section: str, number: int) -> None:
        """Change feeds.toml."""
        self.said[section] = self.one(CHOICES[section], number)
        self.put("feeds.toml", toml(**self.said))

    @rule(hours=st.sampled_from([-48, 0, 12, 25, 49]), is_real=st.booleans())
    def wait(self, hours: int, is_real: bool) -> None:
        """Move the clock; by the real one, what lies on the disk has just been written."""
        self.now = (datetime.now(UTC) if is_real else LATER) + timedelta(hours=hours)

    @precondition(lambda self: (self.kept / "feeds.lock").exists())
    @rule(kind=st.sampled_from(["cut", "twice", "other path", "other id", "gone", "away"]), number=ANY)
    def edit_lock(self, kind: str, number: int) -> None:
        """Do to feeds.lock what merges and people do."""
        head, authority, *lines = (self.kept / "feeds.lock").read_text("utf-8").splitlines()
        line = self.one(lines or [""], number)
        values = msgspec.json.decode(line) if line else ["posts/none.md", "tag:none", "2025-01-01T00:00:00Z", "", ""]
        changed = {"other path": [f"posts/{self.one([*NAMES], number)}", *values[1:]], "other id": [*values]}
        changed["other id"][1] += "-other"
        changed["gone"] = [*values[:5], True]
        if kind == "cut":
            lines = [each for each in lines if each != line]
        lines += [msgspec.json.encode(changed[kind]).decode()] if kind in changed else [line]
        for root in self.roots:
            if kind == "away":
                (root / "feeds.lock").unlink()
        if kind != "away":
            self.put("feeds.lock", "\n".join([head, authority, *lines, ""]))

    @rule(number=ANY, kind=st.sampled_from(["cut", "garbage", "flip", "zeros", "remove", "keep", "bring back"]))
    def spoil(self, number: int, kind: str) -> None:
        """Spoil what is kept, or put an older state of it in its place."""
        cache, old = self.kept / ".feeds", self.folder / "old"
        if kind == "keep":
            shutil.rmtree(old, ignore_errors=True)
            shutil.copytree(cache, old)
        elif kind == "bring back" and old.exists():
            shutil.rmtree(cache)
            shutil.copytree(old, cache)
        elif files := sorted(path for path in cache.iterdir() if path.stat().st_size):
            path = files[number % len(files)]
            data, at = bytearray(path.read_bytes()), number * 7919
            data[at % len(data)] ^= 1 << at % 7
            middle = len(data) // 2
            spoilt: dict[str, bytes] = {
                "cut": bytes(data[:middle]),
                "flip": bytes(data),
                "zeros": bytes(data[:middle]) + bytes(middle),
                "garbage": b"\xc1" * 99,
            }
            path.write_bytes(spoilt.get(kind, b""))

    @rule()
    def build_two_at_once(self) -> None:
        """Build twice at the same time."""
        with ThreadPoolExecutor(2) as pool:
            for each in [pool.submit(outcome, self.kept, self.now) for _ in range(2)]:
                each.result()

    @invariant()
    def both_are_the_same(self) -> None:
        """Whatever was done, and however often it was built since, the two come to the same."""
        shutil.rmtree(self.bare / ".feeds", ignore_errors=True)
        expected = outcome(self.bare, self.now)
        assert expected == outcome(self.kept, self.now)
        assert expected == outcome(self.kept, self.now)


Twins.TestCase.settings = settings(max_examples=8, stateful_step_count=15, deadline=None)
TestTwins = Twins.TestCase


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """Give a site that has been built, and had nothing to do since."""
    for name in ("a.md", "b.md", "c.md"):
        (tmp_path / "posts" / name).parent.mkdir(exist_ok=True)
        text = f"---\ntitle: {name}\ndate: 2025-01-0{ord(name[0]) - 96}T12:00:00+05:00\n---\nWords of {name}, enough.\n"
        (tmp_path / "posts" / name).write_text(text)
    (tmp_path / "feeds.toml").write_text(toml(posts='engine = "plain"'))
    command(tmp_path, LATER)
    return tmp_path


def bare(root: Path, now: datetime) -> publish.Built:
    """Build as if nothing had been left."""
    shutil.rmtree(root / ".feeds")
    return command(root, now)


def is_short(root: Path, now: datetime = LATER) -> bool:
    """Tell whether a build would find at once that there is nothing to do."""
    return publish.unchanged(root, now)[0] is not None


@pytest.mark.parametrize("posts", ['folders = ["."]', 'folders = ["./posts/"]', 'engine = "hugo"'])
@pytest.mark.parametrize("feeds", ["", "limit = 1\narchive = true", 'out = "public/"', 'paths = "hugo"'])
def test_a_build_without_news_is_short(root: Path, posts: str, feeds: str) -> None:
    """However folders are written down, whatever feeds there are: the third build of the same has nothing to do."""
    (root / "feeds.toml").write_text(toml(posts=posts, feeds=feeds))
    outcome(root, LATER)
    outcome(root, LATER)

    assert is_short(root)
    assert is_short(root, LATER + timedelta(days=900))
    assert not is_short(root, LATER - timedelta(seconds=1))


def test_what_was_just_written_may_be_written_again(root: Path) -> None:
    """Within a tick of the file system's clock no stamp tells: a build soon after an edit is not the last word."""
    shutil.rmtree(root / ".feeds")
    now = datetime.now(UTC)
    command(root, now)

    assert not is_short(root, now + timedelta(hours=1))
    command(root, now + timedelta(hours=1))
    assert is_short(root, now + timedelta(hours=1))


def test_so_may_templates(root: Path) -> None:
    """A template that has not come to rest, a hidden one as well, has no digest to go by."""
    template = root / "templates" / ".part.html"
    template.parent.mkdir()
    template.touch()
    changed = template.stat().st_ctime_ns

    assert b"" == state_of(root, "templates", changed)
    assert b"" != state_of(root, "templates", changed + 1)


def test_settings_that_feeds_toml_does_not_say_are_none_of_the_next_build(root: Path) -> None:
    """A program that builds with settings of its own, or with those from before an edit, leaves no shortcut."""
    now, before = LATER + timedelta(days=1), load(root)
    (root / "feeds.toml").write_text(toml(posts='engine = "plain"', feeds='content = "summary"'))
    publish.build(before, now)

    assert outcome(root, now) == outcome(root, now, bare)
    assert "summary" == load(root).feeds.content


@pytest.mark.parametrize("path", FOREIGN)
@pytest.mark.parametrize("feeds", ['formats = ["rss"]', 'paths = "hugo"', 'paths = "jekyll"'])
def test_a_feed_that_comes_to_lie_there_is_seen(root: Path, path: str, feeds: str) -> None:
    """One of ours that is none of this site's is removed, wherever one may be."""
    (root / "feeds.toml").write_text(toml(posts='engine = "plain"', feeds=feeds))
    command(root, LATER)
    command(root, LATER)
    data = next(path for path in (root / "public").rglob("*.xml") if b"<rss" in path.read_bytes()).read_bytes()
    (root / "public" / path).parent.mkdir(parents=True, exist_ok=True)
    (root / "public" / path).write_bytes(data)

    assert outcome(root, LATER) == outcome(root, LATER, bare)


@pytest.mark.parametrize(
    ("path", "old", "new"),
    [
        ("public/feed.xml", b"Words", b"Verbs"),
        ("public/subscribe/index.html", b"Site", b"Tile"),
        ("feeds.lock", b"authority ex", b"authority ax"),
        ("posts/c.md", b"Words", b"Verbs"),
    ],
)
def test_a_time_that_was_put_back_hides_nothing(root: Path, path: str, old: bytes, new: bytes) -> None:
    """A file with other bytes of the same size and time, in the very same inode, is another file."""
    file = root / path
    before, data = file.stat(), file.read_bytes()
    file.write_bytes(data.replace(old, new))
    os.utime(file, ns=(before.st_atime_ns, before.st_mtime_ns))

    assert data != file.read_bytes()
    assert not is_short(root)
    assert outcome(root, LATER) == outcome(root, LATER, bare)
    assert not path.startswith("public/") or data == file.read_bytes()


def test_times_keep_their_offsets(root: Path) -> None:
    """Feeds show the clock of the author, of posts that were read long ago as well; and a change of it alone."""
    with (root / "posts" / "a.md").open("a") as file:
        file.write("More.\n")
    assert outcome(root, LATER) == outcome(root, LATER, bare)
    assert b"2025-01-02T12:00:00+05:00" in (root / "public" / "atom.xml").read_bytes()

    post = root / "posts" / "b.md"
    post.write_text(post.read_text().replace("12:00:00+05:00", "11:00:00+04:00"))
    assert outcome(root, LATER) == outcome(root, LATER, bare)
    assert b"2025-01-02T11:00:00+04:00" in (root / "public" / "atom.xml").read_bytes()


def test_two_lines_with_one_id_are_settled_anew(root: Path) -> None:
    """What a merge left in feeds.lock is weighed as a whole, with the posts that are as they were."""
    (root / "posts" / "0.md").write_text((root / "posts" / "b.md").read_text().replace("b.md", "0.md"))
    command(root, LATER)
    lock = root / "feeds.lock"
    head, authority, first, *others = lock.read_text().splitlines()
    path, _, *rest = msgspec.json.decode(first)
    first = msgspec.json.encode([path, msgspec.json.decode(others[-1])[1], *rest]).decode()
    text = "\n".join([head, authority, first, *others, ""])
    lock.write_text(text)
    kept = outcome(root, LATER)
    lock.write_text(text)

    assert kept == outcome(root, LATER, bare)


def test_the_output_may_lie_anywhere(root: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    """In the site's own folder, one beside it, or at an absolute path: the second build finds what the first wrote."""
    for out in (".", "../out", str(tmp_path_factory.mktemp("out"))):
        (root / "feeds.toml").write_text(toml(posts='engine = "plain"', feeds=f'out = "{out}"'))
        command(root, LATER)
        os.utime(root / "posts" / "a.md")
        built = command(root, LATER)

        assert () == built.written
        assert (root / out / "feed.xml").exists()
        assert is_short(root)


def test_a_clone_reads_files_but_makes_nothing_of_them(root: Path) -> None:
    """Where all times are new, the text of each file tells that it is known, as the bytes of what was written do."""
    clone = root.parent / f"{root.name}-clone"
    shutil.copytree(root, clone, copy_function=shutil.copyfile)
    assert not is_short(clone)
    found = publish.survey(load(clone), LATER)

    assert 3 == len(found.collected.rows.found)
    assert all(row.line for row in found.collected.rows.found)  # which only a row that was noted has
    assert () == command(clone, LATER).written
    assert is_short(clone)


def watched(root: Path, *arguments: str) -> tuple[set[str], set[str]]:
    """Run the command in a process of its own; return what it imported, and which files below `root` it opened."""
    script = """
import atexit, json, sys
opened = []
sys.addaudithook(lambda event, given: opened.append(str(given[0])) if event == "open" else None)
atexit.register(lambda: print("\\n" + json.dumps([list(sys.modules), opened])))
from feeds.cli import main
main(sys.argv[1:])
"""
    run = subprocess.run([sys.executable, "-c", script, *arguments], capture_output=True, text=True, check=True)
    modules, opened = json.loads(run.stdout.splitlines()[-1])
    return {*modules}, {path.removeprefix(f"{root}/") for path in opened if path.startswith(str(root))}


HEAVY = {
    *("feedgen", "lxml", "jinja2", "yaml", "frontmatter", "markdown", "comrak", "nh3", "sqlalchemy", "rich"),
    *("feeds.config", "feeds.sources", "feeds.formats", "feeds.publish.building", "feeds.collect"),
}


def test_a_build_without_news_opens_no_post_and_imports_little(root: Path) -> None:
    """It reads feeds.toml and what it knows; nothing that makes posts or feeds is needed."""
    settled = max(path.stat().st_ctime for path in root.rglob("*")) + 3  # the clock is read in whole seconds
    while datetime.now(UTC).timestamp() < settled:
        os.sched_yield()
    watched(root, "build", "--site", str(root))
    modules, opened = watched(root, "build", "--site", str(root))

    assert {"feeds.toml", ".feeds/built"} == opened
    assert set() == modules & HEAVY


@pytest.mark.parametrize("question", ["--version", "--help"])
def test_a_question_imports_little(root: Path, question: str) -> None:
    """What the command says of itself costs nothing either."""
    modules, opened = watched(root, question)

    assert set() == opened
    assert set() == modules & HEAVY


def test_half_a_character_is_no_reason_to_stop(root: Path) -> None:
    """JSON and YAML can say what no UTF-8 can, and no memory can hold."""
    (root / "posts" / "d.md").write_text('{"title": "\\ud800", "date": "\\ud800 2025"}\nText.\n')

    assert ["date: 2025 is no date"] == [each.what for each in command(root, LATER).problems]
    assert is_short(root)
