"""Keep messages in a list: for tests, ours and those of programs that embed us."""

from feeds.delivery.backend import Envelope, Opened
from feeds.model import Outcome


class Memory(Opened):
    """A list of what was handed over."""

    remote = False
    repeatable = False

    def __init__(self, *outcomes: Outcome | Exception) -> None:
        self.messages: list[tuple[Envelope, bytes]] = []
        self.expect(*outcomes)

    def expect(self, *outcomes: Outcome | Exception) -> None:
        """Give these outcomes to the next messages in turn, an exception by raising it; all others are sent."""
        self._outcomes = iter(outcomes)

    def send(self, message: bytes, envelope: Envelope) -> Outcome:
        """Keep the message, unless it is refused."""
        outcome = next(self._outcomes, Outcome("sent"))
        if isinstance(outcome, Exception):
            raise outcome
        if outcome.state in ("sent", "uncertain"):
            self.messages.append((envelope, message))
        return outcome
