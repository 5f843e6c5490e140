"""Readers who sign up on a page: noted at once, and asked by mail a moment later.

Two steps, so that the page does the same work for every address: from neither its answer nor its time can a stranger
learn what is known of one. Whoever takes the list next, asks: `feeds pages` every few seconds, else `run_due`.
"""

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime

from feeds.config import Settings
from feeds.delivery import Backend
from feeds.model import Issue
from feeds.newsletter.confirming import asker
from feeds.newsletter.ledger import Clock
from feeds.newsletter.outbox import Delivered, deliver
from feeds.store import Store, requests, signups
from feeds.store.signups import Signup
from feeds.store.subscribers import NewSubscriber
from feeds.subscriptions.enrolling import checked


def sign_up(store: Store, reader: NewSubscriber, newsletters: Sequence[str], now: datetime) -> None:
    """Note that somebody wants these newsletters, or says so in another's name. Raises StoreError."""
    with store.writing() as connection:
        for each in newsletters:
            signups.add(connection, Signup(reader.email_key, each, reader.email, now))


def ask_waiting(settings: Settings, store: Store, now: datetime) -> int:
    """Ask all who signed up since the last time; return how many mails that makes. Raises SettingsError, StoreError."""
    with store.reading() as connection:
        if not signups.any_waiting(connection):
            return 0
    enrol, mails = asker(settings), 0
    open_now = {each.name for each in settings.newsletter if each.by_web}
    with store.writing() as connection:
        together: dict[tuple[str, str], list[NewSubscriber]] = defaultdict(list)
        for each in signups.take(connection):
            if each.newsletter in open_now:
                consent = f"asked on the page on {each.at:%Y-%m-%d %H:%M} UTC"
                together[each.newsletter, consent].append(checked(each.email, "", "", "", ()))
        for (newsletter, consent), readers in together.items():
            mails += enrol(connection, newsletter, readers, consent, now)["added"]
    return mails


def deliver_questions(
    settings: Settings,
    store: Store,
    backend: Backend,
    clock: Clock,
    *,
    environ: Mapping[str, str],
    stopping: Callable[[], bool] = lambda: False,
) -> Delivered:
    """Hand over what asks readers to confirm, and nothing else of the outbox. Raises as `deliver` does."""

    def asks(issue: Issue) -> bool:
        return requests.is_stream(issue.newsletter)

    return deliver(settings, store, backend, clock, environ=environ, stopping=stopping, wanted=asks)
