"""kill -9 at random moments while the real command delivers to a real server: nothing lost, nothing twice."""

import random
from pathlib import Path

import pytest

from tests.faults.ground import LONG, ROUNDS, Ground

EACH = 200  # readers for each round, so that it ends in the middle
OTHERS = [1, 50]  # connections
pytestmark = pytest.mark.needs("smtp-sink")


def killed(ground: Ground, at: int) -> None:
    """Deliver, and kill the process when the server has seen some more messages."""
    goal = ground.count() + at
    with ground.deliver() as process:
        ground.until(goal, process)
        process.kill()


def nothing_lost_nothing_twice(ground: Ground, rounds: int) -> None:
    """Sent is what arrived; queued is what did not; in doubt are no more than there were connections."""
    chance, doubt = random.Random(rounds), set[str]()
    with ground.sink():
        for _ in range(rounds):
            killed(ground, chance.randint(1, EACH))
            ground.agrees()
            doubt |= ground.in_doubt()
        code, _ = ground.delivered()
        before = ground.states()
        ground.agrees()  # what is in doubt is not sent again by itself, so nobody has two
        twice = len(doubt & ground.received().keys())
        ground.settle_doubt(doubt)

    assert code == (75 if doubt else 0)
    assert before == {reader: "uncertain" if reader in doubt else "sent" for reader in ground.readers}
    print(
        f"{ground.connections} connections, {rounds} kills: {len(doubt)} in doubt, of which {twice} had arrived; "
        "0 lost, 0 twice that were not in doubt"
    )


def test_ten_connections(tmp_path: Path, url: str) -> None:
    """As many are in doubt as there were connections, at most."""
    nothing_lost_nothing_twice(Ground(tmp_path, EACH * ROUNDS, url=url), ROUNDS)


@pytest.mark.parametrize("connections", OTHERS)
def test_few_and_many_connections(tmp_path: Path, url: str, connections: int) -> None:
    """The same."""
    rounds = ROUNDS if LONG else 1
    nothing_lost_nothing_twice(Ground(tmp_path, EACH * rounds, url=url, connections=connections), rounds)
