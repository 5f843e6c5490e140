"""`feeds run`: the same work as `feeds run-due`, rung in every minute."""

import os
import signal
import subprocess
import sys
from pathlib import Path

POST = "---\ntitle: خبر\ndate: 2025-01-01\n---\n\nنص\n"

SLOW = """
import threading
import feeds.scheduler as it
from apscheduler.events import EVENT_JOB_MAX_INSTANCES
every, again, stop, runs = it.IntervalTrigger, threading.Event(), threading.Event(), []
it.IntervalTrigger = lambda minutes: every(seconds=minutes)
class Watched(it.BackgroundScheduler):
    def start(self):
        self.add_listener(lambda event: again.set(), EVENT_JOB_MAX_INSTANCES)
        super().start()
it.BackgroundScheduler = Watched
def deed():
    runs.append(1)
    again.wait()
    stop.set()
it.run_every_minute(deed, stop)
print(len(runs))
"""


def test_runs_at_once_and_ends_on_sigterm(tmp_path: Path) -> None:
    """The first round comes without waiting for the minute; SIGTERM ends it with exit code 0."""
    (tmp_path / "feeds.toml").write_text('[site]\nurl = "https://example.org/"\ntitle = "مدونتي"\n', "utf-8")
    (tmp_path / "posts").mkdir()
    (tmp_path / "posts" / "a.md").write_text(POST, "utf-8")
    command = [sys.executable, "-c", "from feeds.cli import main; main()", "run", "--site", str(tmp_path)]

    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env={**os.environ}) as process:
        assert process.stdout
        said = process.stdout.readline()
        process.send_signal(signal.SIGTERM)
        code = process.wait(timeout=60)

    assert said.startswith("feeds: ")
    assert code == 0
    assert (tmp_path / "public/feed.xml").exists()


def test_round_that_takes_longer_is_alone_and_nothing_is_said_of_it() -> None:
    """A large issue takes hours: no second round beside it, and no line for each minute in the journal."""
    done = subprocess.run([sys.executable, "-c", SLOW], capture_output=True, text=True, check=True)

    assert (done.stdout, done.stderr) == ("1\n", "")
