"""`feeds run`: the same work as `feeds run-due`, rung in every minute."""

import os
import signal
import subprocess
import sys
from pathlib import Path

POST = "---\ntitle: خبر\ndate: 2025-01-01\n---\n\nنص\n"


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
