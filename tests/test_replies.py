"""What replies mean, when to try again, and what the mail that comes back says.

The messages in bounces/ are our own, modelled on what each of these programs really writes.
"""

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feeds.replies import (
    VERDICTS,
    Bounce,
    Command,
    Complaint,
    Ignored,
    Phase,
    Returned,
    classify,
    enhanced_code,
    retry_at,
    understand,
)

BOUNCES = Path(__file__).parent / "bounces"
VERP = "b+42-Kx93hQ0pZtVn8RmY@bounce.example.org"
MESSAGE_ID = "42.7f3a9c1e5b2d4860a1c3e5f7092b4d68@example.org"
TOKEN = "A2b4C6d8E0f1G3h5I7j9K_lMnOpQrStU-"
NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)

# verdict, phase, reply
REPLIES = """
sent      dot      250 2.0.0 Ok: queued as 3F2A
busy      rcpt     450 4.2.0 <a@example.org>: Recipient address rejected: Greylisted, see http://grey.example/why.html
busy      rcpt     451 4.7.1 Greylisting in action, please come back in 00:05:00
busy      rcpt     451 4.3.0 <a@example.org>: Temporary lookup failure
busy      rcpt     452 4.2.2 The email account that you tried to reach is over quota.
busy      rcpt     450 4.2.1 The user you are trying to contact is receiving mail too quickly.
busy      rcpt     450 4.1.8 <news@example.org>: Sender address rejected: Domain not found
busy      dot      421 4.4.2 mail.example.org Error: timeout exceeded
busy      dot      452 4.3.1 Insufficient system storage
busy      mail     451 4.3.2 Please try again later
rate      dot      454 Throttling failure: Maximum sending rate exceeded.
rate      rcpt     421 4.7.28 Our system has detected mail originating from your IP address.
rate      mail     450 4.7.1 Error: too much mail from 192.0.2.7
rate      rcpt     451 4.7.1 Too many messages, slow down
rate      connect  421 4.7.0 too many connections from your host
rate      mail     421 4.7.0 [TS04] Messages temporarily deferred due to unexpected volume or user complaints
rate      mail     432 4.3.2 Concurrent connections limit exceeded
quota     dot      454 Throttling failure: Daily message quota exceeded.
quota     rcpt     550 5.4.5 You are done for today.
quota     dot      550 5.1.90 You've reached your daily limit for message recipients
quota     dot      554 5.2.0 Submission.Exception:SubmissionQuotaExceededException; permanent exception
quota     auth     451 Authentication failed: Maximum credits exceeded
quota     mail     450 4.7.1 Hourly limit of your plan is reached
relay     connect  421 4.3.2 Service not available
relay     connect  554 5.7.1 You are not welcome
relay     ehlo     550 5.7.1 HELO rejected
relay     auth     535 5.7.8 Error: authentication failed
relay     auth     454 4.7.0 Too many login attempts, please try again later
sender    mail     530 5.7.0 Must issue a STARTTLS command first.
sender    mail     553 5.7.1 <news@example.org>: Sender address rejected: not owned by user x
sender    mail     550 5.1.8 Sender domain does not resolve
sender    rcpt     530 5.7.1 Authentication required
sender    mail     501 5.5.4 Syntax error in parameters
policy    mail     552 5.3.4 Message size exceeds fixed limit
policy    rcpt     550 5.7.1 Service unavailable; client host [192.0.2.7] blocked using zen.spamhaus.org
policy    rcpt     554 5.7.1 <a@example.org>: Relay access denied
policy    rcpt     550 relaying denied
policy    rcpt     553 5.1.3 https://bl.spam.example/query?ip=192.0.2.7
policy    rcpt     550 5.1.1 <a@example.org> - 192.0.2.7 has sent to too many recipients this hour
policy    rcpt     550 5.1.0 <news@example.org>: Sender address rejected: User unknown in virtual alias table
policy    rcpt     550 Sender verify failed
policy    rcpt     550 5.7.25 The IP address sending this message does not have a PTR record
policy    rcpt     550 SC-001 messages from 192.0.2.7 weren't sent. Part of their network is on our block list
policy    rcpt     550 reverse DNS of 192.0.2.7 does not exist
policy    rcpt     550 Your account has been suspended
policy    rcpt     503 5.5.1 Error: need MAIL command
policy    dot      550 5.7.1 user unknown
policy    dot      550 5.7.26 This mail has been blocked because the sender is unauthenticated.
policy    dot      550 5.7.515 Access denied, example.org does not meet the required authentication level.
policy    dot      554 Message rejected as spam by Content Filtering.
policy    dot      552 5.6.0 Message content rejected
policy    dot      550 Protocol violation
address   rcpt     550 5.1.1 <nospam@blocked.example>: Recipient address rejected: User unknown in virtual mailbox table
address   rcpt     550 5.1.1 The email account that you tried to reach does not exist. https://x.example/?p=spam-blocked
address   rcpt     550 5.1.10 RESOLVER.ADR.RecipientNotFound; Recipient not found by SMTP address lookup
address   rcpt     556 5.1.10 Domain does not accept mail (nullMX)
address   rcpt     550 5.2.1 The email account that you tried to reach is disabled.
address   rcpt     550 5.2.1 This mailbox has been blocked due to inactivity
address   rcpt     550 5.5.0 Requested action not taken: mailbox unavailable (S2017062302)
address   rcpt     551 5.1.6 user not local
address   rcpt     553 5.1.2 We weren't able to find the recipient domain.
address   rcpt     501 5.1.3 Bad recipient address syntax
address   rcpt     550 Unrouteable address
address   rcpt     550 sorry, no mailbox here by that name. (#5.1.1)
address   dot      554 delivery error: dd This user doesn't have a yahoo.example account (a@yahoo.example) [0]
mailbox   rcpt     552 5.2.2 mailbox full
mailbox   rcpt     552 sorry, mailbox is over quota (#5.1.1)
mailbox   dot      552 5.2.2 <a@icloud.example>: user is over quota
mailbox   dot      552 Mailbox quota exceeded
mailbox   rcpt     552 Requested mail action aborted: exceeded storage allocation
mailbox   rcpt     550 5.2.3 too big for this mailbox
mailbox   rcpt     550 5.2.1 The user you are trying to contact is receiving mail at a rate that prevents more
mailbox   rcpt     550 5.4.1 [a@example.org]: Recipient address rejected: Access denied. AS(201806281)
mailbox   rcpt     554 5.4.14 Hop count exceeded
mailbox   rcpt     550 no
"""


def rows(table: str) -> Iterator[tuple[str, Phase, str]]:
    """Yield the rows of REPLIES."""
    for line in table.strip().splitlines():
        verdict, phase, reply = line.split(None, 2)
        yield verdict, phase, reply  # type: ignore[misc]


@pytest.mark.parametrize(("verdict", "phase", "reply"), list(rows(REPLIES)))
def test_a_reply_means_what_its_server_meant(verdict: str, phase: Phase, reply: str) -> None:
    """Replies as relays and providers word them fall into their class."""
    code, text = int(reply[:3]), reply[4:]

    assert verdict == classify(phase, code, enhanced_code(text, code), text).name


@pytest.mark.parametrize(
    ("phase", "verdict"),
    [
        ("connect", "relay"),
        ("tls", "relay"),
        ("auth", "relay"),
        ("mail", "lost"),
        ("data", "lost"),
        ("dot", "uncertain"),
    ],
)
def test_silence_is_safe_before_the_dot_and_doubtful_after(phase: Phase, verdict: str) -> None:
    """A connection that breaks before the final dot has sent nothing; after it, nobody knows (RFC 1047)."""
    assert verdict == classify(phase, 0, "", "").name


@given(
    st.sampled_from(["rcpt", "data", "dot"]),
    st.integers(500, 599),
    st.sampled_from(["", "5.1.1", "5.2.2"]),
    st.sampled_from(["spam", "blocked using a blocklist", "your IP", "DMARC policy"]),
)
def test_words_about_us_never_suppress(phase: Phase, code: int, enhanced: str, words: str) -> None:
    """A refusal that speaks of our reputation costs no reader the subscription, whatever its code."""
    assert not classify(phase, code, enhanced, f"Message from 192.0.2.7 refused: {words}").suppress or code == 556


@given(st.sampled_from(["mail", "rcpt", "data", "dot"]), st.integers(400, 499), st.text(max_size=40))
def test_temporary_stays_temporary(phase: Phase, code: int, text: str) -> None:
    """No 4xx reply ends a delivery."""
    assert "deferred" == classify(phase, code, enhanced_code(text, code), text).state


def test_only_dead_addresses_are_suppressed_and_only_final_ends_count() -> None:
    """The table of verdicts keeps the promises that the state machine stands on."""
    assert {"address"} == {verdict.name for verdict in VERDICTS.values() if verdict.suppress}
    assert {"policy"} == {verdict.name for verdict in VERDICTS.values() if verdict.trips}
    assert {"quota"} == {verdict.name for verdict in VERDICTS.values() if verdict.pauses}
    assert not any(verdict.counts for verdict in VERDICTS.values() if verdict.state == "queued")


def test_the_first_code_of_the_right_class_is_taken() -> None:
    """An enhanced code counts only when it agrees with the reply, and an IP address is none."""
    assert "5.1.1" == enhanced_code("5.1.1 no such user", 550)
    assert "5.1.1" == enhanced_code("Sorry. (#5.1.1)", 550)
    assert "" == enhanced_code("4.2.0 greylisted", 550)
    assert "" == enhanced_code("client 5.1.1.7 refused", 550)


def test_retries_come_at_5_15_30_60_minutes_2_hours_and_every_4() -> None:
    """Each wait is the one of the schedule, up to a tenth longer, and the last attempt is within 48 hours."""
    now, waits = NOON, list[float]()
    while at := retry_at(len(waits) + 1, NOON, now, "reader@example.org"):
        waits.append((at - now) / timedelta(minutes=1))
        now = at
    steps = [5, 15, 30, 60, 120] + [240] * (len(waits) - 5)

    assert all(step <= wait <= step * 1.1 for step, wait in zip(steps, waits, strict=True))
    assert timedelta(hours=43) < now - NOON <= timedelta(hours=48)


def test_retries_of_many_readers_are_spread() -> None:
    """A relay that comes back is not met by everybody in one second; the same reader always gets the same time."""
    times = {retry_at(1, NOON, NOON, f"reader{number}@example.org") for number in range(100)}

    assert 100 == len(times)
    assert retry_at(1, NOON, NOON, "a@example.org") == retry_at(1, NOON, NOON, "a@example.org")


# What each bounce is: file -> (verdict, status, reader)
FAILED = {
    "base64-report": ("address", "5.1.1", "قارئ@example.net"),
    "courier-no-action": ("address", "5.0.0", "gone@example.net"),
    "dragonfly-text": ("policy", "5.7.26", "reader@example.com"),
    "exchange-2003": ("address", "", "gone@example.com"),
    "exchange-access-denied": ("mailbox", "5.4.1", "reader@example.com"),
    "exchange-authentication": ("policy", "5.7.515", "reader@outlook.example"),
    "exchange-german": ("address", "5.1.10", "weg@firma.example"),
    "exchange-loop": ("mailbox", "5.4.14", "reader@example.com"),
    "exchange-mailbox-full": ("mailbox", "5.2.2", "full@example.com"),
    "exchange-recipient-not-found": ("address", "5.1.10", "gone@example.com"),
    "exim-after-data": ("policy", "", "reader@example.net"),
    "exim-report": ("address", "5.0.0", "gone@example.net"),
    "exim-sender-refused": ("policy", "", "reader@example.net"),
    "exim-unrouteable": ("address", "", "reader@typo.example"),
    "exim-user-unknown": ("address", "5.1.1", "gone@example.net"),
    "gmail-disabled-bare": ("address", "5.2.1", "asleep@gmail.example"),
    "gmail-no-such-user": ("address", "5.1.1", "gone@gmail.example"),
    "gmail-over-quota": ("mailbox", "5.2.2", "full@gmail.example"),
    "gmail-unauthenticated": ("policy", "5.7.26", "reader@gmail.example"),
    "icloud-over-quota": ("mailbox", "5.2.2", "full@icloud.example"),
    "mailru-user-not-found": ("address", "", "gone@mail.example"),
    "notes-no-diagnostic": ("mailbox", "5.0.0", "reader@notes.example.com"),
    "notes-not-listed": ("address", "5.1.1", "gone@notes.example.com"),
    "opensmtpd-report": ("policy", "5.7.26", "reader@example.net"),
    "opensmtpd-text": ("address", "5.1.1", "gone@example.net"),
    "orange-blocked": ("policy", "4.0.0", "lecteur@orange.example"),
    "postfix-blocklist": ("policy", "5.7.1", "reader@example.net"),
    "postfix-content-refused": ("policy", "5.0.0", "reader@example.net"),
    "postfix-expired": ("mailbox", "4.4.1", "reader@slow.example"),
    "postfix-forwarded": ("address", "5.1.1", "reader@example.net"),
    "postfix-host-not-found": ("mailbox", "5.4.4", "reader@nowhere.example"),
    "postfix-over-quota": ("mailbox", "5.2.2", "full@example.net"),
    "postfix-smtputf8": ("address", "5.1.1", "قارئ@example.net"),
    "postfix-user-unknown": ("address", "5.1.1", "gone@example.net"),
    "qmail-banned": ("policy", "5.7.606", "reader@example.com"),
    "qmail-no-mailbox": ("address", "5.1.1", "gone@example.net"),
    "qmail-over-quota": ("mailbox", "5.2.2", "full@example.net"),
    "qmail-remote-unknown": ("address", "5.1.1", "gone@example.com"),
    "qq-no-mailbox": ("address", "", "gone@qq.example"),
    "sendmail-host-unknown": ("address", "5.1.2", "reader@typo.example"),
    "sendmail-user-unknown": ("address", "5.1.1", "gone@example.net"),
    "ses-access-denied": ("policy", "5.7.1", "reader@example.net"),
    "truncated": ("address", "5.1.1", "gone@example.net"),
    "yahoo-no-account": ("address", "", "gone@yahoo.example"),
    "yahoo-over-quota": ("mailbox", "5.2.2", "full@yahoo.example"),
}
NOTHING = {
    "away-arabic": "auto-reply",
    "away-english": "auto-reply",
    "away-failed-recipients": "auto-reply",
    "away-french": "auto-reply",
    "away-german": "auto-reply",
    "away-hebrew": "auto-reply",
    "away-japanese": "auto-reply",
    "away-spanish": "auto-reply",
    "away-vacation": "auto-reply",
    "exim-delayed": "auto-reply",
    "gmail-delay": "delayed",
    "postfix-delayed": "delayed",
    "postfix-delivered": "delivered",
    "receipt": "auto-reply",
    "report-auth-failure": "report",
    "report-not-spam": "report",
    "sendmail-warning": "delayed",
    "unrelated-answer": "unrelated",
    "unrelated-attached-bounce": "unrelated",
    "unrelated-newsletter": "unrelated",
    "unrelated-postmaster": "unrelated",
    "unrelated-quoted-bounce": "unrelated",
}
COMPLAINTS = {
    "complaint-opt-out": ("opt-out", "reader@example.com"),
    "complaint-outlook": ("abuse", "reader@outlook.example"),
    "complaint-redacted": ("abuse", "redacted@example.com"),
    "complaint-yahoo": ("abuse", "reader@yahoo.example"),
}
COMMANDS = {
    "subscribe-word": Command("subscribe"),
    "unsubscribe-apple": Command("unsubscribe", TOKEN),
    "unsubscribe-token": Command("unsubscribe", TOKEN),
    "unsubscribe-word": Command("unsubscribe"),
}


def read(name: str) -> Returned:
    """Understand the message of that name."""
    return understand((BOUNCES / f"{name}.eml").read_bytes())


def test_every_message_is_tested() -> None:
    """No file in bounces/ is forgotten."""
    assert {*FAILED, *NOTHING, *COMPLAINTS, *COMMANDS} == {path.stem for path in BOUNCES.glob("*.eml")}


@pytest.mark.parametrize("name", FAILED)
def test_a_bounce_is_read(name: str) -> None:
    """Verdict, status and reader come out, and something in it ties it to our delivery."""
    bounce = read(name)

    assert isinstance(bounce, Bounce)
    assert FAILED[name] == (bounce.verdict.name, bounce.status, bounce.trace.recipient)
    assert "failed" == bounce.verdict.state
    assert VERP in bounce.trace.addresses


@pytest.mark.parametrize("name", FAILED)
def test_line_ends_make_no_difference(name: str) -> None:
    """A mailbox may keep LF or CRLF."""
    raw = (BOUNCES / f"{name}.eml").read_bytes()

    assert understand(raw) == understand(raw.replace(b"\n", b"\r\n"))


@pytest.mark.parametrize("name", ["qmail-remote-unknown", "qmail-no-mailbox", "qmail-over-quota"])
def test_a_bounce_without_a_sender_is_read(name: str) -> None:
    """That it is a bounce, its empty Return-Path tells; also where From is there and empty."""
    raw = (BOUNCES / f"{name}.eml").read_bytes()
    bare = re.sub(rb"(?mi)^From:.*\n([ \t].*\n)*", b"", raw, count=1)
    expected = understand(raw)

    assert isinstance(expected, Bounce)
    for sender in (b"", b"From:\n", b"From: MAILER-DAEMON\n"):
        found = understand(b"Return-Path: <>\n" + sender + bare)
        assert isinstance(found, Bounce)
        assert (expected.verdict, expected.trace.recipient) == (found.verdict, found.trace.recipient)


@pytest.mark.parametrize("name", NOTHING)
def test_what_is_no_bounce_is_left_alone(name: str) -> None:
    """Delays, out-of-office notes, receipts, reports and mail of others cost nobody anything."""
    assert Ignored(NOTHING[name]) == read(name)  # type: ignore[arg-type]


@pytest.mark.parametrize("name", COMPLAINTS)
def test_a_complaint_is_read(name: str) -> None:
    """RFC 5965 reports, and Outlook's, name the reader or carry our message."""
    complaint = read(name)

    assert isinstance(complaint, Complaint)
    assert COMPLAINTS[name] == (complaint.kind, complaint.trace.recipient)
    assert MESSAGE_ID == complaint.trace.message_id
    assert VERP in complaint.trace.addresses


@pytest.mark.parametrize("name", COMMANDS)
def test_a_command_is_read(name: str) -> None:
    """The subject is the token of List-Unsubscribe, or the word alone; Apple Mail calls its own an auto-reply."""
    assert COMMANDS[name] == read(name)


def test_the_trace_has_all_that_leads_to_the_delivery() -> None:
    """VERP address, envelope id, Message-ID and reader, the most trustworthy first."""
    bounce = read("postfix-user-unknown")

    assert isinstance(bounce, Bounce)
    assert (VERP,) == bounce.trace.addresses
    assert MESSAGE_ID.partition("@")[0] == bounce.trace.envid
    assert MESSAGE_ID == bounce.trace.message_id


@pytest.mark.parametrize("name", ["gmail-disabled-bare", "qmail-no-mailbox", "exchange-loop", "opensmtpd-report"])
def test_our_message_id_is_found_wherever_it_stands(name: str) -> None:
    """In the copy, in the copied headers, in the text below a line, in X-Original-Message-ID, in References."""
    bounce = read(name)

    assert isinstance(bounce, Bounce)
    assert MESSAGE_ID == bounce.trace.message_id


def test_a_huge_bounce_is_read_from_its_head() -> None:
    """50 MB of returned message change nothing."""
    raw = (BOUNCES / "postfix-user-unknown.eml").read_bytes()

    assert understand(raw) == understand(raw + b"x" * 50_000_000)


HOSTILE = {
    "nested": b"".join(b'Content-Type: multipart/mixed; boundary="%d"\n\n--%d\n' % (n, n) for n in range(3000)),
    "parts": b"From: postmaster@x\nContent-Type: multipart/mixed; boundary=b\n\n" + b"--b\n\n" * 20_000,
    "words": b"Subject: " + b"=?utf-8?q?" * 9000 + b"\n\n",
    "punycode": b"From: mailer-daemon@x\nContent-Type: text/plain; charset=punycode\n\n550 5.1.1 a-" + b"9" * 90_000,
    "no charset": b"From: mailer-daemon@x\nContent-Type: text/plain; charset=cp0\n\n550 5.1.1 <a@example.org>\n",
    "nul in charset": b"From: mailer-daemon@x\nContent-Type: text/plain; charset*=\0''x\n\n550 5.1.1 <a@example.org>\n",
    "nul in boundary": b"From: mailer-daemon@x\nContent-Type: multipart/report; boundary*=\0''b\n\n--b\n\n",
    "tags": b"From: mailer-daemon@x\nContent-Type: text/html\n\n550 5.1.1 " + b"<" * 90_000,
    "charset": b"Subject: =?no-such-charset?b?AAAA?=\n\n",
    "dashes": b"From: mailer-daemon@x\n\n" + b"-" * 200_000,
    "at": b"From: mailer-daemon@x\n\n550 5.1.1\n" + b"a@" * 20_000,
    "nul": b"\0" * 10_000,
    "status": b"Content-Type: message/delivery-status\n\nAction: failed\n\nStatus: 9.9.9\n",
    "empty": b"",
}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_mail_is_survived(name: str) -> None:
    """Whoever can write to the bounce address cannot stop us reading it."""
    assert isinstance(understand(HOSTILE[name]), Returned)


@pytest.mark.parametrize("odd", [b"\0", b"=?utf-8?q?=00?=", b"=?utf-7?q?+2AA-?=", b"\xff"])
def test_what_a_bounce_says_can_be_kept(odd: bytes) -> None:
    """No database holds half a letter, and PostgreSQL no null."""
    report = (BOUNCES / "postfix-user-unknown.eml").read_bytes().replace(b"550 5.1.1", b"550 5.1.1 " + odd)

    for message in (report, b"From: mailer-daemon@x\n\n550 5.1.1 <a@example.org> unknown " + odd):
        bounce = understand(message)
        assert isinstance(bounce, Bounce)
        assert bounce.diagnostic.encode()
        assert "\0" not in bounce.diagnostic


@given(st.sampled_from(sorted(FAILED)), st.integers(0, 4000), st.binary(max_size=60))
def test_damaged_mail_is_survived(name: str, at: int, noise: bytes) -> None:
    """A bounce that a gateway has cut or garbled is still a value, never an exception."""
    raw = (BOUNCES / f"{name}.eml").read_bytes()

    assert isinstance(understand(raw[:at] + noise + raw[at + len(noise) :]), Returned)
    assert isinstance(understand(raw[:at]), Returned)
