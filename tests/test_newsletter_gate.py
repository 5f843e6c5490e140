"""How fast messages may leave, whoever else delivers, and what outlives the process."""

from collections import Counter
from datetime import datetime, timedelta

import pytest
from sqlalchemy import select

from feeds.newsletter.gate import PAUSE, Gate
from feeds.replies import VERDICTS
from feeds.store import Store, tables
from tests.newsletter_site import DAY, MONDAY

SECOND = timedelta(seconds=1)


def admitted(store: Store, gate: Gate, now: datetime, *domains: str) -> list[str]:
    """Ask for messages to these domains in one transaction; return those that may leave."""
    with store.writing() as connection:
        gate.read(connection, now, anew=True)
        found = [domain for domain in domains if gate.admits(domain, now)]
        gate.write(connection)
    return found


def heard(store: Store, gate: Gate, meaning: str, now: datetime, domain: str = "a.example") -> None:
    with store.writing() as connection:
        gate.read(connection, now, anew=True)
        gate.heard(VERDICTS[meaning], domain, now)
        gate.write(connection)


def test_without_limits_all_may_leave(store: Store) -> None:
    """And nothing is kept."""
    gate = Gate({})

    assert admitted(store, gate, MONDAY, *["a.example"] * 1000) == ["a.example"] * 1000
    assert gate.wait == 0


def test_gate_forgets_a_clock_that_was_ahead(store: Store) -> None:
    """Neither its pauses nor its days count: messages leave as before, and a new sender is no older."""
    limited, fresh = {"": 1.0}, MONDAY.date()
    heard(store, Gate(limited, fresh), "quota", MONDAY + 365 * DAY)
    admitted(store, Gate({}, fresh), MONDAY + 365 * DAY + PAUSE, "a.example")

    assert admitted(store, Gate({}, fresh), MONDAY, *["a.example"] * 300) == ["a.example"] * 200
    assert admitted(store, Gate(limited), MONDAY, "a.example") == ["a.example"]


def test_rate_is_shared_by_processes(store: Store) -> None:
    """Two of them at ten a second let out ten in a second together."""
    gates = [Gate({"": 10.0}), Gate({"": 10.0})]
    tenths = [MONDAY + SECOND * number / 20 for number in range(20)]
    left = Counter(number for number, now in enumerate(tenths) for gate in gates if admitted(store, gate, now, "a"))

    assert sum(left.values()) == 10
    assert max(left.values()) == 1


def test_limit_of_each_domain_keeps_those_that_wait(store: Store) -> None:
    """Who has a turn again is not kept: readers have so many domains that each message would take longer."""
    gate, domains = Gate({"*": 10.0}), [f"{number}.example" for number in range(20)]
    twice = [admitted(store, gate, MONDAY + SECOND * number / 20, *domains) for number in (0, 1, 2)]
    admitted(store, gate, MONDAY + SECOND, "last.example")
    with store.reading() as connection:
        kept = set(connection.scalars(select(tables.throttle.c.scope)))

    assert [domains, [], domains] == twice
    assert {"last.example"} == kept


def test_high_rate_lets_several_out_at_once(store: Store) -> None:
    """Were it one for each transaction, no rate above what the disk commits could be reached."""
    gates = [Gate({"": 1000.0}), Gate({"": 1000.0})]
    left = [len(admitted(store, gate, MONDAY + SECOND * number, *"a" * 60)) for number, gate in enumerate(gates)]

    assert left == [1, 50]


def test_slow_domain_does_not_hold_up_others(store: Store) -> None:
    """Its own bucket says how long it waits."""
    gate = Gate({"slow.example": 0.5})
    found = admitted(store, gate, MONDAY, "slow.example", "slow.example", "fast.example", "fast.example")

    assert found == ["slow.example", "fast.example", "fast.example"]
    assert gate.shut == {"slow.example"}
    assert gate.wait == pytest.approx(2.0)


def test_limit_of_all_others_is_for_each_of_them(store: Store) -> None:
    """ "*" gives each domain a bucket of its own."""
    assert admitted(store, Gate({"*": 1.0}), MONDAY, "a", "a", "b", "b") == ["a", "b"]


def test_throttled_relay_is_left_alone_across_runs(store: Store) -> None:
    """A new process knows what the last one heard; after a while all is forgiven."""
    heard(store, Gate({}), "rate", MONDAY)
    at_once, later = (admitted(store, Gate({}), now, "a") for now in (MONDAY, MONDAY + SECOND * 2))
    gate = Gate({})
    admitted(store, gate, MONDAY + timedelta(hours=1), *"abc")

    assert (at_once, later) == ([], ["a"])
    assert gate.shut == set()


def test_quota_shuts_everything_for_an_hour(store: Store) -> None:
    """Not only the domain whose message was refused."""
    heard(store, Gate({}), "quota", MONDAY)
    gate = Gate({})

    assert admitted(store, gate, MONDAY + timedelta(minutes=59), "b.example") == []
    assert gate.wait == pytest.approx(60)
    assert admitted(store, Gate({}), MONDAY + PAUSE + SECOND, "b.example") == ["b.example"]


def test_warm_up_outlives_the_process(store: Store) -> None:
    """However often it begins anew, a new sender sends no more in a day than it may; next day it is more."""
    begun = MONDAY.date()
    days = [
        [len(admitted(store, Gate({}, begun), now, *"a" * 150)) for _ in range(3)] for now in (MONDAY, MONDAY + DAY)
    ]
    gate = Gate({}, begun)

    assert days == [[150, 50, 0], [150, 87, 0]]
    assert admitted(store, gate, MONDAY + DAY, "b.example") == []
    assert gate.shut == {""}
    assert gate.wait == (24 - 7.5) * 3600
    assert len(admitted(store, Gate({}), MONDAY + DAY, *"a" * 300)) == 300  # without the setting there is no cap
    assert admitted(store, Gate({}, begun), MONDAY + DAY * 42, "a") == ["a"]
