"""Show each message on a terminal, in words: for trying things out."""

import sys
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from typing import TextIO

from feeds.delivery.backend import Envelope, Opened
from feeds.errors import DeliveryError
from feeds.model import Outcome

HEADERS = ("From", "To", "Subject", "Date")


class Console(Opened):
    """A stream that a person reads: the main headers and the text part."""

    remote = False
    repeatable = True

    def __init__(self, stream: TextIO | None = None) -> None:
        self.stream = stream or sys.stdout

    def send(self, message: bytes, envelope: Envelope) -> Outcome:
        """Print the message. Raises DeliveryError when nobody reads the stream any more."""
        try:
            print(
                f"--- {envelope.issue} to {envelope.recipient}",
                _in_words(message),
                sep="\n",
                file=self.stream,
                flush=True,
            )
        except (OSError, ValueError) as error:
            raise DeliveryError(f"cannot print: {error}", "keep the terminal open") from error
        return Outcome("sent")


def _in_words(message: bytes) -> str:
    parsed = message_from_bytes(message, EmailMessage, policy=default)
    text = parsed.get_body(("plain",))
    headers = [f"{name}: {parsed[name]}" for name in HEADERS if parsed[name]]
    return "\n".join([*headers, "", text.get_content() if text else ""])
