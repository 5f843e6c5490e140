"""What is done with written feeds: what the user types and sees."""

import http.server
import json
import signal
import socket
import subprocess
import sys
import threading
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

import pytest

from feeds.cli import call as cli_call
from feeds.cli import main, output

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
    assert (0, "the hub was told of 1 feed\n", "") == feeds("ping", "--site", site, "https://example.org/feed.xml")


def test_ping_takes_addresses_only(site: Path, hub: str, feeds: Call) -> None:
    """A path of the disk is no topic: the hub would be told of what nobody can subscribe to."""
    code, said, errors = feeds("ping", "--site", site, "https://example.org/feed.xml", "public/feed.xml")

    assert (2, "") == (code, said)
    assert "feeds: public/feed.xml: this is no address; name a feed as `https://example.org/feed.xml`\n" == errors


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


@contextmanager
def running(*words: object) -> Iterator[subprocess.Popen[str]]:
    """Run the command beside the test; it is killed if it does not end by itself."""
    program = [sys.executable, "-P", "-m", "feeds", *map(str, words)]
    with subprocess.Popen(program, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        try:
            yield process
        finally:
            process.kill()


def line(stream: IO[str] | None) -> str:
    """Wait for the next line."""
    assert stream is not None
    return stream.readline()


def test_serve_shows_what_is_built_until_it_is_told_to_end(site: Path) -> None:
    """It says where, on this machine only, and SIGTERM is no failure."""
    with running("serve", "--site", site, "--build", "--port", 0) as process:
        built, said = line(process.stdout), line(process.stdout)
        url = said.split()[-1]
        with urllib.request.urlopen(url + "feed.xml") as response:
            kind = response.headers["Content-Type"]
        process.send_signal(signal.SIGTERM)

        assert (0, "application/xml; charset=utf-8") == (process.wait(), kind)
        assert " 1 post; files: 7 written\n" in built
        assert url.startswith("http://127.0.0.1:")


def test_serve_says_what_it_cannot(site: Path, feeds: Call) -> None:
    """Nothing built yet; a port that another has."""
    code, _, errors = feeds("serve", "--site", site)
    feeds("build", "--site", site)
    with socket.create_server(("127.0.0.1", 0)) as taken:
        again, _, more = feeds("serve", "--site", site, "--port", taken.getsockname()[1])

    assert (75, 75) == (code, again)
    assert "there is nothing to serve; run `feeds build`" in errors
    assert "give another --port" in more


def test_watch_builds_what_changes_until_it_is_told_to_end(site: Path) -> None:
    """A line for each build; a broken post or setting is named once and ends nothing; Ctrl-C is no failure."""
    with running("watch", "--site", site) as process:
        said = [line(process.stdout)]
        (site / "posts" / "bad.md").write_text("---\ntitle: x\ndate: never\n---\n", "utf-8")
        said.append(line(process.stdout))
        named = line(process.stderr)
        (site / "feeds.toml").write_text(SITE + "[feed]\n", "utf-8")
        refused = line(process.stderr)
        (site / "feeds.toml").write_text(SITE + '[feeds]\nformats = ["rss"]\n', "utf-8")
        said.append(line(process.stdout))
        process.send_signal(signal.SIGINT)
        rest = process.communicate()

        assert 0 == process.returncode
    assert ["1 post; files: 7 written\n", "1 post; files: 7 unchanged\n"] == [
        each.split(" ", 1)[1] for each in said[:2]
    ]
    assert "2 removed" in said[2]
    assert named.startswith("feeds: posts/bad.md:3: date: never is no date")
    assert "unknown key feed; did you mean feeds?" in refused
    assert ("", "") == rest


def test_watch_looks_at_the_same_places_from_the_start(site: Path) -> None:
    """Else it would build again after its first build, with nothing changed."""
    builds = output._Builds(cli_call.Call(site, as_json=False, quiet=True, verbose=0))
    before = builds.places()
    builds.build()

    assert before == builds.places()


def test_watch_tells_programs_of_each_build(site: Path) -> None:
    """With --json, a value for each build, its problems among it."""
    (site / "posts" / "bad.md").write_text("---\ntitle: x\ndate: never\n---\n", "utf-8")
    with running("watch", "--json", "--site", site) as process:
        assert process.stdout
        text = "".join(iter(lambda: line(process.stdout), "}\n")) + "}"
        process.send_signal(signal.SIGINT)
        rest = process.communicate()

    assert (1, ["posts/bad.md"]) == (json.loads(text)["posts"], [each["path"] for each in json.loads(text)["problems"]])
    assert ("", "") == rest
