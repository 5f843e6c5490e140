"""A folder of posts becomes feed files, and `check` says what is wrong with them."""

import http.server
import threading
from collections.abc import Iterator
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

import pytest
from playwright.sync_api import Browser
from reader import UpdatedFeed, make_reader

from feeds.config import Settings, load, parse
from feeds.errors import OutputError, SettingsError
from feeds.publish import build, check

NOW = datetime(2026, 1, 1, tzinfo=UTC)
SITE = """
[site]
url = "https://example.org/blog/"
title = "مدوّنة"
language = "ar"
timezone = "Africa/Algiers"
author = { name = "ليلى" }

[posts]
engine = "plain"
"""
POSTS = {
    "fonts.md": "---\ntitle: خطوط & حروف\ndate: 2025-08-01\ncategories: [خط عربي, أدوات]\n---\n**غامق** C++\n",
    "tools.md": "---\ntitle: أداة\ndate: 2025-08-02 10:00\ncategories: أدوات\n---\n[رابط](/about/) و![](a.png)\n",
    "later.md": "---\ntitle: غدًا\ndate: 2030-01-01\ncategories: غد\n---\nلاحقًا.\n",
}
OUTPUTS = {
    *("feed.xml", "atom.xml", "feed.json", "feeds.opml", "feed.css", "autodiscovery.html", "subscribe/index.html"),
    *(f"feeds/{slug}/{name}" for slug in ("أدوات", "خط-عربي") for name in ("feed.xml", "atom.xml", "feed.json")),
}


@pytest.fixture
def site(tmp_path: Path) -> Path:
    """Give the folder of a small blog."""
    (tmp_path / "feeds.toml").write_text(SITE, "utf-8")
    (tmp_path / "posts").mkdir()
    for name, text in POSTS.items():
        (tmp_path / "posts" / name).write_text(text, "utf-8")
    return tmp_path


def files(folder: Path) -> dict[str, tuple[int, int, int]]:
    """Return of each file of a folder, by path, what shows whether it was touched."""
    found = {path.relative_to(folder).as_posix(): path.stat() for path in folder.rglob("*") if path.is_file()}
    return {path: (stat.st_ino, stat.st_mtime_ns, stat.st_ctime_ns) for path, stat in found.items()}


def settings(site: Path, feeds: str = "") -> Settings:
    """Load the settings of the blog, with lines for its [feeds]."""
    (site / "feeds.toml").write_text(f"{SITE}\n[feeds]\n{feeds}", "utf-8")
    return load(site)


def test_a_build_writes_all_that_a_site_needs(site: Path) -> None:
    """The feeds of the site and of each category, in each format, and the pages about them; nothing else."""
    built = build(load(site), NOW)

    assert OUTPUTS == set(files(site / "public"))
    assert {f"public/{path}" for path in OUTPUTS} == set(built.written)
    assert (2, 3) == (built.posts, len(built.feeds))
    assert [("posts/later.md", "scheduled")] == [(each.path, each.reason) for each in built.left_out]
    assert () == built.problems


def test_a_second_build_changes_no_file(site: Path) -> None:
    """Whatever the hour, the same posts leave every file as it is: bytes, time and inode."""
    build(load(site), NOW)
    before = files(site / "public")
    built = build(load(site), NOW.replace(hour=23))

    assert before == files(site / "public")
    assert ((), ()) == (built.written, built.removed)


def test_only_what_changes_is_written(site: Path) -> None:
    """A new title in one category leaves the feeds of the other alone."""
    build(load(site), NOW)
    post = site / "posts" / "tools.md"
    post.write_text(post.read_text("utf-8").replace("title: أداة", "title: عُدّة"), "utf-8")
    written = {*build(load(site), NOW).written}

    assert {
        f"public/{folder}{name}" for folder in ("", "feeds/أدوات/") for name in ("feed.xml", "atom.xml", "feed.json")
    } == written


def test_the_time_of_a_feed_is_that_of_its_newest_post(site: Path) -> None:
    """What a web server says in Last-Modified is when the posts changed, not when they were built."""
    build(load(site), NOW)
    algiers_ten = datetime(2025, 8, 2, 9, tzinfo=UTC)

    assert algiers_ten.timestamp() == (site / "public" / "feed.xml").stat().st_mtime


def test_a_category_that_is_gone_loses_its_files_and_only_ours(site: Path) -> None:
    """Our feeds of the category go; a feed of somebody else in a folder beside it stays."""
    foreign = site / "public" / "feeds" / "other" / "feed.xml"
    build(load(site), NOW)
    foreign.parent.mkdir()
    foreign.write_text("<rss><channel><generator>other</generator></channel></rss>", "utf-8")
    (site / "posts" / "fonts.md").unlink()
    built = build(load(site), NOW)

    assert [f"public/feeds/خط-عربي/{name}" for name in ("atom.xml", "feed.json", "feed.xml")] == list(built.removed)
    assert {*filter(lambda path: "خط-عربي" not in path, OUTPUTS), "feeds/other/feed.xml"} == set(files(site / "public"))
    assert not (site / "public" / "feeds" / "خط-عربي").exists()


def test_a_format_that_is_no_longer_wanted_goes(site: Path) -> None:
    """Readers who poll a feed that nobody writes any more shall learn that it is gone."""
    build(load(site), NOW)
    build(settings(site, 'formats = ["rss"]'), NOW)

    assert {path for path in OUTPUTS if path.endswith(("atom.xml", "feed.json"))}.isdisjoint(files(site / "public"))


def test_one_bad_post_is_named_and_the_rest_goes_on(site: Path) -> None:
    """A post that cannot be read is a problem with its path, and in no feed."""
    (site / "posts" / "bad.md").write_text('---\ntitle: "a "b" c"\n---\n', "utf-8")
    built = build(load(site), NOW)

    assert (["posts/bad.md"], 2) == ([each.path for each in built.problems], built.posts)


def test_two_builds_at_once_do_no_harm(site: Path) -> None:
    """Cron may overlap with a build by hand: the files are those of one build, and nothing is left over."""
    threads = [threading.Thread(target=build, args=(load(site), NOW)) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert OUTPUTS == set(files(site / "public"))
    assert () == build(load(site), NOW).written


def test_what_cannot_be_written_is_said(site: Path) -> None:
    """An output folder that is a file is the operator's to mend."""
    (site / "public").write_text("", "utf-8")

    with pytest.raises(OutputError, match="move the file"):
        build(load(site), NOW)


def test_a_site_may_have_its_own_templates(site: Path) -> None:
    """A template or style sheet in templates/ replaces ours; a broken one is named with its line."""
    templates = site / "templates"
    templates.mkdir()
    (templates / "subscribe.html").write_text("{{ feeds | length }} feeds of {{ site.title }}", "utf-8")
    build(load(site), NOW)

    assert "3 feeds of مدوّنة" == (site / "public" / "subscribe" / "index.html").read_text("utf-8")


@pytest.mark.parametrize(
    ("name", "text", "expected"),
    [
        ("autodiscovery.html", b"\n{% for %}", ":2: TemplateSyntaxError: Expected"),
        ("autodiscovery.html", b"\n{{ titel }}", ":2: UndefinedError: 'titel' is undefined"),
        ("feed.css", b"\n\n{{ 1 + site.title }}", ":3: TypeError: unsupported operand"),
        ("feed.css", b"{% include 'feed.css' %}", ":1: RecursionError: maximum recursion depth"),
        ("subscribe.html", "<p>قديم".encode("cp1256"), ": UnicodeDecodeError: 'utf-8' codec can't decode"),
        ("subscribe/en.html", b"{% macro %}", ":1: TemplateSyntaxError: expected token"),
    ],
)
def test_a_template_of_the_site_that_is_broken_is_named_with_its_line(
    site: Path, name: str, text: bytes, expected: str
) -> None:
    """Whatever is wrong in it: the author of a template is no programmer of Python."""
    (site / "templates/subscribe").mkdir(parents=True)
    (site / "templates" / name).write_bytes(text)
    (site / "feeds.toml").write_text((site / "feeds.toml").read_text("utf-8").replace('"ar"', '"en"'), "utf-8")

    with pytest.raises(SettingsError) as refused:
        build(load(site), NOW)

    assert str(refused.value).startswith(f"templates/{name}{expected}")
    assert str(refused.value).endswith("; mend the template, or remove it to use ours")


def test_progress_is_told(site: Path) -> None:
    """A long build says what it is doing and how far it is."""
    told: list[tuple[str, int, int]] = []
    build(load(site), NOW, lambda *step: told.append(step))

    assert [("posts", 2, 2)] == told


def test_check_finds_nothing_wrong_with_what_we_write(site: Path) -> None:
    """Before and after a build, a blog in order has no problems."""
    before = check(load(site), NOW).problems
    build(load(site), NOW)

    assert ((), ()) == (before, check(load(site), NOW).problems)


def test_check_names_what_is_wrong_with_posts_and_with_files(site: Path) -> None:
    """A bad post, and a feed that somebody else spoilt after it was written."""
    build(load(site), NOW)
    (site / "posts" / "bad.md").write_text('---\ntitle: "a "b" c"\n---\n', "utf-8")
    (site / "public" / "atom.xml").write_bytes(b"<feed/>")

    assert ["posts/bad.md", "public/atom.xml"] == sorted({each.path for each in check(load(site), NOW).problems})


def test_check_names_the_settings_that_make_bad_feeds(site: Path) -> None:
    """What no post can mend is a problem of the feed."""
    show = '[podcast]\ncategory = ["Fables"]\nimage = "/a.png"\nowner.email = "layla@example.org"'
    found = check(settings(site, show), NOW).problems

    assert {"'Fables' is no category" in each.what for each in found} == {True}


def test_check_names_a_post_that_is_updated_in_the_future(site: Path) -> None:
    """Its feed would be newer than all that comes until then."""
    (site / "posts" / "ahead.md").write_text("---\ntitle: x\ndate: 2025-08-01\nupdated: 2099-01-01\n---\nx\n", "utf-8")
    found = check(settings(site), NOW).problems

    assert [("posts/ahead.md", "it is said to be updated on 2099-01-01, which is still to come")] == [
        (each.path, each.what) for each in found
    ]


@pytest.fixture
def address(site: Path) -> Iterator[str]:
    """Serve the output on this machine, as any web server of static files does."""

    class Quiet(http.server.SimpleHTTPRequestHandler):
        def log_message(self, *_: object) -> None:
            """Say nothing."""

    (site / "public").mkdir()
    handler = partial(Quiet, directory=str(site / "public"))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, args=(0.01,)).start()
        yield f"http://127.0.0.1:{server.server_port}/"
        server.shutdown()


@pytest.mark.parametrize("name", ["feed.xml", "atom.xml", "feed.json"])
def test_a_reader_sees_each_change_once(site: Path, address: str, name: str) -> None:
    """A rebuild is "not modified" to a reader, a new post is one new entry, an edit is one modified one."""
    updates: list[UpdatedFeed | None] = []
    with make_reader(":memory:") as reader:
        reader.add_feed(address + name)
        for change in ("", "", POSTS["tools.md"].replace("10:00", "11:00"), POSTS["tools.md"].replace("رابط", "وصلة")):
            if change:
                (site / "posts" / ("edited.md" if "وصلة" not in change else "tools.md")).write_text(change, "utf-8")
            build(load(site), NOW)
            updates.append(reader.update_feed(address + name))

    assert updates[1] is None
    assert [(2, 0), (1, 0), (0, 1)] == [(each.new, each.modified) for each in updates if each]


@pytest.mark.needs("chromium")
@pytest.mark.parametrize("name", ["feed.xml", "atom.xml"])
def test_a_feed_in_a_browser_is_a_page(site: Path, address: str, browser: Browser, name: str) -> None:
    """It runs right to left, says that it is a feed and where, and shows titles but no markup."""
    build(load(site), NOW)
    page = browser.new_page()
    page.goto(address + name)
    style = "(node) => { const style = getComputedStyle(node); return [style.direction, style.display] }"
    root, box, content = "rss, feed", 'link[rel="self"]', "entry > content, encoded"

    assert ["rtl", "block"] == [page.locator(root).evaluate(style)[0], page.locator(box).evaluate(style)[1]]
    assert "none" == page.locator(content).first.evaluate(style)[1]
    assert "هذه خلاصة" in page.locator(box).evaluate("(node) => getComputedStyle(node, '::before').content")


@pytest.mark.needs("chromium")
@pytest.mark.parametrize(("description", "display"), [("", "none"), ("عن الخطوط", "block")])
def test_feeds_of_both_formats_look_alike(
    site: Path, address: str, browser: Browser, description: str, display: str
) -> None:
    """Posts are equally wide in a browser, and no description that only repeats the title is shown."""
    (site / "feeds.toml").write_text(SITE.replace("[site]", f'[site]\ndescription = "{description}"'), "utf-8")
    build(load(site), NOW)
    page = browser.new_page(viewport={"width": 1000, "height": 900})
    widths = []
    for name in ("atom.xml", "feed.xml"):
        page.goto(address + name)
        widths.append(page.locator("item, entry").first.evaluate("(post) => post.getBoundingClientRect().width"))

    assert widths[0] == widths[1]
    assert display == page.locator("channel > description").evaluate("(node) => getComputedStyle(node).display")


@pytest.mark.needs("chromium")
@pytest.mark.parametrize("script", [True, False])
def test_the_page_to_subscribe_from_works_with_and_without_script(
    site: Path, address: str, browser: Browser, script: bool
) -> None:
    """Every feed stands there with its address; a button to copy it only where it would work."""
    build(load(site), NOW)
    page = browser.new_context(java_script_enabled=script).new_page()
    page.goto(f"{address}subscribe/")
    addresses = [field.input_value() for field in page.locator("input").all()]

    assert "rtl" == page.locator("html").get_attribute("dir")
    assert ["feed.xml", "feeds/%D8%A3%D8%AF%D9%88%D8%A7%D8%AA/feed.xml"] == [
        each.removeprefix("https://example.org/blog/") for each in addresses[:2]
    ]
    assert [script] * 3 == [button.is_visible() for button in page.locator("button").all()]


def test_a_site_of_nothing_has_feeds(tmp_path: Path) -> None:
    """The first build of a new blog writes empty feeds that are in order."""
    (tmp_path / "feeds.toml").write_text('[site]\nurl = "https://example.org"\ntitle = "x"\n', "utf-8")
    (tmp_path / "posts").mkdir()
    build(load(tmp_path), NOW)

    assert () == check(load(tmp_path), NOW).problems
    assert "https://example.org/" == parse((tmp_path / "feeds.toml").read_text("utf-8")).site.url
