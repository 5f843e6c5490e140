"""Days of a list with all that happens to lists: greylisting, dead and full mailboxes, a provider that is down."""

import asyncio
import random
import threading
import time
from bisect import bisect_left
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from aiosmtpd.smtp import SMTP, Session
from aiosmtpd.smtp import Envelope as Received
from sqlalchemy import select

from feeds import config, subscriptions
from feeds import newsletter as deeds
from feeds.store import Store, tables
from tests.faults.ground import LONG, Ground, ended
from tests.newsletter_site import MONDAY, WEEK, WEEKLY, posts, settings, source
from tests.test_delivery_smtp import Server, serving

READERS = 100_000 if LONG else 10_000
SHARES = {"grey": 30, "dead": 10, "full": 5, "down": 2, "well": 953}  # of a thousand readers
REPLIES = {"dead": b"550 5.1.1 no such user", "full": b"552 5.2.2 mailbox full", "down": b"421 4.3.2 going down"}
GET_IT = ("well", "grey")
RATE, FAST = 40, 400  # messages a second
CONNECTIONS, FEW = 10, 3
THROTTLED = range(READERS - 600, READERS - 592), range(READERS - 300, READERS - 292)  # messages


class Provider:
    """A relay that treats readers by their names, and everybody when there is too much mail: SMTP as Postfix speaks it.

    Those of this machine's libraries take a few hundred messages a second.
    """

    def __init__(self) -> None:
        self.tries: Counter[str] = Counter()
        self.taken: list[str] = []
        self.count = self.throttled = 0
        self.runs: list[list[float]] = []  # of each, when messages came

    def answer(self, reader: str) -> bytes:
        """Say what becomes of a message to a reader."""
        self.count += 1
        self.runs[-1].append(time.monotonic())
        if any(self.count in each for each in THROTTLED):
            self.throttled += 1
            return b"454 4.7.0 Throttling failure: Maximum sending rate exceeded"
        self.tries[reader] += 1
        kind = reader.rstrip("0123456789")
        if kind == "grey" and self.tries[reader] <= 2:
            return b"450 4.7.1 greylisted, come back later"
        return REPLIES.get(kind, b"250 OK")

    async def talk(self, lines: asyncio.StreamReader, out: asyncio.StreamWriter) -> None:
        """Serve one connection."""
        out.write(b"220 provider\r\n")
        reader, accepted = "", False
        while line := await lines.readline():
            verb = line[:4].upper()
            if verb == b"EHLO":
                out.write(b"250-provider\r\n250-PIPELINING\r\n250 ENHANCEDSTATUSCODES\r\n")
            elif verb == b"RCPT":
                reader = line.partition(b"<")[2].partition(b"@")[0].decode()
                said = self.answer(reader)
                accepted = said.startswith(b"2")
                out.write(said + b"\r\n")
                if said.startswith(b"421"):
                    break
            elif verb == b"DATA" and accepted:
                out.write(b"354 go on\r\n")
                await lines.readuntil(b"\r\n.\r\n")
                self.taken.append(reader)
                out.write(b"250 2.0.0 Ok: queued\r\n")
            else:
                out.write(b"554 5.5.1 no valid recipients\r\n" if verb == b"DATA" else b"250 2.0.0 Ok\r\n")
            if verb == b"QUIT":
                break
        with suppress(ConnectionError):
            await out.drain()
        out.close()


@pytest.fixture
def provider() -> Iterator[tuple[Provider, int]]:
    """Run it in a thread; give its port too."""
    served, loop = Provider(), asyncio.new_event_loop()
    server = loop.run_until_complete(asyncio.start_server(served.talk, "127.0.0.1", 0, limit=1 << 20))
    thread = threading.Thread(target=loop.run_forever)
    thread.start()
    yield served, server.sockets[0].getsockname()[1]
    loop.call_soon_threadsafe(server.close)
    loop.call_soon_threadsafe(loop.stop)
    thread.join()
    for task in asyncio.all_tasks(loop):
        task.cancel()
        with suppress(asyncio.CancelledError):
            loop.run_until_complete(task)
    loop.close()


def addresses() -> list[str]:
    """Return the readers, of all kinds; a provider that is down has a domain of its own."""
    kinds = [kind for kind, share in SHARES.items() for _ in range(share)]
    random.Random(7).shuffle(kinds)
    found = [f"{kinds[number % len(kinds)]}{number}" for number in range(READERS)]
    return [f"{name}@{'down.' if name.startswith('down') else ''}example.org" for name in found]


def clock(start: datetime) -> Callable[[], datetime]:
    """Return a clock that shows `start` now, and goes on."""
    begun = time.monotonic()
    return lambda: start + timedelta(seconds=time.monotonic() - begun)


@pytest.mark.parametrize("url", ["sqlite", "postgres"] if LONG else ["sqlite"], indirect=True)
def test_everyone_ends_where_they_belong(tmp_path: Path, url: str, provider: tuple[Provider, int]) -> None:
    """Exact counts after two days: who could get it got it once, the rest is named, only the dead are suppressed.

    And never faster than allowed, as the relay sees it: in no second more come than may leave and were in the air.
    """
    served, port = provider
    smtp = config.Smtp("127.0.0.1", port, "none", connections=CONNECTIONS, rate=f"{FAST}/s")
    site = settings(tmp_path, backend="smtp", postal_address="شارع 1", smtp=smtp)
    listing, readers, some = tmp_path / "readers.csv", addresses(), source(*posts("ab"))
    listing.write_text("email\n" + "\n".join(readers), "utf-8")
    with Store.open(url, tmp_path) as store:
        deeds.remember(store, source(), MONDAY - WEEK)
        subscriptions.import_csv(site, store, listing, MONDAY - WEEK)
        deeds.remember(store, some, MONDAY)
        deeds.open_issue(site, store, WEEKLY, some, MONDAY)
        for minutes in (0, 6, 25, 60, 130, *range(240, 54 * 60, 120)):
            served.runs.append([])
            now = clock(MONDAY + timedelta(minutes=minutes))
            deeds.deliver(site, store, deeds.backend_of(site, {}), now, environ={})
        with store.reading() as connection:
            rows = connection.execute(select(tables.delivery.c.address, tables.delivery.c.state)).all()
        statuses = Counter((kind_of(each.email), each.status) for each in subscriptions.listed(store))
        issue = deeds.listed(store)[0]
    share = {kind: READERS * of // 1000 for kind, of in SHARES.items()}
    ends = {"well": "sent", "grey": "sent", "down": "expired", "dead": "failed", "full": "failed"}

    assert Counter((kind_of(address), state) for address, state in rows) == {
        (kind, ends[kind]): count for kind, count in share.items()
    }
    assert Counter(served.taken) == Counter(each.partition("@")[0] for each in readers if kind_of(each) in GET_IT)
    assert statuses == {(kind, "bounced" if kind == "dead" else "active"): count for kind, count in share.items()}
    assert served.throttled == sum(map(len, THROTTLED))
    assert issue.state == "done"
    assert max(map(busiest, served.runs)) <= FAST + CONNECTIONS
    print(f"{READERS} readers, {served.count} tries, at most {max(map(busiest, served.runs))} of {FAST} in a second")


def busiest(moments: Sequence[float]) -> int:
    """Return the most that came within any second."""
    return max((bisect_left(moments, first + 1) - number for number, first in enumerate(moments)), default=0)


def kind_of(address: str) -> str:
    return address.partition("@")[0].rstrip("0123456789")


class Timed(Server):
    """A server that notes when messages come."""

    def __init__(self) -> None:
        super().__init__()
        self.times: dict[str, datetime] = {}

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Received) -> str:
        self.times[envelope.rcpt_tos[0]] = datetime.now(UTC)
        return await super().handle_DATA(server, session, envelope)


def test_rate_is_kept(tmp_path: Path) -> None:
    """In no second do more leave than were allowed, of two processes together; none comes before it left."""
    server = Timed()
    with serving(server) as relay:
        ground = Ground(tmp_path, 120, port=relay.port, more=f'rate = "{RATE}/s"', connections=FEW)
        codes = [ended(each)[0] for each in [ground.deliver(), ground.deliver()]]
    with ground.store() as store, store.reading() as connection:
        left = {row.address: row.first_at for row in connection.execute(select(tables.delivery))}
    moments = sorted(left.values())
    windows = [later - earlier for earlier, later in zip(moments, moments[RATE:], strict=False)]

    assert set(codes) <= {0, 75}
    assert ground.counts() == {"sent": 120}
    assert min(windows) >= timedelta(seconds=0.999)
    assert all(server.times[reader] >= moment for reader, moment in left.items())
    assert busiest(sorted(moment.timestamp() for moment in server.times.values())) <= RATE + 2 * FEW
