"""What every test stands on: a clean environment, no network, fixed examples.

Fixtures: `shared` (real blogs), `browser` (Chromium), `postgres` (a server), `every_database` (a test on SQLite and on
PostgreSQL), `store` (an empty one, on each), `url` (the same, for commands), `ordinary_rights`, `update_golden`.
Marks: `needs("chromium")` and the other names in NEEDS.
The suite listens to two variables of its own, read before the environment is cleaned:

    FEEDS_REQUIRE=NAMES   of NEEDS, or "all": what is not here is a failure instead of a skip
    FEEDS_SHARED=FOLDER   one whose posts/ holds real blogs
"""

import ctypes
import ipaddress
import itertools
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Generator, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import hypothesis
import pytest
from playwright.sync_api import Browser, sync_playwright

import feeds

if TYPE_CHECKING:
    from sqlalchemy import Engine

    from feeds.store import Store
    from tests.servers import Postgres

REQUIRED = os.environ.get("FEEDS_REQUIRE", "").split()
SHARED = os.environ.get("FEEDS_SHARED", "")

# Nobody's home: a result that leans on the zone of the machine comes out wrong here.
ZONE = "Pacific/Chatham"
NO_BLOGS = "no real blogs here: FEEDS_SHARED names no folder"
OFFLINE = ("--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update")


def _arabic_font() -> bool:
    listing = ["fc-list", "--quiet", ":lang=ar:family=Noto Naskh Arabic"]
    return bool(shutil.which("fc-list")) and subprocess.run(listing, check=False).returncode == 0


# What a test may need of the machine: name -> (is it here?, how to get it).
NEEDS: dict[str, tuple[Callable[[], bool], str]] = {
    "chromium": (lambda: shutil.which("chromium") is not None, "install the Debian package chromium"),
    "dovecot": (lambda: Path("/usr/sbin/dovecot").exists(), "install the Debian package dovecot-imapd"),
    "fonts": (_arabic_font, "install the Debian package fonts-noto-core"),
    "neomutt": (lambda: shutil.which("neomutt") is not None, "install the Debian package neomutt"),
    "opendkim": (lambda: Path("/usr/sbin/opendkim").exists(), "install the Debian package opendkim"),
    "postgres": (
        lambda: any(Path("/usr/lib/postgresql").glob("*/bin/initdb")) and os.geteuid() == 0,
        "install the Debian package postgresql, and be root",
    ),
    "postfix": (
        lambda: Path("/usr/sbin/postfix").exists() and os.geteuid() == 0,
        "install the Debian package postfix, and be root",
    ),
    "smtp-sink": (lambda: Path("/usr/sbin/smtp-sink").exists(), "install the Debian package postfix"),
    "spamassassin": (lambda: shutil.which("spamassassin") is not None, "install the Debian package spamassassin"),
    "wheel": (lambda: "site-packages" in Path(feeds.__file__).parts, "run `make test`, which tests the built wheel"),
}

# The same examples on every CI run; a machine that is slow for a moment is no failure.
hypothesis.settings.register_profile("feeds", deadline=None, derandomize="CI" in os.environ)
hypothesis.settings.load_profile("feeds")


def _no_network(event: str, arguments: tuple[Any, ...]) -> None:
    """Fail the test that reaches beyond this machine; an audit hook sees C code and threads as well."""
    if event in ("socket.connect", "socket.sendto", "socket.sendmsg"):
        address = arguments[1]
        host = address[0] if isinstance(address, tuple) else "localhost"  # a path: a Unix socket
    elif event == "socket.getaddrinfo":
        host = arguments[0] or "localhost"
    else:
        return
    if not _is_local(host.decode() if isinstance(host, bytes) else host):
        pytest.fail(f"a test tried to reach {host} ({event})")


def _is_local(host: str) -> bool:
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def pytest_configure(config: pytest.Config) -> None:
    """Declare the marks."""
    config.addinivalue_line("markers", f"needs(*names): what the machine must have: {', '.join(NEEDS)}")


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add --update-golden: write the expected files of the golden tests anew."""
    parser.addoption("--update-golden", action="store_true", help="write the expected files of golden tests anew")


def pytest_runtest_setup(item: pytest.Item) -> None:
    """Skip, or under FEEDS_REQUIRE=all fail, a test whose needs are not met."""
    for mark in item.iter_markers("needs"):
        for name in mark.args:
            _need(name)


def _need(name: str) -> None:
    here, cure = NEEDS[name]
    if not here():
        give_up = pytest.fail if {"all", name} & {*REQUIRED} else pytest.skip
        give_up(f"no {name} here: {cure}")


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport() -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Under FEEDS_REQUIRE=all take any other skip for a failure as well; only real blogs are nobody's duty to have."""
    report = yield
    excused = hasattr(report, "wasxfail") or NO_BLOGS in str(report.longrepr)
    if report.skipped and "all" in REQUIRED and not excused:
        report.outcome = "failed"
    return report


@pytest.fixture(scope="session", autouse=True)
def _ground() -> None:
    """Clean the environment and close the network: here, so that workers of pytest-xdist do it for themselves."""
    for name in [name for name in os.environ if name.startswith(("FEEDS_", "LC_", "PYTHON"))]:
        del os.environ[name]
    os.environ.update(TZ=ZONE, LANG="C.UTF-8", COLUMNS="120", NO_COLOR="1")
    time.tzset()
    sys.addaudithook(_no_network)


@pytest.fixture(scope="session")
def shared() -> Path:
    """Give the folder of real blogs, one folder each."""
    if not SHARED:
        pytest.skip(NO_BLOGS)
    folder = Path(SHARED).resolve() / "posts"
    assert folder.is_dir(), f"FEEDS_SHARED={SHARED} has no posts/"
    return folder


@pytest.fixture(scope="session")
def _chromium() -> Iterator[Browser]:
    _need("chromium")
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=list(OFFLINE))
        yield chromium
        chromium.close()


@pytest.fixture
def browser(_chromium: Browser) -> Iterator[Browser]:
    """Give a Chromium that stays offline; its pages are closed with the test, since each is a process."""
    yield _chromium
    for context in _chromium.contexts:
        context.close()


@pytest.fixture(scope="session")
def postgres() -> "Iterator[Postgres]":
    """Give a PostgreSQL; nothing survives the session, so it need not wait for the disk."""
    from tests.servers import postgres

    _need("postgres")
    with postgres("fsync=off") as server:
        yield server


_databases = (f"test{number}" for number in itertools.count())


DATABASES = ["sqlite", pytest.param("postgres", marks=pytest.mark.needs("postgres"))]


@pytest.fixture(params=DATABASES)
def url(request: pytest.FixtureRequest) -> str:
    """Name an empty database for the commands that a test runs, on SQLite and on PostgreSQL."""
    if request.param == "sqlite":
        return "sqlite:///feeds.db"
    server: Postgres = request.getfixturevalue("postgres")
    return server.make(next(_databases))


@pytest.fixture(params=DATABASES)
def every_database(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Run a test twice; on PostgreSQL each feeds.db that it opens is a database of the server instead."""
    if request.param == "sqlite":
        return
    from feeds.store.engine import connect

    server: Postgres = request.getfixturevalue("postgres")
    urls: dict[Path, str] = {}

    def connect_there(url: str, folder: Path, *, make: bool = True) -> "Engine":
        if url == "sqlite:///feeds.db":
            if folder not in urls:
                urls[folder] = server.make(next(_databases))
            url = urls[folder]
        return connect(url, folder, make=make)

    monkeypatch.setattr("feeds.store.connect", connect_there)


@pytest.fixture
def store(tmp_path: Path, every_database: None) -> "Iterator[Store]":
    """Give an empty database, on SQLite and on PostgreSQL."""
    from feeds.store import Store

    with Store.open("sqlite:///feeds.db", tmp_path) as opened:
        yield opened


@pytest.fixture
def ordinary_rights() -> Iterator[None]:
    """Let root stand before locked doors as anybody does: without CAP_DAC_OVERRIDE and CAP_DAC_READ_SEARCH."""
    if sys.platform != "linux":
        yield
        return
    libc = ctypes.CDLL(None)
    this_thread = (ctypes.c_uint32 * 2)(0x20080522, 0)  # _LINUX_CAPABILITY_VERSION_3
    rights = (ctypes.c_uint32 * 6)()  # effective, permitted and inheritable, 32 of the 64 bits each
    assert libc.capget(this_thread, rights) == 0
    had = rights[0]
    rights[0] &= ~0b110
    assert libc.capset(this_thread, rights) == 0
    yield
    rights[0] = had
    assert libc.capset(this_thread, rights) == 0


@pytest.fixture
def update_golden(request: pytest.FixtureRequest) -> bool:
    """Tell whether the expected files are to be written anew."""
    return bool(request.config.getoption("--update-golden"))
