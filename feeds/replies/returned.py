"""Read the mail that comes back: bounces, complaints, commands; all else is left alone.

What a message claims is evidence, not proof: anybody can write a bounce. A `Trace` lists what ties it to a delivery,
and whoever acts on it first checks the signature in the VERP address or the token.
"""

import re
from collections.abc import Callable, Iterable
from copy import deepcopy
from email import message_from_bytes
from typing import Literal

from msgspec import Struct

from feeds.replies.parts import Mail, addresses, blocks, copy, field, fields, leaves, text
from feeds.replies.verdict import BUSY, MAILBOX, POLICY, Phase, Verdict, classify, enhanced_code, enhanced_codes


class Trace(Struct, frozen=True):
    """What ties a report to a delivery, the most trustworthy first."""

    addresses: tuple[str, ...] = ()  # that it came to, or that ours left from: one may be our VERP address
    envid: str = ""  # RFC 3461 ENVID
    message_id: str = ""  # of our message, without <>
    recipient: str = ""  # whom the report names


class Bounce(Struct, frozen=True):
    """A message that did not arrive."""

    verdict: Verdict  # one whose state is "failed"
    trace: Trace
    status: str = ""  # RFC 3463: "5.1.1"
    diagnostic: str = ""


class Complaint(Struct, frozen=True):
    """A reader, or a provider for one, calls the message spam."""

    kind: str  # RFC 5965 Feedback-Type: "abuse", "fraud", "virus", "opt-out", "other"
    trace: Trace


class Command(Struct, frozen=True):
    """A request by mail, as List-Unsubscribe offers it; without a token, nothing in it proves who asks."""

    kind: Literal["unsubscribe", "subscribe"]
    token: str = ""
    newsletter: str = ""  # that is named: "subscribe weekly"


class Ignored(Struct, frozen=True):
    """Nothing to act on; "unrelated" is mail that we do not know, and that belongs to somebody else."""

    reason: Literal["auto-reply", "delayed", "delivered", "report", "unrelated"]


Returned = Bounce | Complaint | Command | Ignored

_COMPLAINTS = {"abuse", "fraud", "virus", "other", "opt-out", "opt-out-list"}
_STATUS_TYPES = {"message/delivery-status", "message/global-delivery-status"}
ADDRESSED_TO = ("delivered-to", "x-original-to", "envelope-to", "x-envelope-to", "to")
_ID = re.compile(r"<([^<>\s]+)>")
_ID_LINE = re.compile(r"^[^\w\n]{0,9}message-id:\s*<[^<>\s]+>", re.IGNORECASE | re.MULTILINE)
_CODE = re.compile(r"(?<![\d.:])([45][0-5]\d)(?=[ :-])")
_CODED_LINE = re.compile(r"^.{0,200}(?<![\d.:])([45])(?:[0-5]\d[ :-]|\.\d\.\d{1,3}\b)(?s:.*)", re.MULTILINE)
_BEFORE_RCPT = re.compile(r"(?:after|reply to) (?:initial|mail from|[eh][eh]lo|starttls)", re.IGNORECASE)
_AFTER_DATA = re.compile(r"(?:after|reply to) (?:end of )?data", re.IGNORECASE)
_COPY_BELOW = re.compile(
    r"^[^\w\n]{0,9}(?:[-=]{3,80}.{0,99}(?:copy|original|header|message is|returned)|below is a copy"
    r"|(?:original message|message headers) follow)|^(?:received|return-path|message-id):",
    re.IGNORECASE | re.MULTILINE,
)
DAEMON = re.compile(r"mailer.?daemon|post.?master|mail.?delivery|delivery.?(?:sub)?system|mail.?system", re.IGNORECASE)
_AUTO_HEADERS = ("x-autoreply", "x-autorespond", "x-auto-reply-from", "x-mdautoresponder")
# Some responders send no header that says what they are.
_AUTO_SUBJECT = re.compile(
    r"\W*(?:auto(?:matic|mated|matische|matisch)?[ -]?(?:re(?:ply|sponse)|antwort|svar)|out of (?:the )?office|ooo\b"
    r"|abwesen|r[ée]ponse automatique|absence|respuesta autom|fuera de (?:la )?oficina|resposta autom|risposta autom"
    r"|автоответ|автоматический ответ|תשובה אוטומטית|מענה אוטומטי|رد تلقائي|الرد التلقائي|خارج المكتب|پاسخ خودکار"
    r"|otomatik yan[ıi]t|自动回复|自動返信|자동 회신)",
    re.IGNORECASE,
)
_COMMAND = re.compile(r"(?:\w{1,3}:\s*)*(unsubscribe|subscribe)?\s*([\w-]{22,64})?", re.IGNORECASE | re.ASCII)
_WISH = re.compile(r"subscribe\s+([a-z0-9][a-z0-9-]{0,31})", re.IGNORECASE)


def understand(message: bytes) -> Returned:
    """Say what a message that came to the bounce address is; never raises, whatever the bytes.

    Reads delivery reports (RFC 3464, 6533) and complaints (RFC 5965) by their structure, other bounces by
    X-Failed-Recipients or, when it is installed, by flufl.bounce.
    """
    try:
        for size, readers in _READERS:
            mail = message_from_bytes(message[:size])
            for read in readers:
                if found := read(mail):
                    return found
    except Exception:  # parts in parts in parts, a null in the name of a charset: nobody's bounce
        return Ignored("unrelated")
    return Ignored("unrelated")


def _complaint(mail: Mail) -> Returned | None:
    ours = copy(mail)
    report = next((part for part in leaves(mail) if part.get_content_type() == "message/feedback-report"), None)
    if report is None:  # Outlook.com sends complaints without a report
        reader = field(ours, "x-hmxmroriginalrecipient")
        return Complaint("abuse", _trace(mail, ours, reader)) if reader else None
    facts = blocks(report)[0]
    kind = field(facts, "feedback-type").lower()
    if kind not in _COMPLAINTS:
        return Ignored("report")  # "not-spam", "auth-failure" (RFC 6591): not about what a reader wants
    reader = field(facts, "original-rcpt-to") or field(facts, "removal-recipient") or field(ours, "to")
    return Complaint(kind, _trace(mail, ours, reader, origin=field(facts, "original-mail-from")))


def _report(mail: Mail) -> Returned | None:
    report = next((part for part in leaves(mail) if part.get_content_type() in _STATUS_TYPES), None)
    if report is None:
        return None
    groups = blocks(report)
    readers = [group for group in groups if group["final-recipient"] or group["action"] or group["status"]]
    actions = [_action(reader) for reader in readers]
    if "failed" not in actions:
        return Ignored("delayed" if "delayed" in actions else "delivered") if actions else None
    failed = readers[actions.index("failed")]
    trace = _trace(
        mail,
        copy(mail),
        field(failed, "original-recipient") or field(failed, "final-recipient"),
        envid=field(groups[0], "original-envelope-id"),
        message_id=field(groups[0], "x-original-message-id"),
    )
    diagnostic = field(failed, "diagnostic-code").partition(";")[2].strip()
    return _bounce(trace, _passage(text(mail), trace.recipient), enhanced_code(field(failed, "status")), diagnostic)


def _action(reader: Mail) -> str:
    """Return what became of one reader's copy; where the report leaves that out, its status says so."""
    action = field(reader, "action").lower()
    by_status = {"2": "delivered", "4": "delayed"}.get(field(reader, "status")[:1], "failed")
    return "failed" if action.startswith("fail") else action or by_status


def _bounce(trace: Trace, passage: str, status: str = "", diagnostic: str = "") -> Bounce:
    """Judge a refusal as if the reader's own server had said it to us, in the phase that the passage tells of."""
    coded = _CODED_LINE.search(passage)
    diagnostic = diagnostic or " ".join((coded[0] if coded else passage)[:2000].split())
    codes = [*enhanced_codes(diagnostic), *filter(None, [status])]
    precise = next((code for code in codes if not code.endswith(".0")), status)
    code = _CODE.search(diagnostic)
    fits = code and (code[1][0] == precise[:1] or precise[-2:] in ("", ".0"))
    number = int(code[1]) if code and fits else 450 if precise.startswith("4") else 550
    phase: Phase = "mail" if _BEFORE_RCPT.search(passage) else "dot" if _AFTER_DATA.search(passage) else "rcpt"
    meaning = classify(phase, number, precise, diagnostic)
    if meaning.state != "failed":  # somebody tried for days: it has failed for good, but that proves no address dead
        meaning = MAILBOX if meaning == BUSY else POLICY
    return Bounce(meaning, trace, precise, diagnostic[:500])


def _foreign(mail: Mail) -> Returned | None:
    """Read a bounce that is no delivery report: qmail's, old Exim's, OpenSMTPD's, ..."""
    named = addresses(field(mail, "x-failed-recipients"))
    by_daemon = DAEMON.search(field(mail, "from"))
    if not (named or by_daemon or (field(mail, "return-path") == "<>" and not _auto_reply(mail))):
        return None
    told = text(mail)
    passage, copied = _split(told)
    coded = _CODED_LINE.search(passage)
    temporary, permanent = ([], named) if named else _scanned(mail)
    if not permanent and not temporary and by_daemon and coded:
        strangers = [each for each in addresses(passage) if not DAEMON.search(each) and each not in field(mail, "to")]
        temporary, permanent = (strangers, []) if coded[1] == "4" else ([], strangers)
    if not permanent:
        return Ignored("delayed") if temporary else None
    ours = _ID_LINE.search(copied)
    trace = _trace(mail, copy(mail), permanent[0], message_id=ours[0] if ours else "")
    return _bounce(trace, _passage(told, permanent[0]))


def _split(told: str) -> tuple[str, str]:
    """Split the text of a bounce where the copy of our message begins."""
    below = _COPY_BELOW.search(told)
    return (told[: below.start()], told[below.start() :]) if below else (told, told)


def _passage(told: str, reader: str) -> str:
    """Return what the text of a bounce says of a reader: from the line on that names it."""
    start = told.rfind("\n", 0, max(told.find(reader), 0)) + 1
    return _split(told)[0][start:]


def _scanned(mail: Mail) -> tuple[list[str], list[str]]:
    """Return the addresses that failed for now and for good, as flufl.bounce sees it."""
    try:
        from flufl.bounce import all_failures
    except ImportError:
        return [], []
    if not addresses(field(mail, "from")):  # one of its detectors takes that for granted, and none after it is asked
        mail = deepcopy(mail)
        del mail["From"]
        mail["From"] = "mailer-daemon@localhost"
    try:
        temporary, permanent = all_failures(mail)
    except Exception:  # its detectors meet mail that they were not written for
        return [], []
    return _decoded(temporary), _decoded(permanent)


def _decoded(found: Iterable[bytes]) -> list[str]:
    return sorted(each.decode("utf-8", "replace") for each in found)


def is_automatic(mail: Mail) -> bool:
    """Tell whether a machine says, by a header or the subject, that it wrote a mail by itself."""
    submitted = field(mail, "auto-submitted").lower()  # RFC 3834 5
    marked = submitted not in ("", "no") or any(mail[name] for name in _AUTO_HEADERS)
    vacation = field(mail, "precedence").lower() in ("auto_reply", "auto-reply")
    receipt = any(part.get_content_type() == "message/disposition-notification" for part in leaves(mail))
    return marked or vacation or receipt or bool(_AUTO_SUBJECT.match(field(mail, "subject")))


def _auto_reply(mail: Mail) -> Returned | None:
    return Ignored("auto-reply") if is_automatic(mail) else None


def _command(mail: Mail) -> Returned | None:
    if wish := _WISH.fullmatch(field(mail, "subject")):
        return Command("subscribe", newsletter=wish[1].lower())
    found = _COMMAND.fullmatch(field(mail, "subject"))
    if not found or not any(found.groups()):
        return None
    word, token = (found[1] or "").lower(), found[2] or ""
    return Command("subscribe" if word == "subscribe" else "unsubscribe", token)


# (bytes to read, readers): reports stand before the copy of our message, and loose words before all else.
# Auto-replies come last: bounces say Auto-Submitted as well, and so does Apple Mail when it unsubscribes.
_READERS: tuple[tuple[int, tuple[Callable[[Mail], Returned | None], ...]], ...] = (
    (300_000, (_complaint, _report)),
    (50_000, (_foreign, _command, _auto_reply)),
)


def _trace(mail: Mail, ours: Mail, reader: str, origin: str = "", message_id: str = "", envid: str = "") -> Trace:
    sources = [*(value for name in ADDRESSED_TO for value in fields(mail, name)), origin, field(ours, "return-path")]
    found = dict.fromkeys(address for source in sources for address in addresses(source))
    ids = [field(ours, "message-id"), message_id, field(mail, "in-reply-to"), field(mail, "references")]
    ours_id = next((match[1] for each in ids if (match := _ID.search(each))), "")
    return Trace(tuple(found), envid, ours_id, _first(reader))


def _first(value: str) -> str:
    return next(iter(addresses(value)), "")
