"""A ping reaches the hub in the form it wants, and whatever goes wrong is said in words."""

import http.server
import socket
import threading
from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qsl

import pytest

from feeds.websub import ping

TOPIC = "https://example.org/feeds/%D8%A3%D8%AF%D9%88%D8%A7%D8%AA/feed.xml"


class Hub(http.server.ThreadingHTTPServer):
    """A hub that notes what it is told, and answers as a test wants."""

    daemon_threads = True

    def __init__(self, status: int = 204) -> None:
        super().__init__(("127.0.0.1", 0), _Answer)
        self.status, self.words, self.is_cut_off = status, b"", False
        self.heard: list[tuple[str, list[tuple[str, str]]]] = []

    @property
    def url(self) -> str:
        """Say where it is."""
        return f"http://127.0.0.1:{self.server_port}/hub"


class _Answer(http.server.BaseHTTPRequestHandler):
    server: Hub

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"])).decode()
        self.server.heard.append((self.headers["Content-Type"], parse_qsl(body)))
        self.send_response(self.server.status)
        self.send_header("Location", "/elsewhere")
        if self.server.is_cut_off:
            self.send_header("Transfer-Encoding", "chunked")
        else:
            self.send_header("Content-Length", str(len(self.server.words)))
        self.end_headers()
        self.wfile.write(self.server.words)

    def do_GET(self) -> None:
        self.send_response(200)
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


def test_a_hub_is_told_of_the_topic(hub: Hub) -> None:
    """One form, with the mode and the address of the feed."""
    assert ("", True) == ping(hub.url, TOPIC)
    assert [("application/x-www-form-urlencoded", [("hub.mode", "publish"), ("hub.url", TOPIC)])] == hub.heard


@pytest.mark.parametrize(("status", "answered"), [(400, True), (302, True), (307, True), (503, False)])
def test_a_refusal_is_said(hub: Hub, status: int, answered: bool) -> None:
    """With what the hub says of it; a redirect is one too, since following it would lose the ping."""
    hub.status, hub.words = status, b"no\nsuch topic"

    assert (f"the hub answered {status} no such topic", answered) == ping(hub.url, TOPIC)
    assert 1 == len(hub.heard)


def test_an_answer_that_breaks_off_is_said(hub: Hub) -> None:
    """What comes after a ping, the mail, must not fall with it."""
    hub.status, hub.words, hub.is_cut_off = 500, b"9\r\nbroken", True
    failure, answered = ping(hub.url, TOPIC)

    assert (True, False) == (failure.startswith("no answer: "), answered)


def test_a_hub_that_is_down_is_said() -> None:
    """Nobody listens there."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
    failure, answered = ping(f"http://127.0.0.1:{port}/", TOPIC)

    assert (True, False) == (failure.startswith("no answer: "), answered)


def test_a_hub_that_never_answers_is_given_up() -> None:
    """A run that waits for it would keep all others waiting."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        failure, answered = ping(f"http://127.0.0.1:{server.getsockname()[1]}/", TOPIC, timeout=0.05)

    assert ("no answer: timed out", False) == (failure, answered)


@pytest.mark.parametrize("hub", ["hub.example", "file:///etc/passwd", "http://[", "https://"])
def test_a_hub_must_be_a_web_address(hub: str) -> None:
    """Whatever else stands in the settings is said, and nothing is opened."""
    failure, answered = ping(hub, TOPIC)

    assert (True, False) == (bool(failure), answered)
