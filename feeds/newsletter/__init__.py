"""Newsletters: open an issue when it is due, deliver it, settle each delivery.

    remember -> open_due -> deliver, or all three: run_due

Each deed may be done at any time, by any number of processes at once, and be cut off at any moment: what must happen
once is a key in the store, not a matter of who was first.
"""

from collections.abc import Callable, Mapping

from msgspec import Struct

from feeds.config import Settings
from feeds.delivery import Backend
from feeds.errors import MailboxError
from feeds.model import Issue, Problem
from feeds.newsletter.confirming import forget_unanswered
from feeds.newsletter.drafting import Source, source, source_of
from feeds.newsletter.ledger import Clock
from feeds.newsletter.opening import Opened, approve, cancel, listed, open_due, open_issue, resume, skip_new
from feeds.newsletter.outbox import Delivered, backend_of, deliver
from feeds.newsletter.planning import Planned, ShownForm, ShownIssue, plan, show
from feeds.newsletter.previewing import Preview, preview, write_preview
from feeds.newsletter.remembering import remember
from feeds.newsletter.returned import read_mailbox
from feeds.newsletter.signups import ask_waiting
from feeds.progress import Progress, quiet
from feeds.store import Store

__all__ = [
    "Delivered",
    "Opened",
    "Planned",
    "Preview",
    "Ran",
    "ShownForm",
    "ShownIssue",
    "Source",
    "approve",
    "backend_of",
    "cancel",
    "deliver",
    "listed",
    "open_due",
    "open_issue",
    "plan",
    "preview",
    "remember",
    "resume",
    "run_due",
    "show",
    "skip_new",
    "source",
    "source_of",
    "write_preview",
]


class Ran(Struct, frozen=True):
    """What a run of all that was due came to."""

    new_posts: int
    opened: tuple[Issue, ...]
    delivered: Delivered
    refused: tuple[Problem, ...] = ()  # issues that a person must decide about
    returned: Mapping[str, int] = {}  # what became of the mail that came back
    problems: tuple[Problem, ...] = ()  # that held nothing else up


def run_due(
    settings: Settings,
    store: Store,
    source: Source | None,
    backend: Backend,
    clock: Clock,
    *,
    environ: Mapping[str, str],
    progress: Progress = quiet,
    stopping: Callable[[], bool] = lambda: False,
) -> Ran:
    """Read what came back, take notice of new posts, open what is due, deliver what is queued.

    Without a `source`, where nobody knows which posts there are, it does the first and the last.
    This is what cron and the scheduler call; doing it once more changes nothing. Raises SettingsError,
    StoreError or DeliveryError.
    """
    returned, problems = _returned(settings, store, clock, environ)  # first: who has left gets no more
    ask_waiting(settings, store, clock())
    forget_unanswered(store, clock())
    new_posts = remember(store, source, clock()) if source else 0
    opened = open_due(settings, store, source, clock()) if source else Opened(())
    delivered = deliver(settings, store, backend, clock, environ=environ, progress=progress, stopping=stopping)
    return Ran(new_posts, opened.issues, delivered, opened.refused, returned, problems)


def _returned(
    settings: Settings, store: Store, clock: Clock, environ: Mapping[str, str]
) -> tuple[Mapping[str, int], tuple[Problem, ...]]:
    """Read the mailbox; that it cannot be read is no reason to deliver nothing."""
    try:
        return read_mailbox(settings, store, clock, environ=environ), ()
    except MailboxError as error:
        return {}, (Problem(error.where, 0, error.what, error.mend),)
