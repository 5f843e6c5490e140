"""Keep messages in a list: for tests, ours and those of programs that embed us."""

from collections.abc import Iterable

from feeds.delivery.backend import Envelope, Opened
from feeds.model import Outcome


class Memory(Opened):
    """A list of what was handed over; `outcomes` are given in turn, then every message is sent."""

    remote = False
    repeatable = False

    def __init__(self, outcomes: Iterable[Outcome | Exception] = ()) -> None:
        self.messages: list[tuple[Envelope, bytes]] = []
        self._outcomes = iter(outcomes)

    def send(self, message: bytes, envelope: Envelope) -> Outcome:
        """Keep the message, unless it is refused. Raises what stands in `outcomes`."""
        outcome = next(self._outcomes, Outcome("sent"))
        if isinstance(outcome, Exception):
            raise outcome
        if outcome.state in ("sent", "uncertain"):
            self.messages.append((envelope, message))
        return outcome
