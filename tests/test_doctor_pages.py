"""What `feeds doctor` says of the pages for readers."""

import threading
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from socket import create_server
from typing import Any

import pytest
from msgspec.structs import replace

from feeds.config import Web
from feeds.doctor import Finding, Lookup
from feeds.doctor.finding import Patient
from feeds.doctor.pages import examine
from feeds.store import Store
from tests.newsletter_site import MONDAY, URL, settings
from tests.web_site import Site


def found(folder: Path, url: str) -> list[Finding]:
    return [*examine(Patient(replace(settings(folder), web=Web(url)), {}, MONDAY, Lookup()))]


def test_pages_that_answer_are_well_but_for_what_is_not_secure(tmp_path: Path) -> None:
    """Where somebody else answers, that is said."""
    with Store.open(URL, tmp_path) as store, Site(tmp_path, store).served() as site:
        well = found(tmp_path, f"http://127.0.0.1:{site.port}/m")
        elsewhere = found(tmp_path, f"http://127.0.0.1:{site.port}/x")

    assert [(each.state, each.what) for each in well] == [
        ("error", f"http://127.0.0.1:{site.port}/m/ is not secure"),
        ("ok", f"http://127.0.0.1:{site.port}/m/subscribe answers"),
        ("ok", "one click of a mail program unsubscribes"),
    ]
    assert [each.state for each in elsewhere] == ["error", "unchecked", "error"]


@pytest.mark.parametrize("status", [301, 403])
def test_server_that_keeps_clicks_to_itself_is_named(tmp_path: Path, status: int) -> None:
    """Else nobody would know: mail programs do not tell that they could not unsubscribe."""

    class Front(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.end_headers()
            self.wfile.write(b'<input name="email">')

        def do_POST(self) -> None:
            self.send_response(status)
            self.send_header("Location", "/subscribe")
            self.end_headers()

        def log_message(self, *_: Any) -> None:
            """Say nothing."""

    with HTTPServer(("127.0.0.1", 0), Front) as server:
        threading.Thread(target=server.serve_forever, args=(0.01,)).start()
        *_, form, click = found(tmp_path, f"http://127.0.0.1:{server.server_port}/")
        server.shutdown()

    assert (form.state, click.state) == ("ok", "error")
    assert f"answered by {status}" in click.what


def test_pages_that_do_not_answer_are_named(tmp_path: Path) -> None:
    """Perhaps they only cannot be seen from here."""
    with create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    (last,) = found(tmp_path, f"https://127.0.0.1:{port}/")

    assert (last.state, last.mend) == ("unchecked", "see that `feeds pages` runs behind it")
    assert last.what.startswith(f"https://127.0.0.1:{port}/subscribe does not answer here: ")


def test_site_without_pages_is_well(tmp_path: Path) -> None:
    """Readers have the mail."""
    assert [each.state for each in found(tmp_path, "")] == ["ok"]
