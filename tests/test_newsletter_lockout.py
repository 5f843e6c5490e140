"""What the relay refused once is not tried with each run."""

from datetime import datetime, timedelta

import pytest
from sqlalchemy import select

from feeds.delivery.memory import Memory
from feeds.errors import LoginError
from feeds.newsletter.lockout import PAUSE, heeded
from feeds.store import Store, tables
from tests.newsletter_site import MONDAY

MINUTE = timedelta(minutes=1)
REFUSED = LoginError("the relay refuses us: 535 5.7.8 authentication failed")


class Locked(Memory):
    """A relay that nobody may log in to."""

    def __init__(self, login: str) -> None:
        super().__init__()
        self.login = login


def tried(store: Store, login: str, now: datetime) -> bool:
    """Tell whether somebody who is refused is let try."""
    try:
        with heeded(store, Locked(login), "Africa/Algiers", lambda: now):
            raise REFUSED
    except LoginError as error:
        return error is REFUSED


def test_refused_login_rests_for_an_hour(store: Store) -> None:
    """Not longer, since the account may have been unlocked; each refusal begins another one."""
    moments = [timedelta(0), MINUTE, PAUSE - MINUTE, PAUSE, PAUSE + MINUTE]

    assert [tried(store, "news secret", MONDAY + each) for each in moments] == [True, False, False, True, False]


def test_refusal_by_a_clock_that_was_ahead_is_forgotten(store: Store) -> None:
    """Else nothing would leave until it is as late as that."""
    assert [tried(store, "news secret", MONDAY + timedelta(days=days)) for days in (365, 0)] == [True, True]


def test_another_login_is_tried_at_once(store: Store) -> None:
    """Who has mended the password does not wait; whoever needs none is none of this."""
    tried(store, "news wrong", MONDAY)

    assert tried(store, "news right", MONDAY + MINUTE)
    with heeded(store, Locked(""), "Africa/Algiers", lambda: MONDAY + MINUTE):
        pass


def test_rest_is_told_on_the_clock_of_the_site(store: Store) -> None:
    """With what to mend."""
    tried(store, "news wrong", MONDAY)
    with pytest.raises(LoginError, match=r"until 2026-11-23 09:30; check mail\.smtp\.user and FEEDS_SMTP_PASSWORD"):
        heeded(store, Locked("news wrong"), "Africa/Algiers", lambda: MONDAY + MINUTE).__enter__()


def test_password_is_not_in_the_database(store: Store) -> None:
    """Nor anything that tells it to who reads a backup."""
    tried(store, "news a-well-known-word", MONDAY)
    with store.reading() as connection:
        kept = connection.execute(select(tables.throttle.c.scope)).scalars().all()

    assert len(kept) == 1
    assert not any(word in kept[0] for word in ("news", "well-known"))
