"""The ground the other tests stand on."""

import os
import socket
import time
from pathlib import Path

import pytest


def test_network_is_closed() -> None:
    """A test that reaches out of the machine fails, even where the code swallows every exception."""
    with pytest.raises(pytest.fail.Exception, match=r"192\.0\.2\.1"), socket.socket() as outside:
        outside.connect(("192.0.2.1", 80))


def test_names_are_not_looked_up() -> None:
    """A test that asks the resolver fails, since the answer is not the same everywhere."""
    with pytest.raises(pytest.fail.Exception, match=r"example\.org"):
        socket.getaddrinfo("example.org", 80)


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost"])
def test_this_machine_is_open(host: str) -> None:
    """A server of the test's own is reached."""
    with socket.create_server(("127.0.0.1", 0)) as server, socket.create_connection((host, server.getsockname()[1])):
        pass


def test_environment_is_clean() -> None:
    """No setting of the person who runs the tests leaks in."""
    assert [] == [name for name in os.environ if name.startswith("FEEDS_")]


@pytest.mark.usefixtures("ordinary_rights")
def test_locked_doors_are_locked(tmp_path: Path) -> None:
    """What a test closes is closed, even to root."""
    tmp_path.chmod(0)
    with pytest.raises(PermissionError):
        list(tmp_path.iterdir())


def test_zone_of_the_machine_is_nobodys() -> None:
    """Code that takes the machine's zone for the site's is found out."""
    assert ("+1245", "+1345") == tuple(time.strftime("%z", time.localtime(day)) for day in (1751328000, 1735689600))
