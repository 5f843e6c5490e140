"""What the SMTP backend does with real servers on this machine: aiosmtpd in this process, and Postfix's smtp-sink."""

import os
import smtplib
import socket
import ssl
import subprocess
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from ipaddress import ip_address
from pathlib import Path
from typing import Any, BinaryIO, Self, cast

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, LoginPassword, Session
from aiosmtpd.smtp import Envelope as Received
from hypothesis import given
from hypothesis import strategies as st

from feeds.delivery import Envelope
from feeds.delivery.smtp import Relay, Smtp, Timeouts
from feeds.delivery.smtp.session import _authenticate, trust
from feeds.delivery.smtp.transaction import envelope_commands, stuffed, xtext
from feeds.errors import DeliveryError

MESSAGE = (
    b"From: <news@example.org>\r\nTo: <reader@example.org>\r\nSubject: dots\r\n\r\n"
    b"one\r\n.\r\n.two\r\n..three\r\nQUIT\r\n\r\nend\r\n"
)
ENVELOPE = Envelope("b+42-x@bounce.example.org", "reader@example.org", "weekly-42", "<42.abc@example.org>")


def to(recipient: str) -> Envelope:
    """Make the envelope of a message to somebody."""
    return Envelope(ENVELOPE.sender, recipient, ENVELOPE.issue, ENVELOPE.message_id)


class Server:
    """An SMTP server in this process: it keeps what it takes, and says what `says` has for a phase or recipient."""

    def __init__(self) -> None:
        self.messages: list[Received] = []
        self.says: dict[str, str] = {}
        self.connections = 0
        self.logins: list[tuple[bytes, bytes]] = []
        self.extensions = ["250-PIPELINING"]
        self.passwords: dict[bytes, bytes] = {}

    async def handle_EHLO(
        self, _server: SMTP, session: Session, _envelope: Received, hostname: str, responses: list[str]
    ) -> list[str]:
        session.host_name = hostname
        return [responses[0], *self.extensions, *responses[1:]]

    async def handle_MAIL(
        self, server: SMTP, _session: Session, envelope: Received, address: str, options: list[str]
    ) -> str:
        if "MAIL" in self.says:
            return self._said("MAIL", server)
        envelope.mail_from = address
        envelope.mail_options.extend(options)
        return "250 OK"

    async def handle_RCPT(
        self, server: SMTP, _session: Session, envelope: Received, address: str, _options: list[str]
    ) -> str:
        for key in ("RCPT", address):
            if key in self.says:
                return self._said(key, server)
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, _session: Session, envelope: Received) -> str:
        if "DATA" in self.says:
            return self._said("DATA", server)
        self.messages.append(envelope)
        return "250 2.0.0 Ok: queued"

    def _said(self, key: str, server: SMTP) -> str:
        reply = self.says[key]
        if reply.startswith("421") and server.transport:
            server.loop.call_soon(server.transport.close)
        return reply

    def authenticator(
        self, _server: SMTP, _session: Session, _envelope: Received, _mechanism: str, data: Any
    ) -> AuthResult:
        assert isinstance(data, LoginPassword)
        self.logins.append((data.login, data.password))
        right = self.passwords.get(data.login) == data.password
        return AuthResult(success=right, handled=False, message="" if right else "535 5.7.8 authentication failed")

    @property
    def recipients(self) -> list[str]:
        return [recipient for message in self.messages for recipient in message.rcpt_tos]


SINK = "/usr/sbin/smtp-sink"


@contextmanager
def sinking(*flags: str) -> Iterator[Relay]:
    """Run Postfix's smtp-sink on a free port, with these faults."""
    port = free_port()
    user = ["-u", "nobody"] if os.geteuid() == 0 else []
    with subprocess.Popen([SINK, *user, *flags, f"127.0.0.1:{port}", "20"]) as process:
        try:
            until_listening(port)
            yield Relay("127.0.0.1", port, "none", timeouts=Timeouts(5, 5, 5))
        finally:
            process.terminate()


def until_listening(port: int) -> None:
    """Wait for a server that cannot tell when it is ready."""
    for _ in range(500):
        with socket.socket() as probe:
            if not probe.connect_ex(("127.0.0.1", port)):
                return
        time.sleep(0.01)
    pytest.fail("smtp-sink does not listen")


def free_port() -> int:
    """Find a port that nobody uses."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


class Script:
    """A server that says what it is told to, one connection after the other, and keeps what it hears."""

    def __init__(self, *connections: list[tuple[str, str]]) -> None:
        """Take for each connection: (line of which to wait for the end, what to say then); b"" there hangs up."""
        self.heard: list[str] = []
        self._connections = [[("", "220 hi"), ("ehlo", "250-hi\r\n250 PIPELINING"), *each] for each in connections]
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.relay = Relay("127.0.0.1", self._listener.getsockname()[1], "none", timeouts=Timeouts(5, 5, 5))
        self._thread = threading.Thread(target=self._run)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *exception: object) -> None:
        self._thread.join()
        self._listener.close()

    def _run(self) -> None:
        for steps in self._connections:
            connection = self._listener.accept()[0]
            with connection, connection.makefile("rb") as lines, suppress(ConnectionError):
                for awaited, answer in steps:
                    self._hear(lines, awaited)
                    connection.sendall(answer.encode() + b"\r\n" if answer else b"")

    def _hear(self, lines: BinaryIO, awaited: str) -> None:
        line = "begin" if awaited else ""
        while line and not line.startswith(awaited):
            line = lines.readline().decode()
            self.heard.append(line.rstrip("\r\n"))


@contextmanager
def serving(server: Server, options: Mapping[str, Any] = {}) -> Iterator[Relay]:
    """Run a server on a free port of this machine, with options of aiosmtpd."""

    class Counted(Controller):
        def factory(self) -> SMTP:
            server.connections += 1
            return cast("SMTP", super().factory())  # type: ignore[no-untyped-call]

    port = free_port()
    controller = Counted(server, "127.0.0.1", port, ident="test", **options)
    controller.start()
    server.connections = 0  # aiosmtpd tries itself out first
    try:
        yield Relay("127.0.0.1", port, "none", timeouts=Timeouts(5, 5, 5))
    finally:
        controller.stop()


@pytest.fixture
def server() -> Server:
    """Give a server that takes everything."""
    return Server()


# ---------------------------------------------------------------------------------------------------- one message


@pytest.mark.parametrize("extensions", [["250-PIPELINING"], []], ids=["pipelined", "step by step"])
def test_a_message_arrives_as_it_is(server: Server, extensions: list[str]) -> None:
    """Dots, commands and empty lines in the text arrive untouched, from and to whom the envelope says."""
    server.extensions = extensions
    with serving(server) as relay, Smtp(relay) as smtp:
        outcome = smtp.send(MESSAGE, ENVELOPE)

    assert ("sent", 250, "2.0.0", "sent") == (outcome.state, outcome.code, outcome.enhanced, outcome.meaning)
    assert [MESSAGE] == [message.original_content for message in server.messages]
    assert [ENVELOPE.sender] == [message.mail_from for message in server.messages]
    assert [ENVELOPE.recipient] == server.recipients
    assert f"SIZE={len(MESSAGE)}" in server.messages[0].mail_options


@given(st.lists(st.sampled_from([b"", b".", b"..", b".x", b"x", b"x.", b" ."])))
def test_stuffing_is_undone_by_the_receiver(lines: list[bytes]) -> None:
    """RFC 5321 4.5.2: whatever the lines, the receiver sees them and the end, and no end before it."""
    message = b"".join(line + b"\r\n" for line in lines)
    *received, end, rest = stuffed(message).split(b"\r\n")

    assert (b".", b"") == (end, rest)
    assert b"." not in received
    assert (lines or [b""]) == [line.removeprefix(b".") for line in received]


@pytest.mark.parametrize("text", ["42.abc", "a+b=c", "b c", "\u0642"])
def test_envelope_ids_are_xtext(text: str) -> None:
    """RFC 3461 4: printable ASCII without + and =, the rest by its number."""
    assert text.replace("+", "+2B").replace("=", "+3D").replace(" ", "+20").replace("\u0642", "+642") == xtext(text)


def test_bounces_are_asked_to_name_the_message() -> None:
    """With DSN on offer (RFC 3461), MAIL carries our id, and RCPT asks for failures and delays only."""
    mail, rcpt, _ = (line for _, line in envelope_commands(ENVELOPE, MESSAGE, {"dsn"}))

    assert b"MAIL FROM:<b+42-x@bounce.example.org> RET=HDRS ENVID=42.abc\r\n" == mail
    assert b"RCPT TO:<reader@example.org> NOTIFY=FAILURE,DELAY\r\n" == rcpt


def test_eight_bit_letters_are_announced() -> None:
    """A message that is not 7-bit says so where the relay can take it (RFC 6152)."""
    assert b"BODY=8BITMIME" in envelope_commands(ENVELOPE, "قارئ".encode(), {"8bitmime"})[0][1]
    assert b"BODY" not in envelope_commands(ENVELOPE, MESSAGE, {"8bitmime"})[0][1]


@pytest.mark.parametrize("address", ["a@example.org>\r\nRCPT TO:<b@example.org", "a b@example.org", "a\0@example.org"])
def test_an_address_cannot_carry_commands(server: Server, address: str) -> None:
    """What could break out of MAIL or RCPT is left out, and nothing of it is said."""
    with serving(server) as relay, Smtp(relay) as smtp:
        assert "skipped" == smtp.send(MESSAGE, to(address)).state
        assert "sent" == smtp.send(MESSAGE, ENVELOPE).state

    assert [ENVELOPE.recipient] == server.recipients


@pytest.mark.parametrize("offered", [True, False])
def test_addresses_in_other_scripts_need_smtputf8(server: Server, *, offered: bool) -> None:
    """Where the relay lacks it, that reader is skipped with a reason, and the others get theirs."""
    with serving(server, {"enable_SMTPUTF8": offered}) as relay, Smtp(relay) as smtp:
        outcomes = [smtp.send(MESSAGE, to(address)) for address in ("قارئ@example.org", "reader@example.org")]

    assert ["sent" if offered else "skipped", "sent"] == [outcome.state for outcome in outcomes]
    assert offered or "SMTPUTF8" in outcomes[0].reply
    assert (["قارئ@example.org"] if offered else []) + ["reader@example.org"] == server.recipients


# ---------------------------------------------------------------------------------------------------- refusals


REFUSALS = {
    "RCPT": [
        ("550 5.1.1 User unknown", "failed", "address"),
        ("552 5.2.2 Mailbox full", "failed", "mailbox"),
        ("450 4.2.0 Greylisted", "deferred", "busy"),
        ("550 5.7.1 Blocked", "failed", "policy"),
        ("451 4.7.1 Too many messages, slow down", "deferred", "rate"),
    ],
    "DATA": [("554 5.7.1 Spam", "failed", "policy"), ("452 4.3.1 Insufficient system storage", "deferred", "busy")],
    "MAIL": [("451 4.3.0 Try later", "deferred", "busy"), ("452 4.5.3 Daily quota reached", "deferred", "quota")],
}


@pytest.mark.parametrize("extensions", [["250-PIPELINING"], []], ids=["pipelined", "step by step"])
@pytest.mark.parametrize(
    ("phase", "reply", "state", "meaning"), [(phase, *row) for phase, rows in REFUSALS.items() for row in rows]
)
def test_a_refusal_is_understood_and_the_next_message_unharmed(
    server: Server, extensions: list[str], phase: str, reply: str, state: str, meaning: str
) -> None:
    """The outcome has state, codes and meaning; the same connection then takes a message to somebody else."""
    server.extensions, server.says = extensions, {phase: reply}
    with serving(server) as relay, Smtp(relay) as smtp:
        outcome = smtp.send(MESSAGE, ENVELOPE)
        server.says = {}
        after = smtp.send(MESSAGE, to("other@example.org"))

    assert (state, meaning) == (outcome.state, outcome.meaning)
    assert reply == f"{outcome.code} {outcome.reply}"
    assert outcome.counts == (meaning not in ("rate", "quota"))
    assert "sent" == after.state
    assert ["other@example.org"] == server.recipients
    assert 1 == server.connections


@pytest.mark.parametrize("phase", ["MAIL", "RCPT", "DATA"])
def test_421_is_a_refusal_and_the_end_of_the_connection(server: Server, phase: str) -> None:
    """The message is tried again later, and the next one over a new connection (RFC 5321 3.8)."""
    with serving(server) as relay, Smtp(relay) as smtp:
        server.says = {phase: "421 4.3.2 Shutting down"}
        outcome = smtp.send(MESSAGE, ENVELOPE)
        server.says = {}
        after = smtp.send(MESSAGE, to("other@example.org"))

    assert ("deferred", "busy", 421) == (outcome.state, outcome.meaning, outcome.code)
    assert "sent" == after.state
    assert ["other@example.org"] == server.recipients
    assert 2 == server.connections


@pytest.mark.parametrize("reply", ["550 5.7.1 Sender not allowed", "530 5.7.0 Authentication required"])
def test_a_refused_sender_stops_the_run(server: Server, reply: str) -> None:
    """No reader is at fault and no other message would fare better, so it is an error for the operator."""
    server.says = {"MAIL": reply}
    with serving(server) as relay, Smtp(relay) as smtp, pytest.raises(DeliveryError, match=r"5\.7\..*mail\.from"):
        smtp.send(MESSAGE, ENVELOPE)


# ---------------------------------------------------------------------------------------------------- connections


def test_a_connection_carries_its_share(server: Server) -> None:
    """Five messages at two a connection take three of them."""
    with serving(server) as relay, Smtp(changed(relay, per_connection=2)) as smtp:
        assert ["sent"] * 5 == [smtp.send(MESSAGE, ENVELOPE).state for _ in range(5)]

    assert 3 == server.connections
    assert 5 == len(server.messages)


def test_without_messages_nobody_is_bothered(server: Server) -> None:
    """A run that has nothing to send opens no connection."""
    with serving(server) as relay, Smtp(relay):
        pass

    assert 0 == server.connections


def test_a_connection_that_the_relay_gave_up_is_replaced(server: Server) -> None:
    """Relays close idle connections; that is no failure of the next message, and makes no double."""
    with serving(server) as relay, Smtp(relay) as smtp:
        smtp.send(MESSAGE, ENVELOPE)
        assert smtp._connection
        smtp._connection._socket.shutdown(socket.SHUT_RDWR)
        outcome = smtp.send(MESSAGE, to("other@example.org"))

    assert "sent" == outcome.state
    assert [ENVELOPE.recipient, "other@example.org"] == server.recipients
    assert 2 == server.connections


ANNOUNCED = ("DATA", "250 ok\r\n250 ok\r\n354 go")


def test_the_dot_is_due_even_without_a_reader() -> None:
    """A relay may ask for the body though it refused the only reader (RFC 2920 3.1): it gets none, and no message."""
    steps = [("DATA", "250 ok\r\n550 5.1.1 unknown\r\n354 go"), (".", "554 no valid recipients")]
    with Script([*steps, ANNOUNCED, (".", "250 taken"), ("QUIT", "221 bye")]) as script, Smtp(script.relay) as smtp:
        assert ["address", "sent"] == [smtp.send(b"body\r\n", ENVELOPE).meaning for _ in range(2)]

    envelope = [f"MAIL FROM:<{ENVELOPE.sender}>", f"RCPT TO:<{ENVELOPE.recipient}>", "DATA"]
    assert [*envelope, ".", *envelope, "body", ".", "QUIT"] == script.heard[1:]


def test_after_421_a_relay_is_not_spoken_to() -> None:
    """Even if it forgets to hang up (RFC 5321 3.8)."""
    first, second = [("DATA", "250 ok\r\n250 ok\r\n421 4.3.2 closing"), ("x", "")], [ANNOUNCED, (".", "250 taken")]
    with Script(first, [*second, ("QUIT", "221 bye")]) as script, Smtp(script.relay) as smtp:
        assert ["busy", "sent"] == [smtp.send(b"body\r\n", ENVELOPE).meaning for _ in range(2)]

    assert 2 == script.heard.count("DATA")


def test_a_doubt_is_not_tried_again_at_once() -> None:
    """Silence after the dot on a kept connection may be a message that arrived: a new connection would double it."""
    steps = [ANNOUNCED, (".", "250 taken"), ANNOUNCED, (".", "")]
    with Script(steps) as script, Smtp(script.relay) as smtp:
        assert ["sent", "uncertain"] == [smtp.send(b"body\r\n", ENVELOPE).state for _ in range(2)]

    assert 2 == script.heard.count("body")


@pytest.mark.parametrize(
    ("answer", "state", "reply"),
    [
        ("250-2.0.0 Ok\r\n250-2.0.0 and more\r\n250 2.0.0 queued", "sent", "2.0.0 Ok 2.0.0 and more 2.0.0 queued"),
        ("250", "sent", ""),
        ("250 o\0k", "sent", "ok"),
        ("250-x\r\n" * 2000 + "250 x", "uncertain", "a reply without end"),
        ("what?", "uncertain", "?"),
        ("354 go on", "uncertain", "go on"),
    ],
    ids=["many lines", "bare code", "null", "endless", "nonsense", "odd"],
)
def test_replies_of_all_shapes_are_read(answer: str, state: str, reply: str) -> None:
    """RFC 5321 4.2.1: lines joined by hyphens are one reply; what is none after the dot leaves a doubt."""
    with Script([ANNOUNCED, (".", answer), ("QUIT", "221 bye")]) as script, Smtp(script.relay) as smtp:
        outcome = smtp.send(b"body\r\n", ENVELOPE)

    assert (state, reply) == (outcome.state, outcome.reply)


def test_an_interrupted_message_takes_its_connection_along(server: Server) -> None:
    """Whatever stops us between DATA and the dot, nothing of that message arrives, and the next one is whole."""
    with serving(server) as relay, Smtp(relay) as smtp:
        with pytest.raises(TypeError):
            smtp.send("not bytes", ENVELOPE)  # type: ignore[arg-type]
        assert smtp._connection
        assert not smtp._connection.is_open
        assert "sent" == smtp.send(MESSAGE, ENVELOPE).state

    assert [MESSAGE] == [message.original_content for message in server.messages]
    assert 2 == server.connections


def test_nobody_listens() -> None:
    """One line says where, what and how to mend."""
    relay = Relay("127.0.0.1", free_port(), "none")
    with Smtp(relay) as smtp, pytest.raises(DeliveryError, match=rf"{relay.name}: .*refused; check mail\.smtp\.host"):
        smtp.send(MESSAGE, ENVELOPE)


# ---------------------------------------------------------------------------------------------------- faults


SINK_FAULTS: list[tuple[list[str], str, str]] = [
    ([], "sent", "sent"),
    (["-p"], "sent", "sent"),
    (["-e"], "sent", "sent"),
    (["-r", "rcpt"], "deferred", "busy"),
    (["-r", "mail"], "deferred", "busy"),
    (["-r", "."], "deferred", "busy"),
    (["-f", "rcpt", "-B", "550 5.1.1 no such user"], "failed", "address"),
    (["-f", "."], "failed", "policy"),
    (["-f", "data", "-B", "554 5.7.1 spam"], "failed", "policy"),
    (["-q", "mail"], "deferred", "lost"),
    (["-q", "rcpt"], "deferred", "lost"),
    (["-q", "data"], "deferred", "lost"),
    (["-q", "."], "uncertain", "uncertain"),
    (["-Q", "mail"], "deferred", "busy"),
    (["-Q", "data"], "deferred", "busy"),
    (["-Q", "."], "deferred", "busy"),
    (["-W", ".:8"], "uncertain", "uncertain"),
]


@pytest.mark.needs("smtp-sink")
@pytest.mark.parametrize(("flags", "state", "meaning"), SINK_FAULTS, ids=lambda each: "".join(each) or "none")
def test_faults_are_told_apart(flags: list[str], state: str, meaning: str) -> None:
    """Before the final dot it is safe to try again; a drop or silence after it is a doubt, an answer never is."""
    with sinking(*flags) as relay, Smtp(changed(relay, timeouts=Timeouts(5, 30, dot=0.3))) as smtp:
        outcome = smtp.send(MESSAGE, ENVELOPE)

    assert (state, meaning) == (outcome.state, outcome.meaning)
    assert outcome.counts == (meaning != "lost")


@pytest.mark.needs("smtp-sink")
def test_a_body_that_did_not_leave_is_no_doubt() -> None:
    """The relay stops reading in the middle of a large message: the dot cannot have arrived."""
    with sinking("-A", "30") as relay, Smtp(changed(relay, timeouts=Timeouts(5, 5, dot=0.3))) as smtp:
        outcome = smtp.send(MESSAGE + b"x" * 50_000_000, ENVELOPE)

    assert ("deferred", "lost") == (outcome.state, outcome.meaning)


@pytest.mark.needs("smtp-sink")
@pytest.mark.parametrize("flags", [["-f", "connect"], ["-q", "connect"], ["-f", "ehlo,helo"], ["-r", "connect"]])
def test_a_relay_that_lets_nobody_in_stops_the_run(flags: list[str]) -> None:
    """The run is over, and nothing is held against the reader."""
    with sinking(*flags) as relay, Smtp(relay) as smtp, pytest.raises(DeliveryError, match=relay.name):
        smtp.send(MESSAGE, ENVELOPE)


# ---------------------------------------------------------------------------------------------------- TLS, passwords


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> "Authority":
    """Give an authority that the tests trust."""
    return Authority(tmp_path_factory.mktemp("certificates"))


class Authority:
    """Issues certificates for servers of these tests."""

    def __init__(self, folder: Path) -> None:
        from cryptography.hazmat.primitives.asymmetric import ec

        self.folder, self.key = folder, ec.generate_private_key(ec.SECP256R1())
        self.ca_file = str(self._write("ca", self._certificate("Test CA", None, self.key.public_key(), 2020, 2090)))

    def server(self, host: str = "127.0.0.1", until: int = 2090, *, self_signed: bool = False) -> ssl.SSLContext:
        """Return what a server shows that has a certificate for `host`."""
        from cryptography.hazmat.primitives import serialization
        from cryptography.hazmat.primitives.asymmetric import ec

        key = ec.generate_private_key(ec.SECP256R1())
        issuer = key if self_signed else self.key
        pem = self._certificate(host if self_signed else "Test CA", host, key.public_key(), 2020, until, issuer)
        private = key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self._write(f"{host}-{until}-{self_signed}", pem + private))
        return context

    def _write(self, name: str, pem: bytes) -> Path:
        path = self.folder / f"{name}.pem"
        path.write_bytes(pem)
        return path

    def _certificate(
        self, issuer: str, host: str | None, public: Any, since: int, until: int, key: Any = None
    ) -> bytes:
        from cryptography import x509
        from cryptography.hazmat.primitives import hashes, serialization
        from cryptography.x509.oid import NameOID

        def name(text: str) -> x509.Name:
            return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text)])

        def usage(signs: bool) -> x509.KeyUsage:
            return x509.KeyUsage(not signs, False, False, False, False, signs, signs, False, False)

        signer = (key or self.key).public_key()
        builder = (
            x509.CertificateBuilder()
            .subject_name(name(host or issuer))
            .issuer_name(name(issuer))
            .public_key(public)
            .serial_number(x509.random_serial_number())
            .not_valid_before(datetime(since, 1, 1, tzinfo=UTC))
            .not_valid_after(datetime(until, 1, 1, tzinfo=UTC))
            .add_extension(x509.BasicConstraints(ca=host is None, path_length=None), critical=True)
            # RFC 5280 4.2.1.1 to 4.2.1.3, which Python insists on from 3.13 on.
            .add_extension(x509.SubjectKeyIdentifier.from_public_key(public), critical=False)
            .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(signer), critical=False)
            .add_extension(usage(host is None), critical=True)
        )
        if host:
            known = x509.IPAddress(ip_address(host)) if host[0].isdigit() else x509.DNSName(host)
            builder = builder.add_extension(x509.SubjectAlternativeName([known]), critical=False)
        return builder.sign(key or self.key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM)


def changed(relay: Relay, **changes: Any) -> Relay:
    """Return a relay with other settings."""
    from msgspec.structs import replace

    return replace(relay, **changes)


@pytest.mark.parametrize("security", ["starttls", "tls"])
def test_tls_is_used(server: Server, authority: Authority, security: str) -> None:
    """A relay with a good certificate gets the message, and nothing of it in the clear."""
    options = tls_options(security, authority.server())
    with serving(server, options) as relay, Smtp(changed(relay, security=security, ca_file=authority.ca_file)) as smtp:
        assert "sent" == smtp.send(MESSAGE, ENVELOPE).state
        assert isinstance(smtp._connection and smtp._connection._socket, ssl.SSLSocket)

    assert [MESSAGE] == [message.original_content for message in server.messages]


def tls_options(security: str, context: ssl.SSLContext) -> dict[str, Any]:
    """Return what makes aiosmtpd speak TLS, at once or after STARTTLS."""
    return {"ssl_context": context} if security == "tls" else {"tls_context": context, "require_starttls": True}


BAD_CERTIFICATES: dict[str, tuple[Callable[[Authority], ssl.SSLContext], str]] = {
    "expired": (lambda authority: authority.server(until=2021), "expired"),
    "wrong host": (lambda authority: authority.server("mail.example.org"), "mismatch"),
    "self-signed": (lambda authority: authority.server(self_signed=True), "self-signed"),
}


@pytest.mark.parametrize("security", ["starttls", "tls"])
@pytest.mark.parametrize("name", BAD_CERTIFICATES)
def test_a_bad_certificate_is_refused(server: Server, authority: Authority, security: str, name: str) -> None:
    """No password and no message goes to a relay that cannot prove who it is; the error says why."""
    make, why = BAD_CERTIFICATES[name]
    options = {**tls_options(security, make(authority)), "authenticator": server.authenticator}
    with serving(server, options) as relay:
        trusting = changed(relay, security=security, ca_file=authority.ca_file, user="u", password="p")
        with Smtp(trusting) as smtp, pytest.raises(DeliveryError, match=f"certificate.*{why}"):
            smtp.send(MESSAGE, ENVELOPE)

    assert ([], []) == (server.logins, server.messages)


def test_stripped_starttls_is_noticed(server: Server) -> None:
    """If STARTTLS is not offered, we leave without a word, though AUTH is offered in the clear."""
    options = {"authenticator": server.authenticator, "auth_require_tls": False}
    with serving(server, options) as relay:
        stripped = changed(relay, security="starttls", user="u", password="p")
        with Smtp(stripped) as smtp, pytest.raises(DeliveryError, match=r'offers no STARTTLS; .*security to "none"'):
            smtp.send(MESSAGE, ENVELOPE)

    assert ([], []) == (server.logins, server.messages)


def test_tls_is_new_enough() -> None:
    """Nothing older than TLS 1.2, and hosts are checked."""
    context = trust()

    assert ssl.TLSVersion.TLSv1_2 == context.minimum_version
    assert (ssl.CERT_REQUIRED, True) == (context.verify_mode, context.check_hostname)


@pytest.mark.parametrize(("mechanisms", "password"), [((), "secret"), ((), "كلمة السر"), (("PLAIN",), "secret")])
def test_we_log_in(server: Server, mechanisms: tuple[str, ...], password: str) -> None:
    """PLAIN, else LOGIN, in any script; on this machine also without TLS."""
    server.passwords = {b"user": password.encode()}
    options = {"authenticator": server.authenticator, "auth_require_tls": False, "auth_exclude_mechanism": mechanisms}
    with serving(server, options) as relay, Smtp(changed(relay, user="user", password=password)) as smtp:
        assert "sent" == smtp.send(MESSAGE, ENVELOPE).state

    assert [(b"user", password.encode())] == server.logins


def test_a_wrong_password_is_tried_once(server: Server) -> None:
    """A second message raises the same error without another attempt, which might lock the account."""
    options = {"authenticator": server.authenticator, "auth_require_tls": False}
    with serving(server, options) as relay, Smtp(changed(relay, user="user", password="no")) as smtp:
        for _ in range(3):
            with pytest.raises(DeliveryError, match=r"535 .*; check mail\.smtp\.user and FEEDS_SMTP_PASSWORD"):
                smtp.send(MESSAGE, ENVELOPE)

    assert 1 == len(server.logins)
    assert 1 == server.connections


def test_a_password_does_not_cross_a_network_in_the_clear() -> None:
    """Without TLS, AUTH is for this machine only."""

    class Far(smtplib.SMTP):
        def docmd(self, cmd: str, args: str = "") -> tuple[int, bytes]:
            pytest.fail(f"said {cmd}")

    class FarSocket(socket.socket):
        def getpeername(self) -> tuple[str, int]:
            return ("192.0.2.1", 587)

    far = Far()
    far.esmtp_features = {"auth": " PLAIN"}
    with FarSocket() as far.sock, pytest.raises(DeliveryError, match="unencrypted"):
        _authenticate(far, Relay("192.0.2.1", 587, "none", "user", "secret"))
