"""A relay that fails in each phase: what the ledger says, and what the operator is told."""

import re
import signal
from collections import Counter
from pathlib import Path

import pytest
from sqlalchemy import select

from feeds import subscriptions
from feeds.store import tables
from tests.faults.ground import LONG, Ground, ended
from tests.newsletter_site import MONDAY
from tests.test_delivery_smtp import Authority, Server, authority, serving

__all__ = ["authority"]  # a fixture

pytestmark = pytest.mark.needs("smtp-sink")
READERS = 30


def attempts(ground: Ground) -> Counter[int]:
    with ground.store() as store, store.reading() as connection:
        return Counter(connection.scalars(select(tables.delivery.c.attempts)))


def statuses(ground: Ground) -> Counter[str]:
    with ground.store() as store:
        return Counter(each.status for each in subscriptions.listed(store))


def an_hour_later(ground: Ground) -> None:
    """Forget until when nothing was to leave."""
    with ground.store() as store, store.writing() as connection:
        connection.execute(tables.throttle.delete())


@pytest.mark.parametrize(
    ("flags", "states", "tries"),
    [
        (["-b", "450 4.2.0 greylisted, come back", "-r", "rcpt"], {"deferred"}, {1}),
        (["-b", "451 4.3.0 later", "-r", "."], {"deferred"}, {1}),
        (["-Q", "."], {"deferred"}, {1}),  # refused in words, so there is no doubt
        (["-q", "data"], {"deferred"}, {0}),  # nothing was accepted: it costs no try
        (
            ["-b", "454 4.7.0 Throttling failure: Maximum sending rate exceeded", "-r", "mail"],
            {"deferred", "queued"},
            {0},
        ),
        (["-b", "452 4.3.1 daily sending quota exceeded", "-r", "mail"], {"deferred", "queued"}, {0}),
    ],
)
def test_what_is_for_now_is_tried_again(
    tmp_path: Path, url: str, flags: list[str], states: set[str], tries: set[int]
) -> None:
    """Later, exit 75; what does not count as a try costs none; nobody is suppressed."""
    ground = Ground(tmp_path, READERS, url=url)
    with ground.sink(*flags):
        code, _ = ground.delivered()

    assert code == 75
    assert set(ground.counts()) <= states
    assert ground.counts()["deferred"] > 0
    assert set(attempts(ground)) <= tries | {0}
    assert statuses(ground) == {"active": READERS}


def test_quota_stops_the_run(tmp_path: Path, url: str) -> None:
    """One message more would be refused as well: the relay is left alone for an hour, across runs."""
    ground = Ground(tmp_path, READERS, url=url)
    with ground.sink("-b", "452 4.3.1 daily sending quota exceeded", "-r", "mail"):
        ground.delivered()
        before = ground.counts()
        ground.delivered()

    assert before["deferred"] <= 10
    assert ground.counts() == before


def test_dead_addresses_are_never_mailed_again(tmp_path: Path, url: str) -> None:
    """550 5.1.1 ends a delivery and bounces its reader, and is no reason to stop."""
    ground = Ground(tmp_path, READERS, url=url)
    with ground.sink("-B", "550 5.1.1 no such user", "-f", "rcpt"):
        code, _ = ground.delivered()

    assert code == 0
    assert ground.counts() == {"failed": READERS}
    assert statuses(ground) == {"bounced": READERS}


@pytest.mark.parametrize(
    ("phase", "reply"), [("rcpt", "550 5.7.515 not authenticated"), (".", "554 5.7.1 message refused as spam")]
)
def test_policy_pauses_the_issue(tmp_path: Path, url: str, phase: str, reply: str) -> None:
    """After five refusals that are about us it stops, says so in a line, and no reader pays for it."""
    ground = Ground(tmp_path, READERS, connections=1, url=url)
    with ground.sink("-B", reply, "-f", phase):
        code, said = ground.delivered()
        again = ground.delivered()

    assert code == 75
    assert said.count("\n") == 1
    assert reply in said
    assert "feeds issue resume weekly-1" in said
    assert again == (0, "nothing to deliver\n")
    assert ground.counts() == {"failed": 5, "queued": READERS - 5}
    assert statuses(ground) == {"active": READERS}

    with ground.sink():
        with ground.deliver("issue", "resume", "weekly", "1") as resumed:
            resumed.communicate()
        ground.delivered()
    assert ground.counts() == {"failed": 5, "sent": READERS - 5}


@pytest.mark.parametrize(
    "flags", [["-f", "connect"], ["-f", "ehlo", "-f", "helo"], ["-B", "530 5.7.0 log in first", "-f", "mail"]]
)
def test_relay_that_lets_nobody_in_costs_nothing(tmp_path: Path, url: str, flags: list[str]) -> None:
    """All stay queued without a try less, the operator reads what to mend, and the next run delivers."""
    ground = Ground(tmp_path, READERS, url=url)
    with ground.sink(*flags):
        code, said = ground.delivered()

    assert code == 75
    assert re.match(r"feeds: 127\.0\.0\.1:\d+: the relay refuses us: .*; .+\n", said)
    assert ground.counts() == {"queued": READERS}
    assert attempts(ground) == {0: READERS}

    with ground.sink():
        assert ground.delivered()[0] == 0
    assert ground.counts() == {"sent": READERS}


def test_relay_that_is_down_costs_nothing(tmp_path: Path) -> None:
    """The same without anybody listening."""
    ground = Ground(tmp_path, READERS)
    code, said = ground.delivered()

    assert code == 75
    assert "cannot talk to the relay" in said
    assert ground.counts() == {"queued": READERS}


IMPATIENT = """
import functools, feeds.delivery.smtp as smtp
smtp.Relay = functools.partial(smtp.Relay, timeouts=smtp.Timeouts(dot=1))
"""


@pytest.mark.parametrize(("flags", "first"), [(["-q", "."], ""), (["-W", ".:30"], IMPATIENT)])
def test_no_answer_to_the_dot_leaves_doubt_about_few(tmp_path: Path, url: str, flags: list[str], first: str) -> None:
    """Whether it hangs up or is silent for too long, nobody knows; when it happens again and again none leaves."""
    ground = Ground(tmp_path, READERS, url=url)
    with ground.sink(*flags):
        code, said = ended(ground.deliver(first=first))
        found, doubt = ground.counts(), ground.in_doubt()
        again = ended(ground.deliver(first=first))

    assert code == 75
    assert "without saying whether it took them" in said
    assert 5 <= found["uncertain"] <= 5 + 10
    assert found["uncertain"] + found["queued"] == READERS
    assert again[0] == 75
    assert "no more leave until" in again[1]
    assert ground.counts() == found
    ground.agrees()
    an_hour_later(ground)
    with ground.sink():
        ground.settle_doubt(doubt)


THREE_MINUTES = "import feeds.scheduler as it; it.run_every_minute = lambda deed, _: [deed() for _ in range(3)]"


def test_wrong_password_is_tried_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """However many connections and runs there may be, until it is another: no account is locked, nothing is counted."""
    monkeypatch.setenv("FEEDS_SMTP_PASSWORD", "wrong")
    server = Server()
    with serving(server, {"authenticator": server.authenticator, "auth_require_tls": False}) as relay:
        ground = Ground(tmp_path, READERS, port=relay.port, more='user = "news"')
        code, said = ground.delivered()

        again = [ended(ground.deliver(command)) for command in ("run-due", "deliver")]
        _, daemon = ended(ground.deliver("run", first=THREE_MINUTES))
        counts, tries, logins = ground.counts(), attempts(ground), list(server.logins)
        server.passwords = {b"news": b"right"}
        monkeypatch.setenv("FEEDS_SMTP_PASSWORD", "right")
        mended, _ = ground.delivered()

    assert code == 75
    assert "535" in said
    assert "FEEDS_SMTP_PASSWORD" in said
    assert [code for code, _ in again] == [75, 75], again
    assert all("not tried again until" in said for _, said in again)
    assert daemon.count("not tried again until") == 1
    assert logins == [(b"news", b"wrong")]
    assert counts == {"queued": READERS}
    assert tries == {0: READERS}
    assert statuses(ground) == {"active": READERS}
    assert mended == 0
    assert ground.counts() == {"sent": READERS}


def test_relay_that_is_not_who_it_should_be(tmp_path: Path, authority: Authority) -> None:
    """With a certificate that fails, or without STARTTLS, not a word of a message leaves, and the reason is said."""
    server, wrong = Server(), authority.server(host="other.example.org")
    ground = Ground(tmp_path, READERS)
    settings = (tmp_path / "feeds.toml").read_text("utf-8")
    secured = settings.replace('security = "none"', f'security = "starttls"\nca_file = "{authority.ca_file}"')
    said = []
    for options in ({"tls_context": wrong}, {}):
        with serving(server, options) as relay:
            (tmp_path / "feeds.toml").write_text(secured.replace(str(ground.port), str(relay.port)), "utf-8")
            said.append(ground.delivered())

    assert [code for code, _ in said] == [75, 75]
    assert "certificate" in said[0][1]
    assert "offers no STARTTLS" in said[1][1]
    assert server.messages == []
    assert ground.counts() == {"queued": READERS}
    assert attempts(ground) == {0: READERS}


def test_relay_without_smtputf8(tmp_path: Path) -> None:
    """Who has an address in another script is skipped, and why is said; all others get theirs."""
    server = Server()
    with serving(server, {"enable_SMTPUTF8": False}) as relay:
        ground = Ground(tmp_path, ["one", "قارئ", "two"], port=relay.port)
        code, _ = ground.delivered()

    assert code == 0
    assert ground.states() == {
        "one@example.org": "sent",
        "قارئ@example.org": "skipped",
        "two@example.org": "sent",
    }
    assert sorted(server.recipients) == ["one@example.org", "two@example.org"]


def test_two_processes_share_the_work(tmp_path: Path, url: str) -> None:
    """Started in the same moment, both `deliver` and `run-due`: each reader gets one message."""
    ground = Ground(tmp_path, 300, url=url)
    with ground.sink():
        running = [ground.deliver(*command) for command in [(), (), ("run-due",)]]
        for process in running:
            process.communicate()

    assert ground.counts() == {"sent": 300}
    assert {reader: len(names) for reader, names in ground.received().items()} == dict.fromkeys(ground.readers, 1)


def test_sigterm_finishes_what_is_in_the_air(tmp_path: Path, url: str) -> None:
    """While the relay takes its time to say that it has them: nothing is in doubt afterwards, the rest stays queued."""
    ground = Ground(tmp_path, 300, url=url)
    with ground.sink("-W", ".:60" if LONG else ".:1"):
        with ground.deliver() as process:
            ground.until(3, process)
            process.send_signal(signal.SIGTERM)
            process.communicate()
        stopped, received = ground.states(), set(ground.received())

    assert process.returncode == 75
    assert set(stopped.values()) == {"sent", "queued"}
    assert {reader for reader, state in stopped.items() if state == "sent"} == received

    with ground.sink():
        ground.delivered()
    assert ground.counts() == {"sent": 300}


def test_second_sigterm_ends_at_once(tmp_path: Path, url: str) -> None:
    """What was in the air is in doubt then, and nothing else."""
    ground = Ground(tmp_path, READERS, url=url)
    with ground.sink("-w", "60"), ground.deliver() as process:
        while "sending" not in ground.counts():
            pass
        while process.poll() is None:  # the first one only asks
            process.send_signal(signal.SIGTERM)

    assert process.returncode == -signal.SIGTERM
    assert ground.counts()["sending"] <= 10


def test_who_leaves_meanwhile_gets_nothing(tmp_path: Path, url: str) -> None:
    """Readers who unsubscribe while it is sent: whose message had not been marked as leaving, it does not leave."""
    ground = Ground(tmp_path, 300, url=url)
    leaving = ground.readers[-100:]
    with ground.sink(), ground.store() as store, ground.deliver() as process:
        ground.until(5, process)
        for reader in reversed(leaving):
            subscriptions.unsubscribe(store, reader, MONDAY)
        process.communicate()
    states, received = ground.states(), ground.received()

    assert received.keys() == {reader for reader, state in states.items() if state == "sent"}
    assert {reader for reader, state in states.items() if state == "skipped"} <= set(leaving)
    assert set(states.values()) == {"sent", "skipped"}
