"""Builds keep the ids that readers know, refuse to change them, and say what readers will see."""

import http.server
import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

import pytest
from click.testing import CliRunner

from feeds.cli import cli
from feeds.config import load
from feeds.errors import FeedsError, GuardError, OutputError, SettingsError, UsageError
from feeds.fetch import fetch
from feeds.identity.entries import entries
from feeds.publish import build, check, foresee
from feeds.publish.adopting import adopt

NOW = datetime(2026, 1, 1, tzinfo=UTC)
SITE = '[site]\nurl = "https://example.org/"\ntitle = "مدونة"\n[posts]\nengine = "plain"\n'


@pytest.fixture
def site(tmp_path: Path) -> Path:
    """Give the folder of a small blog, not built yet."""
    (tmp_path / "feeds.toml").write_text(SITE, "utf-8")
    (tmp_path / "posts").mkdir()
    for number in range(1, 6):
        write(tmp_path, f"{number}.md", number)
    return tmp_path


def write(site: Path, name: str, number: int, guid: str = "", title: str = "", text: str = "") -> None:
    matter = f"title: {title or f'خبر {number}'}\ndate: 2025-01-{number:02}\n" + (f"guid: {guid}\n" if guid else "")
    (site / "posts" / name).write_text(
        f"---\n{matter}---\n{text or f'نص الخبر رقم {number} كما كتبه صاحبه'}\n", "utf-8"
    )


def ids(site: Path) -> list[str]:
    """Return the ids in the site's feed, the newest first; the same in all formats."""
    first, *others = [
        [entry.id for entry in entries((site / "public" / name).read_bytes(), name)]
        for name in ("feed.xml", "atom.xml", "feed.json")
    ]
    assert [first, first] == others
    return first


def state(site: Path) -> dict[str, tuple[int, bytes]]:
    """Return every file of a site with its time and bytes, without what builds note for themselves."""
    paths = (path for path in site.rglob("*") if path.is_file() and path.parent.name != ".feeds")
    return {path.relative_to(site).as_posix(): (path.stat().st_mtime_ns, path.read_bytes()) for path in paths}


def test_the_first_build_writes_the_lock_and_the_second_nothing(site: Path) -> None:
    """No line moves in git, and no file in the output, until the author does something."""
    build(load(site), NOW)
    before = state(site)
    build(load(site), NOW)

    assert before == state(site)
    assert [f"tag:example.org,2025-01-0{number}:posts/{number}.md" for number in (5, 4, 3, 2, 1)] == ids(site)
    assert 7 == len((site / "feeds.lock").read_bytes().splitlines())


def test_two_builds_at_once_agree_on_the_lock(site: Path) -> None:
    """Whoever comes last writes what the others wrote."""
    build(load(site), NOW)
    (site / "posts" / "1.md").rename(site / "posts" / "one.md")
    threads = [threading.Thread(target=build, args=(load(site), NOW)) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    after = state(site)
    build(load(site), NOW)

    assert after == state(site)
    assert "tag:example.org,2025-01-01:posts/1.md" == ids(site)[-1]


def move_and_rewrite(site: Path) -> None:
    """Give three posts other names, titles and texts, and nothing by which they could be known."""
    for number in (1, 2, 3):
        (site / "posts" / f"{number}.md").unlink()
        write(site, f"new-{number}.md", number, title=f"آخر {number}", text=f"كلام لا صلة له بما سبق {number}")


def lose_the_past(site: Path) -> None:
    """Put back a lock of before the feeds that are out."""
    (site / "posts" / "2.md").rename(site / "posts" / "two.md")
    lock = site / "feeds.lock"
    lock.write_text("".join(line for line in lock.read_text("utf-8").splitlines(True) if "2.md" not in line), "utf-8")


HARM: list[tuple[Callable[[Path], None], list[str]]] = [
    (lambda site: write(site, "2.md", 2, "https://x.example/2"), ["posts/2.md: its id would change from tag:"]),
    (lose_the_past, ["posts/two.md: its id would change from tag:example.org,2025-01-02:posts/2.md to tag:"]),
    (
        move_and_rewrite,
        [f"posts/new-{n}.md: an old post that is not known, while 3 that were known" for n in (1, 2, 3)],
    ),
]


@pytest.mark.parametrize(("harm", "listed"), HARM, ids=["guid", "lock", "moved"])
def test_a_build_that_would_change_ids_is_refused(site: Path, harm: Callable[[Path], None], listed: list[str]) -> None:
    """It names each post, one a line, and the cure; it writes nothing, until the author says that it is meant."""
    build(load(site), NOW)
    harm(site)
    before = state(site)
    with pytest.raises(GuardError) as caught:
        build(load(site), NOW)
    head, *lines = str(caught.value).splitlines()

    assert f"readers would see {len(listed)} old post{'s' * (len(listed) > 1)} as new:" == head
    assert listed == [line.strip()[: len(start)] for line, start in zip(lines, listed, strict=True)]
    assert ", or `feeds build --accept-new-ids`" == lines[-1][-35:]
    assert before == state(site)
    assert {line[: len("posts/")] for line in listed} == {
        each.path[: len("posts/")] for each in check(load(site), NOW).problems
    }

    build(load(site), NOW, accept_new_ids=True)
    build(load(site), NOW)
    assert () == check(load(site), NOW).problems


def test_twenty_are_listed_and_the_rest_counted(site: Path) -> None:
    """A screen has room for no more."""
    for number in range(6, 30):
        write(site, f"{number}.md", number)
    build(load(site), NOW)
    for number in range(1, 30):
        write(site, f"{number}.md", number, f"https://x.example/{number}")
    with pytest.raises(GuardError) as caught:
        build(load(site), NOW)

    assert (22, "  and 9 more") == (len(lines := str(caught.value).splitlines()), lines[-1].partition(";")[0])


def test_a_guid_that_says_what_readers_know_is_no_change(site: Path) -> None:
    """An author may write down the id that a post has, and take it out again."""
    build(load(site), NOW)
    known = ids(site)
    write(site, "2.md", 2, known[3])
    build(load(site), NOW)
    write(site, "2.md", 2)
    build(load(site), NOW)

    assert known == ids(site)


def test_a_lock_that_is_lost_comes_from_the_feeds(site: Path) -> None:
    """Even after files were renamed and the site has moved: ids and authority stand in what was published."""
    build(load(site), NOW)
    known = ids(site)
    (site / "feeds.lock").unlink()
    (site / "posts" / "2.md").rename(site / "posts" / "two.md")
    (site / "feeds.toml").write_text(SITE.replace("example.org", "example.net"), "utf-8")
    write(site, "6.md", 6)
    build(load(site), NOW)

    assert ["tag:example.org,2025-01-06:posts/6.md", *known] == ids(site)
    assert b"<id>tag:example.org,2000-01-01:feed</id>" in (site / "public" / "atom.xml").read_bytes()


def test_a_feed_of_another_generator_where_ours_goes(site: Path) -> None:
    """Its readers would get ours: the first build takes its ids over, and a later one is refused."""
    build(load(site), NOW)
    (site / "feeds.toml").write_text(f'{SITE}[feeds]\nout = "site"\n', "utf-8")
    (site / "site").mkdir()
    (site / "site" / "feed.xml").write_text(OLD, "utf-8")
    with pytest.raises(GuardError, match="its id would change from five to tag:"):
        build(load(site), NOW)

    (site / "feeds.lock").unlink()
    build(load(site), NOW)
    assert "five" in (site / "site" / "feed.xml").read_text("utf-8")


def test_a_new_post_where_one_was_that_moved(site: Path) -> None:
    """The old one keeps its id; readers see the new one as new, though its path and day are those of the old one."""
    build(load(site), NOW)
    known = ids(site)
    (site / "posts" / "2.md").rename(site / "posts" / "two.md")
    write(site, "2.md", 2, title="شيء آخر", text="كلام لا صلة له بما كان هنا من قبل")
    build(load(site), NOW)

    assert {*known} < {*ids(site)}
    assert 6 == len({*ids(site)})


def test_a_broken_lock_stops_the_build(site: Path) -> None:
    """It is not written over: the ids in it cannot be had again."""
    build(load(site), NOW)
    lock = site / "feeds.lock"
    lock.write_bytes(lock.read_bytes() + b"<<<<<<< HEAD\n")
    before = state(site)

    with pytest.raises(SettingsError, match=r"feeds\.lock:8: a merge left its marks"):
        build(load(site), NOW)
    assert before == state(site)


def test_what_readers_will_see(site: Path) -> None:
    """New, updated and gone titles, feed by feed; what makes room for newer posts is not gone. Nothing is written."""
    (site / "feeds.toml").write_text(f"{SITE}[feeds]\nlimit = 4\n", "utf-8")
    (before,) = foresee(load(site), NOW)
    assert (True, 4, False) == (before.is_first, len(before.new), before.is_burst)
    assert not (site / "public").exists()

    build(load(site), NOW)
    write(site, "6.md", 6)
    write(site, "4.md", 4, text="نص جديد من أوله إلى آخره")
    (site / "posts" / "3.md").unlink()
    untouched = state(site)
    (after,) = foresee(load(site), NOW)

    assert untouched == state(site)
    assert (("خبر 6",), ("خبر 4",), ("خبر 3",)) == (after.new, after.updated, after.gone)


def test_titles_are_shown_as_they_are_read(site: Path) -> None:
    """A title with signs stands in Atom as HTML, and is no HTML to the operator."""
    (site / "feeds.toml").write_text(f'{SITE}[feeds]\nformats = ["atom"]\n', "utf-8")
    write(site, "1.md", 1, title="'أ & ب < ج'")

    assert "أ & ب < ج" in foresee(load(site), NOW)[0].new


def test_a_burst_is_warned_of(site: Path) -> None:
    """Twenty new posts at once look like a mistake to readers, and the command says so before they do."""
    build(load(site), NOW)
    for number in range(6, 28):
        write(site, f"{number}.md", number)
    shown = CliRunner().invoke(cli, ["build", "--dry-run", "--site", str(site)])
    as_json = CliRunner().invoke(cli, ["build", "--dry-run", "--json", "--site", str(site)])

    assert "public/feed.xml: 20 new\n  + خبر 27\n" == shown.stdout[: len("public/feed.xml: 20 new\n  + خبر 27\n")]
    assert "feeds: public/feed.xml: 20 posts are new to its readers at once\n" == shown.stderr
    assert '"is_burst": true' in as_json.stdout


OLD = """<rss version="2.0"><channel><title>x</title><link>https://example.org/</link>
<item><title>x</title><link>http://www.example.org/posts/5</link><guid>five</guid></item>
<item><title>y</title><link>/posts/%34.html</link><guid>four</guid><pubDate>Sat, 04 Jan 2025 00:00:00 GMT</pubDate>
</item>
<item><title>خبر &lt;b&gt;3&lt;/b&gt;</title><pubDate>Fri, 03 Jan 2025 12:00:00 +0000</pubDate><guid>three</guid></item>
<item><title>خبر 1</title><link>https://other.example/posts/1.html</link><guid isPermaLink="false">one</guid></item>
<item><title>gone</title><link>https://example.org/gone/</link><guid>gone</guid></item>
</channel></rss>"""


def test_adopting(site: Path) -> None:
    """Ids go to posts by link in any spelling, by its path on another host, by title and day; the rest is named."""
    (site / "old.xml").write_text(OLD, "utf-8")
    adopted = adopt(load(site), [str(site / "old.xml")], NOW)
    build(load(site), NOW)

    assert (4, 4, ("https://example.org/gone/",)) == (adopted.matched, adopted.changed, adopted.unknown)
    assert ["five", "four", "three", "tag:example.org,2025-01-02:posts/2.md", "one"] == ids(site)
    assert () == adopted.missing

    again = adopt(load(site), [str(site / "public" / "feed.json")], NOW)
    assert (5, 0, (), ()) == (again.matched, again.changed, again.unknown, again.missing)


def test_adopting_by_former_addresses(site: Path) -> None:
    """A post that moved says where it was, as its engine has it: that is where readers have it from."""
    write(site, "5.md", 5, title="other\nredirect_from: [/old/five/, 'old/five', /old/5.html]")
    write(site, "4.md", 4, title="other\naliases: /posts/5/")
    old = OLD.replace("posts/%34.html", "nowhere/").replace(
        "www.example.org/posts/5", "example.org/old/five/index.html"
    )
    (site / "old.xml").write_text(old, "utf-8")
    adopted = adopt(load(site), [str(site / "old.xml")], NOW)
    build(load(site), NOW)

    assert 3 == adopted.matched
    assert ["five", "tag:example.org,2025-01-04:posts/4.md", "three"] == ids(site)[:3]


def test_adopting_names_what_front_matter_has_otherwise(site: Path) -> None:
    """An id that the author wrote down is not overruled; the command says what to write instead and exits 1."""
    write(site, "5.md", 5, "https://x.example/5")
    (site / "old.xml").write_text(OLD, "utf-8")
    result = CliRunner().invoke(cli, ["adopt", "--site", str(site), str(site / "old.xml")], standalone_mode=False)

    assert (1, "3 posts have the ids of their entries") == (result.return_value, result.stdout.partition(";")[0])
    assert "posts/5.md: its front matter makes it https://x.example/5, but readers know it as five" in result.stderr


def test_adopting_takes_a_guid_that_is_no_uri_as_it_is(site: Path) -> None:
    """Front matter that says what readers know says it rightly, though of itself it would be made a URI."""
    write(site, "5.md", 5, "five")
    (site / "old.xml").write_text(OLD, "utf-8")
    adopted = adopt(load(site), [str(site / "old.xml")], NOW)
    build(load(site), NOW)

    assert () == adopted.problems
    assert "five" == ids(site)[0]


def test_posts_that_the_old_feed_lacks_are_named(site: Path) -> None:
    """Those at least that it should have: it goes back beyond their dates."""
    (site / "old.xml").write_text(OLD.replace("posts/5", "posts/x"), "utf-8")
    result = CliRunner().invoke(cli, ["adopt", "--site", str(site), str(site / "old.xml")])

    assert (0, ["no entry matches the post posts/5.md"]) == (result.exit_code, result.stdout.splitlines()[-1:])


def test_what_readers_of_each_feed_will_see(site: Path) -> None:
    """One line a feed, also where the feeds of all categories lie in one folder."""
    (site / "feeds.toml").write_text(f'{SITE}[feeds]\npaths = "pelican"\n', "utf-8")
    for number, category in enumerate(("خط", "نص"), 1):
        write(site, f"{number}.md", number, title=f"{number}\ncategory: {category}")

    assert [5, 1, 1] == [len(each.new) for each in foresee(load(site), NOW)]


@pytest.fixture
def address(tmp_path: Path) -> Iterator[str]:
    """Serve the folder of the site on this machine; at /away it sends to a file."""

    class Handler(http.server.SimpleHTTPRequestHandler):
        def do_GET(self) -> None:
            if self.path != "/away":
                return super().do_GET()
            self.send_response(302)
            self.send_header("Location", (tmp_path / "feeds.toml").as_uri())
            return self.end_headers()

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), partial(Handler, directory=str(tmp_path))) as server:
        threading.Thread(target=server.serve_forever, args=(0.01,)).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


def test_a_feed_at_an_address(site: Path, address: str) -> None:
    """It is fetched like any reader fetches it."""
    (site / "old.xml").write_text(OLD, "utf-8")

    assert OLD.encode() == fetch(f"{address}/old.xml")


@pytest.mark.parametrize(
    ("place", "error", "message"),
    [
        ("{address}/none.xml", OutputError, "the feed cannot be fetched: .*not found"),
        ("{address}/away", OutputError, "the feed cannot be fetched: "),
        ("http://127.0.0.1:1/", OutputError, "the feed cannot be fetched: .*refused"),
        ("http://[x/", OutputError, "the feed cannot be fetched: "),
        ("{address}/a b", OutputError, "the feed cannot be fetched: URL can't contain"),
        ("{site}/none.xml", UsageError, "No such file or directory"),
        ("{site}/feeds.toml", UsageError, "this is no RSS, Atom or JSON feed"),
        ("{address}/feeds.toml", UsageError, "this is no RSS, Atom or JSON feed"),
    ],
)
def test_what_is_no_feed(site: Path, address: str, place: str, error: type[FeedsError], message: str) -> None:
    """One line says where, what, and how to mend it; nothing is written."""
    before = state(site)
    with pytest.raises(error, match=f"(?i){message}"):
        adopt(load(site), [place.format(address=address, site=site)], NOW)

    assert before == state(site)


def test_a_copy_that_is_taken_back_is_no_change_of_ids(site: Path) -> None:
    """In a full feed an older post takes the place of the copy; the post copied is known under its own id as before."""
    (site / "feeds.toml").write_text(SITE + "[feeds]\nlimit = 2\n", "utf-8")
    build(load(site), NOW)
    copy = site / "posts" / "copy.md"
    copy.write_bytes((site / "posts" / "5.md").read_bytes())
    build(load(site), NOW)
    copy.unlink()
    build(load(site), NOW)

    assert ids(site) == ["tag:example.org,2025-01-05:posts/5.md", "tag:example.org,2025-01-04:posts/4.md"]


@pytest.mark.parametrize("host", ["localhost:4000", "127.0.0.1:1313", "0.0.0.0", "[::1]:8080"])
def test_what_an_engine_shows_its_author_is_known_to_no_reader(site: Path, host: str) -> None:
    """The feed of `jekyll serve` gives no ids, not to the first build and not against the lock."""
    item = f"<item><title>خبر 5</title><link>http://{host}/posts/5.html</link><guid>http://{host}/5</guid></item>"
    feed = f'<rss version="2.0"><channel><title>x</title>{item}</channel></rss>'
    for _ in range(2):
        (site / "public").mkdir(exist_ok=True)
        (site / "public/feed.xml").write_text(feed, "utf-8")
        build(load(site), NOW)
        assert ids(site)[0] == "tag:example.org,2025-01-05:posts/5.md"


def engine_feed(site: Path, *items: tuple[int, str, str], base: str = "https://example.org") -> None:
    """Let another generator write its feed where ours goes: number of the post, path of its link, id."""
    entries = "".join(
        f"<item><title>خبر {number}</title><link>{base}/{link}</link><guid>{guid}</guid>"
        f"<pubDate>0{number} Jan 2025 00:00:00 GMT</pubDate></item>"
        for number, link, guid in items
    )
    (site / "public").mkdir(exist_ok=True)
    (site / "public/feed.xml").write_text(f'<rss version="2.0"><channel>{entries}</channel></rss>', "utf-8")


ENGINE = [(number, f"posts/{number}.html", f"https://example.org/posts/{number}/") for number in range(1, 6)]


def test_a_new_post_that_an_engine_showed_first(site: Path) -> None:
    """Readers may have it already: it takes the id that it has in the feed of the engine, and keeps that."""
    engine_feed(site, *ENGINE)
    build(load(site), NOW)
    write(site, "6.md", 6)
    engine_feed(site, *ENGINE, (6, "posts/6", "https://example.org/six"))
    build(load(site), NOW)
    assert "https://example.org/six" == ids(site)[0]

    engine_feed(site, *ENGINE)
    build(load(site), NOW)
    assert ["https://example.org/six", *(guid for _, _, guid in reversed(ENGINE))] == ids(site)


@pytest.mark.parametrize(
    ("items", "guid"),
    [
        ([(6, "posts/other.html", "six")], ""),
        ([(6, "", "six")], ""),
        ([(6, "posts/6.html", "six")], "https://example.org/mine"),
    ],
    ids=["another page", "no page", "guid"],
)
def test_an_id_is_taken_over_from_its_own_page_alone(site: Path, items: list[tuple[int, str, str]], guid: str) -> None:
    """Title and date do not tell enough, and front matter is not overruled: the author is asked."""
    engine_feed(site, *ENGINE)
    build(load(site), NOW)
    write(site, "6.md", 6, guid)
    engine_feed(site, *ENGINE, *items)

    with pytest.raises(GuardError, match="its id would change from six to "):
        build(load(site), NOW)


def test_an_id_that_is_known_is_not_taken_over(site: Path) -> None:
    """A new post at the address of one that is gone is another post, as far as can be told: the author is asked."""
    engine_feed(site, *ENGINE)
    build(load(site), NOW)
    (site / "posts" / "5.md").unlink()
    matter = "title: شيء آخر\ndate: 2025-01-06\npermalink: /posts/5.html"
    (site / "posts" / "6.md").write_text(f"---\n{matter}\n---\nكلام لا صلة له بما كان هنا من قبل\n", "utf-8")
    engine_feed(site, *ENGINE)

    with pytest.raises(GuardError, match=r"its id would change from https://example\.org/posts/5/ to tag:"):
        build(load(site), NOW)


def test_the_command_exits_with_3(site: Path) -> None:
    """Cron and CI see that a guard refused."""
    run = partial(CliRunner().invoke, cli)
    assert 0 == run(["build", "--site", str(site)]).exit_code
    write(site, "2.md", 2, "https://x.example/2")
    with pytest.raises(GuardError) as caught:
        run(["build", "--site", str(site)], catch_exceptions=False, standalone_mode=False)

    assert 3 == caught.value.exit_code
    assert 0 == run(["build", "--accept-new-ids", "--site", str(site)]).exit_code


def test_posts_that_cannot_be_seen_are_not_gone(site: Path) -> None:
    """A disk that is not mounted, or a folder that is closed to this user, empties no feed."""
    build(load(site), NOW)
    before = state(site)
    (site / "posts").rename(site / "elsewhere")
    (site / "posts").mkdir()

    with pytest.raises(GuardError, match="all 5 known posts are gone, and no other is there; mount the disk"):
        build(load(site), NOW)
    (site / "posts").rmdir()
    (site / "elsewhere").rename(site / "posts")
    assert before == state(site)
    assert 5 == build(load(site), NOW).posts


def test_a_closed_folder_stops_a_build_only_where_known_posts_lie(site: Path, ordinary_rights: None) -> None:
    """What never held a post is named, and the rest goes on."""
    (site / "posts" / "2025").mkdir()
    write(site, "2025/6.md", 6)
    build(load(site), NOW)
    (site / "posts" / "none").mkdir()
    (site / "posts" / "none").chmod(0)
    named = build(load(site), NOW).problems
    (site / "posts" / "2025").chmod(0)

    assert ["posts/none"] == [each.path for each in named]
    with pytest.raises(
        GuardError, match=r"posts/2025: the folder cannot be read: .*, and posts that readers know .*: 1"
    ):
        build(load(site), NOW)
    (site / "posts" / "none").chmod(0o755)
    (site / "posts" / "2025").chmod(0o755)
