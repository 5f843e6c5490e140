"""Work that two processes share."""

import os
import threading
from collections.abc import Sequence
from pathlib import Path

import pytest

from feeds.collect import collect
from feeds.halves import halves
from feeds.model import Site

MANY = range(2_000)
SITE = Site(url="https://example.org/", title="مدونة")
pytestmark = pytest.mark.skipif(len(os.sched_getaffinity(0)) < 2, reason="one processor: nothing is shared")


def workers(items: Sequence[int]) -> list[int]:
    """Return who did the work, and what it was."""
    return [os.getpid(), *items]


def test_two_processes_take_a_half_each() -> None:
    """Both halves come back, the first one first."""
    (first, *left), (second, *right) = halves(MANY, workers, list[int], 1_000)

    assert [*MANY] == [*left, *right]
    assert first == os.getpid() != second


def test_little_work_is_not_shared() -> None:
    """A second process would cost more than it brings."""
    assert [[os.getpid(), *range(10)]] == halves(range(10), workers, list[int], 1_000)


def test_a_process_with_threads_is_not_split() -> None:
    """What another thread holds would be held for ever in the copy."""
    done = threading.Event()
    thread = threading.Thread(target=done.wait)
    thread.start()
    parts = halves(MANY, workers, list[int], 1_000)
    done.set()
    thread.join()

    assert [[os.getpid(), *MANY]] == parts


def test_a_half_that_is_lost_is_done_again() -> None:
    """The second process may be killed, by a system that is short of memory for one."""
    mine = os.getpid()

    def work(items: Sequence[int]) -> list[int]:
        if os.getpid() != mine:
            os.kill(os.getpid(), 9)
        return [*items]

    assert [[*MANY[:1_000]], [*MANY[1_000:]]] == halves(MANY, work, list[int], 1_000)


def test_many_posts_come_as_few_do(tmp_path: Path) -> None:
    """What the second process read is what it would be in the first: problems, offsets of times, and all."""
    (tmp_path / "posts").mkdir()
    for number in range(1_200):
        text = (
            f"---\ntitle: خبر {number}\ndate: 2024-01-01 10:00:00 +0530\nupdated: {'soon' * (number % 7 == 0)}\n---\n"
        )
        (tmp_path / "posts" / f"{number:04}.md").write_text(text, "utf-8")
    shared = collect(tmp_path, ["posts"], "plain", "", SITE)
    done = threading.Event()
    thread = threading.Thread(target=done.wait)  # keeps it in one process
    thread.start()
    alone = collect(tmp_path, ["posts"], "plain", "", SITE)
    done.set()
    thread.join()

    assert 1_200 == len(alone.posts)
    assert (alone.posts, alone.problems) == (shared.posts, shared.problems)
    assert {each.published.utcoffset() for each in alone.posts} == {each.published.utcoffset() for each in shared.posts}
