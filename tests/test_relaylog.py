"""What the log of a relay tells of our messages."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feeds.relaylog import RelayLog, parse

ALGIERS = timezone(timedelta(hours=1))
NOW = datetime(2026, 11, 23, 12, 0, tzinfo=ALGIERS)
ONE, TWO = "<1.aa@example.org>", "<1.bb@example.org>"


def lines(text: str, at: str = "Nov 23 09:00:0") -> list[str]:
    """Put before each line what syslog does, a second later each."""
    return [f"{at}{number} relay postfix/{line}" for number, line in enumerate(text.strip().splitlines())]


TAKEN = f"""
smtpd[312]: connect from localhost[127.0.0.1]
smtpd[312]: 4D0F21A2B3: client=localhost[127.0.0.1]
cleanup[315]: 4D0F21A2B3: message-id={ONE}
qmgr[290]: 4D0F21A2B3: from=<bounces+abc@example.org>, size=31022, nrcpt=1 (queue active)
"""
DELIVERED = "smtp[316]: 4D0F21A2B3: to=<one@example.net>, relay=mx.example.net[192.0.2.1]:25, delay=0.5, "
BROKEN_OFF = f"""
smtpd[312]: 4D0F21A2B3: client=localhost[127.0.0.1]
cleanup[315]: 4D0F21A2B3: message-id={ONE}
smtpd[312]: lost connection after DATA (1024 bytes) from localhost[127.0.0.1]
smtpd[312]: disconnect from localhost[127.0.0.1] ehlo=1 mail=1 rcpt=1 data=0/1 commands=3/4
"""
CASES = {
    "taken": (TAKEN, {ONE: "queued"}),
    "delivered": (
        TAKEN + DELIVERED + "dsn=2.0.0, status=sent (250 2.0.0 OK (id 7))\nqmgr[290]: 4D0F21A2B3: removed",
        {ONE: "sent: 250 2.0.0 OK (id 7)"},
    ),
    "deferred, then bounced": (
        TAKEN
        + DELIVERED
        + "status=deferred (host said: 451 later)\n"
        + DELIVERED
        + "status=bounced (550 no such user)",
        {ONE: "bounced: 550 no such user"},
    ),
    "broken off": (BROKEN_OFF, {}),
    "queue id given anew": (BROKEN_OFF + TAKEN.replace(ONE, TWO), {TWO: "queued"}),
    "submission": (TAKEN.replace("smtpd[", "submission/smtpd["), {ONE: "queued"}),
    "others": ("sshd[1]: Accepted publickey for a\nkernel: eth0 up\n\npickup[2]: 4D0F2: uid=0 from=<root>", {}),
}


@pytest.mark.parametrize("case", CASES)
def test_log_tells_what_the_relay_took(case: str) -> None:
    """A Message-ID that cleanup saw is not enough: the sender may have broken off."""
    text, expected = CASES[case]

    assert parse(lines(text), NOW).taken == expected


@pytest.mark.parametrize(
    ("at", "expected"),
    [
        ("Nov 23 09:00:00", datetime(2026, 11, 23, 9, tzinfo=ALGIERS)),
        ("Dec  3 09:00:00", datetime(2025, 12, 3, 9, tzinfo=ALGIERS)),
        ("Feb 29 09:00:00", datetime(2024, 2, 29, 9, tzinfo=ALGIERS)),
        ("2026-11-23T08:00:00.125+00:00", datetime(2026, 11, 23, 8, 0, 0, 125000, tzinfo=UTC)),
        ("2026-11-23T08:00:00+0000", datetime(2026, 11, 23, 8, tzinfo=UTC)),
        ("2026-11-23T08:00:00Z", datetime(2026, 11, 23, 8, tzinfo=UTC)),
    ],
)
def test_dates_of_every_syslog_are_read(at: str, expected: datetime) -> None:
    """The old form has neither year nor zone."""
    log = parse([f"{at} relay postfix/smtpd[312]: connect from localhost[127.0.0.1]"], NOW)

    assert (log.begins, log.ends) == (expected, expected)


def test_log_covers_what_lies_between_its_lines() -> None:
    """Of what left before or after, that it is missing proves nothing."""
    log = parse(lines(TAKEN), NOW)
    start = datetime(2026, 11, 23, 9, tzinfo=ALGIERS)
    second = timedelta(seconds=1)

    assert log.covers(start, start + 3.9 * second)  # its dates are whole seconds
    assert not log.covers(start - second, start)
    assert not log.covers(start, start + 4 * second)
    assert not parse([], NOW).covers(start, start)


@given(
    st.lists(st.sampled_from([*lines(TAKEN), "Nov 31 09:00:00 x[1]: y", "Feb 30 25:61:00 relay a[1]: b"]) | st.text())
)
def test_any_text_is_read(text: Sequence[str]) -> None:
    """Nothing in a log makes us stumble."""
    assert isinstance(parse(text, NOW), RelayLog)
