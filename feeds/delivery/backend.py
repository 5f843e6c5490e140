"""What every backend is, and what it is told about a message."""

from collections.abc import Sequence
from typing import Protocol, Self

from msgspec import Struct

from feeds.delivery.loop import Steps
from feeds.model import Outcome


class Envelope(Struct, frozen=True):
    """What is said of a message beside its bytes."""

    sender: str  # where bounces go: MAIL FROM of RFC 5321
    recipient: str  # domain in ASCII
    issue: str  # "weekly-42"
    message_id: str  # the same whenever this message is handed over


class Backend(Protocol):
    """Something that carries messages; a context manager around a run.

    `remote`: messages leave this machine, so the law wants a postal address in them.
    `repeatable`: handing the same message over twice leaves one, so a delivery in doubt is simply done again.
    `login`: what it logs in with and where, a secret; "" when it does not.
    """

    remote: bool
    repeatable: bool
    login: str

    def lanes(self) -> "Sequence[Backend]":
        """Return what may carry a message each at the same time; itself alone if it bears but one."""

    def open(self) -> None:
        """Get ready. Raises DeliveryError when no message can be handed over now."""

    def send(self, message: bytes, envelope: Envelope) -> Outcome:
        """Hand over one message, and say what became of it.

        Raises DeliveryError when this message has not left, and no other can either.
        """

    def steps(self, message: bytes, envelope: Envelope) -> Steps[Outcome]:
        """Do as `send`, but let others go on while it waits."""

    def close(self) -> None:
        """Let go of what `open` took; never raises."""

    def __enter__(self) -> Self: ...

    def __exit__(self, *exception: object) -> None: ...


class Opened:
    """What most backends are: a context manager, and one message after the other."""

    login = ""

    def lanes(self) -> Sequence[Self]:
        """Return itself: most bear but one message at a time."""
        return (self,)

    def open(self) -> None:
        """Get ready: most need not."""

    def send(self, message: bytes, envelope: Envelope) -> Outcome:
        """Hand over one message: each does so in its own way."""
        raise NotImplementedError

    def steps(self, message: bytes, envelope: Envelope) -> Steps[Outcome]:
        """Send at once: most need not wait for anybody."""
        yield from ()
        return self.send(message, envelope)

    def close(self) -> None:
        """Let go: most have nothing to."""

    def __enter__(self) -> Self:
        self.open()
        return self

    def __exit__(self, *exception: object) -> None:
        self.close()
