"""What becomes of a delivery whose issue or reader goes while its message is in the air."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from feeds import newsletter as deeds
from feeds import subscriptions
from feeds.config import Settings
from feeds.delivery import Envelope
from feeds.delivery.memory import Memory
from feeds.model import Newsletter, Outcome
from feeds.newsletter import reconciling
from feeds.store import Store, standings, tables
from tests.newsletter_site import MONDAY, WEEK, WEEKLY, posts, settings, source, subscribe

DEFERRED = Outcome("deferred", 450, "4.2.0")
LATER = MONDAY + timedelta(hours=1)


class Meanwhile(Memory):
    """Does something while the first message is in the air."""

    def __init__(self, deed: Callable[[], object], became: Outcome) -> None:
        super().__init__(became)
        self._deeds = [deed]

    def send(self, message: bytes, envelope: Envelope) -> Outcome:
        """Do it, then say what became of the message."""
        while self._deeds:
            self._deeds.pop()()
        return super().send(message, envelope)


@pytest.fixture
def site(tmp_path: Path) -> Settings:
    return settings(tmp_path, WEEKLY, Newsletter("daily"))


@pytest.fixture
def store(store: Store, site: Settings) -> Store:
    """Give a database with an open issue for two readers, of whom the first gets another newsletter as well."""
    deeds.remember(store, source(), MONDAY - WEEK)
    subscribe(site, store, "one", "two", newsletter="weekly")
    subscribe(site, store, "one", newsletter="daily")
    deeds.remember(store, source(*posts("ab")), MONDAY)
    deeds.open_issue(site, store, WEEKLY, source(*posts("ab")), MONDAY)
    return store


def deliver(site: Settings, store: Store, deed: Callable[[], object], became: Outcome) -> None:
    deeds.deliver(site, store, Meanwhile(deed, became), lambda: MONDAY, environ={})


def states(store: Store) -> list[str]:
    with store.reading() as connection:
        return [each.state for each in standings.of_issue(connection, 1)]


def cancel(store: Store) -> None:
    deeds.cancel(store, "weekly", 1, MONDAY)


@pytest.mark.parametrize("became", [DEFERRED, Outcome("queued", counts=False)])
def test_what_is_in_the_air_of_a_cancelled_issue_is_tried_no_more(
    site: Settings, store: Store, became: Outcome
) -> None:
    """The relay puts it off: then it is cancelled as well, and its reader gets the posts with the next issue."""
    deliver(site, store, lambda: cancel(store), became)
    again = deeds.open_issue(site, store, WEEKLY, source(*posts("ab")), LATER)

    assert states(store) == ["cancelled", "cancelled"]
    assert again is not None
    assert again.deliveries == {"queued": 2}


def test_what_left_of_a_cancelled_issue_is_sent(site: Settings, store: Store) -> None:
    """Nothing calls it back, and its posts do not come twice."""
    deliver(site, store, lambda: cancel(store), Outcome("sent"))
    again = deeds.open_issue(site, store, WEEKLY, source(*posts("ab")), LATER)

    assert states(store) == ["sent", "cancelled"]
    assert again is not None
    assert again.deliveries == {"queued": 1}


def test_reader_who_leaves_a_newsletter_while_it_is_put_off_gets_it_no_more(site: Settings, store: Store) -> None:
    """Though they stay with another one."""

    def leave() -> None:
        with store.writing() as connection:
            subscriptions.leave(site, connection, 1, "weekly", MONDAY)

    deliver(site, store, leave, DEFERRED)

    assert states(store) == ["skipped", "sent"]


def test_uncertain_delivery_of_a_cancelled_issue_is_not_queued(site: Settings, store: Store) -> None:
    """That it did not leave is known too late for it to leave."""
    deliver(site, store, lambda: cancel(store), Outcome("uncertain"))
    before = states(store)
    reconciling.resolve(store, "weekly-1", "one@example.org", "queued", MONDAY)

    assert (before, states(store)) == (["uncertain", "cancelled"], ["cancelled", "cancelled"])


def test_cancelled_issue_is_not_tried_again(site: Settings, store: Store) -> None:
    """What failed of it stays as it is."""
    deliver(site, store, lambda: cancel(store), Outcome("failed", 550, "5.7.1"))

    assert reconciling.retry(store, "weekly-1", MONDAY) == 0
    assert states(store) == ["failed", "cancelled"]


@pytest.mark.parametrize("state", ["failed", "deferred"])
def test_reply_names_nobody_who_was_erased_meanwhile(site: Settings, store: Store, state: str) -> None:
    """Relays say whom they refuse."""
    became = Outcome(state, 550, "5.1.1", "<one@example.org>: unknown")
    deliver(site, store, lambda: subscriptions.erase(store, "one@example.org", MONDAY), became)
    with store.reading() as connection:
        everything = [row for table in tables.metadata.sorted_tables for row in connection.execute(select(table))]

    assert "one@example.org" not in str(everything)
    assert states(store)[0] == state
