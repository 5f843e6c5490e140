"""What is wrong with one value of a feed: an address, a date, a name. Each check yields the faults that it finds."""

import re
from collections.abc import Callable, Iterator
from datetime import datetime
from email.utils import parsedate_to_datetime
from typing import NamedTuple
from urllib.parse import urljoin

from feeds.markup import clean_text


class Fault(NamedTuple):
    """What is wrong, how to mend it, and who says so."""

    what: str
    mend: str
    rule: str


Check = Callable[[str], Iterator[Fault]]

_URI = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:(?:[A-Za-z0-9;/?:@&=+$.\-_!~*'(),#]|%[0-9A-Fa-f]{2})+")
_WEB = re.compile(r"https?://([^/?#\s]+)([^?#]*)")
_TAG = re.compile(r"tag:(?:[a-z0-9._-]+@)?[a-z0-9.-]+,\d{4}(?:-\d\d(?:-\d\d)?)?:.*")
_RFC_822 = re.compile(
    r"(?:(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun), )?\d\d? (?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec) \d{4} "
    r"\d\d:\d\d:\d\d (?:[+-]\d\d[03]0|GMT|UT)"
)
_RFC_3339 = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:\d\d)")
_LANGUAGE = re.compile(r"[A-Za-z]{2,8}(?:-[A-Za-z0-9]{1,8})*")
_MEDIA_TYPE = re.compile(r"[\w!#$&^.+-]+/[\w!#$&^.+-]+(?:\s*;\s*[\w-]+=(?:\"[^\"]*\"|[^\s\";]+))*", re.ASCII)
_ADDRESS = re.compile(r"[^\s@()<>,;:\"\[\]]+@[^\s@()<>,;:\"\[\]]+\.[^\s@()<>,;:\"\[\].]+")
_ESCAPE = re.compile(r"%([0-9A-Fa-f]{2})")
_ESCAPED_TWICE = re.compile(r"%25[0-9A-Fa-f]{2}")
_PORTS = {"http": ":80", "https": ":443"}
_END_TAG = re.compile(r"</\w+>")
MARKUP = re.compile(r"<[/A-Za-z]|&#?\w+;")  # what a reader may take for a tag or a character reference
# ISO 639-1: "cn", "jp" and "gr" are countries.
_LANGUAGES = """
    aa ab ae af ak am an ar as av ay az ba be bg bh bi bm bn bo br bs ca ce ch co cr cs cu cv cy da de dv dz ee
    el en eo es et eu fa ff fi fj fo fr fy ga gd gl gn gu gv ha he hi ho hr ht hu hy hz ia id ie ig ii ik io is
    it iu ja jv ka kg ki kj kk kl km kn ko kr ks ku kv kw ky la lb lg li ln lo lt lu lv mg mh mi mk ml mn mr ms
    mt my na nb nd ne ng nl nn no nr nv ny oc oj om or os pa pi pl ps pt qu rm rn ro ru rw sa sc sd se sg si sk
    sl sm sn so sq sr ss st su sv sw ta te tg th ti tk tl tn to tr ts tt tw ty ug uk ur uz ve vi vo wa wo xh yi
    yo za zh zu
"""
_SCHEMES = frozenset(("http", "https", "tag", "urn", "info", "mailto", "news", "nntp", "mid", "cid", "ftp", "dns"))
# Of those at IANA, the ones that feeds have a use for.
_RELATIONS = """
    alternate self enclosure related via hub replies license describedby payment search service edit edit-media up
    first last next previous current prev-archive next-archive
"""
OLDEST = 1990  # the W3C validator holds what is older for a mistake


def characters(text: str) -> Iterator[Fault]:
    """Check any text: no characters that come from a wrong decoding or mean nothing to another program."""
    if strange := sorted(set(text) - set(clean_text(text))):
        names = ", ".join(f"U+{ord(each):04X}" for each in strange)
        yield Fault(f"{names} in the text", "remove these characters", "W3C validator: BadCharacters")


def one_of(*choices: str) -> Check:
    """Make a check that takes one of these words and nothing else."""

    def check(text: str) -> Iterator[Fault]:
        if text not in choices:
            rule = "RSS 2.0: guid; Media RSS: medium; W3C validator"
            yield Fault(f"{text!r} is unknown", f"write {' or '.join(choices)}", rule)

    return check


def words(text: str) -> Iterator[Fault]:
    """Check a line of plain text: there, without blanks around it, without markup."""
    if not text.strip():
        yield Fault("empty", "say something or leave the element out", "W3C validator: NotBlank")
    elif text != " ".join(text.split()):
        yield Fault(f"{text!r} has blanks around or inside it", "write one line, trimmed", "RSS Board profile")
    if tag := _END_TAG.search(text):
        yield Fault(f"markup in plain text: {tag[0]}", "write the words alone", "W3C validator: ContainsHTML")
    yield from characters(text)


def uri(text: str) -> Iterator[Fault]:
    """Check an identifier: an absolute URI in ASCII; a tag: URI as RFC 4151 has it."""
    if not _URI.fullmatch(text):
        mend = "write scheme and all, percent-encoded, unless readers know it as it is"
        yield Fault(f"{text!r} is not an absolute URI", mend, "RFC 3986 4.3")
    elif text.startswith("tag:") and not _TAG.fullmatch(text):
        yield Fault(f"{text!r} is not a tag URI", "write tag:example.org,2025-08-01:path", "RFC 4151 2.1")


def relation(text: str) -> Iterator[Fault]:
    """Check what a link is to the page that has it: a registered name, or a URI."""
    if text not in _RELATIONS.split() and not _URI.fullmatch(text):
        mend = f"write one of {', '.join(_RELATIONS.split())}"
        yield Fault(f"{text!r} is no registered relation", mend, "RFC 4287 4.2.7.2; W3C validator")


def identifier(text: str) -> Iterator[Fault]:
    """Check an id that readers compare letter by letter: a URI in its canonical form."""
    yield from uri(text)
    if not _URI.fullmatch(text):
        return  # it has no canonical form
    if (scheme := text.partition(":")[0].lower()) not in _SCHEMES:
        mend = "write a tag: URI or a web address, unless readers know it as it is"
        yield Fault(f"{scheme}: makes no lasting name", mend, "W3C validator: SchemeNotIANARegistered")
    if (better := _canonical(text)) != text:
        mend = f"write {better!r}, unless readers know it as it is"
        yield Fault(f"{text!r} is not in its canonical form", mend, "RFC 4287 4.2.6.1")
    if twice := _ESCAPED_TWICE.search(text):
        mend = "encode it once, unless readers know it as it is"
        yield Fault(f"{twice[0]} in {text!r} is encoded twice", mend, "W3C validator: NonCanonicalURI")


def _canonical(text: str) -> str:
    """Write a URI in the form that section 6.2 of RFC 3986 prefers."""
    scheme, _, rest = _ESCAPE.sub(_unescaped, text).partition(":")
    if web := re.fullmatch(r"//([^/?#]*)([^?#]*)(.*)", rest):
        host = web[1].lower().removesuffix(_PORTS.get(scheme.lower(), ":"))
        path = urljoin("http://x/", web[2]).removeprefix("http://x") if "/." in web[2] else web[2] or "/"
        rest = f"//{host}{path}{web[3]}"
    return f"{scheme.lower()}:{rest}"


def _unescaped(escape: re.Match[str]) -> str:
    character = chr(int(escape[1], 16))
    return character if re.fullmatch(r"[A-Za-z0-9._~-]", character) else escape[0].upper()


def unique(text: str) -> Iterator[Fault]:
    """Check a guid, which may be any text that nobody else will use."""
    yield from words(text)
    if text.isdigit() and len(text) < 10:
        yield Fault(f"{text!r} is not unique enough", "use a URL or a tag: URI", "W3C validator: NotSufficientlyUnique")


def web_url(text: str) -> Iterator[Fault]:
    """Check a web address: http or https, a host, ASCII."""
    if not _WEB.match(text):
        yield Fault(f"{text!r} is not an absolute web address", "write https:// and the host", "RFC 3986 4.3")
    elif not _URI.fullmatch(text):
        yield Fault(f"{text!r} is not percent-encoded", "encode what is not ASCII or is reserved", "RFC 3986 2.1")


def media_url(text: str) -> Iterator[Fault]:
    """Check the address of an enclosure, whose host must have a dot for the W3C validator."""
    yield from web_url(text)
    if (web := _WEB.match(text)) and "." not in web[1]:
        yield Fault(
            f"{text!r} is on a host without a dot", "use the public address", "W3C validator: InvalidURLAttribute"
        )


def rfc_822(text: str) -> Iterator[Fault]:
    """Check a date of RSS or OPML."""
    if not _RFC_822.fullmatch(text):
        mend = 'write it like "Fri, 01 Aug 2025 00:00:00 +0100"'
        yield Fault(f"{text!r} is not a date of RFC 822", mend, "RSS 2.0; RFC 2822 3.3")
        return
    try:
        time = parsedate_to_datetime(text)
    except ValueError as error:
        yield Fault(f"{text!r} is not a date: {error}", "correct it", "RFC 2822 3.3")
        return
    if "," in text and text[:3] != ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")[time.weekday()]:
        yield Fault(f"{text!r} names the wrong day of the week", "correct it", "RFC 2822 3.3")
    yield from _plausible(time.year)


def rfc_3339(text: str) -> Iterator[Fault]:
    """Check a date of Atom or JSON Feed."""
    try:
        if not _RFC_3339.fullmatch(text):
            raise ValueError("the form is another")  # noqa: TRY301
        yield from _plausible(datetime.fromisoformat(text).year)
    except ValueError as error:
        mend = 'write it like "2025-08-01T00:00:00+01:00"'
        yield Fault(f"{text!r} is not a date of RFC 3339: {error}", mend, "RFC 3339 5.6")


def _plausible(year: int) -> Iterator[Fault]:
    if year < OLDEST:
        yield Fault(f"the year {year} is hardly meant", "correct the date", "W3C validator: ImplausibleDate")


def language(text: str) -> Iterator[Fault]:
    """Check a language tag."""
    if not _LANGUAGE.fullmatch(text):
        yield Fault(f"{text!r} is not a language tag", 'write it like "ar" or "pt-BR"', "RFC 5646 2.1")
    elif len(primary := text.partition("-")[0].lower()) == 2 and primary not in _LANGUAGES.split():
        yield Fault(
            f"{text!r} is no language", "look it up in ISO 639", "RFC 5646 2.2.1; W3C validator: InvalidLanguage"
        )


def address(text: str) -> Iterator[Fault]:
    """Check a mail address."""
    if not _ADDRESS.fullmatch(text):
        yield Fault(f"{text!r} is not a mail address", "write it like name@example.org", "RFC 5322 3.4.1")


def mailbox(text: str) -> Iterator[Fault]:
    """Check an author of RSS: an address with the name behind it."""
    found = re.fullmatch(r"(\S+) \((.*)\)", text)
    if not found or not _ADDRESS.fullmatch(found[1]):
        yield Fault(
            f"{text!r} is not an author", 'write "name@example.org (Name)", or use dc:creator', "RSS 2.0: author"
        )


def media_type(text: str) -> Iterator[Fault]:
    """Check a media type."""
    if not _MEDIA_TYPE.fullmatch(text):
        yield Fault(f"{text!r} is not a media type", "write it like audio/mpeg", "RFC 2045 5.1")


def whole_number(text: str) -> Iterator[Fault]:
    """Check a count or a length in bytes: 0 or more."""
    if not (text.isascii() and text.isdigit()):
        yield Fault(f"{text!r} is not a whole number", "write 0 when it is not known", "RSS 2.0: enclosure")
