"""What every message is, checked on its bytes."""

import email
import re
from datetime import UTC, datetime
from email.header import decode_header, make_header
from email.message import EmailMessage
from email.policy import default
from email.utils import parseaddr
from typing import Any

import msgspec
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from feeds.errors import SettingsError
from feeds.mail import Letterhead, Recipient, encode, letterhead, personal, stamp
from feeds.mail.bodies import NAME, NAME_IN_HTML, PREFERENCES, UNSUBSCRIBE
from feeds.mail.headers import Mailbox, header, mailboxes, one_line, sentence
from feeds.model import Newsletter, Site, Variant
from feeds.tokens import Claim, sign, sign_address

SITE = Site(url="https://example.org/", title="مدونتي", language="ar")
SECRET = "0123456789abcdef0123456789abcdef"
MESSAGE_ID = f"<{sign_address(42, 7, [SECRET])}@example.org>"
TOKENS = [sign(Claim(purpose, 7), [SECRET]) for purpose in ("unsubscribe:weekly", "preferences")]
DATE = datetime(2026, 11, 23, 8, tzinfo=UTC)
READER = Recipient("reader@example.com", MESSAGE_ID, TOKENS[0], TOKENS[1], "ليلى <b> & co")
ARABIC = (
    f"<p>{NAME_IN_HTML}</p>\n<p>{'بين السماء والأرض ' * 200}</p><a href='https://example.org/u/{UNSUBSCRIBE}'>u</a>"
)
LATIN = f"Hello {NAME},\n.\nFrom here = there\nhttps://example.org/p/{PREFERENCES}\n{'long ' * 300}\nMünchen"

# Anything a person or a program may have left in a title; lone surrogates as well.
any_text = st.text(st.characters(codec=None), max_size=120)


def letter(**changes: Any) -> Letterhead:
    named = {"sender": "مدونتي <news@example.org>", "web_url": "https://mail.example.org"} | changes
    return letterhead(SITE, Newsletter("weekly"), 42, **named)


def message(subject: str = "عنوان", html: str = ARABIC, text: str = LATIN, **changes: Any) -> bytes:
    variant = Variant("all", subject, html, text, (), "ar")
    return stamp(encode(variant, letter(**changes), DATE), READER)


def parsed(data: bytes) -> EmailMessage:
    return email.message_from_bytes(data, policy=default)


def raw_headers(data: bytes) -> str:
    return re.sub("\r\n(?=[ \t])", "", data.partition(b"\r\n\r\n")[0].decode("ascii")) + "\r\n"


def bodies(data: bytes) -> list[str]:
    parts = list(parsed(data).iter_parts())
    return [part.get_content().replace("\r\n", "\n") for part in parts if isinstance(part, EmailMessage)]


def test_headers_are_exactly_these() -> None:
    """A subject of Arabic, the list headers in plain ASCII, https before mailto, and no header more."""
    expected = [
        ("From", "=?utf-8?b?2YXYr9mI2YbYqtmK?= <news@example.org>"),
        ("Reply-To", "<editor@example.org>"),
        ("To", "=?utf-8?b?2YTZitmE2YkgPGI+ICYgY28=?= <reader@example.com>"),
        ("Subject", "=?utf-8?b?2LnZhtmI2KfZhg==?="),
        ("Date", "Mon, 23 Nov 2026 08:00:00 +0000"),
        ("Message-ID", MESSAGE_ID),
        ("List-Id", "=?utf-8?b?2YXYr9mI2YbYqtmK?= <weekly.example.org>"),
        (
            "List-Unsubscribe",
            f"<https://mail.example.org/u/{TOKENS[0]}>, <mailto:news@example.org?subject={TOKENS[0]}>",
        ),
        ("List-Unsubscribe-Post", "List-Unsubscribe=One-Click"),
        ("List-Archive", "<https://example.org/>"),
        ("Precedence", "bulk"),
        ("Auto-Submitted", "auto-generated"),
        ("X-Auto-Response-Suppress", "OOF, AutoReply"),
        ("Feedback-ID", "weekly-42:weekly:weekly.example.org:exampleorg"),
        ("MIME-Version", "1.0"),
        ("Content-Language", "ar"),
    ]

    lines = raw_headers(message(reply_to="editor@example.org")).split("\r\n")

    assert expected == [tuple(line.split(": ", 1)) for line in lines[: len(expected)]]
    assert re.fullmatch(r'Content-Type: multipart/alternative; boundary="=_[0-9a-f]{32}"', lines[-2])


def test_what_goes_in_comes_out() -> None:
    """The standard library reads back the subject, both bodies with the reader's own values, and the address."""
    data = message("Über «الخط» 縦書き")

    again = parsed(data)

    assert "Über «الخط» 縦書き" == again["Subject"]
    assert "ليلى <b> & co" == again["To"].addresses[0].display_name
    assert ["text/plain", "text/html"] == [part.get_content_type() for part in again.iter_parts()]
    assert [personal(LATIN, READER), personal(ARABIC, READER)] == bodies(data)
    assert not any(part.defects for part in again.walk())


def test_the_name_is_escaped_in_html_only() -> None:
    """A reader whose name holds a tag gets it shown, not obeyed."""
    text, html = bodies(message())

    assert "Hello ليلى <b> & co" in text
    assert "<p>ليلى &lt;b&gt; &amp; co" in html


@given(any_text, any_text)
@settings(max_examples=60)
def test_bodies_survive(text: str, html: str) -> None:
    """Any text and HTML around the placeholders, however long the lines, is read back as it was."""
    text, html = (f"{one_line(each)}\n{UNSUBSCRIBE}{each[::-1]}{NAME}{each}" for each in (text, html))
    text, html = (each.encode("utf-8", "replace").decode().replace("\r", "") for each in (text, html))

    data = message(html=html, text=text)

    assert [personal(text, READER), personal(html, READER)] == bodies(data)


@given(any_text, st.sampled_from([1, 40]))
@example("\ud800", 1)
@settings(max_examples=60)
def test_every_line_is_lawful(title: str, times: int) -> None:
    """Lines end with CRLF and nowhere else, hold ASCII without controls, and no more than 78 octets, spaces willing."""
    data = message(title * times, html=title * times, text=title * times, reply_to="a@example.org")

    lines = data.split(b"\r\n")

    assert not re.search(rb"[^\t -~]", b"".join(lines))
    assert max(map(len, lines)) <= 78
    assert b"" == lines[-1]


@given(any_text)
@settings(max_examples=80)
def test_a_subject_is_one_clean_line(title: str) -> None:
    """Whatever the title, the subject is that title without line breaks, controls and direction overrides."""
    subject = parsed(message(title))["Subject"]

    assert one_line(title) == subject
    assert not re.search("[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]", subject)


@pytest.mark.parametrize(
    ("title", "subject"),
    [
        ("a title with a line feed at its end\n", "a title with a line feed at its end"),
        ("a\r\nBcc: evil@example.com", "a Bcc: evil@example.com"),
        ("turned \u202eround\u202c", "turned round"),
        ("half a pair \ud83d", "half a pair ?"),
        ("=?utf-8?q?forged?=", "=?utf-8?q?forged?="),
        ("family \N{MAN}\u200d\N{WOMAN} kept, می‌شود too", "family \N{MAN}\u200d\N{WOMAN} kept, می‌شود too"),
        ("x" * 4000, "x" * 4000),
        ("100% %(sure)s ~to~ \ufdd0to\ufdd0", "100% %(sure)s ~to~ to"),
    ],
)
def test_titles_that_hurt_others(title: str, subject: str) -> None:
    """Titles that broke messages elsewhere arrive as one harmless line and add no header."""
    data = message(title)

    assert subject == parsed(data)["Subject"]
    assert "Bcc" not in parsed(data)


@given(any_text.map(one_line))
@settings(max_examples=80)
def test_a_name_survives(name: str) -> None:
    """Commas, quotes, brackets and encoded words in a name are part of the name."""
    line = header("To", *mailboxes(Mailbox("reader@example.com", name)))

    shown, address = parseaddr(line.removeprefix("To:").strip())
    # Not with `email.policy.default`, which keeps the space between encoded words (against RFC 2047 6.2).
    assert ("reader@example.com", name) == (address, str(make_header(decode_header(shown))))


def test_a_language_adds_no_header() -> None:
    """A language is written as far as it can be one."""
    variant = Variant("all", "", "", "", (), "ar\r\nBcc: b@example.com")

    data = stamp(encode(variant, letter(), DATE), READER)

    assert ("arBccbexamplecom", None) == (parsed(data)["Content-Language"], parsed(data)["Bcc"])


def test_a_long_subject_is_folded_between_words() -> None:
    """No line is longer than 78, and unfolding gives the subject back (RFC 5322 2.2.3)."""
    subject = "word " * 40

    lines = header("Subject", *sentence(subject)).split("\r\n")

    assert max(map(len, lines)) <= 78
    assert subject.strip() == "".join(lines).removeprefix("Subject: ")


@pytest.mark.parametrize("web_url", ["https://mail.example.org/", f"https://{'long.' * 30}example.org/"])
def test_unsubscribe_is_never_encoded(web_url: str) -> None:
    """However long the address, the header holds it letter for letter, or mail programs show no button."""
    line = re.search("List-Unsubscribe: .*", raw_headers(message(web_url=web_url)))

    assert line is not None
    assert f"List-Unsubscribe: <{web_url}u/{TOKENS[0]}>, <mailto:" in line[0]


@pytest.mark.parametrize(("web_url", "ways"), [("", 1), ("http://mail.example.org/", 2)])
def test_one_click_needs_https(web_url: str, ways: int) -> None:
    """Without a page that is served over https one unsubscribes by mail, and nothing promises one click."""
    headers = raw_headers(message(web_url=web_url))

    assert "List-Unsubscribe-Post" not in headers
    assert ways == len(re.findall("<(?:http|mailto):", headers))


def test_the_same_input_gives_the_same_bytes() -> None:
    """A retry tomorrow can be told to be the same message."""
    assert message() == message()


@pytest.mark.parametrize(
    "changes",
    [
        {"address": "a@example.com>\r\nBcc: <b@example.com"},
        {"address": "a@example.com, b@example.com"},
        {"address": "nobody"},
        {"address": "a@exa\u2028mple.com"},
        {"unsubscribe": "short"},
        {"preferences": TOKENS[0][:-1] + '"'},
        {"message_id": "<1.a@example.org>\r\nBcc: b@example.com"},
    ],
)
def test_what_could_break_out_is_refused(changes: dict[str, str]) -> None:
    """An address, token or id that could add a header or a recipient makes no message."""
    encoded = encode(Variant("all", "", "", "", (), "ar"), letter(), DATE)

    with pytest.raises(ValueError, match="is no"):
        stamp(encoded, msgspec.structs.replace(READER, **changes))


def test_a_host_with_an_underscore_sends() -> None:
    """As hosts of an intranet have: what the settings let through makes a message."""
    box = letter(sender="news@mail_host.lan").sender
    assert box is not None
    name = f"<1.a@{box.domain}>"
    encoded = encode(Variant("all", "", "", "", (), "ar"), letter(), DATE)

    data = stamp(encoded, msgspec.structs.replace(READER, message_id=name))

    assert name == parsed(data)["Message-ID"]


def test_a_domain_in_arabic_goes_out_in_ascii() -> None:
    """The domain of an address is written in ASCII (RFC 5891), in From, To and the List-Id."""
    encoded = encode(Variant("all", "", "", "", (), "ar"), letter(sender="news@مثال.إختبار"), DATE)

    data = stamp(encoded, msgspec.structs.replace(READER, address="reader@مثال.إختبار"))

    assert "<news@xn--mgbh0fb.xn--kgbechtv>" in raw_headers(data)
    assert "<reader@xn--mgbh0fb.xn--kgbechtv>" in raw_headers(data)


def test_the_smaller_encoding_is_chosen() -> None:
    """Arabic travels as base64, English as quoted-printable."""
    encodings = [part["Content-Transfer-Encoding"] for part in parsed(message()).iter_parts()]

    assert ["quoted-printable", "base64"] == encodings


@pytest.mark.parametrize("sender", ["nobody", "a@b@c", "x <y z@example.org>"])
def test_a_sender_that_is_no_address_is_refused(sender: str) -> None:
    """The error names the key and shows an address."""
    with pytest.raises(SettingsError, match=r"mail\.from = .* is no address; write it like"):
        letter(sender=sender)


def test_a_message_needs_a_sender() -> None:
    """A letterhead without sender is good for a preview only."""
    with pytest.raises(SettingsError, match=r"mail\.from is empty"):
        message(sender="")
