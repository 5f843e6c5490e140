"""Examine the mail relay: that it lets us in, over TLS. No message is sent."""

import errno
import socket
import ssl
from collections.abc import Iterator
from datetime import UTC

from feeds.delivery import relay_of
from feeds.doctor.finding import Finding, Patient
from feeds.errors import DeliveryError

_NO_NETWORK = (errno.ENETUNREACH, errno.EHOSTUNREACH, errno.ENETDOWN)


def examine(patient: Patient) -> Iterator[Finding]:
    """Log in and leave. Raises SettingsError or DeliveryError."""
    settings = patient.settings
    if settings.mail.backend != "smtp":
        yield Finding("ok", f'none is used: [mail] backend is "{settings.mail.backend}"')
        return
    from feeds.delivery.smtp.session import RefusedError, log_in

    yield from _warm_up(patient)
    relay = relay_of(settings.mail, settings.root, patient.environ)
    try:
        sock, offers = log_in(relay)
    except RefusedError as error:
        reply = error.reply
        mend = "check mail.smtp.user and FEEDS_SMTP_PASSWORD" if reply.phase == "auth" else "ask who runs the relay"
        yield Finding("error", f"{relay.name} does not let us in: {reply.code} {reply.text}", mend)
        return
    except DeliveryError as error:
        if not _is_offline(error.__cause__):
            raise
        yield Finding("unchecked", f"{relay.name} cannot be reached from here: {error.what}", error.mend)
        return
    with sock:
        version = sock.version() if isinstance(sock, ssl.SSLSocket) else None
        sock.sendall(b"QUIT\r\n")
    login = "login works" if relay.user else "it asks for no login"
    if version:
        yield Finding("ok", f"{relay.name}: {version} with a valid certificate, {login}")
    else:
        yield Finding("warning", f"{relay.name}: no TLS, {login}", "leave it so on this machine only")
    if "smtputf8" not in offers:
        yield Finding("ok", "it takes no addresses with letters beyond ASCII before the @; those readers are skipped")


def _warm_up(patient: Patient) -> Iterator[Finding]:
    from feeds.delivery.smtp.pace import warm_up

    if begun := patient.settings.mail.warm_up:
        day = max(0, (patient.now.astimezone(UTC).date() - begun).days)
        cap = warm_up(day)
        today = f"day {day + 1} of the warm-up: up to {cap} messages until midnight UTC"
        yield Finding("ok", today if cap else "the warm-up is over: [mail] warm_up may go")


def _is_offline(error: BaseException | None) -> bool:
    return isinstance(error, socket.gaierror) or getattr(error, "errno", 0) in _NO_NETWORK
