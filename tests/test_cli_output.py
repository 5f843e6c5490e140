"""What is done with written feeds: what the user types and sees."""

import http.server
import json
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from feeds.cli import main

SITE = '[site]\nurl = "https://example.org/"\ntitle = "x"\n[posts]\nengine = "plain"\n'
POST = "---\ntitle: x\ndate: 2025-08-01\n---\nx\n"

Called = tuple[int, str, str]
Call = Callable[..., Called]


@pytest.fixture
def site(tmp_path: Path) -> Path:
    """Give the folder of a blog with one post."""
    (tmp_path / "feeds.toml").write_text(SITE, "utf-8")
    (tmp_path / "posts").mkdir()
    (tmp_path / "posts" / "first.md").write_text(POST, "utf-8")
    return tmp_path


@pytest.fixture
def feeds(capsys: pytest.CaptureFixture[str]) -> Call:
    """Run the command with these words; give its exit code, output and errors."""

    def call(*words: object) -> Called:
        with pytest.raises(SystemExit) as stopped:
            main([str(word) for word in words])
        written = capsys.readouterr()
        assert isinstance(stopped.value.code, int)
        return stopped.value.code, written.out, written.err

    return call


@pytest.fixture
def hub(site: Path) -> Iterator[str]:
    """Run a hub that takes every ping, and name it in the settings."""

    class Hub(http.server.BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self.rfile.read(int(self.headers["Content-Length"]))
            self.send_response(204)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    with http.server.HTTPServer(("127.0.0.1", 0), Hub) as server:
        threading.Thread(target=server.serve_forever, args=(0.01,)).start()
        url = f"http://127.0.0.1:{server.server_port}/"
        (site / "feeds.toml").write_text(SITE + f'[feeds]\nhub = "{url}"\n', "utf-8")
        yield url
        server.shutdown()


def test_ping_tells_the_hub_of_what_changed(site: Path, hub: str, feeds: Call) -> None:
    """Once; an address on the command line in any case."""
    feeds("build", "--site", site)

    assert (0, "the hub was told of 3 feeds\n", "") == feeds("ping", "--site", site)
    assert (0, "the hub was told of 0 feeds\n", "") == feeds("ping", "--site", site)
    assert (0, "the hub was told of 1 feeds\n", "") == feeds("ping", "--site", site, "https://example.org/feed.xml")


def test_ping_needs_a_hub(site: Path, feeds: Call) -> None:
    """The line says which setting to make."""
    code, _, errors = feeds("ping", "--site", site)

    assert 2 == code
    assert 'feeds.hub: there is no hub to tell; set hub = "https://..." in [feeds]\n' in errors


def test_run_due_tells_the_hub(site: Path, hub: str, feeds: Call) -> None:
    """After the build, so that there is nothing left for `ping`."""
    feeds("run-due", "--site", site)

    assert (0, "the hub was told of 0 feeds\n", "") == feeds("ping", "--site", site)


def test_run_due_goes_on_without_the_hub(site: Path, feeds: Call) -> None:
    """A ping that failed is a line and an exit code of 0; `ping` itself says 75: try again later."""
    (site / "feeds.toml").write_text(SITE + '[feeds]\nhub = "http://127.0.0.1:9/"\n', "utf-8")
    code, _, errors = feeds("run-due", "--site", site)

    assert (0, 1) == (code, errors.count("the hub was not told"))
    assert 75 == feeds("ping", "--site", site, "--quiet")[0]
    assert [] == json.loads(feeds("ping", "--site", site, "--json")[1])["topics"]
