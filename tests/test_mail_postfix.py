"""What is left of our messages behind a real Postfix: whole, signed, read alike by three programs, and no spam."""

import re
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from email import message_from_bytes
from email.header import decode_header, make_header
from email.message import EmailMessage
from email.policy import default
from email.utils import parseaddr
from pathlib import Path

import dkim as verifier  # type: ignore[import-untyped]
import pytest
from cryptography.hazmat.primitives.asymmetric import ed25519, rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from feeds.delivery import Envelope
from feeds.delivery.smtp import Relay, Smtp
from feeds.dkim import Key, load_key, sign
from feeds.mail import Recipient, encode, letterhead, stamp
from feeds.mail.headers import one_line
from feeds.model import Newsletter, Site, Variant
from feeds.tokens import Claim, sign_address
from feeds.tokens import sign as sign_token
from tests.programs import neomutt, opendkim, spam_score
from tests.servers import KEPT, Postfix, postfix

pytestmark = pytest.mark.needs("postfix")

SECRET = "0123456789abcdef0123456789abcdef"
TOKEN = sign_token(Claim("unsubscribe:weekly", 7), [SECRET])
TITLES = (
    "a title with a line feed at its end\n",
    "a\r\nBcc: evil@example.org",
    "a\nTo: evil@example.org\n\nbody",
    "b\x00ell \x07 and nul",
    "turned \u202eround\u202c, marked \u200fright\u200e",
    "half a pair \ud83d",
    "=?utf-8?q?forged?=",
    "family \N{MAN}\u200d\N{WOMAN}\u200d\N{GIRL} \N{SMILING FACE WITH SUNGLASSES}",
    "عنوان «طويل» " * 350,
    "x" * 4000,
    "word " * 800,
    '"quoted", (commented) <bracketed>; 100%',
    ".",
)
NAMES = (
    "",
    "=?utf-8?q?forged?=",
    'Ed "the, Pen" O\'Hara',
    "ليلى، بنت \u202eعمر",
    "a\r\nCc: evil@example.org",
    "evil@example.org,",
    "half \udc00 a pair",
    "<evil@example.org>",
)
SENDER, TITLE = 'الاسم "بين" علامتين, و (فاصلة)', 'مجلة "الخط", العربي; news'
DATE = datetime(2026, 11, 23, 8, tzinfo=UTC)
HOSTILE = [(title, NAMES[number % len(NAMES)]) for number, title in enumerate(TITLES)] + [("plain", n) for n in NAMES]
BODY = "نص\n.\n..\nFrom here\n" + "طويل " * 400


@pytest.fixture(scope="module")
def keys() -> dict[str, Key]:
    """Give a key of each kind."""
    made = {"rsa": rsa.generate_private_key(65537, 2048), "ed25519": ed25519.Ed25519PrivateKey.generate()}
    pem = {
        name: key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())  # type: ignore[attr-defined]
        for name, key in made.items()
    }
    return {name: load_key(each) for name, each in pem.items()}


def named(number: int) -> str:
    return f"<{sign_address(42, number, [SECRET])}@example.org>"


def message(number: int, keys: dict[str, Key]) -> bytes:
    """Make the message with a hostile title and name, signed with both keys."""
    title, name = HOSTILE[number]
    letter = letterhead(
        Site(url="https://example.org/", title=TITLE, language="ar"),
        Newsletter("weekly", title=TITLE),
        42,
        sender=f'"{SENDER.replace(chr(34), chr(92) + chr(34))}" <news@example.org>',
        web_url="https://mail.example.org",
    )
    variant = Variant("all", title, f"<p>{BODY}</p>", BODY, (), "ar")
    recipient = Recipient(f"reader{number}@example.org", named(number), TOKEN, TOKEN, name)
    made = stamp(encode(variant, letter, DATE), recipient)
    for selector, key in keys.items():
        made = sign(made, "example.org", selector, key) + made
    return made


@pytest.fixture(scope="module")
def relay() -> Iterator[Postfix]:
    """Run a Postfix that keeps what it gets."""
    with postfix(KEPT) as running:
        yield running


@pytest.fixture(scope="module")
def arrived(relay: Postfix, keys: dict[str, Key]) -> dict[str, bytes]:
    """Send all hostile messages; return what arrived, by Message-ID."""
    with Smtp(Relay("127.0.0.1", relay.port, "none")) as smtp:
        for number in range(len(HOSTILE)):
            envelope = Envelope("news@example.org", f"reader{number}@example.org", "weekly-42", named(number))
            assert smtp.send(message(number, keys), envelope).state == "sent"
    relay.until_idle()
    return {parsed(data)["Message-ID"]: data for data in relay.kept()}


def parsed(data: bytes) -> EmailMessage:
    return message_from_bytes(data, EmailMessage, policy=default)


def test_nobody_else_gets_anything(relay: Postfix, arrived: dict[str, bytes]) -> None:
    """As many messages as were sent, each to the reader of its envelope and with no header that we did not write."""
    recipients = re.findall(r" to=<([^>]*)>", relay.log.read_text("utf-8"))

    assert arrived.keys() == {named(number) for number in range(len(HOSTILE))}
    assert sorted(recipients) == sorted(f"reader{number}@example.org" for number in range(len(HOSTILE)))
    for data in arrived.values():
        assert not {"Bcc", "Cc", "Resent-To"} & {*parsed(data)}
        assert [len(parsed(data).get_all(name, [])) for name in ("From", "To", "Subject", "Date")] == [1] * 4


def test_postfix_reads_the_recipient_that_we_wrote(keys: dict[str, Key]) -> None:
    """Asked to send to whom the headers name, it finds the reader and nobody else."""
    with postfix() as relay:
        for number in range(len(HOSTILE)):
            command = ["/usr/sbin/sendmail", "-C", str(relay.root / "etc"), "-i", "-t"]
            subprocess.run(command, input=message(number, keys).replace(b"\r\n", b"\n"), check=True)
        relay.until_idle()
        found = re.findall(r" to=<([^>]*)>", relay.log.read_text("utf-8"))

    assert sorted(found) == sorted(f"reader{number}@example.org" for number in range(len(HOSTILE)))


def test_the_standard_library_reads_what_we_meant(arrived: dict[str, bytes]) -> None:
    """Subject, names and bodies, as they were but for what must not be in a header."""
    for number, (title, name) in enumerate(HOSTILE):
        again = parsed(arrived[named(number)])
        to, sender = (parseaddr(str(message_from_bytes(arrived[named(number)])[each])) for each in ("To", "From"))
        text = again.get_body(("plain",))

        assert again["Subject"] == one_line(title)
        assert (decoded(to[0]), to[1]) == (one_line(name), f"reader{number}@example.org")
        assert (decoded(sender[0]), sender[1]) == (SENDER, "news@example.org")
        assert text is not None
        assert text.get_content().splitlines() == BODY.splitlines()


def decoded(text: str) -> str:
    return str(make_header(decode_header(text)))


@pytest.mark.needs("neomutt")
def test_neomutt_shows_what_we_meant(relay: Postfix, arrived: dict[str, bytes], tmp_path: Path) -> None:
    """The same to the eyes of a reader: it shows "" around names, and nothing of what cannot be seen."""
    shown = neomutt(relay.maildir, tmp_path)

    assert shown.keys() == arrived.keys()
    for number, (title, name) in enumerate(HOSTILE):
        each = shown[named(number)]
        assert plain(each["subject"]) == plain(one_line(title))
        assert plain(each["to"]) == plain(f"{one_line(name)} <reader{number}@example.org>" if name else each["to"])
        assert plain(each["from"]) == plain(f"{SENDER} <news@example.org>")
        assert plain(each["list-id"]) == plain(f"{TITLE} <weekly.example.org>")
        assert "طويل طويل" in each["text"]


def plain(text: str) -> str:
    """Leave out what programs may show or not: quotes, escapes, marks of direction, joiners, how spaces lie."""
    return "".join(re.sub('["\\\\\u200e\u200f\u200d?\ufffd]', "", text).split())


def test_every_line_is_lawful(keys: dict[str, Key]) -> None:
    """CRLF only, 7-bit, 78 characters where there is a space to fold at, never 998, and one-click unencoded."""
    for number in range(len(HOSTILE)):
        data = message(number, keys)
        lines = data.split(b"\r\n")

        assert not re.search(rb"[^\t -~]", b"".join(lines))
        assert max(map(len, lines)) <= 78
        assert f"List-Unsubscribe: <https://mail.example.org/u/{TOKEN}>," in unfolded(data)
        assert b"List-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n" in data


def unfolded(data: bytes) -> str:
    """Return the headers, each on one line."""
    return re.sub(r"\n[ \t]+", " ", data.replace(b"\r\n", b"\n").partition(b"\n\n")[0].decode())


def test_signatures_hold_behind_postfix(arrived: dict[str, bytes], keys: dict[str, Key]) -> None:
    """dkimpy verifies both, RSA and Ed25519."""

    def lookup(name: bytes, timeout: int = 5) -> bytes:
        return keys[name.decode().partition(".")[0]].record.encode()

    for data in arrived.values():
        assert verifier.DKIM(data.replace(b"\n", b"\r\n")).verify(idx=0, dnsfunc=lookup)
        assert verifier.DKIM(data.replace(b"\n", b"\r\n")).verify(idx=1, dnsfunc=lookup)


@pytest.mark.needs("opendkim")
def test_opendkim_accepts_them_behind_postfix(arrived: dict[str, bytes], keys: dict[str, Key], tmp_path: Path) -> None:
    """What most receivers verify with."""
    for data in arrived.values():
        (tmp_path / "message").write_bytes(data.replace(b"\n", b"\r\n"))
        said = opendkim(tmp_path / "message", tmp_path, "rsa._domainkey.example.org", keys["rsa"].record)
        assert "verification (s=rsa, d=example.org" in said
        assert "succeeded" in said


# ----------------------------------------------------------------------------------------------- a real digest

SITE = """
[site]
url = "https://example.org/"
title = "مدونتي"
language = "ar"
timezone = "Africa/Algiers"
[[newsletter]]
name = "weekly"
[mail]
from = "مدونتي <news@example.org>"
postal_address = "شارع 1، الجزائر"
backend = "smtp"
[mail.smtp]
host = "127.0.0.1"
port = {port}
security = "none"
[mail.dkim]
domain = "example.org"
selector = "rsa"
key_file = "dkim.pem"
[web]
url = "https://mail.example.org/"
"""


@pytest.fixture(scope="module", params=["our posts", "bidja"])
def digest(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Path, str]]:
    """Send an issue of a whole blog by the real command through Postfix; give the file in the Maildir, and the key."""
    posts = Path(__file__).parent.parent / "posts"
    if request.param != "our posts":
        posts = request.getfixturevalue("shared") / request.param
    folder = tmp_path_factory.mktemp("site")
    (folder / "posts").symlink_to(posts)
    key = rsa.generate_private_key(65537, 2048).private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    (folder / "dkim.pem").write_bytes(key)
    with postfix(KEPT) as relay:
        (folder / "feeds.toml").write_text(SITE.format(port=relay.port), "utf-8")
        for words in ("subscribers add reader@example.org", "issue weekly --since 2000-01-01", "deliver"):
            command = [
                sys.executable,
                "-c",
                "from feeds.cli import main; main()",
                *words.split(),
                "--site",
                str(folder),
            ]
            subprocess.run(command, check=True, capture_output=True)
        relay.until_idle()
        yield next((relay.maildir / "new").iterdir()), load_key(key).record


@pytest.mark.needs("spamassassin")
def test_a_digest_is_no_spam(digest: tuple[Path, str], tmp_path: Path) -> None:
    """SpamAssassin, by the message alone, counts less than a point against it; five would be spam."""
    score, report = spam_score(digest[0], tmp_path)

    assert score < 1.0, report


@pytest.mark.needs("opendkim")
def test_a_digest_verifies_behind_postfix(digest: tuple[Path, str], tmp_path: Path) -> None:
    """By dkimpy and by OpenDKIM."""
    path, record = digest
    data = path.read_bytes().replace(b"\n", b"\r\n")
    (tmp_path / "message").write_bytes(data)

    assert verifier.verify(data, dnsfunc=lambda *_, **__: record.encode())
    assert "succeeded" in opendkim(tmp_path / "message", tmp_path, "rsa._domainkey.example.org", record)


def test_a_digest_is_lawful_and_whole(digest: tuple[Path, str]) -> None:
    """Lines, size and text: nothing for a program on the way to change or to cut."""
    data = digest[0].read_bytes()
    html, text = (parsed(data).get_body((kind,)) for kind in ("html", "plain"))

    assert max(map(len, data.split(b"\n"))) <= 78
    assert data.isascii()
    assert html is not None
    assert len(html.get_content().encode()) <= 95 * 1024
    assert text is not None
    assert 0 < len(text.get_content()) < len(html.get_content())
    assert re.search(
        r"^List-Unsubscribe: <https://mail\.example\.org/u/[\w-]+>, <mailto:", unfolded(data), re.MULTILINE
    )


@pytest.mark.needs("neomutt")
def test_a_digest_reads_right_in_neomutt(digest: tuple[Path, str], tmp_path: Path) -> None:
    """The subject, the name of the newsletter, each title on a line of its own, and the way out."""
    [shown] = neomutt(digest[0].parent.parent, tmp_path).values()
    lines = [line.strip("\u200e\u200f") for line in shown["text"].splitlines()]

    assert shown["from"] == "مدونتي <news@example.org>"
    assert shown["subject"].split("،")[0].rstrip("…") in "\n".join(lines)
    assert lines[0] == "مدونتي"
    assert any(line.startswith("https://mail.example.org/u/") for line in lines)
    assert max(len(line) for line in lines if "://" not in line) <= 78
