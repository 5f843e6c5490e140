"""preview, issue, schedule, run-due: what an operator types and sees."""

import json
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner

from feeds.cli import cli, main
from feeds.cli.newsletter import STATES
from feeds.store.tables import ISSUE_STATES

SETTINGS = """\
[site]
url = "https://example.org/"
title = "مدونتي"
language = "ar"
timezone = "Africa/Algiers"

[[newsletter]]
name = "news"
cadence = "on publish"
settle = 0
max_burst = 2

[mail]
from = "مدونتي <news@example.org>"
"""
Call = Callable[..., tuple[int, str, str]]


def write(site: Path, *names: str, date: str = "2025-01-01") -> None:
    for name in names:
        (site / "posts" / f"{name}.md").write_text(f"---\ntitle: خبر {name}\ndate: {date}\n---\n\nنص.\n", "utf-8")


@pytest.fixture
def site(tmp_path: Path) -> Path:
    """A blog with one post."""
    (tmp_path / "feeds.toml").write_text(SETTINGS, "utf-8")
    (tmp_path / "posts").mkdir()
    write(tmp_path, "old")
    return tmp_path


@pytest.fixture
def feeds(site: Path, capsys: pytest.CaptureFixture[str]) -> Call:
    """Run a command of the site; the first is the one that takes the old post for sent."""

    def call(*words: str) -> tuple[int, str, str]:
        with pytest.raises(SystemExit) as stopped:
            main([*words, "--site", str(site)])
        written = capsys.readouterr()
        assert isinstance(stopped.value.code, int)
        return stopped.value.code, written.out, written.err

    call("run-due")
    call("subscribers", "add", "layla@example.org")
    return call


def test_burst_is_refused_and_then_sent(feeds: Call, site: Path) -> None:
    """By cron with exit code 3 and the cure, each time; the feeds are written all the same."""
    write(site, "a", "b", "c")
    first, second = feeds("run-due"), feeds("run-due")
    by_hand = feeds("issue", "news")

    assert [each[0] for each in (first, second, by_hand)] == [3, 3, 3]
    assert "3 posts have come at once to news (max_burst = 2):\n  خبر a\n  خبر b\n  خبر c\n" in second[2]
    assert "`feeds issue news --all-new` sends them" in by_hand[2]
    assert "خبر c" in (site / "public/feed.xml").read_text("utf-8")
    assert feeds("issue", "news", "--all-new")[:2] == (0, "news-1 open: 1 queued\n")
    assert feeds("run-due")[0] == 0


def test_open_issue_is_delivered_though_the_feeds_are_refused(feeds: Call, site: Path) -> None:
    """Once opened it needs no posts; what is wrong with them is said all the same."""
    write(site, "a")
    feeds("issue", "news")
    for path in (site / "posts").iterdir():
        path.unlink()
    code, _, said = feeds("run-due")

    assert (3, True) == (code, "posts" in said)
    assert [{"sent": 1}] == [each["deliveries"] for each in json.loads(feeds("issue", "list", "--json")[1])]


def test_burst_is_skipped(feeds: Call, site: Path) -> None:
    """And the next post is sent alone."""
    write(site, "a", "b", "c")
    feeds("run-due")

    assert feeds("issue", "news", "--skip-new")[:2] == (0, "3 posts taken as sent\n")
    assert feeds("issue", "news", "--skip-new", "--all-new")[0] == 2
    write(site, "d")
    assert "deliveries: 1 sent" in feeds("run-due")[1]
    assert feeds("issue", "show", "news", "1")[1].endswith("\n  خبر d\n")


def test_issue_show_says_all_of_an_issue(feeds: Call, site: Path) -> None:
    """Its state, when it was opened, and each form with its subject, its posts and how many get it."""
    write(site, "a")
    feeds("run-due")
    lines = feeds("issue", "show", "news", "1")[1].splitlines()
    value = json.loads(feeds("issue", "show", "news", "1", "--json")[1])

    assert lines[0] == "news-1 done: 1 sent"
    assert lines[1].startswith("opened 2")
    assert lines[2].startswith("1 reader [ar]: ")
    assert lines[3] == "  خبر a"
    assert value["issue"]["deliveries"] == {"sent": 1}
    assert [each["posts"] for each in value["forms"]] == [["خبر a"]]


def test_issue_is_named_as_it_is_printed(feeds: Call, site: Path) -> None:
    """What `feeds status` calls news-1, every command takes so; two words do as well."""
    write(site, "a")
    feeds("issue", "news")

    assert feeds("issue", "show", "news-1") == feeds("issue", "show", "news", "1")
    assert feeds("issue", "cancel", "news-1") == (0, "news-1 cancelled: 1 cancelled\n", "")
    code, _, err = feeds("issue", "show", "news")
    assert (code, err) == (2, "feeds: 'news' is no issue; write it like weekly-42; `feeds issue list` shows all\n")


def test_issue_that_waits_says_so_to_cron_once(feeds: Call, site: Path) -> None:
    """With --quiet too: nobody else tells the person whose approval it waits for; and `feeds deliver` says why not."""
    settings = (site / "feeds.toml").read_text("utf-8")
    (site / "feeds.toml").write_text(settings.replace("settle = 0", "settle = 0\napprove = true"), "utf-8")
    write(site, "a")
    line = "news-1 waiting: 1 queued; `feeds issue approve news-1` lets it go\n"

    assert feeds("run-due", "--quiet") == (0, "", f"feeds: {line}")
    assert feeds("run-due", "--quiet") == (0, "", "")
    assert feeds("deliver") == (0, f"nothing to deliver\n{line}", "")


def test_issue_of_nothing_says_how_older_posts_come_in(feeds: Call) -> None:
    """Who tries it out has only old posts, and asks for them by a day."""
    assert feeds("issue", "news")[1].endswith("; --since DATE takes older posts as well\n")
    assert "'soon' is no day; write it like 2026-11-01" in feeds("issue", "news", "--since", "soon")[2]
    assert feeds("issue", "news", "--since", "2024-12-01")[:2] == (0, "news-1 open: 1 queued\n")


@pytest.mark.parametrize("command", [("issue", "news"), ("issue", "news", "--skip-new")])
def test_post_of_an_issue_by_hand_keeps_its_id(feeds: Call, site: Path, command: tuple[str, ...]) -> None:
    """By feeds.lock, as with `feeds run-due`: with another date it is no new post that readers get once more."""
    write(site, "a")
    feeds(*command)
    feeds("deliver")
    write(site, "a", date="2026-07-08")
    feeds("build")

    assert feeds("issue", "news")[1].startswith("no issue")


def test_issue_by_hand_opens_with_no_ids_that_are_not_kept(feeds: Call, site: Path) -> None:
    """Where `feeds build` would be refused, or feeds.lock cannot be written, nothing is opened, in one line."""
    write(site, "a")
    (site / "posts/old.md").write_text("---\ntitle: t\ndate: 2025-01-01\nguid: urn:x:1\n---\n\nنص.\n", "utf-8")
    refused = feeds("issue", "news")
    write(site, "old")
    (site / "feeds.lock").unlink()
    (site / "feeds.lock").mkdir()
    unwritten = feeds("issue", "news")

    assert (refused[0], unwritten[0]) == (3, 75)
    assert refused[2].startswith("feeds: readers would see 1 old post as new:")
    assert "feeds.lock" in unwritten[2]
    assert json.loads(feeds("issue", "list", "--json")[1]) == []


def test_since_is_for_the_newsletter_that_is_named(feeds: Call, site: Path) -> None:
    """What one sends of the old posts, readers of another never asked for."""
    settings = (site / "feeds.toml").read_text("utf-8")
    other = '[[newsletter]]\nname = "other"\ncadence = "on publish"\nsettle = 0\n'
    (site / "feeds.toml").write_text(settings + other, "utf-8")
    feeds("subscribers", "add", "b@example.org", "--newsletter", "other")
    feeds("issue", "news", "--since", "2024-12-01")
    feeds("run-due")

    assert [each["newsletter"] for each in json.loads(feeds("issue", "list", "--json")[1])] == ["news"]
    assert feeds("issue", "other")[1].startswith("no issue")


def test_since_is_not_advised_to_who_said_it(feeds: Call) -> None:
    """Nobody is told to do what was just done."""
    feeds("issue", "news", "--since", "2024-01-01")

    assert (0, "no issue: no post that a reader has not had, or no reader\n", "") == feeds(
        "issue", "news", "--since", "2024-01-01"
    )


def test_states_of_issues_are_those_of_the_store(feeds: Call) -> None:
    """A state that no issue is ever in is refused, not answered by an empty list."""
    assert STATES == ISSUE_STATES
    code, _, err = feeds("issue", "list", "--state", "sent")

    assert (2, True) == (code, "'sent' is not one of 'waiting', 'open'" in err)


@pytest.mark.parametrize("group", ["issue", "outbox", "subscribers"])
def test_group_alone_is_a_question(group: str) -> None:
    """Who types it without a word wants to know what there is: that is no error, and not one line."""
    alone, asked = (CliRunner().invoke(cli, [group, *more]) for more in ([], ["--help"]))

    assert (0, asked.stdout, "") == (alone.exit_code, alone.stdout, alone.stderr)


def test_groups_say_whole_sentences_in_the_order_of_the_file() -> None:
    """What `feeds issue --help` says of a command ends in a full stop, and what a person needs first comes first."""
    said = CliRunner().invoke(cli, ["issue", "--help"]).stdout.partition("Commands:\n")[2]
    entries = re.findall(r"^  (\w+) ((?:.+\n(?:    +.+\n)*))", said, flags=re.MULTILINE)

    assert ["open", "list", "show", "approve", "cancel", "resume"] == [name for name, _ in entries]
    assert [] == [text for _, text in entries if not text.endswith(".\n") or "..." in text]


def test_schedule_looks_ahead(feeds: Call, site: Path) -> None:
    """Posts that wait and posts that are dated ahead; as text and as JSON; a wrong span is named."""
    (site / "feeds.toml").write_text(SETTINGS.replace("on publish", "daily at 07:00"), "utf-8")
    write(site, "a")
    _, text, _ = feeds("schedule", "--next", "2d")
    value = json.loads(feeds("schedule", "--next", "2d", "--json")[1])
    far = feeds("schedule", "--next", "1h")

    assert text.splitlines()[0].endswith("  news: 1 post, 1 reader")
    assert text.splitlines()[1] == "  خبر a"
    assert [(each["newsletter"], each["posts"]) for each in value] == [("news", ["خبر a"])]
    assert far[0] == 0
    assert "write it like 12h, 30d or 4w" in feeds("schedule", "--next", "soon")[2]


def test_runs_at_once_send_one_mail(feeds: Call, site: Path) -> None:
    """Cron, a timer and a person in the same moment."""
    for name in ("omar", "sara"):
        feeds("subscribers", "add", f"{name}@example.org")
    write(site, "a")
    program = [sys.executable, "-m", "feeds", "run-due", "--site", str(site)]
    runs = [subprocess.Popen(program, stdout=subprocess.PIPE, stderr=subprocess.PIPE) for _ in range(4)]
    said = [run.communicate() for run in runs]

    assert ([run.returncode for run in runs], [err for _, err in said]) == ([0] * 4, [b""] * 4)
    assert sorted(path.name for path in site.glob("mail/*/*.eml")) == [
        "layla@example.org.eml",
        "omar@example.org.eml",
        "sara@example.org.eml",
    ]
    assert len(json.loads(feeds("issue", "list", "--json")[1])) == 1


def test_run_that_a_rate_stops_says_until_when(feeds: Call, site: Path) -> None:
    """On the site's clock; the next run, too early, says the same."""
    (site / "feeds.toml").write_text(SETTINGS + 'smtp = { rate = "2/hour" }\n', "utf-8")
    feeds("subscribers", "add", "badr@example.org")
    write(site, "new")
    feeds("issue", "news", "--all-new")
    said = [feeds("deliver"), feeds("deliver")]
    line = re.compile(r"(.*)no more leave until 20\d\d-\d\d-\d\d \d\d:\d\d\n")
    found = [line.fullmatch(out) for _, out, _ in said]

    assert [code for code, _, _ in said] == [75, 75]
    assert [each and each[1] for each in found] == ["deliveries: 1 sent; ", ""]
