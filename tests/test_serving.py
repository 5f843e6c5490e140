"""The server for looking at the output does what a good web server of static files does, and nothing else."""

import gzip
import http.client
import os
import socket
import struct
import threading
from collections.abc import Iterator
from pathlib import Path

import feedparser
import pytest
from reader import make_reader

from feeds.config import load
from feeds.publish import build
from feeds.serving import Server
from tests.test_publish import NOW, POSTS, SITE

Got = tuple[int, dict[str, str], bytes]
TEXT = "<p>نص</p>\n" * 100


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Give a folder of output, beside a secret."""
    out = tmp_path / "public"
    for path in ("feed.xml", "feed.json", "feeds.opml", "feed.css", "subscribe/index.html", "feeds/خط عربي/feed.xml"):
        (out / path).parent.mkdir(parents=True, exist_ok=True)
        (out / path).write_text(TEXT, "utf-8")
        os.utime(out / path, (1_754_000_000, 1_754_000_000.5))
    (out / "cover.jpg").write_bytes(b"\xff" * 2000)
    (out / ".git").mkdir()
    (out / ".git" / "config").write_text("secret", "utf-8")
    (tmp_path / "secret.txt").write_text("secret", "utf-8")
    (out / "link.txt").symlink_to(tmp_path / "secret.txt")
    return out


@pytest.fixture
def server(folder: Path) -> Iterator[Server]:
    """Serve the folder."""
    with Server(folder, "127.0.0.1", 0) as server:
        threading.Thread(target=server.serve_forever, args=(0.01,)).start()
        yield server
        server.shutdown()


def get(server: Server, path: str, method: str = "GET", **headers: str) -> Got:
    """Ask for a path as it stands; keywords are headers."""
    connection = http.client.HTTPConnection("127.0.0.1", server.server_port, timeout=5)
    connection.request(method, path, headers={name.replace("_", "-"): value for name, value in headers.items()})
    response = connection.getresponse()
    body = response.read()
    connection.close()
    return response.status, {name.lower(): value for name, value in response.getheaders()}, body


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("/feed.xml", "application/xml; charset=utf-8"),
        ("/feed.json", "application/feed+json; charset=utf-8"),
        ("/feeds.opml", "text/x-opml; charset=utf-8"),
        ("/feed.css", "text/css; charset=utf-8"),
        ("/subscribe/", "text/html; charset=utf-8"),
        ("/feeds/%D8%AE%D8%B7%20%D8%B9%D8%B1%D8%A8%D9%8A/feed.xml?x=1", "application/xml; charset=utf-8"),
    ],
)
def test_files_have_the_types_that_browsers_show(server: Server, path: str, kind: str) -> None:
    """Feeds are XML, so that their style sheet works; all text is UTF-8; names may be in any script."""
    status, headers, body = get(server, path)

    assert (200, kind, TEXT.encode()) == (status, headers["content-type"], body)


def test_a_client_that_has_it_is_told_so(server: Server, folder: Path) -> None:
    """By entity tag, else by date; the tag is strong, comes of the content, and another content has another."""
    _, headers, _ = get(server, "/feed.xml")
    tag, date = headers["etag"], headers["last-modified"]
    known = [
        {"If_None_Match": tag},
        {"If_None_Match": f'"x", W/{tag}'},
        {"If_None_Match": "*"},
        {"If_Modified_Since": date},
    ]
    unknown = [{"If_None_Match": '"x"', "If_Modified_Since": date}, {"If_Modified_Since": "yesterday"}]
    unknown += [{"If_Modified_Since": "Thu, 01 Jan 2015 00:00:00 GMT"}]
    (folder / "feed.json").write_text(TEXT + " ", "utf-8")

    assert [304] * 4 + [200] * 3 == [get(server, "/feed.xml", **each)[0] for each in (*known, *unknown)]
    assert (304, b"") == get(server, "/feed.xml", If_None_Match=tag)[::2]
    assert tag == get(server, "/feed.xml", If_None_Match=tag)[1]["etag"]
    assert tag.startswith('"')
    assert tag != get(server, "/feed.json")[1]["etag"]


def test_text_is_compressed_for_who_takes_it(server: Server) -> None:
    """With a tag of its own, since these are other bytes; pictures are compressed already."""
    _, plain, _ = get(server, "/feed.xml", Accept_Encoding="br, gzip;q=0")
    _, packed, body = get(server, "/feed.xml", Accept_Encoding="br, gzip")
    _, picture, _ = get(server, "/cover.jpg", Accept_Encoding="gzip")

    assert TEXT.encode() == gzip.decompress(body)
    assert (None, "gzip", None) == tuple(each.get("content-encoding") for each in (plain, packed, picture))
    assert plain["etag"] != packed["etag"]
    assert ["Accept-Encoding"] * 2 == [plain["vary"], packed["vary"]]
    assert 304 == get(server, "/feed.xml", Accept_Encoding="gzip", If_None_Match=packed["etag"])[0]


def test_head_says_the_same_and_sends_nothing(server: Server) -> None:
    """All headers but the date are those of GET."""
    status, headers, body = get(server, "/feed.xml", "HEAD")
    _, expected, _ = get(server, "/feed.xml")

    assert (200, b"") == (status, body)
    assert expected | {"date": ""} == headers | {"date": ""}


@pytest.mark.parametrize(
    "path",
    [
        "/../secret.txt",
        "/%2e%2e/secret.txt",
        "/feeds/..%2f..%2fsecret.txt",
        "//secret.txt/../../secret.txt",
        "/link.txt",
        "/.git/config",
        "/%00",
        "/feeds/",
        "/missing.xml",
        "/" + "a" * 5000,
    ],
)
def test_nothing_else_is_served(server: Server, path: str) -> None:
    """No path and no link leads out of the folder; hidden files and lists of files are not shown."""
    status, _, body = get(server, path)

    assert (404, b"Not found\n") == (status, body)


def test_folders_lead_to_their_pages(server: Server) -> None:
    """Where there is no page of the site, to the one that offers all feeds."""
    assert (302, "/subscribe/") == (get(server, "/")[0], get(server, "/")[1]["location"])
    assert "/subscribe/" == get(server, "/subscribe")[1]["location"]
    assert "/%D8%A3/" == get(server, "//%D8%A3")[1].get("location", "/%D8%A3/")


def test_a_browser_may_hang_up(server: Server, folder: Path, capfd: pytest.CaptureFixture[str]) -> None:
    """In the middle of a file, as when a film is closed: nothing is said of it, and others are served."""
    (folder / "film.mp4").write_bytes(bytes(20_000_000))
    with socket.create_connection(("127.0.0.1", server.server_port)) as browser:
        browser.sendall(b"GET /film.mp4 HTTP/1.1\r\nHost: x\r\n\r\n")
        browser.recv(1)
        browser.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))  # closed with a reset
    for answering in [each for each in threading.enumerate() if "process_request" in each.name]:
        answering.join(5)

    assert 200 == get(server, "/feed.xml")[0]
    assert "" == capfd.readouterr().err


def test_nobody_can_write(server: Server) -> None:
    """It knows GET and HEAD."""
    assert [501] * 3 == [get(server, "/feed.xml", method)[0] for method in ("POST", "PUT", "DELETE")]


def test_feed_readers_are_served(tmp_path: Path) -> None:
    """Two that are real: they read the feed, and the second time they are told that nothing is new."""
    (tmp_path / "feeds.toml").write_text(SITE, "utf-8")
    (tmp_path / "posts").mkdir()
    for name, text in POSTS.items():
        (tmp_path / "posts" / name).write_text(text, "utf-8")
    build(load(tmp_path), NOW)
    with Server(tmp_path / "public", "127.0.0.1", 0) as server, make_reader(":memory:") as reader:
        threading.Thread(target=server.serve_forever, args=(0.01,)).start()
        reader.add_feed(server.url + "atom.xml")
        first, second = reader.update_feed(server.url + "atom.xml"), reader.update_feed(server.url + "atom.xml")
        read = feedparser.parse(server.url + "feed.xml")
        again = feedparser.parse(server.url + "feed.xml", etag=read.etag)
        server.shutdown()

    assert first is not None
    assert (2, None, 2, False, 304) == (first.new, second, len(read.entries), bool(read.bozo), again.status)
