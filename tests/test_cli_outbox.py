"""`feeds status` and `feeds outbox`: what the operator asks at three in the morning."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner
from sqlalchemy import update

from feeds import newsletter as deeds
from feeds.cli import cli
from feeds.delivery.memory import Memory
from feeds.errors import UsageError
from feeds.model import Outcome
from feeds.store import Store, tables
from tests.newsletter_site import MONDAY, URL, WEEK, WEEKLY, posts, settings, source, subscribe

SETTINGS = """
[site]
url = "https://example.org/"
title = "A site"

[[newsletter]]
name = "weekly"
"""
TAKEN = """\
2026-11-23T07:00:00+00:00 relay postfix/smtpd[1]: connect from localhost[127.0.0.1]
2026-11-23T07:30:01+00:00 relay postfix/cleanup[1]: 4D0F2A: message-id={message_id}
2026-11-23T07:30:01+00:00 relay postfix/qmgr[1]: 4D0F2A: from=<a@example.org>, size=1, nrcpt=1 (queue active)
"""


@pytest.fixture
def site(tmp_path: Path) -> Path:
    """Give a site with an issue: one delivery failed, one is uncertain, one was sent; and the relay's log."""
    (tmp_path / "feeds.toml").write_text(SETTINGS)
    site, failed = settings(tmp_path), Outcome("failed", 550, "5.7.1", "blocked", meaning="policy")
    memory = Memory(Outcome("uncertain"), failed)
    with Store.open(URL, tmp_path) as store:
        deeds.remember(store, source(), MONDAY - WEEK)
        subscribe(site, store, "one", "two", "three")
        deeds.remember(store, source(*posts("ab")), MONDAY)
        deeds.open_issue(site, store, WEEKLY, source(*posts("ab")), MONDAY)
        deeds.deliver(site, store, memory, lambda: MONDAY, environ={})
    (tmp_path / "mail.log").write_text(TAKEN.format(message_id=memory.messages[0][0].message_id))
    return tmp_path


def feeds(site: Path, *words: str) -> tuple[int, str]:
    result = CliRunner().invoke(cli, [*words, "--site", str(site)], standalone_mode=False)
    if result.exception:
        raise result.exception
    return result.return_value or 0, result.stdout


def test_one_command_says_who_did_not_get_it_and_why(site: Path) -> None:
    """In a few lines, as a list of readers, or as JSON."""
    code, said = feeds(site, "status")

    assert (code, said.splitlines()) == (
        0,
        [
            "weekly-1 open: 1 failed, 1 sent, 1 uncertain",
            "  1 failed: 550 5.7.1 policy blocked",
            "  1 uncertain",
            "  `feeds status weekly-1 --state uncertain` names who is in doubt",
            "  `feeds outbox reconcile` asks the log of your Postfix, `feeds outbox resolve` settles one",
        ],
    )
    assert feeds(site, "status", "weekly-1", "--state", "failed", "--state", "sent") == (
        0,
        "weekly-1\ttwo@example.org\tfailed\t550 5.7.1 policy blocked\nweekly-1\tthree@example.org\tsent\t\n",
    )
    told = json.loads(feeds(site, "status", "--json")[1])
    assert told["issue"]["deliveries"] == {"failed": 1, "sent": 1, "uncertain": 1}


def test_outbox_shows_what_is_under_way(site: Path) -> None:
    """And nothing once all is done."""
    before = feeds(site, "outbox", "status")[1].splitlines()[0]
    with Store.open(URL, site) as store, store.writing() as connection:
        connection.execute(update(tables.issue).values(state="done"))

    assert before == "weekly-1 open: 1 failed, 1 sent, 1 uncertain"
    assert feeds(site, "outbox", "status") == (0, "nothing is under way\n")


def test_reader_is_looked_up(site: Path) -> None:
    """For the one who writes that nothing came."""
    assert feeds(site, "outbox", "show", "two@example.org") == (
        0,
        "weekly-1\ttwo@example.org\tfailed\t550 5.7.1 policy blocked\n",
    )


@pytest.mark.parametrize("label", ["weekly-2", "weekly", "weekly-99999999999999999999", "\udcff-1", "weekly-1 "])
def test_issue_that_there_is_not_is_named(site: Path, label: str) -> None:
    """Also one with a number that no database can hold, or letters that are none."""
    for words in (("status", label), ("outbox", "retry", label)):
        with pytest.raises(UsageError, match=r"there is no issue .*; write it like weekly-42"):
            feeds(site, *words)


def test_reader_whose_name_is_not_utf8_is_none(site: Path) -> None:
    """As a terminal of another encoding hands it over."""
    with pytest.raises(UsageError, match="there is no subscriber"):
        feeds(site, "outbox", "show", "\udcff")


def test_code_that_a_reply_begins_with_is_said_once(site: Path) -> None:
    """Most relays put the enhanced code into the text as well; and what a reply comes to may be what the state says."""
    with Store.open(URL, site) as store, store.writing() as connection:
        told = {"code": 451, "enhanced": "4.3.0", "meaning": "failed", "reply": "4.3.0 Try elsewhere"}
        connection.execute(update(tables.delivery).values(told))

    assert (0, "weekly-1\ttwo@example.org\tfailed\t451 4.3.0 Try elsewhere\n") == feeds(
        site, "outbox", "show", "two@example.org"
    )


def test_log_is_asked(site: Path) -> None:
    """What it tells is settled; once all is, there is no more to ask."""
    log = str(site / "mail.log")

    assert feeds(site, "outbox", "reconcile", log) == (0, "1 sent, 0 queued again, 0 still uncertain\n")
    assert feeds(site, "outbox", "reconcile", log) == (0, "0 sent, 0 queued again, 0 still uncertain\n")


def test_log_that_does_not_tell_means_try_again(site: Path) -> None:
    """Exit 75; a log that is not there is named."""
    (site / "empty").touch()

    assert feeds(site, "outbox", "reconcile", str(site / "empty"))[0] == 75
    with pytest.raises(Exception, match=r"nowhere: No such file or directory; name the log of your Postfix"):
        feeds(site, "outbox", "reconcile", str(site / "nowhere"))


def test_hand_decides_and_tries_again(site: Path) -> None:
    """Each says what it did."""
    assert (
        feeds(site, "outbox", "resolve", "weekly-1", "one@example.org", "sent")[1] == "weekly-1 one@example.org sent\n"
    )
    assert feeds(site, "outbox", "retry", "weekly-1") == (0, "1 queued\n")
    assert feeds(site, "status")[1] == "weekly-1 open: 2 sent, 1 queued\n"
