"""What leaves, to whom, how often, and what is known when something goes wrong."""

import multiprocessing
import os
import re
import signal
import threading
from collections import Counter
from datetime import UTC, datetime, timedelta
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace
from sqlalchemy import select, update

from feeds import newsletter as deeds
from feeds import subscriptions
from feeds.config import Settings
from feeds.delivery import Backend, Envelope
from feeds.delivery.folder import Folder
from feeds.delivery.memory import Memory
from feeds.errors import DeliveryError, SettingsError, StoreError
from feeds.model import Newsletter, Outcome
from feeds.newsletter import Delivered
from feeds.store import Store, deliveries, leaving, secrets, standings, tables
from feeds.tokens import Claim, verify
from tests.newsletter_site import DAY, MONDAY, URL, WEEK, WEEKLY, posts, settings, source, subscribe

READERS = ("one", "two", "three")
LATER = MONDAY + timedelta(hours=1)


@pytest.fixture
def site(tmp_path: Path) -> Settings:
    return settings(tmp_path)


@pytest.fixture
def store(store: Store, site: Settings) -> Store:
    """Give a database with an open issue for three readers."""
    begin(site, store, *READERS)
    return store


def begin(site: Settings, store: Store, *readers: str) -> None:
    deeds.remember(store, source(), MONDAY - WEEK)
    subscribe(site, store, *readers)
    deeds.remember(store, source(*posts("ab")), MONDAY)
    deeds.open_issue(site, store, WEEKLY, source(*posts("ab")), MONDAY)


def deliver(site: Settings, store: Store, backend: Backend, now: datetime = MONDAY, **rest: Any) -> Delivered:
    return deeds.deliver(site, store, backend, lambda: now, **({"environ": {}} | rest))


def store_secret(store: Store) -> str:
    with store.writing() as connection:
        return secrets.secret(connection)


def states(store: Store) -> dict[str, str]:
    with store.reading() as connection:
        return {each.address.partition("@")[0]: each.state for each in standings.of_issue(connection, 1)}


def addresses(memory: Memory) -> list[str]:
    return [envelope.recipient.partition("@")[0] for envelope, _ in memory.messages]


def parsed(data: bytes) -> EmailMessage:
    return message_from_bytes(data, EmailMessage, policy=default)


def test_every_reader_gets_one_message(site: Settings, store: Store) -> None:
    """To them alone, from the sender, with the posts in it; then the issue is done, and once more sends nothing."""
    memory = Memory()
    done = [deliver(site, store, memory), deliver(site, store, memory)]
    message = parsed(memory.messages[0][1])
    text = message.get_body(("plain",))

    assert addresses(memory) == list(READERS)
    assert [each.outcomes for each in done] == [{"sent": 3}, {}]
    assert [[issue.state for issue in each.issues] for each in done] == [["done"], []]
    assert (message["To"], message["From"]) == ("one@example.org", "مدونتي <news@example.org>")
    assert message["Date"].datetime == MONDAY
    assert text is not None
    assert "خبر b" in text.get_content()


def test_list_keeps_its_name_when_the_site_moves(site: Settings, store: Store) -> None:
    """Readers have made filters of it (RFC 2919 section 2)."""
    moved = replace(site, site=replace(site.site, url="https://news.example.net/"))
    memory = Memory()
    deliver(site, store, memory)
    deeds.remember(store, source(*posts("abc")), LATER)
    deeds.open_issue(moved, store, WEEKLY, source(*posts("abc")), LATER)
    deliver(moved, store, memory, LATER)

    assert {parsed(data)["List-Id"].partition("<")[2] for _, data in memory.messages} == {"weekly.example.org>"}
    assert parsed(memory.messages[-1][1])["List-Archive"] == "<https://news.example.net/>"


def test_every_message_has_its_way_out(site: Settings, store: Store) -> None:
    """The link in the header carries the reader's own token, signed with the secret of the database."""
    memory = Memory()
    deliver(site, store, memory)
    with store.writing() as connection:
        keys = [secrets.secret(connection)]
    links = " ".join(parsed(data)["List-Unsubscribe"] for _, data in memory.messages)
    tokens = re.findall(r"<mailto:news@example\.org\?subject=(\S+)>", links)
    claims = [verify(token, ["unsubscribe:weekly"], keys) for token in tokens]

    assert claims == [Claim("unsubscribe:weekly", number) for number in (1, 2, 3)]


def test_secret_of_the_environment_wins(site: Settings, store: Store) -> None:
    """Several machines sign with one secret."""
    memory = Memory()
    deliver(site, store, memory, environ={"FEEDS_SECRET": "a secret that is long enough"})
    token = parsed(memory.messages[0][1])["List-Unsubscribe"].partition("=")[2].strip(">")

    assert verify(token, ["unsubscribe:weekly"], ["a secret that is long enough"])
    with store.reading() as connection:
        assert not secrets.are_strange(connection, ["another", "a secret that is long enough"])
        assert secrets.are_strange(connection, ["another", store_secret(store)])


def test_secret_may_be_changed(site: Settings, store: Store) -> None:
    """New mails are signed with the first; links of the one before are good as well, and those signed without any."""
    with store.writing() as connection:
        one, two = secrets.keys(connection, "new " * 8), secrets.keys(connection, f"{'new ' * 8}\n {'old ' * 8}\n")
        own = secrets.keys(connection, "\n")

    assert (("new " * 8).strip(), *own) == one
    assert (("new " * 8).strip(), ("old " * 8).strip(), *own) == two
    assert (store_secret(store),) == own


def test_retry_sends_the_same_bytes(site: Settings, store: Store) -> None:
    """Tomorrow, though the settings and the posts have changed since: same content, Message-ID and date."""
    memory = Memory(*[Outcome("uncertain")] * 3)
    deliver(site, store, memory)
    with store.writing() as connection:
        deliveries.requeue_uncertain(connection, MONDAY)
    deliver(settings(site.root, sender="Other <other@example.org>"), store, memory, MONDAY + DAY)

    assert len(memory.messages) == 6
    assert memory.messages[3:] == memory.messages[:3]


def test_nothing_is_queued_again_for_who_has_left(site: Settings, store: Store) -> None:
    """They may still get other newsletters: it is this one that they left."""
    deliver(site, store, Memory(*[Outcome("uncertain")] * 3))
    with store.writing() as connection:
        leaving.leave(connection, 1, "weekly", "by mail", MONDAY)
        count = deliveries.requeue_uncertain(connection, MONDAY)

    assert count == 2
    assert states(store) == {"one": "uncertain", "two": "queued", "three": "queued"}


def test_deferred_is_tried_again_when_its_time_has_come(site: Settings, store: Store) -> None:
    """Not before; and the others are not held up by it."""
    memory = Memory(Outcome("deferred", 451, reply="greylisted"))
    first, early, late = (deliver(site, store, memory, now) for now in (MONDAY, MONDAY + timedelta(minutes=4), LATER))

    assert (first.outcomes, early.outcomes, late.outcomes) == ({"deferred": 1, "sent": 2}, {}, {"sent": 1})
    assert first.issues[0].state == "open"
    assert addresses(memory) == ["two", "three", "one"]


def test_deferred_for_two_days_is_given_up(site: Settings, store: Store) -> None:
    """Yesterday's digest is news, last week's is not."""
    memory = Memory(*[Outcome("deferred", 451)] * 100)
    for hour in range(60):
        deliver(site, store, memory, MONDAY + timedelta(hours=hour))

    assert states(store) == dict.fromkeys(READERS, "expired")
    assert deeds.listed(store)[0].state == "done"


def test_failure_is_final_and_keeps_the_reply(site: Settings, store: Store) -> None:
    """The ledger says why."""
    deliver(site, store, Memory(Outcome("failed", 550, "5.1.1", "no such user")))
    with store.reading() as connection:
        row = connection.execute(select(tables.delivery).where(tables.delivery.c.state == "failed")).one()

    assert (row.code, row.enhanced, row.reply, row.attempts) == (550, "5.1.1", "no such user", 1)
    assert deeds.listed(store)[0].state == "done"


def test_what_is_uncertain_is_not_sent_again(site: Settings, store: Store) -> None:
    """Nobody knows whether it left, so it is named, and the issue stays open for a person to decide."""
    memory = Memory(Outcome("uncertain", reply="connection lost after the final dot"))
    done = [deliver(site, store, memory, now) for now in (MONDAY, LATER)]

    assert [each.issues[0].state for each in done] == ["open", "open"]
    assert [each.outcomes for each in done] == [{"uncertain": 1, "sent": 2}, {}]
    assert states(store) == {"one": "uncertain", "two": "sent", "three": "sent"}


def test_backend_that_is_down_costs_nothing(site: Settings, store: Store) -> None:
    """What was not handed over stays queued, without a try less, and goes when the backend is back."""
    memory = Memory(Outcome("sent"), DeliveryError("the relay is down", "start it"))
    with pytest.raises(DeliveryError, match="the relay is down; start it"):
        deliver(site, store, memory)
    before = states(store)
    deliver(site, store, memory, LATER)
    with store.reading() as connection:
        attempts = set(connection.scalars(select(tables.delivery.c.attempts)))

    assert before == {"one": "sent", "two": "queued", "three": "queued"}
    assert states(store) == dict.fromkeys(READERS, "sent")
    assert attempts == {1}


def test_mistake_in_a_backend_leaves_doubt_about_one(site: Settings, store: Store) -> None:
    """Whatever it raises, the message it was given may have left, and no other has."""
    with pytest.raises(ZeroDivisionError):
        deliver(site, store, Memory(Outcome("sent"), ZeroDivisionError()))

    assert states(store) == {"one": "sent", "two": "uncertain", "three": "queued"}


def test_message_that_cannot_be_made_fails_alone(site: Settings, store: Store) -> None:
    """An address that could break out of a header, as only a hand in the database can put it there."""
    with store.writing() as connection:
        broken = update(tables.delivery).where(tables.delivery.c.subscriber_id == 2)
        connection.execute(broken.values(address="two@example.org\r\nBcc: all@example.org"))
    memory = Memory()
    deliver(site, store, memory)

    assert addresses(memory) == ["one", "three"]
    assert Counter(states(store).values()) == {"sent": 2, "failed": 1}


def test_reader_who_leaves_meanwhile_is_skipped(site: Settings, store: Store) -> None:
    """Also in the very batch that is being delivered."""

    class Leaving(Memory):
        def send(self, message: bytes, envelope: Envelope) -> Outcome:
            subscriptions.unsubscribe(store, "two@example.org", MONDAY)
            return super().send(message, envelope)

    memory = Leaving()
    deliver(site, store, memory)

    assert addresses(memory) == ["one", "three"]
    assert states(store) == {"one": "sent", "two": "skipped", "three": "sent"}


def test_issue_that_is_cancelled_meanwhile_stops(site: Settings, store: Store) -> None:
    """What is in the air is settled, the rest does not leave, and its readers get the posts with the next issue."""

    class Cancelling(Memory):
        def send(self, message: bytes, envelope: Envelope) -> Outcome:
            deeds.cancel(store, "weekly", 1, MONDAY)
            return super().send(message, envelope)

    deliver(site, store, Cancelling())
    again = deeds.open_issue(site, store, WEEKLY, source(*posts("ab")), LATER)

    assert states(store) == {"one": "sent", "two": "cancelled", "three": "cancelled"}
    assert again is not None
    assert again.deliveries == {"queued": 2}


def test_run_that_a_quota_stops_tells_until_when(site: Settings, store: Store) -> None:
    """Whatever issue was under way; one that nothing holds back tells no time."""
    quota = Memory(Outcome("deferred", 452, "4.5.3", counts=False, meaning="quota"))
    stopped, again = (deliver(site, store, quota, MONDAY + timedelta(minutes=each)) for each in (0, 10))
    free = deliver(site, store, Memory(), MONDAY + timedelta(hours=2))

    assert (stopped.until, again.until, free.until) == (MONDAY + timedelta(hours=1),) * 2 + (None,)
    assert (again.outcomes, free.outcomes) == ({}, {"sent": 3})


def test_new_sender_warms_up(tmp_path: Path, every_database: None) -> None:
    """What is beyond the day's allowance waits for the next day, whichever process comes by, and loses nothing."""
    site, memory = settings(tmp_path, warm_up=MONDAY.date()), Memory()
    with Store.open(URL, tmp_path) as store:
        begin(site, store, *(f"reader{number}" for number in range(240)))
        first, again, next_day = (deliver(site, store, memory, MONDAY + each) for each in (0 * DAY, DAY / 4, DAY))
        there = states(store)

    assert (first.outcomes, again.outcomes, next_day.outcomes) == ({"sent": 200}, {}, {"sent": 40})
    assert first.until == again.until == datetime(2026, 11, 24, tzinfo=UTC)
    assert (next_day.until, set(there.values()), len(memory.messages)) == (None, {"sent"}, 240)


def test_issue_that_waits_for_approval_stays(tmp_path: Path) -> None:
    """Nothing of it leaves before."""
    site, memory = settings(tmp_path, Newsletter("weekly", approve=True)), Memory()
    with Store.open(URL, tmp_path) as store:
        deeds.remember(store, source(), MONDAY - WEEK)
        subscribe(site, store, "one")
        deeds.run_due(site, store, source(*posts("a")), memory, lambda: MONDAY, environ={})
        before = addresses(memory)
        deeds.approve(store, "weekly", 1, LATER)
        deliver(site, store, memory, LATER)

    assert (before, addresses(memory)) == ([], ["one"])
    assert parsed(memory.messages[0][1])["Date"].datetime == LATER


def test_stopping_leaves_the_rest_queued(site: Settings, store: Store) -> None:
    """What is in the air is finished; what was only claimed is let go of."""
    memory = Memory()
    deliver(site, store, memory, stopping=lambda: len(memory.messages) == 1)

    assert states(store) == {"one": "sent", "two": "queued", "three": "queued"}


def test_progress_is_told(site: Settings, store: Store) -> None:
    """Of which issue, how many, of how many."""
    told: list[tuple[str, int, int]] = []
    deliver(site, store, Memory(), progress=lambda *step: told.append(step))

    assert told == [("weekly-1", 1, 3), ("weekly-1", 2, 3), ("weekly-1", 3, 3)]


def test_postal_address_is_needed_to_leave_the_machine(site: Settings, store: Store) -> None:
    """Trying things out in a folder needs none."""

    class Remote(Memory):
        remote = True

    with pytest.raises(SettingsError, match=r"mail\.postal_address is empty"):
        deliver(site, store, Remote())
    deliver(settings(site.root, postal_address="شارع 1، الجزائر"), store, Remote())

    assert states(store) == dict.fromkeys(READERS, "sent")


def test_folder_holds_one_file_for_each_reader(site: Settings, store: Store) -> None:
    """The backend of the settings, without anything set up."""
    deliver(site, store, deeds.backend_of(site, {}))

    assert sorted(path.relative_to(site.root).as_posix() for path in site.root.rglob("*.eml")) == [
        f"mail/weekly-1/{name}@example.org.eml" for name in sorted(READERS)
    ]


def test_running_what_is_due_twice_is_running_it_once(tmp_path: Path) -> None:
    """Posts, issue and deliveries in one go; the second time there is nothing to do."""
    site, memory = settings(tmp_path), Memory()
    with Store.open(URL, tmp_path) as store:
        deeds.remember(store, source(), MONDAY - WEEK)
        subscribe(site, store, *READERS)
        runs = [deeds.run_due(site, store, source(*posts("ab")), memory, lambda: MONDAY, environ={}) for _ in range(2)]

    assert [(run.new_posts, len(run.opened)) for run in runs] == [(2, 1), (0, 0)]
    assert [run.delivered.outcomes for run in runs] == [{"sent": 3}, {}]
    assert addresses(memory) == list(READERS)


def test_workers_share_an_issue(site: Settings, tmp_path: Path) -> None:
    """Several deliver at once, and each message is handed over by one of them."""
    memory, names = Memory(), [f"reader{number}" for number in range(120)]
    with Store.open(URL, tmp_path) as store:
        begin(site, store, *names)
        workers = [threading.Thread(target=deliver, args=(site, store, memory)) for _ in range(3)]
        for worker in workers:
            worker.start()
        for worker in workers:
            worker.join()

        assert Counter(states(store).values()) == {"sent": 120}
    assert sorted(addresses(memory)) == sorted(names)


def test_worker_that_slept_is_shut_out(site: Settings, store: Store) -> None:
    """Stopped for twenty minutes, another took over: it learns that, and what it holds it does not send."""
    now, other = [MONDAY], Memory()

    class Sleeping(Memory):
        def send(self, message: bytes, envelope: Envelope) -> Outcome:
            now[0] += timedelta(minutes=20)
            deliver(site, store, other, now[0])
            return super().send(message, envelope)

    asleep = Sleeping()
    with pytest.raises(StoreError, match="slept so long that another took over"):
        deeds.deliver(site, store, asleep, lambda: now[0], environ={})

    assert (addresses(asleep), addresses(other)) == (["one"], ["two", "three"])
    assert states(store) == {"one": "uncertain", "two": "sent", "three": "sent"}


class Dying(Folder):
    """A folder whose process is killed at the n-th message: before it is written, or after."""

    repeatable = False

    def __init__(self, folder: Path, at: int, after: bool) -> None:
        super().__init__(folder)
        self.left, self.after = at, after

    def send(self, message: bytes, envelope: Envelope) -> Outcome:
        self.left -= 1
        if not self.left and not self.after:
            os.kill(os.getpid(), signal.SIGKILL)
        outcome = super().send(message, envelope)
        if not self.left:
            os.kill(os.getpid(), signal.SIGKILL)
        return outcome


def _deliver(site: Settings, backend: Backend) -> None:
    with Store.open(URL, site.root) as store:
        deliver(site, store, backend)


def die(site: Settings, backend: Backend) -> None:
    """Deliver in a process that is killed meanwhile."""
    process = multiprocessing.get_context("fork").Process(target=_deliver, args=(site, backend))
    process.start()
    process.join()
    assert process.exitcode == -signal.SIGKILL


@pytest.mark.parametrize("after", [False, True])
@pytest.mark.parametrize("at", [1, 2, 3])
def test_kill_leaves_doubt_only_about_what_was_in_the_air(site: Settings, store: Store, at: int, after: bool) -> None:
    """After kill -9 the ledger is the truth: "sent" is there, "queued" is not, and just one is "uncertain"."""
    store.close()
    folder = site.root / "mail"
    die(site, Dying(folder, at, after))
    there = [path.name.partition("@")[0] for path in folder.rglob("*.eml")]
    rest = Memory()
    deliver(site, store, rest)
    found = states(store)

    assert sorted(there) == sorted(READERS[: at if after else at - 1])
    assert found == dict.fromkeys(READERS, "sent") | {READERS[at - 1]: "uncertain"}
    assert addresses(rest) == list(READERS[at:])


def test_killed_folder_delivers_everything_once(site: Settings, store: Store) -> None:
    """Killed at each message in turn, and run again: in a folder nothing stays in doubt, and each has one file."""
    store.close()
    folder = site.root / "mail"
    for after in (False, True, False):
        die(site, Dying(folder, 1, after))
        written = {path: path.read_bytes() for path in folder.rglob("*.eml")}
    deliver(site, store, Folder(folder))
    files = {path: path.read_bytes() for path in folder.rglob("*.eml")}

    assert states(store) == dict.fromkeys(READERS, "sent")
    assert len(files) == 3
    assert written.items() <= files.items()  # what was there is the same to the byte


def test_killed_anywhere_loses_nothing(site: Settings, tmp_path: Path) -> None:
    """Killed from outside at moments of its own choosing, until all is delivered."""
    folder, names = site.root / "mail", [f"reader{number}" for number in range(60)]
    with Store.open(URL, tmp_path) as store:
        begin(site, store, *names)
    for goal in (5, 20, 45):
        process = multiprocessing.get_context("fork").Process(target=_deliver, args=(site, Folder(folder)))
        process.start()
        while process.is_alive() and len(list(folder.rglob("*.eml"))) < goal:
            pass
        process.kill()
        process.join()
        with Store.open(URL, tmp_path) as store:
            found = states(store)
        there = {path.name.partition("@")[0] for path in folder.rglob("*.eml")}

        assert {name for name in names if found[name] == "sent"} <= there
        assert not there & {name for name in names if found[name] in ("queued", "claimed")}
        assert Counter(found.values())["sending"] <= 1
    _deliver(site, Folder(folder))
    with Store.open(URL, tmp_path) as store:
        assert states(store) == dict.fromkeys(names, "sent")
    assert len(list(folder.rglob("*.eml"))) == 60
