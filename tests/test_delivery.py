"""What every backend does with a message, and what each does with it besides."""

import io
import socket
from collections.abc import Iterator
from email import message_from_bytes
from email.policy import default
from pathlib import Path

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Session
from aiosmtpd.smtp import Envelope as Received
from hypothesis import given, settings
from hypothesis import strategies as st

from feeds import config
from feeds.config import Mail
from feeds.delivery import BACKENDS, Backend, Envelope
from feeds.delivery.console import Console
from feeds.delivery.folder import Folder, file_name
from feeds.delivery.memory import Memory
from feeds.errors import DeliveryError, SettingsError
from feeds.model import Outcome

ENVELOPE = Envelope("news@example.org", "reader@example.org", "weekly-42", "<42.abc@example.org>")
MESSAGE = (
    b"From: <news@example.org>\r\nTo: <reader@example.org>\r\nSubject: =?utf-8?b?2LnYr9iv?=\r\n"
    b"MIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: base64\r\n\r\n"
    b"2YXYsdit2KjYpw==\r\n"
)


@pytest.fixture(scope="module")
def mail() -> Iterator[Mail]:
    """Give settings with which every backend can hand over."""
    controller = Controller(Sink(), hostname="127.0.0.1", port=free_port())
    controller.start()
    yield Mail(smtp=config.Smtp("127.0.0.1", controller.port, "none", connections=2))
    controller.stop()


@pytest.mark.parametrize("name", BACKENDS)
def test_every_backend_hands_over(tmp_path: Path, mail: Mail, name: str) -> None:
    """A message that was taken is "sent", on each of its lanes; opening and closing make a context."""
    for lane in BACKENDS[name](mail, tmp_path, {}).lanes():
        with lane:
            assert lane.send(MESSAGE, ENVELOPE).state == "sent"
            assert (lane.remote, type(lane.repeatable)) == (name == "smtp", bool)


def test_connections_are_as_many_as_the_settings_say(tmp_path: Path, mail: Mail) -> None:
    """Each is its own; what writes into one place has one lane."""
    lanes = {name: len({id(lane) for lane in BACKENDS[name](mail, tmp_path, {}).lanes()}) for name in BACKENDS}

    assert lanes == dict.fromkeys(BACKENDS, 1) | {"smtp": 2}


@pytest.mark.parametrize(
    ("section", "said"),
    [
        (config.Smtp(), "mail.smtp.host is empty"),
        (config.Smtp("relay.example", user="me"), "mail.smtp.user needs a password; set FEEDS_SMTP_PASSWORD"),
    ],
)
def test_relay_without_what_it_takes_is_named(tmp_path: Path, section: config.Smtp, said: str) -> None:
    """Before anything is marked as about to leave."""
    with pytest.raises(SettingsError, match=said):
        BACKENDS["smtp"](Mail(smtp=section), tmp_path, {})


class Sink:
    """A server that takes everything."""

    async def handle_DATA(self, _server: SMTP, _session: Session, _envelope: Received) -> str:
        return "250 2.0.0 Ok"


def free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


def test_folder_keeps_the_very_bytes(tmp_path: Path) -> None:
    """One file for each reader in the folder of the issue, openable by any mail program."""
    outcome = Folder(tmp_path).send(MESSAGE, ENVELOPE)
    path = tmp_path / "weekly-42" / "reader@example.org.eml"

    assert path.read_bytes() == MESSAGE
    assert outcome.reply == "weekly-42/reader@example.org.eml"
    assert [each.name for each in path.parent.iterdir()] == [path.name]


def test_folder_takes_a_message_twice(tmp_path: Path) -> None:
    """What is done again after a crash leaves one file, the same."""
    folder: Backend = Folder(tmp_path)
    for _ in range(2):
        folder.send(MESSAGE, ENVELOPE)

    assert folder.repeatable
    assert [path.read_bytes() for path in tmp_path.rglob("*.eml")] == [MESSAGE]


NAMES = {
    "reader@example.org": "reader@example.org",
    "قارئ@مثال.إختبار": "قارئ@مثال.إختبار",
    "o'neil+news@example.org": "o'neil+news@example.org",
    "../../etc/passwd@example.org": "%2E.%2F..%2Fetc%2Fpasswd@example.org",
    '"a b"@example.org': "%22a%20b%22@example.org",
    "100%@example.org": "100%25@example.org",
    ".": "%2E",
}


@pytest.mark.parametrize("address", NAMES)
def test_file_names_are_safe_and_readable(address: str) -> None:
    """Any script stays as it is; what a file system could misread does not."""
    assert file_name(address) == NAMES[address]


@settings(max_examples=200)
@given(st.lists(st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=300), min_size=2, max_size=2))
def test_file_names_tell_addresses_apart(texts: list[str]) -> None:
    """Two addresses never share a file, and no name leads out of the folder or is too long for it."""
    first, second = map(file_name, texts)

    assert (first == second) == (texts[0] == texts[1])
    for name in (first, second):
        assert not {"/", "\0", "\\"} & set(name)
        assert name not in ("", ".", "..")
        assert len(f"{name}.eml.new".encode()) <= 255


def test_folder_that_cannot_be_written_stops_the_run(tmp_path: Path) -> None:
    """A file where the folder should be: nothing can be delivered, and the line says where."""
    (tmp_path / "mail").write_text("")

    with pytest.raises(DeliveryError, match=r"mail.*; make the folder writable"):
        Folder(tmp_path / "mail").send(MESSAGE, ENVELOPE)


def test_console_shows_words() -> None:
    """A person reads the subject and the text, not base64."""
    stream = io.StringIO()

    Console(stream).send(MESSAGE, ENVELOPE)

    assert stream.getvalue().splitlines() == [
        "--- weekly-42 to reader@example.org",
        "From: news@example.org",
        "To: reader@example.org",
        "Subject: عدد",
        "",
        "مرحبا",
    ]


def test_console_that_nobody_reads_stops_the_run() -> None:
    """Printing into a closed stream is no delivery."""
    stream = io.StringIO()
    stream.close()

    with pytest.raises(DeliveryError, match="cannot print"):
        Console(stream).send(MESSAGE, ENVELOPE)


def test_memory_plays_what_it_is_told() -> None:
    """Tests say what becomes of each message; only what may have left is kept."""
    memory = Memory(Outcome("deferred"), Outcome("uncertain"), DeliveryError("down"))

    assert [memory.send(MESSAGE, ENVELOPE).state for _ in range(2)] == ["deferred", "uncertain"]
    with pytest.raises(DeliveryError):
        memory.send(MESSAGE, ENVELOPE)
    assert memory.messages == [(ENVELOPE, MESSAGE)]
    assert message_from_bytes(memory.messages[0][1], policy=default)["Subject"] == "عدد"
