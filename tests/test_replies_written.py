"""Who is a person, as far as the headers of a mail tell."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feeds.replies import Written, written

BOUNCES = Path(__file__).parent / "bounces"
PLAIN = "From: Leila <leila@example.net>\nTo: b@example.org\nMessage-ID: <1@example.net>\n"


def mail(*lines: str) -> bytes:
    return ("\n".join((PLAIN.strip(), *lines)) + "\n\nhello\n").encode()


def test_mail_of_a_person_tells_who_and_where_to() -> None:
    """By every header that mail servers write the address into."""
    found = written(mail("Delivered-To: b+x@example.org", "Auto-Submitted: no"))

    assert found == Written("leila@example.net", ("b+x@example.org", "b@example.org"), "<1@example.net>")


@pytest.mark.parametrize(
    ("line", "sender"),
    [
        ('From: "leila@example.net" <leila@example.net>', "leila@example.net"),
        ("From: leila@example.net (Leila)", "leila@example.net"),
        ("From: =?utf-8?q?x=40evil=2Eexample=2C?= <leila@example.net>", "leila@example.net"),
        ("From: =?utf-8?b?2YTZitmE2Yk=?= <leila@مثال.إختبار>", "leila@مثال.إختبار"),
    ],
)
def test_sender_is_the_address_and_not_the_name(line: str, sender: str) -> None:
    """Whatever the name looks like."""
    found = written((line + "\n\n").encode())

    assert found is not None
    assert found.sender == sender


@pytest.mark.parametrize(
    ("sender", "is_person"),
    [
        ("no-reply@example.net", False),
        ("acme-donotreply@example.net", False),
        ("bounces+1@example.net", False),
        ("owner-list@example.net", False),
        ("list-request@example.net", False),
        ("postmaster@example.net", False),
        ("homeowner-1@example.net", True),
        ("anna.replyson@example.net", True),
    ],
)
def test_addresses_that_nobody_writes_from(sender: str, is_person: bool) -> None:
    """Known by their names, without taking a person for one of them."""
    assert (written(f"From: {sender}\n\n".encode()) is not None) == is_person


@pytest.mark.parametrize("name", sorted(path.name for path in BOUNCES.glob("*.eml")))
def test_what_comes_from_machines_is_known(name: str) -> None:
    """Bounces, complaints, receipts and answers of machines; what people wrote is not mistaken for one."""
    by_people = {
        "complaint-outlook.eml",  # `understand` knows it by what it holds
        "subscribe-word.eml",
        "unsubscribe-token.eml",
        "unsubscribe-word.eml",
        "unrelated-answer.eml",
        "unrelated-attached-bounce.eml",
        "unrelated-quoted-bounce.eml",
    }

    assert (written((BOUNCES / name).read_bytes()) is not None) == (name in by_people)


@given(st.binary(max_size=400))
def test_no_bytes_are_too_odd(some: bytes) -> None:
    """It is read by a program that must go on."""
    null = b"Content-Type: text/plain; charset*=\0''" + some
    for message in (some, b"From: " + some, mail() + some, b"From: a@example.net\n" + null):
        found = written(message)
        assert found is None or found.sender


def test_message_id_of_a_stranger_is_plain() -> None:
    """It is kept in the database, where no NUL can be."""
    for wrong in ("<a\0b@example.net>", "<a b@example.net>", "1@example.net", f"<{'x' * 300}@example.net>"):
        found = written(f"From: a@example.net\nMessage-ID: {wrong}\n\n".encode())
        assert found is not None
        assert found.message_id == ""
