"""A database that was put back from a backup sends nothing once more."""

import shutil
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from feeds import doctor
from feeds import newsletter as deeds
from feeds.config import Settings
from feeds.delivery.memory import Memory
from feeds.errors import GuardError
from feeds.newsletter.witness import check
from feeds.store import Store, runs
from tests.newsletter_site import MONDAY, URL, WEEK, WEEKLY, posts, settings, source, subscribe

READERS = ("one", "two", "three")


@pytest.fixture
def site(tmp_path: Path) -> Settings:
    return settings(tmp_path)


def begin(site: Settings, store: Store) -> None:
    deeds.remember(store, source(), MONDAY - WEEK)
    subscribe(site, store, *READERS)


def send(site: Settings, store: Store, names: str, memory: Memory, **rest: Any) -> None:
    """Open an issue of what is new among some posts, and deliver it."""
    deeds.remember(store, source(*posts(names)), MONDAY)
    deeds.open_issue(site, store, WEEKLY, source(*posts(names)), MONDAY)
    deeds.deliver(site, store, memory, lambda: MONDAY, environ={}, **rest)


def copy(root: Path, name: str) -> None:
    """Make a backup while the database is in use."""
    with closing(sqlite3.connect(root / "feeds.db")) as now, closing(sqlite3.connect(root / name)) as then:
        now.backup(then)


def put_back(root: Path, name: str) -> None:
    for left in root.glob("feeds.db*"):
        left.unlink()
    shutil.copy(root / name, root / "feeds.db")


@pytest.mark.parametrize("moment", ["before anything was sent", "the day before", "while it was sent"])
def test_older_database_sends_nothing(site: Settings, moment: str) -> None:
    """Be the copy from before an issue or from the midst of it: nothing is sent again, and no issue opened."""
    with Store.open(URL, site.root) as store:
        begin(site, store)
        copy(site.root, "before anything was sent")
        send(site, store, "a", Memory())
        copy(site.root, "the day before")
        send(site, store, "ab", Memory(), progress=lambda *_: copy(site.root, "while it was sent"))
    put_back(site.root, moment)
    memory = Memory()

    with Store.open(URL, site.root) as store:
        deeds.remember(store, source(*posts("abc")), MONDAY)
        with pytest.raises(GuardError, match="older than what was sent") as told:
            deeds.open_issue(site, store, WEEKLY, source(*posts("abc")), MONDAY)
        found = [*doctor.examine(site, {}, MONDAY, doctor.Lookup())]
        if moment == "while it was sent":
            with pytest.raises(GuardError):
                deeds.deliver(site, store, memory, lambda: MONDAY, environ={})

    assert [] == memory.messages
    assert [("database", "error", told.value.mend)] == [
        (each.subject, each.state, each.mend) for each in found if each.what == told.value.what
    ]


def test_older_database_goes_on_when_it_is_told_to(site: Settings) -> None:
    """By the steps that the message names: nobody gets what was sent before, and everybody what comes after."""
    with Store.open(URL, site.root) as store:
        begin(site, store)
        send(site, store, "a", Memory(), progress=lambda *_: copy(site.root, "copy"))
    put_back(site.root, "copy")
    memory = Memory()

    with Store.open(URL, site.root) as store:
        deeds.cancel(store, "weekly", 1, MONDAY)
        deeds.remember(store, source(*posts("ab")), MONDAY)
        deeds.skip_new(store, WEEKLY, MONDAY)
        (site.root / ".feeds/delivered").unlink()
        send(site, store, "abc", memory)
        (issue,) = [each for each in deeds.listed(store) if each.state == "done"]
        forms = deeds.show(store, "weekly", issue.number).forms

    assert len(READERS) == len(memory.messages)
    assert [("خبر c",)] == [form.posts for form in forms]


def test_new_database_is_no_older_one(site: Settings) -> None:
    """Whoever begins anew is not held up, nor where the count was deleted."""
    memory = Memory()
    for left in ("feeds.db", ".feeds/delivered"):
        with Store.open(URL, site.root) as store:
            begin(site, store)
            send(site, store, "ab" if left == "feeds.db" else "abc", memory)
        for each in site.root.glob(f"{left}*"):
            each.unlink()
    with Store.open(URL, site.root) as store:
        check(site.root, store)

    assert 2 * len(READERS) == len(memory.messages)


def test_each_run_counts_twice(site: Settings, every_database: None) -> None:
    """On both databases; runs that find nothing to deliver are none."""
    with Store.open(URL, site.root) as store:
        begin(site, store)
        counts = []
        for names in ("a", "a", "ab"):
            send(site, store, names, Memory())
            with store.reading() as connection:
                counts.append(runs.read(connection).count)

    assert [2, 2, 4] == counts
