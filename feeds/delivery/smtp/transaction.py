"""Hand one message over a connection: our own transaction, pipelined, that knows in which phase it ended.

smtplib raises the same exception for a drop after DATA, where trying again is safe, and after the final dot, where it
may make a double. Here every end is a `Reply` with its phase.
"""

import re
import ssl
from collections.abc import Collection, Sequence
from contextlib import suppress
from functools import lru_cache

from feeds.delivery.backend import Envelope
from feeds.delivery.loop import EVENT_READ, EVENT_WRITE, Steps, Wait
from feeds.delivery.smtp.session import Relay, Reply, log_in, words
from feeds.replies import Phase

Command = tuple[Phase, bytes]

_CHUNK = 1 << 14  # bytes: all of what TLS holds decrypted, of which no selector knows, is at most 16 KiB
_QUIT = 10.0  # seconds; nothing depends on the answer
_LONGEST = 1 << 13  # bytes of a reply
_REPLY, _CODES = re.compile(rb"(?:...-.*\n)*(?!...-).*\n"), re.compile(rb"^.{,4}", re.MULTILINE)
# TLS may have to read in order to write, and the other way round.
_AWAITED: dict[type[OSError], int] = {ssl.SSLWantReadError: EVENT_READ, ssl.SSLWantWriteError: EVENT_WRITE}
_BLOCKED = (BlockingIOError, ssl.SSLWantReadError, ssl.SSLWantWriteError)
_UNSAFE = re.compile(r"[\x00-\x20\x7f<>]")
_XTEXT = re.compile(r"[^!-*,-<>-~]")
_DOT, _LEADING_DOT = re.compile(rb"\n\."), re.compile(rb"^\.", re.MULTILINE)


class UnsendableError(ValueError):
    """The relay cannot take that message at all."""


class Connection:
    """An open connection to a relay."""

    def __init__(self, relay: Relay) -> None:
        """Open it. Raises RefusedError or DeliveryError."""
        self._timeouts = relay.timeouts
        self._socket, self._offers = log_in(relay)
        self._socket.setblocking(False)
        self._read = b""
        self._unfinished = False  # the relay still holds the sender of a transaction that it refused
        self.is_open = True
        self.count = 0  # messages that it was used for

    def hand_over(self, message: bytes, envelope: Envelope) -> Steps[Reply]:
        """Send one message; return the reply that ended it. Raises UnsendableError, and has sent nothing then."""
        commands = envelope_commands(envelope, message, self._offers)
        self.count += 1
        try:
            replies = yield from self._announce(commands)
            bad = [reply for reply in replies if not _is_good(reply)]
            self._unfinished = not _is_good(replies[-1])
            if not self._unfinished:  # RFC 2920 3.1: the dot is due even if the only reader was refused
                replies.append((yield from self._finish(b".\r\n" if bad else stuffed(message))))
        except BaseException:  # interrupted: the relay would take our next words for the message
            self.close()
            raise
        bad.append(replies[-1])
        if any(reply.code in (0, 421) for reply in bad):
            self.close()
        return bad[0]

    def quit(self) -> None:
        """Say goodbye and close."""
        with suppress(OSError):
            self._socket.settimeout(_QUIT)
            self._socket.sendall(b"QUIT\r\n")
            self._socket.recv(_CHUNK)
        self.close()

    def close(self) -> None:
        """Close without a word."""
        self.is_open = False
        self._socket.close()

    def _announce(self, commands: Sequence[Command]) -> Steps[list[Reply]]:
        """Send MAIL, RCPT and DATA, in one go if the relay can (RFC 2920), else until one is refused."""
        if self._unfinished:
            commands = [("mail", b"RSET\r\n"), *commands]
        if "pipelining" in self._offers:
            return (yield from self._exchange(commands))
        replies: list[Reply] = []
        for command in commands:
            replies += yield from self._exchange([command])
            if not _is_good(replies[-1]):
                break
        return replies

    def _exchange(self, commands: Sequence[Command]) -> Steps[list[Reply]]:
        """Send these commands at once; return their replies, of which the last one is silence if the relay is gone."""
        replies: list[Reply] = []
        try:
            yield from self._send(b"".join([line for _, line in commands]), self._timeouts.command)
            for phase, _ in commands:
                replies.append((yield from self._reply(phase, self._timeouts.command)))
        except OSError as error:
            replies.append(Reply(commands[len(replies)][0], 0, words(str(error))))
        return replies

    def _finish(self, body: bytes) -> Steps[Reply]:
        """Send the body with the dot. Not all of it left? Then the dot did not, and nothing was accepted."""
        phase: Phase = "data"
        try:
            yield from self._send(body, self._timeouts.dot)
            phase = "dot"
            return (yield from self._reply(phase, self._timeouts.dot))
        except OSError as error:
            return Reply(phase, 0, words(str(error)))

    def _reply(self, phase: Phase, seconds: float) -> Steps[Reply]:
        """Read one reply, of any number of lines (RFC 5321 4.2.1). Raises OSError when there will be none."""
        event = EVENT_READ
        while not (found := _REPLY.match(self._read, 0, _LONGEST)):
            if len(self._read) >= _LONGEST:
                raise ConnectionError("a reply without end")
            yield Wait(self._socket, event, seconds)
            try:
                chunk = self._socket.recv(_CHUNK)
            except _BLOCKED as blocked:
                event = _AWAITED.get(type(blocked), EVENT_READ)
                continue
            if not chunk:
                raise ConnectionError("connection closed by the relay")
            self._read += chunk
        self._read = self._read[found.end() :]
        return _reply(phase, found[0])

    def _send(self, data: bytes, seconds: float) -> Steps[None]:
        rest = memoryview(data)
        while rest:
            try:
                rest = rest[self._socket.send(rest) :]
            except _BLOCKED as blocked:
                yield Wait(self._socket, _AWAITED.get(type(blocked), EVENT_WRITE), seconds)


def envelope_commands(envelope: Envelope, message: bytes, offers: Collection[str]) -> list[Command]:
    """Return MAIL, RCPT and DATA for a relay that offers these extensions. Raises UnsendableError."""
    sender, recipient = envelope.sender, envelope.recipient
    if _UNSAFE.search(sender + recipient):
        raise UnsendableError("not an address")
    mail, rcpt = f"MAIL FROM:<{sender}>", f"RCPT TO:<{recipient}>"
    if "size" in offers:
        mail += f" SIZE={len(message)}"
    if "8bitmime" in offers and not message.isascii():
        mail += " BODY=8BITMIME"
    if not (sender + recipient).isascii():
        if "smtputf8" not in offers:
            raise UnsendableError("the relay takes no addresses in other scripts: it offers no SMTPUTF8 (RFC 6531)")
        mail += " SMTPUTF8"
    if "dsn" in offers:  # RFC 3461: a bounce names the message and holds its headers only
        mail += f" RET=HDRS ENVID={xtext(envelope.message_id.strip('<>').partition('@')[0])[:100]}"
        rcpt += " NOTIFY=FAILURE,DELAY"
    return [("mail", f"{mail}\r\n".encode()), ("rcpt", f"{rcpt}\r\n".encode()), ("data", b"DATA\r\n")]


def stuffed(message: bytes) -> bytes:
    """Return a message as DATA takes it: a dot before each that begins a line, and the final one (RFC 5321 4.5.2).

    Line ends must be CRLF; `feeds.mail` makes no other. A pass over all lines would cost as much as all the rest here,
    so the search ends at the last dot: in a body of base64, that is in the headers.
    """
    if message.startswith(b".") or _DOT.search(message, 0, message.rfind(b".") + 1):
        message = _LEADING_DOT.sub(b"..", message)
    return message + (b".\r\n" if message.endswith(b"\r\n") else b"\r\n.\r\n")


def xtext(text: str) -> str:
    """Encode as RFC 3461 4 has it: of "a+b", "a+2Bb"."""
    return _XTEXT.sub(lambda letter: f"+{ord(letter[0]):02X}", text)


@lru_cache(maxsize=64)  # those before the last are alike for all messages
def _reply(phase: Phase, said: bytes) -> Reply:
    return Reply(phase, int(said[:3]) if said[:3].isdigit() else 0, words(_CODES.sub(b"", said)))


def _is_good(reply: Reply) -> bool:
    return reply.code // 100 == (3 if reply.phase == "data" else 2)
