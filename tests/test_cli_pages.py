"""`feeds pages`: the real command, from its start to its end."""

import json
import signal
import subprocess
import sys
import time
from http.client import HTTPConnection
from pathlib import Path
from socket import create_server

import pytest

from feeds.cli import main
from feeds.store import Store, secrets

SETTINGS = """\
[site]
url = "https://example.org/"
title = "مدونتي"

[[newsletter]]
name = "weekly"

[mail]
from = "مدونتي <news@example.org>"
"""
PAGES = '[web]\nurl = "https://example.org/mail"\n'
PROGRAM = [sys.executable, "-P", "-m", "feeds"]


@pytest.fixture
def site(tmp_path: Path) -> Path:
    (tmp_path / "feeds.toml").write_text(SETTINGS + PAGES, "utf-8")
    (tmp_path / "posts").mkdir()
    return tmp_path


def refused(site: Path, *options: str) -> int:
    with pytest.raises(SystemExit) as ended:
        main(["pages", "--site", str(site), *options])
    return int(str(ended.value.code))


def test_who_signs_up_gets_a_mail_within_seconds(site: Path) -> None:
    """Nobody else need run; SIGTERM ends it, with 0."""
    command = [*PROGRAM, "pages", "--site", str(site), "--port", "0", "--json"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as running:
        assert running.stdout is not None
        said = json.loads(b"".join(iter(running.stdout.readline, b"}\n")) + b"}")
        host, _, port = said["address"].partition(":")
        connection = HTTPConnection(host, int(port), timeout=20)
        connection.request("POST", "/mail/subscribe", "email=leila@example.net")
        status = connection.getresponse().status
        connection.close()
        mails: list[Path] = []
        for _ in range(600):
            if mails := [*site.glob("mail/**/*.eml")]:
                break
            time.sleep(0.05)
        running.send_signal(signal.SIGTERM)
        _, complaints = running.communicate(timeout=30)

    assert (status, running.returncode, complaints) == (200, 0, b"")
    assert [mail.name for mail in mails] == ["leila@example.net.eml"]
    assert said["url"] == "https://example.org/mail/"


def test_links_that_will_not_work_are_told(site: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """What sends the mails has a secret that the pages do not have."""
    with Store.open("sqlite:///feeds.db", site) as store, store.writing() as connection:
        secrets.note_signer(connection, "a" * 64)
    with create_server(("127.0.0.1", 0)) as taken:  # so that it ends
        code = refused(site, "--port", str(taken.getsockname()[1]))

    assert 75 == code
    assert "the last mails were signed with another FEEDS_SECRET" in capsys.readouterr().err.splitlines()[0]


def test_port_that_is_taken_is_named(site: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """In one line."""
    with create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])

        assert refused(site, "--port", port) == 75
    assert capsys.readouterr().err == (
        f"feeds: 127.0.0.1:{port}: Address already in use; give another --port or --host; port 0 takes a free one\n"
    )


def test_host_that_there_is_not_is_named(site: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """In the words of who looked for it."""
    assert refused(site, "--host", "a..b") == 75

    assert capsys.readouterr().err.startswith("feeds: a..b:8001: Name or service not known; give another --port")


def test_pages_need_an_address(site: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """It is said which setting is empty."""
    (site / "feeds.toml").write_text(SETTINGS, "utf-8")

    assert refused(site) == 2
    assert "web.url is empty; set it to the public address" in capsys.readouterr().err


def test_what_serves_them_comes_on_request(
    site: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without the extra, it is said how to get it."""
    for name in [each for each in sys.modules if each.partition(".")[0] == "starlette" or each.startswith("feeds.web")]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "starlette", None)

    assert refused(site) == 2
    assert "run `pip install '.[web]'` in the clone of feeds" in capsys.readouterr().err


@pytest.mark.parametrize("url", ["example.org/mail", "https://example.org/?x", "ftp://example.org/"])
def test_address_must_be_one(site: Path, capsys: pytest.CaptureFixture[str], url: str) -> None:
    """Said where it is read."""
    (site / "feeds.toml").write_text(f'{SETTINGS}[web]\nurl = "{url}"\n', "utf-8")

    assert refused(site) == 2
    assert f"web.url = '{url}'" in capsys.readouterr().err
