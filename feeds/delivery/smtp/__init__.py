"""Hand messages to a mail relay by SMTP (RFC 5321).

session       opens, secures and authenticates a connection, by way of smtplib
transaction   hands one message over it
pace          how fast, and when to stop
"""

from collections.abc import Sequence

from feeds.delivery.backend import Envelope, Opened
from feeds.delivery.loop import Steps, aside, finished
from feeds.delivery.smtp.session import RefusedError, Relay, Reply, Timeouts
from feeds.delivery.smtp.transaction import Connection, UnsendableError
from feeds.errors import DeliveryError, LoginError
from feeds.model import Outcome
from feeds.replies import Phase, classify, enhanced_code
from feeds.replies.verdict import SENT

__all__ = ["Relay", "Smtp", "Timeouts"]

_MENDS: dict[Phase, str] = {
    "connect": "wait, or ask whoever runs the relay",
    "ehlo": "set mail.smtp.hello to the full name of this machine",
    "tls": "ask whoever runs the relay",
    "auth": "check mail.smtp.user and FEEDS_SMTP_PASSWORD",
    "mail": "the relay must allow this sender: check mail.from, and log in with mail.smtp.user",
}


class Smtp(Opened):
    """One connection to a relay, opened with the first message and kept."""

    remote = True
    repeatable = False

    def __init__(self, relay: Relay, connections: int = 1) -> None:
        """Keep where to send; nothing is opened yet, so that a run without messages bothers nobody."""
        self._relay, self._connections = relay, connections
        self.login = f"{relay.name} {relay.user} {relay.password}" if relay.user else ""
        self._connection: Connection | None = None
        self._locked_out: DeliveryError | None = None

    def lanes(self) -> Sequence["Smtp"]:
        """Return as many of its kind as there may be connections."""
        return [self] if self._connections == 1 else [Smtp(self._relay) for _ in range(self._connections)]

    def send(self, message: bytes, envelope: Envelope) -> Outcome:
        """Do as `steps`, all at once."""
        return finished(self.steps(message, envelope))

    def steps(self, message: bytes, envelope: Envelope) -> Steps[Outcome]:
        """Hand over one message and say what the relay's reply means.

        Raises DeliveryError when the relay takes nothing from us: unreachable, not to be trusted, wrong password,
        sender refused. After a wrong password it raises that again, without trying.
        """
        if self._locked_out:
            raise self._locked_out
        try:
            return self._outcome((yield from self._hand_over(message, envelope)))
        except RefusedError as refused:
            return self._outcome(refused.reply)
        except UnsendableError as error:
            return Outcome("skipped", reply=str(error), meaning="unsendable")

    def close(self) -> None:
        """Take leave of the relay."""
        if self._connection and self._connection.is_open:
            self._connection.quit()
        self._connection = None

    def _hand_over(self, message: bytes, envelope: Envelope) -> Steps[Reply]:
        connection = yield from self._connected()
        reply = yield from connection.hand_over(message, envelope)
        if connection.count > 1 and _was_stale(reply):
            connection = yield from self._connected()
            reply = yield from connection.hand_over(message, envelope)
        return reply

    def _connected(self) -> Steps[Connection]:
        """Return the open connection, or a new one when it broke or has carried its share."""
        if self._connection and self._connection.is_open and self._connection.count < self._relay.per_connection:
            return self._connection
        self._connection = yield from aside(self._renewed)
        return self._connection

    def _renewed(self) -> Connection:
        self.close()
        return Connection(self._relay)

    def _outcome(self, reply: Reply) -> Outcome:
        enhanced = enhanced_code(reply.text, reply.code)
        is_taken = reply.phase == "dot" and reply.code // 100 == 2  # like most: the words of others are looked at
        verdict = SENT if is_taken else classify(reply.phase, reply.code, enhanced, reply.text)
        if verdict.state != "queued":
            return Outcome(verdict.state, reply.code, enhanced, reply.text[:500], verdict.counts, verdict.name)
        said = f"the relay refuses us: {reply.code} {reply.text[:300]}"
        is_wrong = reply.phase == "auth" and reply.code >= 500  # 454 is that the relay cannot tell now (RFC 4954 6)
        kind = LoginError if is_wrong else DeliveryError
        error = kind(said, _MENDS.get(reply.phase, _MENDS["mail"]), self._relay.name)
        if reply.phase == "auth":
            self._locked_out = error
        raise error


def _was_stale(reply: Reply) -> bool:
    """Tell whether a kept connection had been given up by the relay: nothing was accepted, so a new one may try."""
    return (not reply.code and reply.phase != "dot") or (reply.code == 421 and reply.phase == "mail")
