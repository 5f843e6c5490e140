"""Serve the output on this machine, as a good web server of static files would: to look at, not for the public.

Beside the standard library's server: validators and 304, gzip, the types that browsers show feeds with, UTF-8 paths.
"""

import gzip
import mimetypes
import sys
from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import format_datetime, parsedate_to_datetime
from hashlib import sha256
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from socketserver import TCPServer
from typing import Any
from urllib.parse import quote, unquote, urlsplit

from msgspec import Struct

# Feeds as XML and not application/rss+xml: so browsers show them with their style sheet.
TYPES = {
    ".xml": "application/xml; charset=utf-8",
    ".json": "application/feed+json; charset=utf-8",
    ".opml": "text/x-opml; charset=utf-8",
}
_SMALLEST = 512  # bytes; below that gzip makes it larger


class Answer(Struct, frozen=True):
    """What is sent back."""

    status: HTTPStatus
    headers: Mapping[str, str] = {}
    body: bytes = b""


class Server(ThreadingHTTPServer):
    """A server of the files below a folder; port 0 takes a free one."""

    daemon_threads = True

    def __init__(self, folder: Path, host: str, port: int) -> None:
        super().__init__((host, port), _Handler)
        self.folder = folder

    def server_bind(self) -> None:
        """Take the address as it is; the library would ask the DNS for its name."""
        TCPServer.server_bind(self)
        self.server_name, self.server_port = str(self.server_address[0]), int(self.server_address[1])

    def handle_error(self, *request: Any) -> None:
        """Let a browser hang up: the library would print a traceback."""
        if not isinstance(sys.exception(), ConnectionError):
            super().handle_error(*request)

    @property
    def url(self) -> str:
        """Say where it is to be found."""
        return f"http://{self.server_name}:{self.server_port}/"


class _Handler(BaseHTTPRequestHandler):
    server: Server
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        """Send a file."""
        self._send(with_body=True)

    def do_HEAD(self) -> None:
        """Send what is said of a file."""
        self._send(with_body=False)

    def log_message(self, *_: object) -> None:
        """Keep quiet: a browser asks for many things."""

    def _send(self, *, with_body: bool) -> None:
        found = answer(self.server.folder, self.path, dict(self.headers.items()))
        self.send_response(found.status)
        for name, value in found.headers.items():
            self.send_header(name, value)
        if found.status is not HTTPStatus.NOT_MODIFIED:
            self.send_header("Content-Length", str(len(found.body)))
        self.end_headers()
        if with_body:
            self.wfile.write(found.body)


def answer(folder: Path, target: str, headers: Mapping[str, str]) -> Answer:
    """Answer a request for `target` with a file below `folder`, and never with one from elsewhere."""
    path = unquote(urlsplit(target).path)
    try:
        file = _inside(folder, path)
        if file.is_dir():
            return _of_folder(file, path, headers)
        return _of_file(file, headers)
    except (OSError, ValueError):  # not there, not ours to show, or no name that a file can have
        return Answer(HTTPStatus.NOT_FOUND, {"Content-Type": "text/plain; charset=utf-8"}, b"Not found\n")


def _inside(folder: Path, path: str) -> Path:
    """Return the file or folder at `path`. Raises ValueError for one that is hidden or leads out."""
    if any(part.startswith(".") for part in path.split("/")):
        raise ValueError(path)
    top = folder.resolve()
    file = (top / path.lstrip("/")).resolve()
    file.relative_to(top)
    return file


def _of_folder(file: Path, path: str, headers: Mapping[str, str]) -> Answer:
    if not path.endswith("/"):
        return _redirect(f"/{path.lstrip('/')}/")
    index = file / "index.html"
    if path == "/" and not index.exists():  # an output of feeds only
        return _redirect("/subscribe/")
    return _of_file(index, headers)


def _redirect(path: str) -> Answer:
    return Answer(HTTPStatus.FOUND, {"Location": quote(path)})


def _of_file(file: Path, headers: Mapping[str, str]) -> Answer:
    body, time = file.read_bytes(), datetime.fromtimestamp(int(file.stat().st_mtime), UTC)
    kind = _type(file)
    tag = sha256(body).hexdigest()[:32]
    said = {"Content-Type": kind, "Cache-Control": "no-cache", "Last-Modified": format_datetime(time, usegmt=True)}
    if "charset" in kind and len(body) >= _SMALLEST:
        said["Vary"] = "Accept-Encoding"
        if _takes_gzip(headers.get("Accept-Encoding", "")):
            body, tag = gzip.compress(body, mtime=0), f"{tag}-gzip"  # other bytes, another strong validator
            said["Content-Encoding"] = "gzip"
    said["ETag"] = f'"{tag}"'
    if _is_known(headers, said["ETag"], time):
        del said["Content-Type"]
        return Answer(HTTPStatus.NOT_MODIFIED, said)
    return Answer(HTTPStatus.OK, said, body)


def _type(file: Path) -> str:
    guessed = TYPES.get(file.suffix) or mimetypes.guess_type(file.name)[0] or "application/octet-stream"
    return f"{guessed}; charset=utf-8" if guessed.startswith("text/") and "charset" not in guessed else guessed


def _takes_gzip(accepted: str) -> bool:
    """Read Accept-Encoding (RFC 9110 12.5.3)."""
    for part in accepted.lower().split(","):
        name, _, weight = part.partition(";")
        if name.strip() in ("gzip", "*"):
            return weight.replace(" ", "") not in ("q=0", "q=0.0", "q=0.00", "q=0.000")
    return False


def _is_known(headers: Mapping[str, str], tag: str, time: datetime) -> bool:
    """Tell whether the client has this already; an entity tag counts before a date (RFC 9110 13.2.2)."""
    if tags := headers.get("If-None-Match", ""):
        return tags.strip() == "*" or tag in {each.strip().removeprefix("W/") for each in tags.split(",")}
    try:
        since = parsedate_to_datetime(headers.get("If-Modified-Since", ""))
    except (TypeError, ValueError):
        return False
    return time <= (since if since.tzinfo else since.replace(tzinfo=UTC))
