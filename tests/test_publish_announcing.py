"""The hub is told of each change of a feed once, and of none that it was not told of in vain."""

import http.server
import threading
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

import pytest

from feeds.config import load
from feeds.publish import Told, announce, build

NOW = datetime(2026, 1, 1, tzinfo=UTC)
SITE = """
[site]
url = "https://example.org/"
title = "x"

[posts]
engine = "plain"

[feeds]
formats = ["rss", "json"]
hub = "{hub}"
"""
POST = "---\ntitle: {title}\ndate: 2025-08-01\ncategory: {category}\n---\nx\n"


class Hub(http.server.HTTPServer):
    """A hub that answers as a test wants."""

    status = 204
    refused = ""  # a topic that it answers with 400

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Answer)
        self._heard: list[str] = []

    def heard(self) -> list[str]:
        """Return the paths that it was told of since it was asked last."""
        heard, self._heard = self._heard, []
        return [topic.removeprefix("https://example.org/") for topic in heard]


class _Answer(http.server.BaseHTTPRequestHandler):
    server: Hub

    def do_POST(self) -> None:
        form = parse_qs(self.rfile.read(int(self.headers["Content-Length"])).decode())
        self.server._heard += form["hub.url"]
        is_refused = bool(self.server.refused) and form["hub.url"][0].endswith(self.server.refused)
        self.send_response(400 if is_refused else self.server.status)
        self.end_headers()

    def log_message(self, *_: Any) -> None:
        """Say nothing."""


@pytest.fixture
def hub() -> Iterator[Hub]:
    """Run a hub."""
    with Hub() as server:
        threading.Thread(target=server.serve_forever, args=(0.01,)).start()
        yield server
        server.shutdown()


@pytest.fixture
def site(tmp_path: Path, hub: Hub) -> Path:
    """Give the folder of a blog with two categories and that hub."""
    (tmp_path / "feeds.toml").write_text(SITE.format(hub=f"http://127.0.0.1:{hub.server_port}/"), "utf-8")
    (tmp_path / "posts").mkdir()
    post(tmp_path, "a")
    post(tmp_path, "b")
    return tmp_path


def post(site: Path, category: str, title: str = "x") -> None:
    """Write the post of a category."""
    (site / "posts" / f"{category}.md").write_text(POST.format(category=category, title=title), "utf-8")


def run(site: Path) -> Told:
    """Build and tell."""
    settings = load(site)
    return announce(settings, build(settings, NOW).feeds, NOW)


def test_the_hub_is_told_of_each_file_that_changed(site: Path, hub: Hub) -> None:
    """Of all at first, of none when nothing changed, then of the feeds that a new text changed."""
    heard = []
    for title in ("x", "x", "y"):
        post(site, "b", title)
        assert () == run(site).problems
        heard.append(hub.heard())

    assert [
        ["feed.xml", "feed.json", "feeds/a/feed.xml", "feeds/a/feed.json", "feeds/b/feed.xml", "feeds/b/feed.json"],
        [],
        ["feed.xml", "feed.json", "feeds/b/feed.xml", "feeds/b/feed.json"],
    ] == heard


def test_a_hub_that_is_down_is_told_at_the_next_run(site: Path, hub: Hub) -> None:
    """It is asked once in a run, however many feeds wait, and the build is none the worse."""
    hub.status = 503
    failed, tries = run(site), hub.heard()
    hub.status = 202
    mended = run(site)

    assert (["feed.xml"], 6, 6) == (tries, len(mended.topics), len(hub.heard()))
    assert ["https://example.org/feed.xml"] == [each.path for each in failed.problems]
    assert "answered 503, and 5 other feeds wait" in failed.problems[0].what


def test_a_feed_that_the_hub_refuses_stops_no_other(site: Path, hub: Hub) -> None:
    """It alone is tried again."""
    hub.refused = "a/feed.xml"
    first, second = run(site), run(site)

    assert (5, 0) == (len(first.topics), len(second.topics))
    assert [["https://example.org/feeds/a/feed.xml"]] * 2 == [
        [each.path for each in told.problems] for told in (first, second)
    ]


def test_nothing_is_forgotten_when_a_run_is_killed(site: Path, hub: Hub) -> None:
    """What was built but not told is told by the next run, which builds nothing; a torn note costs pings only."""
    build(load(site), NOW)
    after_kill = run(site).topics
    (site / ".feeds" / "told.json").write_text('{"https://exam', "utf-8")

    assert (6, 6, 0) == (len(after_kill), len(run(site).topics), len(run(site).topics))


def test_a_note_that_cannot_be_written_is_a_problem(site: Path, hub: Hub) -> None:
    """Mail that is due goes out all the same."""
    (site / ".feeds").write_text("", "utf-8")
    told = run(site)

    assert (6, 1) == (len(told.topics), len(told.problems))
    assert "move the file" in told.problems[0].mend


def test_a_site_without_hub_tells_nobody(site: Path, hub: Hub) -> None:
    """And notes nothing."""
    (site / "feeds.toml").write_text(SITE.format(hub=""), "utf-8")

    assert Told() == run(site)
    assert not (site / ".feeds" / "told.json").exists()
