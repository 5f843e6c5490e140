"""Open a connection to a relay: smtplib connects, secures and says who we are.

TLS is verified and cannot be stripped, and a password never crosses a network in the clear.
"""

import ipaddress
import smtplib
import socket
import ssl
from base64 import b64encode
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Literal

from msgspec import Struct

from feeds.errors import DeliveryError
from feeds.replies import Phase


class Timeouts(Struct, frozen=True):
    """Seconds to wait at least, by RFC 5321 4.5.3.2: too short a wait for the reply to the dot makes doubles."""

    connect: float = 60
    command: float = 300  # the greeting and replies to commands
    dot: float = 600  # the body and the reply to it


class Relay(Struct, frozen=True):
    """Where to send, and how to get in."""

    host: str
    port: int = 587
    security: Literal["starttls", "tls", "none"] = "starttls"
    user: str = ""
    password: str = ""
    hello: str = ""  # our name in EHLO; "" is that of this machine, or its address
    ca_file: str = ""  # certificates to trust instead of the system's
    per_connection: int = 1000  # messages, before a new connection is made
    timeouts: Timeouts = Timeouts()

    @property
    def name(self) -> str:
        """How errors call it."""
        return f"{self.host}:{self.port}"


class Reply(Struct, frozen=True):
    """What the relay said, and when; code 0 is silence."""

    phase: Phase
    code: int
    text: str


class RefusedError(Exception):
    """The relay did not let us in."""

    def __init__(self, phase: Phase, code: int, text: bytes | str) -> None:
        self.reply = Reply(phase, code, words(text))
        super().__init__(self.reply.text)


def words(text: bytes | str) -> str:
    """Return the text of a reply as one line, without nulls, which PostgreSQL cannot hold."""
    told = text if isinstance(text, str) else text.decode("utf-8", "replace")
    return " ".join(told.replace("\0", "").split())


class _Client(smtplib.SMTP):
    """smtplib, with TLS from the first byte when so configured, and less time to connect than to greet."""

    def __init__(self, relay: Relay, context: ssl.SSLContext | None) -> None:
        self._relay, self._context = relay, context
        # A name is given since the default asks the DNS, which may take a minute.
        super().__init__(relay.host, relay.port, relay.hello or "localhost", relay.timeouts.command)

    def _get_socket(self, host: str, port: int, timeout: float) -> socket.socket:  # the hook that SMTP_SSL uses
        sock = socket.create_connection((host, port), self._relay.timeouts.connect)
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        sock.settimeout(timeout)
        at_once = self._relay.security == "tls" and self._context
        return at_once.wrap_socket(sock, server_hostname=host) if at_once else sock


def log_in(relay: Relay) -> tuple[socket.socket, Mapping[str, str]]:
    """Return a socket that is ready for MAIL FROM, and the extensions that the relay offers there, in lower case.

    Raises RefusedError with the relay's reply, or DeliveryError when it cannot be reached or trusted.
    """
    context = None if relay.security == "none" else trust(relay.ca_file)
    with _explained(relay):
        client = _Client(relay, context)
        try:
            _introduce(client, relay, context)
        except BaseException:
            client.close()
            raise
        return _socket(client), client.esmtp_features


def trust(ca_file: str = "") -> ssl.SSLContext:
    """Return what TLS must fulfil: 1.2 or newer, a certificate of that host from an authority that we trust."""
    try:
        context = ssl.create_default_context(cafile=ca_file or None)
    except OSError as error:
        raise DeliveryError(f"cannot read certificates: {error}", "make it a PEM file", ca_file) from error
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    return context


def _introduce(client: smtplib.SMTP, relay: Relay, context: ssl.SSLContext | None) -> None:
    client.local_hostname = relay.hello or _own_name(client)
    _hello(client)
    if relay.security == "starttls":
        if not client.has_extn("starttls"):
            mend = 'somebody may be listening in; use port 465 with security = "tls", or a relay that offers it'
            if _is_loopback(client):
                mend = 'set mail.smtp.security to "none": what stays on this machine crosses no network'
            raise DeliveryError("the relay offers no STARTTLS", mend, relay.name)
        client.starttls(context=context)
        _hello(client)
    if relay.user:
        _authenticate(client, relay)


def _hello(client: smtplib.SMTP) -> None:
    code, text = client.ehlo()
    if code in (500, 502, 504):
        code, text = client.helo()
    if code != 250:
        raise RefusedError("ehlo", code, text)


def _authenticate(client: smtplib.SMTP, relay: Relay) -> None:
    """Log in with one mechanism, once: a wrong password tried again and again gets an account locked."""
    if relay.security == "none" and not _is_loopback(client):
        mend = 'set mail.smtp.security to "starttls" or "tls"'
        raise DeliveryError("a password would cross the network unencrypted", mend, relay.name)
    offered = client.esmtp_features.get("auth", "").upper().split()
    if "PLAIN" in offered:  # RFC 4616; smtplib's own cannot say a password that is not ASCII
        lines = ["AUTH PLAIN " + _base64(f"\0{relay.user}\0{relay.password}")]
    elif "LOGIN" in offered:
        lines = ["AUTH LOGIN", _base64(relay.user), _base64(relay.password)]
    else:
        mend = "remove mail.smtp.user if the relay asks for no password, or use another port"
        raise DeliveryError(
            f"the relay offers no AUTH that we know, but {' '.join(offered) or 'none'}", mend, relay.name
        )
    for line in lines:
        code, text = client.docmd(line)
        if code not in (235, 334):
            raise RefusedError("auth", code, text)


def _base64(text: str) -> str:
    return b64encode(text.encode()).decode()


def _own_name(client: smtplib.SMTP) -> str:
    """Return the name of this machine, if it is a full one, else its address as RFC 5321 4.1.3 writes it."""
    name = socket.gethostname()
    if "." in name:
        return name
    address = _socket(client).getsockname()[0]
    return f"[IPv6:{address}]" if ":" in address else f"[{address}]"


def _is_loopback(client: smtplib.SMTP) -> bool:
    return ipaddress.ip_address(_socket(client).getpeername()[0].partition("%")[0]).is_loopback


def _socket(client: smtplib.SMTP) -> socket.socket:
    if client.sock is None:
        raise smtplib.SMTPServerDisconnected
    return client.sock


@contextmanager
def _explained(relay: Relay) -> Iterator[None]:
    """Turn what goes wrong on the way in into what an operator can act on."""
    try:
        yield
    except ssl.SSLCertVerificationError as error:
        mend = "mail.smtp.host must be the name in its certificate, and the certificate valid"
        raise DeliveryError(f"the relay's certificate fails: {error.verify_message}", mend, relay.name) from error
    except ssl.SSLError as error:
        mend = 'port 465 wants mail.smtp.security = "tls", port 587 "starttls"'
        raise DeliveryError(f"no secure connection: {error.reason or error}", mend, relay.name) from error
    except smtplib.SMTPConnectError as error:
        raise RefusedError("connect", error.smtp_code, error.smtp_error) from error
    except smtplib.SMTPResponseException as error:
        raise RefusedError("tls", error.smtp_code, error.smtp_error) from error
    except (socket.gaierror, UnicodeError) as error:
        raise DeliveryError("no such host", "check mail.smtp.host and the DNS of this machine", relay.name) from error
    except (OSError, smtplib.SMTPException) as error:
        mend = "check mail.smtp.host and port, that the relay runs, and that no firewall stands between"
        raise DeliveryError(f"cannot talk to the relay: {error}", mend, relay.name) from error
