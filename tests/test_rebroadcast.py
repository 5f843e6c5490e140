"""No feed reader ever shows an old post as new, whatever the author does to the blog.

The reader is lemon24's, over HTTP. An entry is new to it when its id is; modified when anything else that it keeps of
an entry differs, the link too: what a new address does to an entry is therefore inherent, and told apart below.
"""

import html
import http.server
import json
import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace
from reader import Reader, make_reader

from feeds import subscriptions
from feeds.config import Mail, Settings, load
from feeds.identity.entries import entries
from feeds.model import Newsletter
from feeds.newsletter import open_issue, remember, source
from feeds.publish import build
from feeds.publish.adopting import adopt
from feeds.store import Store

NOW = datetime(2026, 1, 1, tzinfo=UTC)
FIRST = datetime(2025, 3, 1, 9, tzinfo=UTC)
FORMATS = ("feed.xml", "atom.xml", "feed.json")
COUNT = 24  # posts; a feed holds 20 of them
SITE = """
[site]
url = "{url}"
title = "مدوّنة"
language = "ar"
author = {{ name = "ليلى" }}

[posts]
engine = "{engine}"
permalink = "{permalink}"
folders = ["{folder}"]
"""
JEKYLL = {"url": "https://example.org/", "engine": "jekyll", "permalink": "/:title/", "folder": "_posts"}


class Blog:
    """A blog on disk, and a feed reader that polls its feeds."""

    def __init__(self, root: Path, address: str, reader: Reader) -> None:
        self.root, self.address, self.reader = root, address, reader
        self.options = JEKYLL
        (root / "_posts").mkdir()
        for number in range(COUNT):
            self.write(f"_posts/{day(number):%Y-%m-%d}-post-{number}.md", number)

    def write(self, path: str, number: int, **changes: str) -> None:
        """Write post `number`; `changes` are more keys of its front matter, and its text."""
        body = changes.pop("body", f"هذا نص المقالة رقم {number}، وفيه *ما يكفي* لتُعرف به.\n\n- واحد\n- اثنان\n")
        keys = {"title": f"مقالة {number}", "date": f"{day(number):%Y-%m-%d %H:%M:%S +0000}"} | changes
        matter = "".join(f"{key}: {value}\n" for key, value in keys.items())
        (self.root / path).parent.mkdir(parents=True, exist_ok=True)
        (self.root / path).write_text(f"---\n{matter}---\n{body}", "utf-8")

    def paths(self) -> list[Path]:
        """List the files of the posts, the newest first."""
        return sorted((self.root / self.options["folder"]).rglob("*.md"), reverse=True)

    def publish(self, **options: str) -> None:
        """Build, with other settings from now on."""
        self.options = self.options | options
        (self.root / "feeds.toml").write_text(SITE.format(**self.options), "utf-8")
        build(load(self.root), NOW)

    def look(self) -> list[tuple[int, int]]:
        """Poll each feed and count its new and its modified entries."""
        updates = (self.reader.update_feed(self.address + name) for name in FORMATS)
        return [(update.new, update.modified) if update else (0, 0) for update in updates]

    def shown(self, *without: str) -> list[dict[str, Any]]:
        """Return what the reader keeps of each entry, without some of it."""
        kept = ("id", "title", "link", "published", "summary", "content", "authors", *["enclosures"])
        found = sorted(self.reader.get_entries(), key=lambda entry: (entry.feed_url, entry.id))
        return [{key: getattr(entry, key) for key in kept if key not in without} for entry in found]


def day(number: int) -> datetime:
    return FIRST + timedelta(days=3 * number)


@pytest.fixture
def address(tmp_path: Path) -> Iterator[str]:
    """Serve the folder `public` on this machine, as any web server of static files does."""

    class Quiet(http.server.SimpleHTTPRequestHandler):
        def log_message(self, *_: object) -> None:
            """Say nothing."""

    (tmp_path / "public").mkdir()
    handler = partial(Quiet, directory=str(tmp_path / "public"))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, args=(0.01,)).start()
        yield f"http://127.0.0.1:{server.server_port}/"
        server.shutdown()


@pytest.fixture
def blog(tmp_path: Path, address: str) -> Iterator[Blog]:
    """Give a blog that is published, and whose readers have seen it."""
    with make_reader(":memory:") as reader:
        made = Blog(tmp_path, address, reader)
        made.publish()
        for name in FORMATS:
            reader.add_feed(address + name)
        assert [(20, 0)] * 3 == made.look()
        yield made


NOTHING = [(0, 0)] * 3


def test_a_rebuild(blog: Blog) -> None:
    """Nothing is new, nothing modified; nor with the lock lost, since the feeds on disk have the ids."""
    blog.publish()
    assert NOTHING == blog.look()

    (blog.root / "feeds.lock").unlink()
    blog.publish()
    assert NOTHING == blog.look()


def test_ten_files_renamed_and_still_at_their_addresses(blog: Blog) -> None:
    """Where the address does not follow the name of the file, readers notice nothing at all."""
    for number, path in enumerate(blog.paths()):
        path.write_text(path.read_text("utf-8").replace("---\n", f"---\npermalink: /p/{number}/\n", 1), "utf-8")
    blog.publish()
    blog.look()
    for path in blog.paths()[:10]:
        path.rename(path.with_name(f"{path.name[:11]}renamed-{path.name[11:]}"))
    blog.publish()

    assert NOTHING == blog.look()


def test_ten_files_renamed_with_their_addresses(blog: Blog) -> None:
    """Where it does, ten entries have another link, and nothing else."""
    before = blog.shown("link")
    for path in blog.paths()[:10]:
        path.rename(path.with_name(f"{path.name[:11]}renamed-{path.name[11:]}"))
    blog.publish()

    assert [(0, 10)] * 3 == blog.look()
    assert before == blog.shown("link")


def test_another_rule_for_addresses(blog: Blog) -> None:
    """Each entry has another link, and nothing else."""
    before = blog.shown("link")
    blog.publish(permalink="/:year/:month/:title.html")

    assert [(0, 20)] * 3 == blog.look()
    assert before == blog.shown("link")


def test_another_domain(blog: Blog) -> None:
    """Each entry has another link, and nothing else; the next post's id is of the old domain still."""
    before = blog.shown("link")
    blog.publish(url="https://مدونة.example/new/")
    assert [(0, 20)] * 3 == blog.look()
    assert before == blog.shown("link")

    blog.write("_posts/2025-12-31-last.md", 99, date="2025-12-31")
    blog.publish()
    assert [(1, 0)] * 3 == blog.look()
    assert {"tag:example.org"} == {entry["id"].partition(",")[0] for entry in blog.shown()}


@pytest.mark.parametrize(
    ("engine", "permalink", "name"),
    [("hugo", "/:contentbasename/", "content/posts/{slug}.md"), ("plain", "/:title/", "content/posts/{slug}/index.md")],
)
def test_another_engine(blog: Blog, engine: str, permalink: str, name: str) -> None:
    """From `_posts/2025-03-01-x.md` to where the new engine wants it, at the same address: readers notice nothing."""
    for path in blog.paths():
        target = blog.root / name.format(slug=path.stem[11:])
        target.parent.mkdir(parents=True, exist_ok=True)
        path.rename(target)
    blog.publish(engine=engine, permalink=permalink, folder="content")

    assert NOTHING == blog.look()


def test_all_at_once(blog: Blog) -> None:
    """Another engine, domain and rule, other names, and one post more: that one is new."""
    for number, path in enumerate(blog.paths()):
        target = blog.root / f"content/blog/{number:03}.md"
        target.parent.mkdir(parents=True, exist_ok=True)
        path.rename(target)
    blog.write("content/blog/new.md", 99, date="2025-12-31")
    blog.publish(url="https://example.net/", engine="hugo", permalink="/:year/:title/", folder="content")

    assert [(1, 19)] * 3 == blog.look()


def test_a_post_that_comes_back(blog: Blog) -> None:
    """A draft for a day and published again, it has the id it had: a reader that kept it does not show it twice."""
    path = blog.paths()[3]
    text = path.read_text("utf-8")
    path.write_text(text.replace("---\n", "---\ndraft: true\n", 1), "utf-8")
    blog.publish()
    assert [(1, 0)] * 3 == blog.look()  # the 21st, which moves up
    path.write_text(text, "utf-8")
    blog.publish()

    assert NOTHING == blog.look()


def test_digests(blog: Blog) -> None:
    """Nor does a subscriber get a post twice that was renamed, dated anew and moved to another engine."""
    weekly = Newsletter("weekly")

    def site() -> Settings:
        return replace(load(blog.root), newsletter=(weekly,), mail=Mail(sender="news@example.org"))

    def opened(store: Store) -> tuple[int, bool]:
        now = source(site(), NOW)
        return remember(store, now, NOW), open_issue(site(), store, weekly, now, NOW) is not None

    with Store.open("sqlite:///feeds.db", blog.root) as store:
        subscriptions.add(site(), store, "reader@example.org", FIRST)
        remember(store, source(site(), NOW), NOW, since=FIRST)
        assert (0, True) == opened(store)
        for number, path in enumerate(blog.paths()):
            text = path.read_text("utf-8").replace("date: 2025-", "date: 2024-")
            target = blog.root / f"content/blog/{number:03}.md"
            target.parent.mkdir(parents=True, exist_ok=True)
            path.rename(target).write_text(text, "utf-8")
        blog.publish(url="https://example.net/", engine="hugo", permalink="/:year/:title/", folder="content")
        assert (0, False) == opened(store)
        blog.write("content/blog/new.md", 99, date="2025-12-31")
        assert (1, True) == opened(store)


def jekyll_feed(blog: Blog) -> bytes:
    """Write Atom as jekyll-feed does: the id is the address without its ending."""
    items = "".join(
        f'<entry xml:lang="ar"><title type="html">مقالة {number}</title>'
        f'<link href="https://example.org/post-{number}/" rel="alternate" type="text/html" title="مقالة {number}" />'
        f"<published>{day(number).isoformat()}</published><updated>{day(number).isoformat()}</updated>"
        f'<id>https://example.org/post-{number}</id><content type="html">&lt;p&gt;نص&lt;/p&gt;</content>'
        '<media:thumbnail xmlns:media="http://search.yahoo.com/mrss/" url="https://example.org/a.png" /></entry>'
        for number in reversed(range(COUNT - 10, COUNT))
    )
    return (
        '<?xml version="1.0" encoding="utf-8"?><feed xmlns="http://www.w3.org/2005/Atom"><title>m</title>'
        f'<link href="https://example.org/feed.xml" rel="self"/><id>https://example.org/feed.xml</id>{items}</feed>'
    ).encode()


def hugo_feed(blog: Blog) -> bytes:
    """Write RSS as Hugo does: the guid is the address, for all posts; on another host, in other spelling."""
    items = "".join(
        f"<item><title>مقالة {number}</title><link>http://www.example.org/post-{number}/index.html</link>"
        f"<pubDate>{format_datetime(day(number))}</pubDate>"
        f"<guid>http://www.example.org/post-{number}/index.html</guid><description>نص</description></item>"
        for number in reversed(range(COUNT))
    )
    return (
        f'<?xml version="1.0" encoding="utf-8" standalone="yes"?><rss version="2.0"><channel><title>m</title>'
        f"<link>http://www.example.org/</link><description>d</description>{items}</channel></rss>"
    ).encode()


def numbered_feed(blog: Blog) -> bytes:
    """Write RSS as a database does: ids are numbers, addresses were all other ones; titles and days are the same."""
    items = "".join(
        f"<item><title>{html.escape('<b>مقالة</b>')} {number}</title><link>https://old.example/?p={number + 500}</link>"
        f"<pubDate>{day(number):%a, %d %b %Y 22:00:00 GMT}</pubDate>"
        f'<guid isPermaLink="false">{number + 500} at old.example</guid></item>'
        for number in reversed(range(COUNT))
    )
    return f'<rss version="2.0"><channel><title>m</title>{items}</channel></rss>'.encode()


def eleventy_feed(blog: Blog) -> bytes:
    """Write JSON Feed as Eleventy does: the id is the address."""
    urls = [f"https://example.org/post-{number}/" for number in reversed(range(COUNT))]
    items = [{"id": url, "url": url, "title": "m", "content_html": "x"} for url in urls]
    return json.dumps({"version": "https://jsonfeed.org/version/1.1", "title": "m", "items": items}).encode()


# What is no URI can be no id in Atom, whose readers resolve it like a link (RFC 4287 4.2.6): it goes on in RSS.
@pytest.mark.parametrize(
    ("name", "old_feed"),
    [
        *((name, old_feed) for name in ("feed.xml", "atom.xml") for old_feed in (jekyll_feed, hugo_feed)),
        ("feed.xml", numbered_feed),
        ("feed.json", eleventy_feed),
    ],
)
def test_taking_over_from_another_generator(
    tmp_path: Path, address: str, name: str, old_feed: Callable[[Blog], bytes]
) -> None:
    """Once `adopt` has read the old feed, ours takes its place and shows only posts that it had not."""
    with make_reader(":memory:") as reader:
        blog = Blog(tmp_path, address, reader)
        (tmp_path / "feeds.toml").write_text(SITE.format(**blog.options), "utf-8")
        old = old_feed(blog)
        (tmp_path / "public" / name).write_bytes(old)
        reader.add_feed(address + name)
        first = reader.update_feed(address + name)
        had = len(entries(old, name))
        adopted = adopt(load(tmp_path), [address + name], NOW)
        blog.publish()
        update = reader.update_feed(address + name)

        assert (had, had, (), ()) == (first and first.new, adopted.matched, adopted.unknown, adopted.missing)
        assert max(20 - had, 0) == (update and update.new)
