"""Mail is found where it lies, and left there."""

import shutil
import subprocess
import time
from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from io import BytesIO
from ipaddress import ip_address
from pathlib import Path
from socket import create_connection, create_server
from tempfile import TemporaryDirectory
from urllib.parse import quote

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from feeds.config import Bounces
from feeds.errors import MailboxError, SettingsError
from feeds.mailbox import MOST, Imap, mailbox, piped

BOUNCE = b"From: MAILER-DAEMON@example.org\nSubject: returned\n\nno such user\n"
OTHER = b"From: friend@example.org\nSubject: lunch\n\nat one?\n"


@pytest.fixture
def maildir(tmp_path: Path) -> Path:
    for name in ("cur", "new", "tmp"):
        (tmp_path / "Mail" / name).mkdir(parents=True)
    (tmp_path / "Mail/new/1.bounce").write_bytes(BOUNCE)
    (tmp_path / "Mail/cur/2.other:2,F").write_bytes(OTHER)
    (tmp_path / "Mail/cur/3.read:2,RS").write_bytes(OTHER)
    return tmp_path / "Mail"


def names(maildir: Path) -> list[str]:
    return sorted(path.relative_to(maildir).as_posix() for path in maildir.rglob("*") if path.is_file())


def test_maildir_gives_what_nobody_has_read(maildir: Path) -> None:
    """From new/, and from cur/ what has no flag S; looking changes nothing."""
    before = names(maildir)
    with mailbox(Bounces("Mail"), maildir.parent, "") as opened:
        found = [letter.message for letter in opened.new()]

    assert found == [BOUNCE, OTHER]
    assert names(maildir) == before


def test_only_what_was_understood_is_marked_in_a_maildir(maildir: Path) -> None:
    """It counts as read from then on; the other letter is as new as it was."""
    for _ in range(2):
        with mailbox(Bounces(str(maildir)), Path(), "") as opened:
            for letter in opened.new():
                (opened.file if letter.message == BOUNCE else opened.pass_by)(letter)

    assert names(maildir) == ["cur/1.bounce:2,S", "cur/2.other:2,F", "cur/3.read:2,RS"]


def test_letter_that_another_program_takes_is_let_go(maildir: Path) -> None:
    """Two programs may read one Maildir."""
    with mailbox(Bounces(str(maildir)), Path(), "") as opened:
        letters = list(opened.new())
        (maildir / "new/1.bounce").unlink()
        opened.file(letters[0])

        assert len(list(opened.new())) == 1


def test_folder_that_is_no_maildir_is_named(tmp_path: Path) -> None:
    """In one line, with the cure."""
    with (
        pytest.raises(MailboxError, match=r"No such file.*nowhere/new'; name a folder with cur, new and tmp"),
        mailbox(Bounces("nowhere"), tmp_path, "") as opened,
    ):
        list(opened.new())


def test_pipe_is_read_to_its_end() -> None:
    """Who writes into it must not meet a closed door, and 50 MB do not fill the memory."""
    stream = BytesIO(BOUNCE + b"x" * 50_000_000)

    assert piped(stream) == (BOUNCE + b"x" * MOST)[:MOST]
    assert stream.read() == b""


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("imap://user@imap.example.org/", "expected a Maildir or something like 'imaps://"),
        ("imaps://imap.example.org/", "expected a Maildir or something like 'imaps://"),
        ("imaps://user@imap.example.org:port/", "expected a Maildir or something like 'imaps://"),
        ("imaps://user@imap.example.org/", "set FEEDS_IMAP_PASSWORD"),
    ],
)
def test_mailbox_that_cannot_be_is_refused(url: str, expected: str) -> None:
    """Before anything is opened; a connection without TLS is none."""
    with pytest.raises(SettingsError, match=expected):
        mailbox(Bounces(url), Path(), "")


def test_name_that_no_server_can_have_is_named() -> None:
    """In one line, though Python has an exception of its own for it."""
    with pytest.raises(MailboxError, match=r"^imaps://imap\.\.example\.org:993: .*; check mail\.bounces\.url"):
        mailbox(Bounces("imaps://user@imap..example.org/"), Path(), "secret").__enter__()


CONFIGURATION = """\
protocols = imap
listen = 127.0.0.1
base_dir = {root}/run
state_dir = {root}/state
log_path = {root}/log
default_login_user = {user}
default_internal_user = {user}
default_internal_group = {user}
ssl = required
ssl_cert = <{root}/cert.pem
ssl_key = <{root}/key.pem
mail_location = maildir:{root}/Mail
mail_uid = {user}
mail_gid = {user}
first_valid_uid = 0
passdb {{
  driver = static
  args = password=secret
}}
userdb {{
  driver = static
  args = uid={user} gid={user} home={root}
}}
service imap-login {{
  chroot =
  inet_listener imap {{
    port = 0
  }}
  inet_listener imaps {{
    port = {port}
  }}
}}
service anvil {{
  chroot =
}}
"""


def certificate(folder: Path) -> None:
    """Write a certificate of 127.0.0.1 that vouches for itself."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "test")])
    now = datetime.now(UTC)
    address = x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))])
    made = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(address, critical=False)
        .sign(key, hashes.SHA256())
    )
    (folder / "cert.pem").write_bytes(made.public_bytes(serialization.Encoding.PEM))
    pem, plain = serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    (folder / "key.pem").write_bytes(key.private_bytes(serialization.Encoding.PEM, pem, plain))


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Run an IMAP server; give its folder, with its URL in the file `url`."""
    with TemporaryDirectory() as name, create_server(("127.0.0.1", 0)) as probe:
        folder, port = Path(name), probe.getsockname()[1]
        probe.close()
        folder.chmod(0o755)
        certificate(folder)
        user = "mail" if folder.owner() == "root" else folder.owner()  # it serves nothing of root's
        for place in ("cur", "new", "tmp"):
            (folder / "Mail" / place).mkdir(parents=True)
        (folder / "Mail/new/1.bounce").write_bytes(BOUNCE)
        (folder / "Mail/new/2.other").write_bytes(OTHER)
        for path in (folder / "Mail", *(folder / "Mail").rglob("*")):
            shutil.chown(path, user)
        (folder / "dovecot.conf").write_text(CONFIGURATION.format(root=folder, user=user, port=port))
        (folder / "url").write_text(f"imaps://reader@127.0.0.1:{port}")
        monkeypatch.setenv("SSL_CERT_FILE", str(folder / "cert.pem"))
        process = subprocess.Popen(["/usr/sbin/dovecot", "-F", "-c", folder / "dovecot.conf"])
        answers(port)
        yield folder
        process.terminate()
        process.wait()


def answers(port: int) -> None:
    """Wait until something listens."""
    for _ in range(500):
        with suppress(ConnectionRefusedError), create_connection(("127.0.0.1", port), timeout=5):
            return
        time.sleep(0.02)
    pytest.fail("the IMAP server does not start")


@pytest.mark.needs("dovecot")
@pytest.mark.parametrize("folder", ["", "فهمت & قديم"])
def test_only_what_was_understood_is_touched_over_imap(server: Path, folder: str) -> None:
    """It is read, and moved if the settings name a folder; the rest stays unread, and is not looked at again."""
    bounces, found = Bounces((server / "url").read_text(), folder=folder), []
    for _ in range(2):
        with mailbox(bounces, Path(), "secret") as opened:
            for letter in opened.new():
                found.append(letter.message.replace(b"\r\n", b"\n"))
                (opened.file if found[-1] == BOUNCE else opened.pass_by)(letter)

    def search(folder: str, what: str) -> list[object]:
        url = f"{(server / 'url').read_text()}/{quote(folder)}"
        with mailbox(Bounces(url), Path(), "secret") as opened:
            assert isinstance(opened, Imap)
            return opened._do("SEARCH", what)

    assert found == [BOUNCE, OTHER]
    assert search("INBOX", "UNSEEN") == [b"2"]
    assert search(folder or "INBOX", "SEEN") == [b"1"]
    assert search("INBOX", "ALL") == ([b"2"] if folder else [b"1 2"])


@pytest.mark.needs("dovecot")
@pytest.mark.parametrize(
    ("change", "password", "expected"),
    [
        ("", "wrong", "AUTHENTICATIONFAILED"),
        ("", "كلمة السر", "AUTHENTICATIONFAILED"),
        ("/Nowhere", "secret", "doesn't exist: Nowhere"),
    ],
)
def test_imap_that_does_not_let_us_in_says_so(server: Path, change: str, password: str, expected: str) -> None:
    """In one line, with the server and the cure."""
    with (
        pytest.raises(MailboxError, match=rf"^imaps://127\.0\.0\.1:\d+: .*{expected}.*; check mail\.bounces\.url"),
        mailbox(Bounces((server / "url").read_text() + change), Path(), password),
    ):
        pass


@pytest.mark.needs("dovecot")
def test_certificate_of_the_server_is_checked(server: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Else anybody on the way could take the password."""
    monkeypatch.delenv("SSL_CERT_FILE")

    with (
        pytest.raises(MailboxError, match="certificate verify failed"),
        mailbox(Bounces((server / "url").read_text()), Path(), "secret"),
    ):
        pass
