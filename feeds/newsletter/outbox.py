"""Deliver what is queued."""

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta

from msgspec import Struct

from feeds.config import Settings, secret
from feeds.delivery import BACKENDS, Backend
from feeds.delivery.smtp.pace import Breaker, limits
from feeds.errors import DeliveryError, FeedsError, SettingsError
from feeds.model import Issue, Outcome
from feeds.newsletter.confirming import press_of
from feeds.newsletter.consequences import verdict_of
from feeds.newsletter.crew import Crew, Done, Job
from feeds.newsletter.gate import Gate
from feeds.newsletter.ledger import Clock, Ledger
from feeds.newsletter.lockout import heeded
from feeds.newsletter.press import Press, sealer
from feeds.newsletter.witness import counted
from feeds.progress import Progress, quiet
from feeds.store import Store, issues, secrets
from feeds.store.tables import PENDING

TICK = 0.5  # seconds after which signals and the lease are looked after, though nothing happened
PATIENCE = 60.0  # seconds that a run waits for its turn; if it is longer, the next run comes back


class Delivered(Struct, frozen=True):
    """What a run came to."""

    outcomes: Mapping[str, int]  # state -> how many deliveries ended the run in it
    issues: tuple[Issue, ...]  # those that were open when it began, as they are now
    until: datetime | None = None  # when what a rate or a quota holds back may leave, where that is a while


def backend_of(settings: Settings, environ: Mapping[str, str]) -> Backend:
    """Make the backend that the settings name; its password comes from the environment. Raises SettingsError."""
    return BACKENDS[settings.mail.backend](settings.mail, settings.root, environ)


def deliver(
    settings: Settings,
    store: Store,
    backend: Backend,
    clock: Clock,
    *,
    environ: Mapping[str, str],
    progress: Progress = quiet,
    stopping: Callable[[], bool] = lambda: False,
    wanted: Callable[[Issue], bool] = lambda _: True,
) -> Delivered:
    """Hand what is queued of the open issues, or of those `wanted`, to `backend` until no turn has come.

    Or until `stopping` says so.

    Any number of processes may do this at once. Raises SettingsError when messages may not leave yet, GuardError when
    the database was put back to an earlier day, DeliveryError when the backend takes none: what was not handed over
    stays queued.
    """
    if backend.remote and not settings.mail.postal_address:
        mend = "set it: the law of many countries asks for it in each mail"
        raise SettingsError("mail.postal_address is empty", mend)
    with store.reading() as connection:
        under_way = [each for each in issues.listed(connection, state="open") if wanted(each)]
    if not under_way:
        return Delivered({}, ())
    seal = sealer(settings)
    with store.writing() as connection:
        keys = secrets.keys(connection, secret("FEEDS_SECRET", environ))
        secrets.note_signer(connection, keys[0])
    with (
        counted(settings.root, store),
        heeded(store, backend, settings.site.timezone, clock),
        Crew(backend) as crew,
    ):
        gate = Gate(limits(settings.mail.smtp), settings.mail.warm_up)
        run = _Run(Ledger(store, clock, repeatable=backend.repeatable, gate=gate), crew, clock)
        try:
            for issue in under_way:
                run.deliver(issue, press_of(store, issue, keys, seal), progress, stopping)
        finally:
            run.finish()
    with store.reading() as connection:
        now = tuple(issues.read(connection, each.id) for each in under_way)
    return Delivered(dict(run.ledger.outcomes), now, run.until)


class _Run:
    """The ledger and the crew at work: what is done is noted, what may leave is given out."""

    def __init__(self, ledger: Ledger, crew: Crew, clock: Clock) -> None:
        self.ledger, self._crew, self._clock = ledger, crew, clock
        self.until: datetime | None = None
        self._refusals, self._doubts = Breaker(), Breaker()

    def deliver(self, issue: Issue, press: Press, progress: Progress, stopping: Callable[[], bool]) -> None:
        """Deliver an issue until no turn has come. Raises DeliveryError when going on is of no use."""
        label, total = f"{issue.newsletter}-{issue.number}", sum(issue.deliveries.values())
        count = total - sum(issue.deliveries.get(state, 0) for state in PENDING)
        while True:
            room = 0 if stopping() else self._crew.room
            for claimed, envelope in self.ledger.advance(issue.id, room, press.envelope):
                self._crew.give(Job(claimed, envelope, press.message))
            if not self._crew.busy and (stopping() or not 0 < self.ledger.wait <= PATIENCE):
                break
            for done in self._settled(TICK):
                count += 1
                progress(label, count, total)
                self._react(done, issue)
        if (wait := self.ledger.wait) > PATIENCE:
            turn = self._clock() + timedelta(seconds=wait)
            self.until = min(self.until or turn, turn)
        self.ledger.put_back()

    def finish(self) -> None:
        """Wait for what is in the air, and let go of the rest."""
        while self._crew.busy:
            self._settled(TICK)
            self.ledger.advance(0, 0, lambda _: NotImplemented)
        self.ledger.stop()

    def _settled(self, seconds: float) -> list[Done]:
        """Wait for the crew, not longer than until the next turn; note what was done."""
        wait = self.ledger.wait
        found = self._crew.wait(min(wait, seconds) if wait else seconds)
        for done in found:
            if done.outcome:
                self.ledger.settle(done.claimed, done.outcome)
        return found

    def _react(self, done: Done, issue: Issue) -> None:
        """Stop when a backend is broken, when the last connection is lost, or when the relay has had enough of us."""
        if done.error and (self._crew.is_lost or not isinstance(done.error, FeedsError)):
            raise done.error
        outcome = done.outcome
        if not outcome or outcome.state not in ("sent", "failed", "uncertain"):
            return
        refused, doubtful = verdict_of(outcome.meaning).trips, outcome.state == "uncertain"
        self._refusals, self._doubts = self._refusals.after(refused=refused), self._doubts.after(refused=doubtful)
        if doubtful and self._doubts.open:
            self.ledger.close()  # else each run would leave doubt about a few more readers
            what = "the relay hangs up after messages, without saying whether it took them; no more leave for an hour"
            raise DeliveryError(what, "look into its log; `feeds outbox status` names the readers in doubt")
        if refused and self._refusals.open:
            self._pause(issue, outcome)

    def _pause(self, issue: Issue, refused: Outcome) -> None:
        self.ledger.pause(issue.id, f"{refused.code} {refused.enhanced}".strip())  # what it says may name a reader
        what = f"{issue.newsletter}-{issue.number} is paused: 5 of the last 50 messages were refused"
        mend = (
            f"that is about us, not the readers; mend it, then `feeds issue resume {issue.newsletter}-{issue.number}`"
        )
        raise DeliveryError(f"{what}: {refused.code} {refused.reply[:200]}", mend)
