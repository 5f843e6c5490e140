"""`feeds bounces` and what `feeds run-due` says of mail that came back."""

import re
import subprocess
import sys
from datetime import UTC, datetime
from email import message_from_bytes
from pathlib import Path

import pytest

from feeds import subscriptions
from feeds.cli.call import Call
from feeds.cli.newsletter import _tick
from feeds.config import load
from feeds.model import Problem
from feeds.store import Store

SETTINGS = """
[site]
url = "https://example.org/"
title = "A site"

[[newsletter]]
name = "weekly"

[mail]
from = "news@example.org"
bounces = {{ url = "{url}", address = "bounces@example.org" }}
"""


@pytest.fixture
def site(tmp_path: Path) -> Path:
    (tmp_path / "feeds.toml").write_text(SETTINGS.format(url="Mail"))
    (tmp_path / "posts").mkdir()
    for name in ("cur", "new", "tmp"):
        (tmp_path / "Mail" / name).mkdir(parents=True)
    return tmp_path


def feeds(site: Path, *words: str, given: bytes = b"") -> tuple[int, str, str]:
    """Run the command as a mail server would."""
    program = [sys.executable, "-P", "-m", "feeds", *words, "--site", str(site)]
    done = subprocess.run(program, input=given, capture_output=True, check=False)
    return done.returncode, done.stdout.decode(), done.stderr.decode()


ODD = (
    b"From: Syst\xe8me de messagerie <MAILER-DAEMON@x.example>\nSubject: failure\n\n<a@b.example>: 550 5.1.1\n",
    b"Return-Path: <>\nSubject: failure\n\n<a@b.example>: 550 5.1.1\n",
    b"Return-Path: <>\nFrom: \nSubject: failure\n\n<a@b.example>: 550 5.1.1\n",
    b"\n\n<a@b.example>: 550 5.1.1\n",
)


def test_odd_mail_is_read_in_silence(site: Path) -> None:
    """A library that stumbles over it writes no traceback to standard error, which cron would mail each time."""
    for number, each in enumerate(ODD):
        (site / "Mail/new" / str(number)).write_bytes(each)

    assert feeds(site, "bounces") == (0, f"{len(ODD)} left unread\n", "")
    assert feeds(site, "bounces", "-", given=ODD[1]) == (0, "1 left unread\n", "")


def test_scheduler_is_silent_about_mail_that_stays(site: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A question that waits for a person in the mailbox is no news, minute after minute."""
    (site / "Mail/new/1").write_bytes(b"From: someone@example.net\nTo: bounces@example.org\nSubject: Hello\n\nWho?\n")
    call, said = Call(site, as_json=False, quiet=False, verbose=0), set[Problem | str]()
    for _ in range(2):
        _tick(call, said, lambda: False)

    assert 1 == capsys.readouterr().out.count("came back: 1 left unread")  # with the first build


def test_reader_subscribes_and_confirms_by_two_mails(site: Path) -> None:
    """Piped in by a mail server, with a message in the folder between them; then they are on the list."""
    wish = b"From: Leila <leila@example.net>\nTo: bounces@example.org\nSubject: subscribe\nMessage-ID: <1@x>\n\n"
    said = [feeds(site, "bounces", "-", given=wish), feeds(site, "deliver")]
    (message,) = (message_from_bytes(path.read_bytes()) for path in (site / "mail").rglob("*.eml"))
    answer = f"From: leila@example.net\nTo: {message['Reply-To']}\nSubject: Re: yes\nMessage-ID: <2@x>\n\n"
    said += [feeds(site, "bounces", "-", given=answer.encode()), feeds(site, "subscribers", "list")]
    shown = feeds(site, "subscribers", "show", "leila@example.net")[1].splitlines()

    assert [code for code, _, _ in said] == [0] * 4
    assert shown[:2] == ["leila@example.net active", "  weekly: categories (default), cadence (default)"]
    assert re.fullmatch(r"  weekly: asked by mail <1@x> on .* UTC; confirmed by mail <2@x> on .* UTC", shown[3])
    assert [out for _, out, _ in said] == [
        "1 asked\n",
        "deliveries: 1 sent\n",
        "1 confirmed\n",
        "leila@example.net\tactive\t\n",
    ]


def test_newsletters_that_a_reader_left_are_shown_as_such(site: Path) -> None:
    """What they had chosen there counts no more."""
    feeds(site, "subscribers", "add", "one@example.org")
    with Store.open("sqlite:///feeds.db", site) as store, store.writing() as connection:
        subscriptions.leave(load(site), connection, 1, "weekly", datetime.now(UTC))
    shown = feeds(site, "subscribers", "show", "one@example.org")[1].splitlines()

    assert "  weekly: left" == shown[1]


def test_operator_asks_and_changes_readers(site: Path) -> None:
    """With the words of the command line."""
    feeds(site, "subscribers", "add", "one@example.org")
    (site / "readers.csv").write_text("email,name\none@example.org,One\ntwo@example.org,\n")
    said = [
        feeds(site, "subscribers", *words)
        for words in (
            ("add", "three@example.org", "--confirm"),
            ("import", str(site / "readers.csv"), "--confirm", "--change", "--dry-run"),
            ("change", "one@example.org", "--language", "fr"),
            ("change", "one@example.org", "--cadence", "hourly"),
        )
    ]

    assert [out.splitlines() for _, out, _ in said] == [
        ["three@example.org is asked to confirm by the next `feeds deliver`"],
        [
            "one@example.org: name (default) -> One",
            "1 would be asked to confirm, 1 there already (1 changed), 0 have left before",
        ],
        ["one@example.org: language (default) -> fr"],
        [],
    ]
    assert said[-1][2].startswith("feeds: weekly is not offered 'hourly'")


def test_mailbox_is_read(site: Path) -> None:
    """What is not ours is counted and stays."""
    (site / "Mail/new/1").write_bytes(b"From: friend@example.net\nSubject: lunch\n\nat one?\n")

    assert feeds(site, "bounces") == (0, "1 left unread\n", "")
    assert (site / "Mail/new/1").exists()


def test_message_comes_through_a_pipe(site: Path) -> None:
    """Whole, however long it is, as the mail server that writes it expects."""
    message = b"To: bounces+" + b"a" * 40 + b"@example.org\nFrom: mailer-daemon@example.net\n\n" + b"x" * 1_000_000

    assert feeds(site, "bounces", "-", given=message) == (0, "1 left unread\n", "")


def test_site_without_a_mailbox_says_how_to_have_one(site: Path) -> None:
    """Rather than that there was no mail."""
    (site / "feeds.toml").write_text(SETTINGS.format(url=""))
    code, _, said = feeds(site, "bounces")

    assert (code, said.partition(";")[0]) == (2, "feeds: mail.bounces.url is empty")


def test_mailbox_that_cannot_be_read_holds_nothing_up(site: Path) -> None:
    """run-due names it and goes on; the command for it fails, for now."""
    (site / "feeds.toml").write_text(SETTINGS.format(url="Elsewhere"))
    code, said, problems = feeds(site, "run-due")

    assert (code, said.partition(":")[0]) == (0, "feeds")
    assert "mail.bounces.url: " in problems
    assert feeds(site, "bounces")[0] == 75
