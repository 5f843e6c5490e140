"""Deliver what is queued."""

from collections.abc import Callable, Mapping

from msgspec import Struct

from feeds.config import Settings, secret
from feeds.delivery import BACKENDS, Backend, Envelope
from feeds.errors import DeliveryError, SettingsError
from feeds.model import Issue, Outcome
from feeds.newsletter.ledger import Clock, Ledger
from feeds.newsletter.press import Press
from feeds.store import Store, issues, secrets
from feeds.store.deliveries import Claimed
from feeds.store.tables import PENDING

Progress = Callable[[str, int, int], None]


class Delivered(Struct, frozen=True):
    """What a run came to."""

    outcomes: Mapping[str, int]  # state -> how many deliveries ended the run in it
    issues: tuple[Issue, ...]  # those that were open when it began, as they are now


def quiet(_what: str, _done: int, _total: int) -> None:
    """Show no progress."""


def backend_of(settings: Settings) -> Backend:
    """Make the backend that the settings name."""
    return BACKENDS[settings.mail.backend](settings.mail, settings.root)


def deliver(
    settings: Settings,
    store: Store,
    backend: Backend,
    clock: Clock,
    *,
    environ: Mapping[str, str],
    progress: Progress = quiet,
    stopping: Callable[[], bool] = lambda: False,
) -> Delivered:
    """Hand what is queued of the open issues to `backend`, until no turn has come or `stopping` says so.

    Any number of processes may do this at once. Raises SettingsError when messages may not leave yet, DeliveryError
    when the backend takes none: what was not handed over stays queued.
    """
    if backend.remote and not settings.mail.postal_address:
        mend = "set it: the law of many countries asks for it in each mail"
        raise SettingsError("mail.postal_address is empty", mend)
    with store.reading() as connection:
        under_way = issues.listed(connection, state="open")
    if not under_way:
        return Delivered({}, ())
    with store.writing() as connection:
        keys = (secret("FEEDS_SECRET", environ) or secrets.secret(connection),)
    with backend:
        ledger = Ledger(store, clock, repeatable=backend.repeatable)
        try:
            for issue in under_way:
                _deliver(issue, Press(store, issue, keys), ledger, backend, progress, stopping)
        finally:
            ledger.stop()
    with store.reading() as connection:
        return Delivered(dict(ledger.outcomes), tuple(issues.read(connection, each.id) for each in under_way))


def _deliver(
    issue: Issue, press: Press, ledger: Ledger, backend: Backend, progress: Progress, stopping: Callable[[], bool]
) -> None:
    label, total = f"{issue.newsletter}-{issue.number}", sum(issue.deliveries.values())
    count = total - sum(issue.deliveries.get(state, 0) for state in PENDING)
    while batch := ledger.claim(issue.id):
        for claimed in batch:
            if stopping():
                return
            envelope = press.envelope(claimed)
            if ledger.start(claimed, envelope.message_id):
                _hand_over(claimed, envelope, press, ledger, backend)
            count += 1
            progress(label, count, total)


def _hand_over(claimed: Claimed, envelope: Envelope, press: Press, ledger: Ledger, backend: Backend) -> None:
    try:
        message = press.message(claimed, envelope)
    except ValueError as error:
        ledger.settle(claimed, Outcome("failed", reply=str(error)))
        return
    try:
        ledger.settle(claimed, backend.send(message, envelope))
    except DeliveryError as error:
        ledger.settle(claimed, Outcome("queued", reply=str(error), counts=False))
        raise
