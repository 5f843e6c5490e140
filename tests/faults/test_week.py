"""A week of a list with all that happens to lists: greylisting, dead and full mailboxes, a provider that is down."""

from collections import Counter
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Session
from aiosmtpd.smtp import Envelope as Received

from feeds import config, subscriptions
from feeds import newsletter as deeds
from feeds.store import Store
from tests.newsletter_site import MONDAY, URL, settings
from tests.test_delivery import free_port
from tests.test_newsletter_outbox import begin, deliver, states


class Provider:
    """A server that treats readers by their names."""

    def __init__(self) -> None:
        self.tries: Counter[str] = Counter()
        self.taken: list[str] = []

    async def handle_RCPT(
        self, _server: SMTP, _session: Session, envelope: Received, address: str, _options: list[str]
    ) -> str:
        self.tries[address] += 1
        if address.startswith("grey") and self.tries[address] <= 2:
            return "450 4.7.1 greylisted, come back later"
        if address.startswith("down"):
            return "421 4.3.2 system not accepting messages"
        if address.startswith("dead"):
            return "550 5.1.1 no such user"
        if address.startswith("full"):
            return "552 5.2.2 mailbox full"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, _server: SMTP, _session: Session, envelope: Received) -> str:
        self.taken += envelope.rcpt_tos
        return "250 2.0.0 Ok"


@pytest.fixture
def provider() -> Iterator[tuple[Provider, int]]:
    served = Provider()
    controller = Controller(served, hostname="127.0.0.1", port=free_port())
    controller.start()
    yield served, controller.port
    controller.stop()


def test_everyone_ends_where_they_belong(tmp_path: Path, provider: tuple[Provider, int]) -> None:
    """Exact counts after two days: who could get it got it once, the rest is named, only the dead are suppressed."""
    served, port = provider
    smtp = config.Smtp("127.0.0.1", port, "none", connections=3)
    site = settings(tmp_path, backend="smtp", postal_address="شارع 1", smtp=smtp)
    kinds = Counter(well=40, grey=6, down=3, dead=4, full=2)
    names = [f"{kind}{number}" for kind, count in kinds.items() for number in range(count)]
    with Store.open(URL, tmp_path) as store:
        begin(site, store, *names)
        for quarter in range(54 * 4):
            deliver(site, store, deeds.backend_of(site, {}), MONDAY + timedelta(minutes=15 * quarter))
        found = Counter((name.rstrip("0123456789"), state) for name, state in states(store).items())
        statuses = Counter((each.email[:4], each.status) for each in subscriptions.listed(store))
        issue = deeds.listed(store)[0]

    assert found == {
        ("well", "sent"): 40,
        ("grey", "sent"): 6,
        ("down", "expired"): 3,
        ("dead", "failed"): 4,
        ("full", "failed"): 2,
    }
    assert sorted(served.taken) == sorted(f"{name}@example.org" for name in names if name[:4] in ("well", "grey"))
    assert {kind for (kind, status) in statuses if status == "bounced"} == {"dead"}
    assert issue.state == "done"
