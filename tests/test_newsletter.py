"""What newsletters promise: whatever happens, each reader gets each post of their categories once.

The oracle is a set of posts for each reader, kept by the test.
"""

import tempfile
from collections import Counter, defaultdict
from datetime import datetime, timedelta
from itertools import count
from pathlib import Path
from zoneinfo import ZoneInfo

from hypothesis import HealthCheck
from hypothesis import settings as examples
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, consumes, invariant, rule, run_state_machine_as_test
from msgspec.structs import replace
from sqlalchemy import select

from feeds import newsletter as deeds
from feeds import subscriptions
from feeds.delivery.memory import Memory
from feeds.model import Newsletter, Outcome, Post
from feeds.newsletter.window import is_in
from feeds.store import Store, issues, tables
from tests.faults.ground import LONG
from tests.newsletter_site import DAY, MONDAY, URL, choose, post, settings, source

CATEGORIES = st.lists(st.sampled_from(["رياضة", "علوم"]), unique=True).map(tuple)
CHANGING = (  # clocks: at midnight, at two, by half an hour, and in Casablanca back before Ramadan and on after it
    "Asia/Beirut",
    "Africa/Cairo",
    "Africa/Casablanca",
    "America/New_York",
    "Australia/Lord_Howe",
    "Europe/Berlin",
)
ZONES = st.sampled_from(("", *CHANGING))
OFFER = ("weekly on monday at 08:00", "on publish", "daily at 00:30", "daily at 02:15")
DAILY = Newsletter("daily", cadence="daily at 08:00", offer=OFFER, timezone="reader", max_posts=3, max_burst=1000)
CADENCES = st.sampled_from(("", *OFFER))


class Life(RuleBasedStateMachine):
    """A publication over years: posts come, change and go, readers come and go, and cron runs now and then."""

    posts, readers = Bundle("posts"), Bundle("readers")

    def __init__(self) -> None:
        super().__init__()
        self.folder = tempfile.TemporaryDirectory()
        self.site = settings(Path(self.folder.name), DAILY)
        self.store = Store.open(URL, self.site.root)
        self.memory = Memory()
        self.now = MONDAY
        self.numbers = count()
        self.there: dict[int, Post] = {}  # what the folder of posts holds, by the number of the post
        self.seen: set[int] = set()  # what cron has noticed
        self.edited: set[int] = set()  # since then
        self.renamed: set[int] = set()  # since then
        self.names = count()
        self.chosen: dict[str, tuple[str, ...]] = {}  # by the name of a reader who is there
        self.wanted: defaultdict[str, set[int]] = defaultdict(set)  # what each reader is to get
        self.cron()
        for categories in ((), ("علوم",)):
            self.subscribe(categories)

    @rule(target=posts, categories=CATEGORIES, days=st.integers(-900, 1))
    def publish(self, categories: tuple[str, ...], days: int) -> int:
        """A post appears, dated when it likes."""
        number = next(self.numbers)
        self.there[number] = post(str(number), self.now + days * DAY, categories=categories)
        return number

    @rule(number=posts, days=st.integers(-9, 9))
    def edit(self, number: int, days: int) -> None:
        """It gets another title and date."""
        if number not in self.renamed:
            old = self.there[number]
            self.there[number] = replace(old, title=f"{old.title}!", published=old.published + days * DAY)
            self.edited.add(number)

    @rule(number=posts, keeps_id=st.booleans())
    def rename(self, number: int, keeps_id: bool) -> None:
        """Its file gets another name; its id may change with it, unless nothing of the post would stay the same."""
        old = self.there[number]
        path = f"{old.path}.renamed"
        self.there[number] = replace(old, path=path, id=old.id if keeps_id or number in self.edited else f"tag:{path}")
        self.renamed.add(number)

    @rule(number=consumes(posts))
    def delete(self, number: int) -> None:
        """It goes, and to whom it has not gone by then it does not go any more."""
        del self.there[number]
        frozen = self.mailed(but=("cancelled",))
        for name, numbers in self.wanted.items():
            if number not in frozen.get(name, ()):
                numbers.discard(number)

    @rule(target=readers, categories=CATEGORIES, zone=ZONES, cadence=CADENCES)
    def subscribe(self, categories: tuple[str, ...], zone: str = "", cadence: str = "") -> str:
        """A reader comes, with a clock of their own."""
        name = f"reader{next(self.names)}"
        email = f"{name}@example.org"
        subscriptions.add(self.site, self.store, email, self.now, categories=categories, timezone=zone)
        choose(self.store, email, cadence)
        self.chosen[name] = categories
        return name

    @rule(name=readers, cadence=CADENCES)
    def change(self, name: str, cadence: str) -> None:
        """A reader chooses another cadence."""
        choose(self.store, f"{name}@example.org", cadence)

    @rule(name=consumes(readers))
    def unsubscribe(self, name: str) -> None:
        """A reader leaves."""
        subscriptions.unsubscribe(self.store, f"{name}@example.org", self.now)
        del self.chosen[name]

    @rule(hours=st.integers(0, 24 * 22), outcome=st.sampled_from(["sent", "deferred", "paused"]))
    def tick(self, hours: int, outcome: str) -> None:
        """Time goes by, three weeks at times, and cron runs; a message may have to wait for an hour, or its issue."""
        self.now += timedelta(hours=hours)
        self.memory.expect(Outcome("sent" if outcome == "sent" else "deferred"))
        self.cron()
        self.memory.expect()
        if outcome == "paused":
            self.set_issues("open", "paused")
        self.now += timedelta(hours=1)
        self.cron()

    @rule()
    def resume(self) -> None:
        """What was paused goes on."""
        self.set_issues("paused", "open")
        self.cron()

    @rule()
    def set_clock_back(self) -> None:
        """By two hours."""
        self.now -= timedelta(hours=2)
        self.cron()

    @rule(zone=st.sampled_from(CHANGING), minutes=st.lists(st.integers(0, 59), min_size=1, max_size=4))
    def change_clocks(self, zone: str, minutes: list[int]) -> None:
        """Cron runs in the hours around the next change of the clocks in a zone, a post or two coming meanwhile."""
        self.now = change_of_clocks(ZoneInfo(zone), self.now) - timedelta(hours=1)
        for each in minutes:
            self.now += timedelta(minutes=each)
            self.cron()
            self.publish((), 0)
        self.cron()

    def set_issues(self, former: str, state: str) -> None:
        """Do as the breaker does when the relay refuses what we are, and as the operator who has mended it."""
        with self.store.writing() as connection:
            for each in issues.listed(connection, state=former):
                if state == "paused":
                    issues.set_state(connection, each.id, state, self.now, former=(former,))
                else:
                    issues.resume(connection, each.id)

    def cron(self) -> None:
        """Notice the posts, open, deliver; and say who is to get what."""
        new = set(self.there) - self.seen
        self.seen |= new
        self.edited.clear()
        self.renamed.clear()
        for name, categories in self.chosen.items():
            self.wanted[name] |= {number for number in new if is_in(self.there[number], categories)}
        some = source(*self.there.values())
        ran = deeds.run_due(self.site, self.store, some, self.memory, lambda: self.now, environ={})
        opened = tables.delivery.c.issue_id.in_([each.id for each in ran.opened])
        with self.store.reading() as connection:
            readers = connection.execute(select(tables.delivery.c.address).where(opened)).scalars().all()
        assert len(readers) == len(set(readers)), "a run has opened two issues for one reader"

    def mailed(self, *, of: tuple[str, ...] = (), but: tuple[str, ...] = ()) -> dict[str, Counter[int]]:
        """Return the posts in the deliveries to each reader that are in these states, or in any but those."""
        state = tables.delivery.c.state
        query = (
            select(tables.delivery.c.address, tables.variant.c.post_ids)
            .join(tables.variant, tables.variant.c.id == tables.delivery.c.variant_id)
            .where(state.in_(of) if of else state.not_in(but))
        )
        mails: defaultdict[str, Counter[int]] = defaultdict(Counter)
        with self.store.reading() as connection:
            for address, ids in connection.execute(query):
                mails[address.partition("@")[0]].update(number_of(each) for each in ids)
        return mails

    @invariant()
    def nobody_gets_anything_twice_or_unasked(self) -> None:
        """At any moment."""
        for name, numbers in self.mailed(of=("sent",)).items():
            assert numbers.total() == len(numbers), (name, numbers)
            assert numbers.keys() <= self.wanted[name]

    @invariant()
    def every_message_is_one_delivery(self) -> None:
        """What left is what the ledger says."""
        assert len(self.memory.messages) == len({envelope.message_id for envelope, _ in self.memory.messages})

    def teardown(self) -> None:
        """In the end, whoever stayed has all that was wanted."""
        self.resume()
        for _ in range(2):
            self.now += 20 * DAY
            self.cron()
        got = self.mailed(of=("sent",))
        self.store.close()
        self.folder.cleanup()
        for name in self.chosen:
            assert got.get(name, Counter()).keys() == self.wanted[name], name


def number_of(post_id: str) -> int:
    """Return the number of a post, by the id that it had when it was new."""
    return int(post_id.removeprefix("tag:").removeprefix("posts/").partition(".")[0])


def change_of_clocks(zone: ZoneInfo, now: datetime) -> datetime:
    """Return the hour in which the clocks of a zone change next; `now` where they do no more within a year."""
    hours = (now + timedelta(hours=each) for each in range(1, 366 * 24))
    return next((each for each in hours if offset(zone, each) != offset(zone, each - timedelta(hours=1))), now)


def offset(zone: ZoneInfo, moment: datetime) -> timedelta | None:
    return moment.astimezone(zone).utcoffset()


def test_each_reader_gets_each_post_once(every_database: None) -> None:
    """Over all that may happen, on SQLite and on PostgreSQL."""
    lives = examples(
        max_examples=300 if LONG else 12, stateful_step_count=20, suppress_health_check=[HealthCheck.too_slow]
    )
    run_state_machine_as_test(Life, settings=lives)
