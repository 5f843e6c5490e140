"""Who signs up on a page is noted, and asked by mail; nobody learns from it what is known of an address."""

from datetime import timedelta
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from pathlib import Path

import pytest
from msgspec.structs import replace

from feeds import newsletter as deeds
from feeds import subscriptions
from feeds.config import Bounces, Settings, Web
from feeds.delivery.memory import Memory
from feeds.model import Newsletter
from feeds.newsletter.confirming import MOST
from feeds.newsletter.signups import ask_waiting, deliver_questions, sign_up
from feeds.store import Store
from feeds.subscriptions.enrolling import checked
from tests.newsletter_site import DAY, MONDAY, WEEK, WEEKLY, posts, settings, source, subscribe

ENVIRONMENT = {"FEEDS_SECRET": "a secret that is long enough"}


@pytest.fixture
def site(tmp_path: Path) -> Settings:
    return replace(settings(tmp_path), web=Web("https://mail.example.org"))


@pytest.fixture
def store(store: Store) -> Store:
    deeds.remember(store, source(*posts("a")), MONDAY - WEEK)
    return store


def sign(store: Store, email: str, *newsletters: str) -> None:
    sign_up(store, checked(email, "", "", "", ()), newsletters or ("weekly",), MONDAY)


def mails(site: Settings, store: Store) -> list[EmailMessage]:
    """Deliver what asks; return the messages that left."""
    memory = Memory()
    deliver_questions(site, store, memory, lambda: MONDAY, environ=ENVIRONMENT)
    return [message_from_bytes(data, EmailMessage, policy=default) for _, data in memory.messages]


def test_who_signs_up_is_asked_once(site: Settings, store: Store) -> None:
    """However often they pressed the button, and by whatever spelling; the mail links to a page of its own."""
    for email in ("Leila@example.net", "leila@EXAMPLE.net", "leila@example.net"):
        sign(store, email)
    asked = [ask_waiting(site, store, MONDAY) for _ in range(2)]
    (mail,) = mails(site, store)
    body = mail.get_body(("html",))

    assert asked == [1, 0]
    assert mail["To"] == "leila@example.net"
    assert mail["Reply-To"] is None
    assert "<https://mail.example.org/u/" in mail["List-Unsubscribe"]
    assert body is not None
    assert 'href="https://mail.example.org/c/' in body.get_content()


def test_answer_by_mail_counts_as_well(site: Settings, store: Store) -> None:
    """Where a mailbox is read."""
    both = replace(site, mail=replace(site.mail, bounces=Bounces("Mail", "bounces@example.org")))
    sign(store, "leila@example.net")
    ask_waiting(both, store, MONDAY)
    (mail,) = mails(both, store)

    assert str(mail["Reply-To"].addresses[0].addr_spec).startswith("bounces+")


def test_thousand_signups_for_one_victim_are_three_mails(site: Settings, store: Store) -> None:
    """Whatever stands behind the + in the address, however long they go on, asked after each or after many."""
    asked = 0
    for number in range(1000):
        sign(store, f"victim+{number % 7}@example.org")
        if number % 5 == 0:
            asked += ask_waiting(site, store, MONDAY + timedelta(minutes=number))

    assert 0 < asked <= MOST


def test_closed_newsletter_asks_nobody(tmp_path: Path, store: Store) -> None:
    """With `by_web = false`, though somebody sends the form all the same; nor does one that is gone."""
    closed = replace(settings(tmp_path, WEEKLY, Newsletter("staff", by_web=False)), web=Web("https://mail.example.org"))
    sign(store, "leila@example.net", "staff", "gone")

    assert ask_waiting(closed, store, MONDAY) == 0
    assert list(subscriptions.listed(store)) == []


def test_run_asks_too(site: Settings, store: Store) -> None:
    """Where the process that serves the pages does not."""
    sign(store, "leila@example.net")
    memory = Memory()
    ran = deeds.run_due(site, store, source(*posts("a")), memory, lambda: MONDAY + DAY, environ=ENVIRONMENT)

    assert dict(ran.delivered.outcomes) == {"sent": 1}


def test_only_what_asks_leaves(site: Settings, store: Store) -> None:
    """Issues stay where they are."""
    subscribe(site, store, "reader")
    deeds.remember(store, source(*posts("ab")), MONDAY)
    deeds.open_issue(site, store, WEEKLY, source(*posts("ab")), MONDAY)
    sign(store, "leila@example.net")
    ask_waiting(site, store, MONDAY)

    assert [mail["To"] for mail in mails(site, store)] == ["leila@example.net"]
    assert [dict(each.deliveries) for each in deeds.listed(store)] == [{"queued": 1}]
