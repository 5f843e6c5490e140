"""`feeds bounces` and what `feeds run-due` says of mail that came back."""

import subprocess
import sys
from pathlib import Path

import pytest

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
    program = [sys.executable, "-P", "-c", "import feeds.cli; feeds.cli.main()", *words, "--site", str(site)]
    done = subprocess.run(program, input=given, capture_output=True, check=False)
    return done.returncode, done.stdout.decode(), done.stderr.decode()


def test_mailbox_is_read(site: Path) -> None:
    """What is not ours is counted and stays."""
    (site / "Mail/new/1").write_bytes(b"From: friend@example.net\nSubject: lunch\n\nat one?\n")

    assert feeds(site, "bounces") == (0, "1 left\n", "")
    assert (site / "Mail/new/1").exists()


def test_message_comes_through_a_pipe(site: Path) -> None:
    """Whole, however long it is, as the mail server that writes it expects."""
    message = b"To: bounces+" + b"a" * 40 + b"@example.org\nFrom: mailer-daemon@example.net\n\n" + b"x" * 1_000_000

    assert feeds(site, "bounces", "-", given=message) == (0, "1 left\n", "")


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
