"""What a DKIM signature promises, as dkimpy and OpenDKIM see it."""

import re
import subprocess
import sys
from pathlib import Path

import dkim as verifier  # type: ignore[import-untyped]
import pytest
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from hypothesis import given
from hypothesis import strategies as st

from feeds.dkim import SIGNED, Key, load_key, sign
from feeds.errors import SettingsError

PrivateKey = rsa.RSAPrivateKey | ed25519.Ed25519PrivateKey | ec.EllipticCurvePrivateKey
HEADERS = (
    b"From: =?utf-8?b?2YXYr9mI2YbYqtmK?= <news@example.org>\r\n"
    b"To: <reader@example.net>\r\n"
    b"Subject: =?utf-8?b?2LnYr9ivINin2YTYo9iz2KjZiNi5?=\r\n"
    b"Date: Mon, 23 Nov 2026 08:00:05 +0100\r\n"
    b"Message-ID: <42.abc@example.org>\r\n"
    b"List-Unsubscribe: <https://news.example.org/u/ABC>,\r\n <mailto:unsub@example.org?subject=ABC>\r\n"
    b"List-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n"
    b"Feedback-ID: 42:weekly:example:feeds\r\n"
)
BODY = b"Hello  \t world \r\n\r\n.\r\n \r\n\r\n\r\n"
MESSAGE = HEADERS + b"\r\n" + BODY


def pem(key: PrivateKey) -> bytes:
    """Write a key as openssl does."""
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())


RSA = load_key(pem(rsa.generate_private_key(65537, 2048)))
ED25519 = load_key(pem(ed25519.Ed25519PrivateKey.generate()))
KEYS = pytest.mark.parametrize("key", [RSA, ED25519], ids=["rsa", "ed25519"])


def signed(message: bytes, key: Key) -> bytes:
    """Put the signature before a message."""
    return sign(message, "example.org", "feeds", key) + message


def holds(message: bytes, key: Key) -> bool:
    """Ask dkimpy, with the record that we publish."""

    def lookup(name: bytes, timeout: int = 5) -> bytes:
        assert b"feeds._domainkey.example.org." == name
        return key.record.encode()

    return bool(verifier.verify(message, dnsfunc=lookup))


@KEYS
def test_a_signature_holds(key: Key) -> None:
    """dkimpy agrees with headers, body and the record for the DNS."""
    assert holds(signed(MESSAGE, key), key)


@pytest.mark.needs("opendkim")
@KEYS
def test_opendkim_agrees(tmp_path: Path, key: Key) -> None:
    """What most mail servers verify with accepts it, and refuses it when a letter of the body changed."""
    (tmp_path / "dns").write_text(f"feeds._domainkey.example.org {key.record}\n")
    (tmp_path / "conf").write_text(f"Mode v\nSyslog no\nTestDNSData file:{tmp_path}/dns\n")
    results = []
    for message in (signed(MESSAGE, key), signed(MESSAGE, key).replace(b"Hello", b"Hallo")):
        (tmp_path / "message").write_bytes(message)
        command = ["/usr/sbin/opendkim", "-x", f"{tmp_path}/conf", "-t", f"{tmp_path}/message", "-v"]
        results.append(subprocess.run(command, capture_output=True, text=True, check=True).stdout)

    assert "verification (s=feeds, d=example.org" in results[0]
    assert "succeeded" in results[0]
    assert "succeeded" not in results[1]


@given(st.lists(st.sampled_from([b"", b" ", b"a", b"a \t b", b" a", b"a  ", b".", b"\t"]), max_size=8))
def test_any_body_can_be_signed(lines: list[bytes]) -> None:
    """Empty or of blanks only, both sides canonicalise it alike (RFC 6376 3.4.4)."""
    body = b"".join(line + b"\r\n" for line in lines)

    assert holds(signed(HEADERS + b"\r\n" + body, ED25519), ED25519)


@given(st.lists(st.text(st.characters(codec="ascii", exclude_categories=["Cc"]), max_size=30), min_size=1, max_size=4))
def test_any_header_can_be_signed(lines: list[str]) -> None:
    """Folded in any way, with any spaces (RFC 6376 3.4.2)."""
    subject = "\r\n ".join(line if line.strip() else "x" for line in lines)
    message = MESSAGE.replace(b"=?utf-8?b?2LnYr9ivINin2YTYo9iz2KjZiNi5?=", subject.encode())

    assert holds(signed(message, ED25519), ED25519)


@KEYS
def test_the_way_there_does_no_harm(key: Key) -> None:
    """Relays add headers of their own, fold others anew and strip spaces at line ends."""
    travelled = (
        signed(MESSAGE, key).replace(b"To: <reader", b"To:\r\n\t<reader").replace(b"Hello  \t world ", b"Hello world")
    )

    assert holds(b"Received: by mx.example.net\r\n\tfor <reader@example.net>\r\n" + travelled.rstrip() + b"\r\n", key)


@pytest.mark.parametrize("name", SIGNED)
def test_no_header_can_be_added(name: str) -> None:
    """Each is signed once more than it is there, so another From, or a first Reply-To, breaks the signature."""
    assert not holds(name.encode() + b": <evil@example.com>\r\n" + signed(MESSAGE, ED25519), ED25519)


@pytest.mark.parametrize("name", re.findall(rb"^[\w-]+", HEADERS, re.MULTILINE))
def test_no_header_can_be_changed_or_removed(name: bytes) -> None:
    """All that a mail program acts on is covered."""
    message = signed(MESSAGE, ED25519)

    assert not holds(message.replace(b"\r\n" + name + b": ", b"\r\n" + name + b": x"), ED25519)
    assert not holds(message.replace(b"\r\n" + name + b": ", b"\r\nX-" + name + b": "), ED25519)


def test_one_click_is_covered() -> None:
    """RFC 8058 4: h= names List-Unsubscribe and List-Unsubscribe-Post, or mailbox providers show no button."""
    header = re.sub(rb"\s", b"", sign(MESSAGE, "example.org", "feeds", RSA)).partition(b"h=")[2].partition(b";")[0]

    assert 2 == header.split(b":").count(b"list-unsubscribe") == header.split(b":").count(b"list-unsubscribe-post")
    assert 2 == header.split(b":").count(b"feedback-id")


def test_fields_of_one_name_are_signed_from_the_last() -> None:
    """RFC 6376 5.4.2: the order of h= is from the bottom."""
    assert holds(signed(b"Cc: <a@example.org>\r\nCc: <b@example.org>\r\n" + MESSAGE, RSA), RSA)


def test_two_keys_sign_the_same_message() -> None:
    """Receivers that do not know Ed25519 use the other one."""
    both = sign(MESSAGE, "example.org", "feeds", RSA) + signed(MESSAGE, ED25519)

    assert holds(both, RSA)
    assert holds(both.partition(b"==\r\n")[2], ED25519)


@KEYS
def test_the_header_can_travel(key: Key) -> None:
    """ASCII, CRLF, no line over 78 characters, the same for the same message."""
    for length in range(1, 64):
        header = sign(MESSAGE, "x" * length + ".example", "feeds-2026", key)

        assert re.fullmatch(rb"DKIM-Signature:([!-~ ]{1,77}\r\n\t(?=[!-~]))*[!-~ ]{1,77}\r\n", header)
        assert header == sign(MESSAGE, "x" * length + ".example", "feeds-2026", key)


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"-----BEGIN NONSENSE-----",
        pem(rsa.generate_private_key(65537, 512 * 2))[:-80],
        pem(ec.generate_private_key(ec.SECP256R1())),
    ],
    ids=["empty", "nonsense", "cut", "elliptic curve"],
)
def test_a_wrong_key_is_told(content: bytes) -> None:
    """One line with the key and a command that makes a right one."""
    with pytest.raises(SettingsError, match=r"mail\.dkim\.key_file: .*; make one with `openssl"):
        load_key(content)


@pytest.mark.parametrize("name", ["", "example.org; x=1", "a\r\nBcc: b", "a..b", "مثال.org"])
def test_a_wrong_domain_is_told(name: str) -> None:
    """Nothing can be written into the header through the settings."""
    with pytest.raises(SettingsError, match="no name in the DNS"):
        sign(MESSAGE, name, "feeds", ED25519)


def test_cryptography_is_not_imported_before_a_key_is() -> None:
    """Whoever signs nothing does not wait for it."""
    code = "import sys, feeds.dkim; sys.exit('cryptography' in sys.modules)"

    assert 0 == subprocess.run([sys.executable, "-c", code], check=False).returncode
