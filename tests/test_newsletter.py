"""What newsletters promise: whatever happens, each reader gets each post of their categories once."""

import tempfile
from collections import Counter, defaultdict
from datetime import timedelta
from itertools import count
from pathlib import Path

from hypothesis import HealthCheck
from hypothesis import settings as examples
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, consumes, invariant, rule
from msgspec.structs import replace
from sqlalchemy import select

from feeds import newsletter as deeds
from feeds import subscriptions
from feeds.delivery.memory import Memory
from feeds.model import Newsletter, Outcome, Post
from feeds.newsletter.window import is_in
from feeds.store import Store, tables
from tests.newsletter_site import DAY, MONDAY, URL, choose, post, settings, source

CATEGORIES = st.lists(st.sampled_from(["رياضة", "علوم"]), unique=True).map(tuple)
ZONES = (
    "",
    "Asia/Beirut",
    "Africa/Cairo",
    "America/New_York",
    "Australia/Lord_Howe",
    "Europe/Berlin",
    "Africa/Algiers",
)
OFFER = ("weekly on monday at 08:00", "on publish")
DAILY = Newsletter("daily", cadence="daily at 08:00", offer=OFFER, timezone="reader", max_posts=3, max_burst=1000)
CADENCES = st.sampled_from(("", *OFFER))


class Life(RuleBasedStateMachine):
    """A publication over weeks: posts come and change, readers come and go, and cron runs now and then."""

    posts, readers = Bundle("posts"), Bundle("readers")

    def __init__(self) -> None:
        super().__init__()
        self.folder = tempfile.TemporaryDirectory()
        self.site = settings(Path(self.folder.name), DAILY)
        self.store = Store.open(URL, self.site.root)
        self.memory = Memory()
        self.now = MONDAY
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
        number = len(self.there)
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

    @rule(target=readers, categories=CATEGORIES, zone=st.sampled_from(ZONES), cadence=CADENCES)
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

    @rule(hours=st.integers(0, 24 * 20), outcome=st.sampled_from(["sent", "deferred"]))
    def tick(self, hours: int, outcome: str) -> None:
        """Time goes by, and cron runs; the first message may have to wait for the next hour."""
        self.now += timedelta(hours=hours)
        self.memory.expect(Outcome(outcome))
        self.cron()
        self.memory.expect()
        self.now += timedelta(hours=1)
        self.cron()

    def cron(self) -> None:
        """Notice the posts, open, deliver; and say who is to get what."""
        new = set(self.there) - self.seen
        self.seen |= new
        self.edited.clear()
        self.renamed.clear()
        for name, categories in self.chosen.items():
            self.wanted[name] |= {number for number in new if is_in(self.there[number], categories)}
        some = source(*self.there.values())
        deeds.run_due(self.site, self.store, some, self.memory, lambda: self.now, environ={})

    def got(self) -> dict[str, Counter[str]]:
        """Return what each reader got, by the title that it had when it was new."""
        query = (
            select(tables.delivery.c.address, tables.variant.c.post_ids)
            .join(tables.variant, tables.variant.c.id == tables.delivery.c.variant_id)
            .where(tables.delivery.c.state == "sent")
        )
        mails: defaultdict[str, Counter[str]] = defaultdict(Counter)
        with self.store.reading() as connection:
            for address, ids in connection.execute(query):
                mails[address.partition("@")[0]].update(each.removeprefix("tag:") for each in ids)
        return mails

    @invariant()
    def nobody_gets_anything_twice_or_unasked(self) -> None:
        """At any moment."""
        for name, mails in self.got().items():
            numbers = [title.removeprefix("posts/").partition(".")[0] for title in mails.elements()]
            assert len(numbers) == len(set(numbers)), (name, mails)
            assert {int(number) for number in numbers} <= self.wanted[name]

    @invariant()
    def every_message_is_one_delivery(self) -> None:
        """What left is what the ledger says."""
        assert len(self.memory.messages) == len({envelope.message_id for envelope, _ in self.memory.messages})

    def teardown(self) -> None:
        """In the end, whoever stayed has all that was wanted."""
        for _ in range(2):
            self.now += 20 * DAY
            self.cron()
        got = self.got()
        self.store.close()
        self.folder.cleanup()
        for name in self.chosen:
            numbers = {int(title.removeprefix("posts/").partition(".")[0]) for title in got.get(name, ())}
            assert numbers == self.wanted[name], name


Life.TestCase.settings = examples(max_examples=20, stateful_step_count=20, suppress_health_check=[HealthCheck.too_slow])
TestLife = Life.TestCase
