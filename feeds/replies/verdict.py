"""What an SMTP reply means, and when to try again.

The phase counts as much as the code: silence before the final dot means that nothing was accepted, silence after it
that nobody knows. A refusal that is about us (our sender, our reputation, our limits) must never cost a reader the
subscription, so words about us are looked for before words about the mailbox.
"""

import re
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Literal

from msgspec import Struct

Phase = Literal["connect", "tls", "ehlo", "auth", "mail", "rcpt", "data", "dot"]
State = Literal["sent", "deferred", "failed", "uncertain", "queued", "skipped"]

MAX_AGE = timedelta(hours=48)  # RFC 5321 4.5.4.1 asks for four to five days; a digest of last week helps nobody
_STEPS = (5, 15, 30, 60, 120, 240)  # minutes; the last one repeats


class Verdict(Struct, frozen=True):
    """The meaning of a reply: how the delivery ends for now, and what else must happen."""

    name: str
    state: State  # as of `feeds.model.Outcome`
    counts: bool = True  # as an attempt; otherwise the same attempt is made again
    suppress: bool = False  # the address is dead: never write to it again
    soft: bool = False  # suppress once three issues over 15 days or more ended like this
    trips: bool = False  # the circuit breaker counts it
    slows: bool = False  # halve the rate
    pauses: bool = False  # let nothing more leave for a while


SENT = Verdict("sent", "sent")
BUSY = Verdict("busy", "deferred")
RATE = Verdict("rate", "deferred", counts=False, slows=True)
QUOTA = Verdict("quota", "deferred", counts=False, pauses=True)
ADDRESS = Verdict("address", "failed", suppress=True)
MAILBOX = Verdict("mailbox", "failed", soft=True)
POLICY = Verdict("policy", "failed", trips=True)
SENDER = Verdict("sender", "queued", counts=False)
RELAY = Verdict("relay", "queued", counts=False)
LOST = Verdict("lost", "deferred", counts=False)
UNCERTAIN = Verdict("uncertain", "uncertain")
UNSENDABLE = Verdict("unsendable", "skipped")
VERDICTS = {
    verdict.name: verdict
    for verdict in (SENT, BUSY, RATE, QUOTA, ADDRESS, MAILBOX, POLICY, SENDER, RELAY, LOST, UNCERTAIN, UNSENDABLE)
}

_GREYLISTED = r".*\bgr[ea]y-?list"
_QUOTA = (
    r"(?:.*(?:dai?ly|hourly|monthly|per (?:day|hour)|24.?h)[^.]{0,40}(?:quota|limit)"
    r"|.*(?:sending|submission|outgoing|outbound)[^.]{0,20}(?:quota|limit)|.*credits exceeded)"
)
_RATE = r".*(?:throttl|\brate\b|too (?:many|much|fast|quickly)|limit.{0,9} exceeded|slow down|unusual|deferred due to)"
_OF_US = (
    r".*(?:\bsender (?:address|domain|verif|reject|denied|not|is)|return.path|client host|\bhelo\b|hostname"
    r"|reverse dns|\bptr\b|\byour (?:account|ip|server|host|domain|network)\b)"
)
_MAILBOX = r"(?:user|mailbox|account|recipient|addressee)\b"
_NOT_THERE = (
    rf".*(?:(?:no such|unknown|invalid|non-?existent) [ \w]{{0,20}}{_MAILBOX}|unroutr?eable|inactivity|no mailbox here"
    rf"|{_MAILBOX}.{{0,60}}(?:unknown|not (?:found|exist|listed|recogni)|n.t (?:exist|have)|disabled|inactive"
    r"|unavailable))"
)
_FULL = (
    r".*(?:over ?quota|quota (?:is |has been )?exceeded|exceed.{0,20}quota|(?:mail|in)box (?:is )?full|out of storage)"
)
_POLICY = (
    r".*(?:spam|\bblock|black.?list|reputation|policy|\bdmarc|\bspf\b|\bdkim|unauthenticated|unsolicited|banned|abus"
    r"|\blisted (?:in|on|at|by)|dns_?bl|rbl\b|too many|content|virus|phish|\bbulk|\bterms|relay)"
)

# Read from the top, over "phase code enhanced words": the first that fits decides. Codes: RFC 5321 4.2, RFC 3463 3.
_RULES = tuple(
    (re.compile(pattern), verdict)
    for pattern, verdict in (
        (r"dot 2", SENT),
        (r"dot [^45]", UNCERTAIN),
        (r"(?:mail|rcpt|data) [^45]", LOST),
        (r"\w+ 4.. 4\.2\.", BUSY),  # one mailbox that is full or gets too much: not our rate
        (rf"\w+ (?:[45].. (?!5\.2\.[23] )\S+ {_QUOTA}|5.. 5\.4\.5 )", QUOTA),
        (rf"\w+ 4.. \S+ {_GREYLISTED}", BUSY),
        (rf"(?!auth|tls)\w+ 4.. (?:4\.7\.28|\S+ {_RATE})", RATE),
        (r"(?:connect|tls|ehlo|auth) ", RELAY),
        (r"\w+ 4", BUSY),
        (r"\w+ 5.. 5\.3\.4|mail 552", POLICY),  # too big: about the message, not its sender or reader
        (r"mail 5|\w+ 530", SENDER),
        (rf"\w+ 5.. (?:5\.7\.|\S+ {_OF_US})", POLICY),
        (r"\w+ 5.. 5\.2\.1 .*(?:\brate\b|too quickly)", MAILBOX),
        (rf"\w+ 5.. (?:5\.2\.[23]|\S+ {_FULL})", MAILBOX),
        (rf"\w+ (?:5.. \S+ {_NOT_THERE}|556)", ADDRESS),
        (rf"\w+ 5.. \S+ {_POLICY}", POLICY),
        (r"\w+ 5.. 5\.(?:1\.(?:[0-36]|10)|2\.1) ", ADDRESS),
        (r"\w+ 5.. 5\.[24]\.|rcpt 552 (?!5\.6)", MAILBOX),
        (r"dot|\w+ (?:50.|55[245])|\w+ 5.. 5\.[56]\.", POLICY),  # the message or our way of asking, not the reader
        (r"", MAILBOX),  # a refusal that does not say why proves no address dead
    )
)
# Addresses and paths hold words of their own: <nospam@example.org>, /support/blocked. The host of a link may tell more.
_NOT_WORDS = re.compile(r"<[^<>@]*@[^<>]*>|\S+@\S+|(?<=\w)/\S*")
_ENHANCED = re.compile(r"(?:^|[\s(#'-])([245]\.\d{1,3}\.\d{1,3})(?![\d.])")


def classify(phase: Phase, code: int, enhanced: str, text: str) -> Verdict:
    """Decide what the reply that ended a transaction in `phase` means.

    `code` is 0 when no reply came: the connection broke or timed out. `enhanced` is an RFC 3463 code or "".
    """
    words = _NOT_WORDS.sub(" ", text[:2000]).lower()
    line = f"{phase} {code:03d} {enhanced or '-'} {' '.join(words.split())}"
    return next(verdict for pattern, verdict in _RULES if pattern.match(line))


def enhanced_code(text: str, code: int = 0) -> str:
    """Return the first RFC 3463 code in the text of a reply, of the class of `code` if that is given; else ""."""
    return next((each for each in enhanced_codes(text) if not code or each[0] == str(code)[0]), "")


def enhanced_codes(text: str) -> list[str]:
    """Return all RFC 3463 codes in a text."""
    return _ENHANCED.findall(text[:2000])


def retry_at(attempt: int, first: datetime, now: datetime, key: str) -> datetime | None:
    """Return when to try again after failed attempt 1, 2, 3, ...; None when that is later than MAX_AGE after `first`.

    5, 15, 30 and 60 minutes, 2 hours, then every 4 (RFC 5321 4.5.4.1), each up to a tenth longer: `key`, the address
    say, spreads the readers so that a relay that comes back is not met by all of them in one second.
    """
    minutes = _STEPS[min(attempt, len(_STEPS)) - 1]
    spread = int.from_bytes(sha256(f"{attempt} {key}".encode()).digest()[:2]) / 0x10000
    at = now + timedelta(minutes=minutes * (1 + spread / 10))
    return at if at - first <= MAX_AGE else None
