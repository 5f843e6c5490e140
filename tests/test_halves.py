"""Work that two processes share. Each case has a process of its own: the one that runs tests may have threads."""

import os
import subprocess
import sys

import pytest

pytestmark = pytest.mark.skipif(len(os.sched_getaffinity(0)) < 2, reason="one processor: nothing is shared")
BEGIN = """
import os, threading
from pathlib import Path
from feeds.collect import collect
from feeds.halves import both, halves
from feeds.model import Site

MANY = range(2_000)
MINE = os.getpid()
"""


def run(code: str) -> None:
    """Run a case; what it asserts must hold."""
    done = subprocess.run([sys.executable, "-P", "-c", BEGIN + code], capture_output=True, text=True)
    assert (0, "") == (done.returncode, done.stderr)


def test_two_processes_take_a_half_each() -> None:
    """Both halves come back, the first one first."""
    run("""
(first, *left), (second, *right) = halves(MANY, lambda items: [os.getpid(), *items], list[int], 1_000)
assert [*MANY] == [*left, *right]
assert first == MINE != second
""")


def test_little_work_is_not_shared() -> None:
    """A second process would cost more than it brings."""
    run("assert [[MINE, 0, 1]] == halves(range(2), lambda items: [os.getpid(), *items], list[int], 1_000)")


def test_a_process_with_threads_is_not_split() -> None:
    """What another thread holds would be held for ever in the copy."""
    run("""
done = threading.Event()
threading.Thread(target=done.wait).start()
parts = halves(MANY, lambda items: [os.getpid(), *items], list[int], 1_000)
done.set()
assert [[MINE, *MANY]] == parts
""")


def test_a_half_that_is_lost_is_done_again() -> None:
    """The second process may be killed, by a system that is short of memory for one."""
    run("""
def work(items):
    if os.getpid() != MINE:
        os.kill(os.getpid(), 9)
    return [*items]

assert [[*MANY[:1_000]], [*MANY[1_000:]]] == halves(MANY, work, list[int], 1_000)
""")


def test_a_system_without_room_for_a_second_process_uses_one() -> None:
    """As a container with a limit of processes; no pipe stays open."""
    run("""
def full():
    raise BlockingIOError("no more processes")
before = os.listdir("/dev/fd")
os.fork = full
assert (MINE, MINE) == both(os.getpid, os.getpid, int)
assert before == os.listdir("/dev/fd")
""")


def test_two_works_are_done_at_once() -> None:
    """Each comes back from a process of its own."""
    run("""
here, there = both(os.getpid, os.getpid, int)
assert here == MINE != there
""")


def test_a_work_that_fails_there_fails_here() -> None:
    """What was wrong is raised where it is heard."""
    run("""
try:
    both(int, lambda: 1 // 0, int)
except ZeroDivisionError:
    done = True
assert done
""")


def test_nothing_is_left_of_a_second_process() -> None:
    """When the first work fails, the second is waited for: a process that goes on has no child and no open pipe."""
    run("""
before = os.listdir("/dev/fd")
try:
    both(lambda: 1 // 0, int, int)
except ZeroDivisionError:
    pass
assert before == os.listdir("/dev/fd")
try:
    os.wait()
except ChildProcessError:
    done = True
assert done
""")


def test_many_posts_come_as_few_do(tmp_path: object) -> None:
    """What the second process read is what it would be in the first: problems, offsets of times, and all."""
    run(f"""
root = Path({str(tmp_path)!r})
(root / "posts").mkdir()
for number in range(1_200):
    late = "soon" * (number % 7 == 0)
    text = f"---\\ntitle: خبر {{number}}\\ndate: 2024-01-01 10:00:00 +0530\\nupdated: {{late}}\\n---\\n"
    (root / "posts" / f"{{number:04}}.md").write_text(text, "utf-8")

def found():
    it = collect(root, ["posts"], "plain", "", Site(url="https://example.org/", title="مدونة"))
    return it.posts, it.problems, [each.published.utcoffset() for each in it.posts]

shared = found()
done = threading.Event()
threading.Thread(target=done.wait).start()  # keeps it in one process
alone = found()
done.set()
assert 1_200 == len(alone[0])
assert alone == shared
""")
