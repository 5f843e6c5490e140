"""The database: its tables, its guards, and what stands in it after each step of a delivery."""

import multiprocessing
import re
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import closing, suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection, bindparam, insert, select, text, update
from sqlalchemy.exc import IntegrityError

from feeds.errors import SettingsError, StoreError, UnusableError
from feeds.model import Outcome, Subscription, Variant
from feeds.store import Store, deliveries, engine, issues, migrations, requests, secrets, subscribers, tables, workers
from feeds.store.bulk import update_each
from feeds.store.deliveries import Claimed, Settlement
from feeds.store.groups import Group
from feeds.store.issues import NewIssue
from feeds.store.subscribers import NewSubscriber
from tests.servers import Postgres

URL = "sqlite:///feeds.db"
NOW = datetime(2026, 11, 23, 8, tzinfo=UTC)
LATER = NOW + timedelta(hours=1)
EVERYONE = Group(0, (), "")


@pytest.fixture
def sqlite(tmp_path: Path) -> Iterator[Store]:
    """Give a new database that is a file."""
    with Store.open(URL, tmp_path) as opened:
        yield opened


def add_readers(connection: Connection, *names: str) -> None:
    readers = [NewSubscriber(f"{name}@example.org", f"{name}@example.org", f"{name}@example.org") for name in names]
    subscribers.add(connection, readers, "test", NOW)
    known = subscribers.by_key(connection, [each.email_key for each in readers])
    subscribers.subscribe(connection, {id_: Subscription("weekly") for id_, _ in known.values()}, 0, NOW)


def open_issue(connection: Connection, *names: str, number: int = 1, state: str = "open") -> int:
    """Open an issue for readers of these names; return its id."""
    add_readers(connection, *names)
    issue_id = issues.add(connection, NewIssue("weekly", number, "2026-11-23T08:00", 1, state, "{}"), NOW)
    variant_id = issues.add_variant(connection, issue_id, Variant("k", "عنوان", "<p>ن</p>", "ن", ("a", "b"), "ar"))
    issues.freeze(connection, issue_id, deliveries.queue(connection, issue_id, {EVERYONE: variant_id}, "weekly", NOW))
    return issue_id


def states(connection: Connection) -> list[str]:
    return list(connection.scalars(select(tables.delivery.c.state).order_by(tables.delivery.c.subscriber_id)))


SCHEMA = {
    "sqlite": "SELECT sql FROM sqlite_master WHERE sql IS NOT NULL",
    "postgresql": """
        SELECT table_name || column_name || data_type || is_nullable || coalesce(column_default, '')
        FROM information_schema.columns WHERE table_schema = current_schema()
        UNION ALL SELECT conrelid::regclass || conname || pg_get_constraintdef(oid)
        FROM pg_constraint WHERE connamespace = current_schema()::regnamespace
        UNION ALL SELECT replace(indexdef, current_schema() || '.', '')
        FROM pg_indexes WHERE schemaname = current_schema()
    """,
}


def schema(connection: Connection) -> list[list[str]]:
    """Return the parts of each CREATE statement; alembic writes the constraints in another order."""
    statements = connection.scalars(text(SCHEMA[connection.dialect.name]))
    return sorted(sorted(re.findall(r"CREATE|[^\s,()]+|\([^()]*\)", each)) for each in statements)


def test_fresh_tables_are_those_of_all_migrations(store: Store) -> None:
    """A database that grew with the program is the same as one made today."""
    with store.writing() as connection:
        fresh = schema(connection)
        tables.metadata.drop_all(connection)
        connection.execute(text("DROP TABLE alembic_version"))
        migrations.migrate(connection)

        assert schema(connection) == fresh


def test_first_tables_are_brought_up_to_date(tmp_path: Path) -> None:
    """With the readers that are in them; the database of last year is opened as any other."""
    made = engine.connect(URL, tmp_path)
    with made.begin() as connection:
        migrations.migrate(connection, "0001")
        add_readers(connection, "one")
    made.dispose()
    with Store.open(URL, tmp_path) as store, store.reading() as connection:
        assert migrations.version(connection) == migrations.NEWEST
        assert [each.email for each in subscribers.listed(connection)] == ["one@example.org"]


def test_history_is_that_of_the_migrations() -> None:
    """Alembic, which opening a database does without, knows the same revisions in the same order."""
    from alembic.script import ScriptDirectory

    script = ScriptDirectory(str(Path(migrations.__file__).parent))

    assert [each.revision for each in script.walk_revisions()][::-1] == list(migrations.HISTORY)


def test_opening_imports_no_alembic(tmp_path: Path) -> None:
    """A database that is new or up to date opens without the half second that alembic takes to import."""
    code = f"""if True:
        import sys; from pathlib import Path; from feeds.store import Store
        for _ in range(2):
            Store.open({URL!r}, Path({str(tmp_path)!r})).close()
        print("alembic" in sys.modules)"""

    assert subprocess.check_output([sys.executable, "-c", code], text=True) == "False\n"


def test_newer_database_is_refused(store: Store, tmp_path: Path) -> None:
    """A program that does not know the tables leaves them alone, and says what to do."""
    with store.writing() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))

    with pytest.raises(UnusableError, match=r"newer than this program \(revision 9999\); upgrade feeds"):
        Store.open(URL, tmp_path)


def foreign(path: Path) -> None:
    with sqlite3.connect(path) as connection:
        connection.execute("CREATE TABLE wp_posts (id)")
    connection.close()


UNUSABLE: dict[str, tuple[Callable[[Path], object], str]] = {
    "corrupt": (lambda path: path.write_bytes(b"SQLite format 3\0" + b"\1" * 4096), "not a database; put a backup"),
    "other file": (lambda path: path.write_text("hello\n" * 100), "not a database; put a backup"),
    "folder": (Path.mkdir, "unable to open database file; make the file and its folder writable"),
    "foreign": (foreign, "holds tables of another program; name another one"),
}


@pytest.mark.parametrize("kind", UNUSABLE)
def test_unusable_database_is_one_line(tmp_path: Path, kind: str) -> None:
    """What is wrong with the file and how to mend it, in one line."""
    spoil, expected = UNUSABLE[kind]
    spoil(tmp_path / "feeds.db")

    with pytest.raises(StoreError, match=expected) as caught:
        Store.open(URL, tmp_path)

    assert len(str(caught.value).splitlines()) == 1
    assert (caught.value.exit_code == 75) == (kind == "folder")  # which may be another's doing, and over soon


def test_locked_database_is_one_line(sqlite: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever waits too long for a writer is told so."""
    monkeypatch.setattr(engine, "BUSY_SECONDS", 0)
    impatient = Store.open(URL, tmp_path)

    with sqlite.writing(), pytest.raises(StoreError, match="database is locked; another process"), impatient.writing():
        pass

    impatient.close()


def begin(connection: Connection) -> None:
    """Do nothing in a transaction."""


def change_many(connection: Connection) -> None:
    """Change rows as a delivery does, though there are none."""
    change = update(tables.tally).where(tables.tally.c.issue_id == bindparam("issue")).values(sent=bindparam("more"))
    update_each(connection, change, [{"issue": -1, "more": 1}, {"issue": -2, "more": 2}])


@pytest.mark.parametrize("deed", [begin, change_many])
def test_sleeper_on_a_server_holds_up_nobody_for_ever(
    postgres: Postgres, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, deed: Callable[[Connection], object]
) -> None:
    """Who was stopped in the middle of a transaction loses it, and the next one goes on."""
    monkeypatch.setattr(engine, "ASLEEP_SECONDS", 1)
    url = postgres.make(deed.__name__)
    with (
        Store.open(url, tmp_path) as asleep,
        Store.open(url, tmp_path) as other,
        pytest.raises(StoreError, match="idle-in-transaction"),
    ):
        overtake(asleep, other, deed)


def test_who_waits_for_a_sleeper_gives_up(postgres: Postgres, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A server that does not see it sleep, in the middle of a statement, lets nobody wait for ever."""
    monkeypatch.setattr(engine, "ASLEEP_SECONDS", 0.05)
    url = postgres.make("unseen")
    with (
        Store.open(url, tmp_path) as asleep,
        Store.open(url, tmp_path) as other,
        pytest.raises(StoreError, match="lock timeout; another process has been writing"),
    ):
        overtake(asleep, other, unseen)


def unseen(connection: Connection) -> None:
    """Keep the server from seeing that this transaction sleeps."""
    connection.exec_driver_sql("SET LOCAL idle_in_transaction_session_timeout = 0")


def overtake(asleep: Store, other: Store, deed: Callable[[Connection], object]) -> None:
    with asleep.writing("work") as connection:
        deed(connection)
        with other.writing("work") as waiting:
            secrets.secret(waiting)
        secrets.secret(connection)


@pytest.mark.parametrize("url", ["mysql://localhost/x", "feeds.db", "", "sqlite+aiosqlite:///feeds.db"])
def test_wrong_url_names_the_setting(tmp_path: Path, url: str) -> None:
    """A URL that is none of ours is an error in feeds.toml."""
    with pytest.raises(SettingsError, match=r"store\.url"):
        Store.open(url, tmp_path)


def test_missing_driver_says_what_to_install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """From the clone: the name alone is another package's."""
    monkeypatch.setitem(sys.modules, "psycopg", None)

    with pytest.raises(SettingsError, match=r"store\.url: .*psycopg.*; run `pip install '\.\[postgres\]'` in the"):
        Store.open("postgresql://localhost/feeds", tmp_path)


def test_unreachable_server_keeps_its_password_to_itself(tmp_path: Path) -> None:
    """The line about a server that is not there names it, without the password."""
    with pytest.raises(StoreError, match=r"me:\*\*\*@localhost") as caught:
        Store.open("postgresql://me:geheim@localhost:1/feeds", tmp_path)

    assert "geheim" not in str(caught.value)


def test_option_that_the_server_does_not_know_is_named(tmp_path: Path) -> None:
    """A slip in the address is the operator's to mend, and no fault of ours to be shown with its traceback."""
    with pytest.raises(StoreError, match='invalid connection option "sslmodee"'):
        Store.open("postgresql://localhost:1/feeds?sslmodee=require", tmp_path)


def test_sqlite_is_set_up_to_lose_nothing(sqlite: Store) -> None:
    """WAL, a sync at every commit, foreign keys, and ten seconds of patience."""
    names = ("journal_mode", "synchronous", "foreign_keys", "busy_timeout")

    with sqlite.reading() as connection:
        assert [connection.scalar(text(f"PRAGMA {name}")) for name in names] == ["wal", 2, 1, 10_000]


def test_peeking_makes_no_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever only wants to look leaves no database behind."""
    monkeypatch.chdir(tmp_path)
    with Store.open(URL, tmp_path, make=False) as store, store.reading() as connection:
        assert subscribers.find(connection, "x@example.org") is None

    assert list(tmp_path.iterdir()) == []


def _open(folder: Path, start: "multiprocessing.synchronize.Barrier") -> None:
    start.wait()
    with Store.open(URL, folder) as store, store.writing() as connection:
        add_readers(connection, multiprocessing.current_process().name)


def test_processes_may_make_the_database_together(tmp_path: Path) -> None:
    """The first cron job after the installation may well meet another."""
    context = multiprocessing.get_context("fork")
    start = context.Barrier(4)
    processes = [context.Process(target=_open, args=(tmp_path, start)) for _ in range(4)]
    for process in processes:
        process.start()
    for process in processes:
        process.join()

    with Store.open(URL, tmp_path) as store, store.reading() as connection:
        assert len(list(subscribers.listed(connection))) == 4


def test_new_database_waits_for_who_is_making_it(tmp_path: Path) -> None:
    """SQLite would not: it gives up at once where another has begun to write before there is a log."""
    with closing(sqlite3.connect(tmp_path / "feeds.db", isolation_level=None, check_same_thread=False)) as other:
        other.execute("BEGIN IMMEDIATE")
        done = threading.Timer(0.3, other.execute, ["COMMIT"])
        done.start()
        with Store.open(URL, tmp_path) as store, store.reading() as connection:
            assert connection.exec_driver_sql("PRAGMA journal_mode").scalar() == "wal"
        done.join()


@settings(max_examples=50)
@given(st.datetimes(datetime(2, 1, 1), datetime(9998, 1, 1), timezones=st.timezones()))
def test_moments_are_kept_to_the_microsecond(moment: datetime) -> None:
    """Whatever its zone, a time comes back as the same instant."""
    kind = tables.Moment()

    assert kind.process_result_value(kind.process_bind_param(moment, None), None) == moment.astimezone(UTC)


def test_what_raises_is_undone(store: Store) -> None:
    """A transaction is kept whole or not at all, and one that only tries is never kept."""
    with suppress(ZeroDivisionError), store.writing() as connection:
        add_readers(connection, "one")
        raise ZeroDivisionError
    with store.trying() as connection:
        add_readers(connection, "two")

    with store.reading() as connection:
        assert list(subscribers.listed(connection)) == []


def test_secret_is_made_once(store: Store, tmp_path: Path) -> None:
    """Every process signs with the same secret, and another site has another."""
    other_folder = tmp_path / "other"
    other_folder.mkdir()
    with store.writing() as first, Store.open(URL, other_folder) as other, other.writing() as second:
        here, there = secrets.secret(first), secrets.secret(second)

        assert len(here) == 64
        assert secrets.secret(first) == here != there


# What must never be there twice, and a row that would make it so.
TWICE = {
    "delivery to a reader": lambda c: insert(tables.delivery).from_select(
        [column.name for column in tables.delivery.c], select(tables.delivery)
    ),
    "delivery to an address": lambda c: insert(tables.delivery).from_select(
        [column.name for column in tables.delivery.c],
        select(*(column + 1 if column.name == "subscriber_id" else column for column in tables.delivery.c)),
    ),
    "number of an issue": lambda c: insert(tables.issue).from_select(
        [column.name for column in tables.issue.c if column.name != "id"],
        select(*(column for column in tables.issue.c if column.name != "id")),
    ),
    "subscriber": lambda c: insert(tables.subscriber).from_select(
        [column.name for column in tables.subscriber.c if column.name != "id"],
        select(*(column for column in tables.subscriber.c if column.name != "id")),
    ),
}


@pytest.mark.parametrize("what", TWICE)
def test_twice_cannot_be_written(store: Store, what: str) -> None:
    """The database itself refuses a second one, whatever the program does."""
    with store.writing() as connection:
        open_issue(connection, "one")
        add_readers(connection, "two")

        with pytest.raises(IntegrityError, match=r"(?i)unique"):
            connection.execute(TWICE[what](connection))


def test_second_issue_for_an_occasion_cannot_be_written(store: Store) -> None:
    """An occasion has one issue, in each bucket of readers."""
    with store.writing() as connection:
        issue_id = open_issue(connection, "one")
        for bucket in ("", "Asia/Tokyo"):
            issues.add_occasion(connection, "weekly", "2026-11-23T08:00", NOW, issue_id=issue_id, bucket=bucket)

        with pytest.raises(IntegrityError, match=r"(?i)unique"):
            issues.add_occasion(connection, "weekly", "2026-11-23T08:00", NOW, issue_id=None)


NONSENSE: dict[str, dict[str, object]] = {
    "unknown state": {"state": "delivered"},
    "held by nobody": {"state": "sending", "message_id": "<1@example.org>"},
    "settled and held": {"worker_id": 1},
    "sent without a Message-ID": {"state": "sent", "sent_at": NOW},
    "sent at no time": {"state": "sent", "message_id": "<1@example.org>"},
    "variant of no issue": {"variant_id": 99},
}


@pytest.mark.parametrize("what", NONSENSE)
def test_nonsense_cannot_be_written(store: Store, what: str) -> None:
    """States and their columns agree, or the database refuses."""
    with store.writing() as connection:
        open_issue(connection, "one")

        with pytest.raises(IntegrityError):
            connection.execute(update(tables.delivery).values(NONSENSE[what]))


def test_variant_comes_back_whole(store: Store) -> None:
    """What was frozen is what will be sent."""
    with store.writing() as connection:
        issue_id = open_issue(connection, "one")

        assert issues.variants(connection, issue_id) == (Variant("k", "عنوان", "<p>ن</p>", "ن", ("a", "b"), "ar"),)


def claim(
    connection: Connection, issue_id: int, now: datetime = NOW, limit: int = 50
) -> tuple[int, tuple[Claimed, ...]]:
    worker_id = workers.enter(connection, now + timedelta(minutes=15))
    return worker_id, deliveries.claim(connection, worker_id, issue_id, now, limit)


def test_delivery_goes_through_its_states(store: Store) -> None:
    """queued -> claimed -> sending -> sent, each step by the worker that holds the row, and counted as one try."""
    with store.writing() as connection:
        issue_id = open_issue(connection, "one")
        worker_id, (claimed,) = claim(connection, issue_id)
        seen = [states(connection)]
        assert deliveries.start(connection, worker_id, [(claimed, "<1@example.org>")], NOW)
        seen.append(states(connection))
        deliveries.settle(connection, worker_id, [Settlement(claimed, Outcome("sent", 250), NOW)], LATER)
        seen.append(states(connection))
        (row,) = connection.execute(select(tables.delivery)).all()

        assert seen == [["claimed"], ["sending"], ["sent"]]
        assert (row.attempts, row.code, row.message_id, row.sent_at) == (1, 250, "<1@example.org>", LATER)


def test_claims_do_not_overlap(store: Store) -> None:
    """Each delivery is in one worker's hands; there are no more once all are taken."""
    with store.writing() as connection:
        issue_id = open_issue(connection, *"abcde")
        taken = [{each.subscriber_id for each in claim(connection, issue_id, limit=2)[1]} for _ in range(4)]

        assert [len(each) for each in taken] == [2, 2, 1, 0]
        assert len(set().union(*taken)) == 5


def test_deferred_waits_for_its_turn(store: Store) -> None:
    """A delivery that is to be tried later is not claimed before, and keeps its Message-ID and count of tries."""
    with store.writing() as connection:
        issue_id = open_issue(connection, "one")
        worker_id, (claimed,) = claim(connection, issue_id)
        deliveries.start(connection, worker_id, [(claimed, "<1@example.org>")], NOW)
        deliveries.settle(connection, worker_id, [Settlement(claimed, Outcome("deferred", 451), LATER)], NOW)
        early, (again,) = claim(connection, issue_id)[1], claim(connection, issue_id, LATER)[1]

        assert early == ()
        assert (again.attempts, again.message_id, again.first_at) == (1, "<1@example.org>", NOW)


def test_clock_set_back_holds_up_nothing(store: Store) -> None:
    """What is queued leaves, though by the clock it was queued in the future."""
    with store.writing() as connection:
        issue_id = open_issue(connection, "one")

        assert len(claim(connection, issue_id, NOW - timedelta(hours=2))[1]) == 1


def test_clock_that_was_ahead_holds_up_nothing(store: Store) -> None:
    """What it deferred is tried at once, and given up two days after that; its lease of a worker is over."""
    ahead = NOW + timedelta(days=365)
    with store.writing() as connection:
        issue_id = open_issue(connection, "one")
        worker_id, (claimed,) = claim(connection, issue_id, ahead)
        deliveries.start(connection, worker_id, [(claimed, "<1@example.org>")], ahead)
        later = Settlement(claimed, Outcome("deferred", 451), ahead + timedelta(hours=1))
        deliveries.settle(connection, worker_id, [later], ahead)
        long_lived = workers.enter(connection, ahead)
        worker_id, (claimed,) = claim(connection, issue_id, NOW)
        deliveries.start(connection, worker_id, [(claimed, "<1@example.org>")], NOW)
        deliveries.settle(connection, worker_id, [Settlement(claimed, Outcome("deferred", 451), LATER)], NOW)

        assert claim(connection, issue_id, LATER)[1][0].first_at == NOW
        assert long_lived in workers.dead(connection, NOW)


def test_try_that_does_not_count_is_not_counted(store: Store) -> None:
    """A relay that is down costs no delivery one of its tries."""
    with store.writing() as connection:
        issue_id = open_issue(connection, "one")
        worker_id, (claimed,) = claim(connection, issue_id)
        deliveries.start(connection, worker_id, [(claimed, "<1@example.org>")], NOW)
        deliveries.settle(connection, worker_id, [Settlement(claimed, Outcome("queued", counts=False), NOW)], NOW)

        assert claim(connection, issue_id)[1][0].attempts == 0


def test_hand_takes_another_connection_after_an_error(store: Store) -> None:
    """Until then it keeps one; what the transaction had written is undone."""
    hand = store.hand()
    used = []
    for fails in (False, True, False):
        with suppress(ZeroDivisionError), hand.writing() as connection:
            used.append(connection)
            add_readers(connection, f"reader{len(used)}")
            assert not fails or 1 // 0
    hand.rest()
    with store.reading() as connection:
        names = [each.email.partition("@")[0] for each in subscribers.listed(connection)]

    assert [each is used[0] for each in used] == [True, True, False]
    assert names == ["reader1", "reader3"]


def test_errors_of_the_driver_are_one_line(sqlite: Store) -> None:
    """Also where SQLAlchemy is passed by."""
    hand = sqlite.hand()
    with hand.writing() as connection:
        issue_id = open_issue(connection, "one")
        worker_id, (claimed,) = claim(connection, issue_id)
        connection.exec_driver_sql("PRAGMA query_only = ON")
    with pytest.raises(StoreError, match="readonly database; make the file"), hand.writing() as connection:
        deliveries.start(connection, worker_id, [(claimed, "<1@example.org>")], NOW)


def test_queueing_leaves_the_checks_on(store: Store) -> None:
    """It writes what needs none; whatever comes after it in the same transaction is checked again."""
    with suppress(IntegrityError), store.writing() as connection:
        open_issue(connection, "one")
        with pytest.raises(IntegrityError, match="held_by_worker"):
            connection.execute(update(tables.delivery).values(worker_id=1))


def test_any_number_may_wait_for_an_answer(store: Store) -> None:
    """At the largest provider, whose readers are looked through together, more than a statement takes."""
    with store.reading() as connection:
        assert requests.mails(connection, range(70_000), NOW) == {}


def test_dead_worker_leaves_doubt_only_about_what_was_in_the_air(store: Store) -> None:
    """After a crash: claimed is queued once more, sending is uncertain, and nothing else has changed."""
    with store.writing() as connection:
        issue_id = open_issue(connection, "one", "two", "three")
        worker_id, claimed = claim(connection, issue_id, limit=2)
        deliveries.start(connection, worker_id, [(claimed[0], "<1@example.org>")], NOW)
        deliveries.release(connection, [worker_id], LATER)

        assert states(connection) == ["uncertain", "queued", "queued"]


def test_zombie_writes_nothing(store: Store) -> None:
    """A worker that was taken for dead finds its rows gone: it neither starts nor settles what is not its own."""
    with store.writing() as connection:
        issue_id = open_issue(connection, "one", "two")
        zombie, (first, second) = claim(connection, issue_id)
        deliveries.start(connection, zombie, [(first, "<1@example.org>")], NOW)
        deliveries.release(connection, [zombie], NOW)
        workers.leave(connection, [zombie])
        heir, _ = claim(connection, issue_id)

        assert not deliveries.settle(connection, zombie, [Settlement(first, Outcome("failed"), NOW)], NOW)
        assert not deliveries.start(connection, zombie, [(second, "<2@example.org>")], NOW)
        assert heir > zombie
        assert states(connection) == ["uncertain", "claimed"]
        with pytest.raises(StoreError, match="another took over"):
            workers.renew(connection, zombie, LATER)


def test_reader_who_leaves_gets_nothing_more(store: Store) -> None:
    """Leaving counts up to the very mark before the message goes; what is in the air is let be."""
    with store.writing() as connection:
        issue_id = open_issue(connection, "one", "two", "three")
        worker_id, (first, second, third) = claim(connection, issue_id)
        deliveries.start(connection, worker_id, [(first, "<1@example.org>")], NOW)
        for claimed in (first, second):
            subscribers.set_status(connection, claimed.subscriber_id, "unsubscribed")
            deliveries.drop(connection, "unsubscribed", NOW, [claimed.subscriber_id])
        subscribers.set_status(connection, third.subscriber_id, "unsubscribed")  # nobody flipped this row

        assert not deliveries.start(connection, worker_id, [(second, "<2@example.org>")], NOW)
        assert not deliveries.start(connection, worker_id, [(third, "<3@example.org>")], NOW)
        assert states(connection) == ["sending", "skipped", "skipped"]


def test_issue_is_done_when_nothing_is_left_or_in_doubt(store: Store) -> None:
    """Its states add up to what was frozen; a delivery in doubt keeps it open."""
    with store.writing() as connection:
        issue_id = open_issue(connection, "one", "two")
        connection.execute(update(tables.delivery).values(state="uncertain", message_id="<1@example.org>"))
        issues.close_done(connection, NOW)
        before = issues.read(connection, issue_id)
        connection.execute(update(tables.delivery).values(state="failed"))
        issues.close_done(connection, NOW)
        after = issues.read(connection, issue_id)

        assert (before.state, before.deliveries) == ("open", {"uncertain": 2})
        assert (after.state, after.deliveries) == ("done", {"failed": 2})


WORKERS: dict[str, tuple[dict[str, object], bool]] = {
    "alive": ({}, False),
    "slept past its lease": ({"lease": NOW - timedelta(seconds=1)}, True),
    "gone from this machine": ({"pid": 2**22 + 1}, True),  # above the most that Linux gives
    "on another machine": ({"pid": 2**22 + 1, "host": "elsewhere"}, False),
}


@pytest.mark.parametrize("kind", WORKERS)
def test_dead_workers_are_known(store: Store, kind: str) -> None:
    """A worker is dead when its lease is over, or at once when its process is gone from this machine."""
    changes, expected = WORKERS[kind]
    with store.writing() as connection:
        worker_id = workers.enter(connection, LATER)
        connection.execute(update(tables.worker).values(changes or {"pid": tables.worker.c.pid}))

        assert workers.dead(connection, NOW) == ((worker_id,) if expected else ())


def test_ids_of_workers_are_never_used_again(store: Store) -> None:
    """The id is a fencing token, so it only grows, also when all have left."""
    with store.writing() as connection:
        first = workers.enter(connection, LATER)
        workers.leave(connection, [first])

        assert workers.enter(connection, LATER) > first


def test_claiming_reads_the_index(sqlite: Store) -> None:
    """A claim does not look through the deliveries that are settled, however many there are."""
    with sqlite.writing() as connection:
        plan: list[str] = []
        asked = deliveries.CLAIMABLE.params(issue=1, now=NOW, ahead=NOW, limit=50)
        query = asked.compile(connection, compile_kwargs={"literal_binds": True})
        plan = [row.detail for row in connection.execute(text(f"EXPLAIN QUERY PLAN {query}"))]

        assert any("ix_delivery_ready" in step for step in plan), plan
