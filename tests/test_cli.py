"""The command: what its user types and sees, and how it exits."""

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from feeds import __version__
from feeds.cli import COMMANDS, main
from feeds.cli.subscribers import STATES
from feeds.config import load
from feeds.store.tables import SUBSCRIBER_STATES

ROOT = Path(__file__).parent.parent
SETTINGS = """\
[site]
url = "https://example.org/"
title = "مدونتي"
language = "ar"
timezone = "Africa/Algiers"

[[newsletter]]
name = "weekly"

[mail]
from = "مدونتي <news@example.org>"
"""
POST = "---\ntitle: {title}\ndate: {date}\ncategory: {category}\n---\n\nنص الخبر.\n"

# What a call came to: exit code, standard output, standard error.
Called = tuple[int, str, str]
Call = Callable[..., Called]


@pytest.fixture
def site(tmp_path: Path) -> Path:
    """A small Arabic blog with two posts and a broken one."""
    (tmp_path / "feeds.toml").write_text(SETTINGS, "utf-8")
    posts = tmp_path / "posts"
    posts.mkdir()
    for name, date, category in (("أول", "2025-01-01", "أنظمة تشغيل"), ("ثان", "2025-02-01", "تطبيقات")):
        (posts / f"{name}.md").write_text(POST.format(title=name, date=date, category=category), "utf-8")
    (posts / "مكسور.md").write_text("---\ndate: 2025-02-31\ntitle: مكسور\n---\nنص\n", "utf-8")
    return tmp_path


@pytest.fixture
def feeds(capsys: pytest.CaptureFixture[str]) -> Call:
    """Run the command with these words."""

    def call(*words: object) -> Called:
        with pytest.raises(SystemExit) as stopped:
            main([str(word) for word in words])
        written = capsys.readouterr()
        assert isinstance(stopped.value.code, int)
        return stopped.value.code, written.out, written.err

    return call


def test_version(feeds: Call) -> None:
    """--version prints name and version."""
    assert feeds("--version") == (0, f"feeds {__version__}\n", "")


def test_python_runs_the_package_as_the_command() -> None:
    """`python -m feeds` is `feeds`, exit code included."""
    command = [sys.executable, "-P", "-m", "feeds"]
    shown, refused = (
        subprocess.run([*command, word], capture_output=True, text=True) for word in ("--version", "nonsense")
    )

    assert (0, f"feeds {__version__}\n") == (shown.returncode, shown.stdout)
    assert (2, "feeds: there is no command 'nonsense'; `feeds --help` lists them\n") == (
        refused.returncode,
        refused.stderr,
    )


def test_any_script_is_printed_whatever_the_locale(site: Path) -> None:
    """Into a file or a pipe in UTF-8, as programs want it: else an export would lack its readers' names."""
    command = [sys.executable, "-P", "-m", "feeds", "config", "--site", str(site)]
    shown = subprocess.run(command, capture_output=True, env={**os.environ, "PYTHONIOENCODING": "latin-1"})

    assert f'title = "{load(site).site.title}"' in shown.stdout.decode()


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_explains_itself(feeds: Call, command: str) -> None:
    """--help says in a sentence what each command does."""
    code, out, _ = feeds(command, "--help")

    assert code == 0
    assert out.startswith(f"Usage: feeds {command}")
    assert out.splitlines()[2].strip().endswith((".", ",")) or len(out.splitlines()[2]) > 30


def test_build_names_the_broken_post_and_goes_on(feeds: Call, site: Path) -> None:
    """One bad post is one line on standard error; what can be read of it is published and the exit code is 0."""
    code, out, err = feeds("build", "--site", site)

    assert code == 0
    assert out.startswith("2 posts in 3 feeds; files: ")
    assert err.startswith("feeds: posts/مكسور.md:2: date: 2025-02-31 is no date")
    assert err.count("\n") == 1
    assert (site / "public/feeds/أنظمة-تشغيل/feed.xml").exists()


def test_second_build_writes_nothing(feeds: Call, site: Path) -> None:
    """Same input, same bytes: the second build says that all is unchanged."""
    feeds("build", "--site", site)

    _, out, _ = feeds("build", "--site", site, "--json")

    built = json.loads(out)
    assert built["written"] == built["removed"] == []
    assert "public/feed.xml" in built["unchanged"]


def test_quiet_leaves_only_problems(feeds: Call, site: Path) -> None:
    """--quiet prints what must be mended and nothing else."""
    _, out, err = feeds("build", "--site", site, "--quiet")

    assert out == ""
    assert "مكسور" in err


def test_check_exits_with_1_while_there_are_problems(feeds: Call, site: Path) -> None:
    """A continuous integration job can rely on the exit code."""
    assert feeds("check", "--site", site)[0] == 1

    (site / "posts/مكسور.md").unlink()

    assert feeds("check", "--site", site) == (0, "2 posts, no problems\n", "")


def test_strict_build_exits_with_1(feeds: Call, site: Path) -> None:
    """--strict turns problems into exit 1; the good posts are published all the same."""
    assert feeds("build", "--site", site, "--strict")[0] == 1
    assert (site / "public/feed.xml").exists()


def test_init_says_what_it_found(feeds: Call, site: Path) -> None:
    """A person reads what to do next; a program gets a value, as from every command."""
    (site / "feeds.toml").unlink()

    code, out, _ = feeds("init", site, "--json")

    assert (code, json.loads(out)["found"]["engine"]) == (0, "plain")
    (site / "feeds.toml").unlink()
    assert "edit the lines marked EDIT" in feeds("init", "--site", site)[1]


def test_init_warns_of_what_the_engine_does_beside(feeds: Call, tmp_path: Path) -> None:
    """Jekyll empties the folder of the feeds, fills it with its own, and publishes the database of readers."""
    (tmp_path / "_config.yml").write_text("plugins: [jekyll-feed]\n", "utf-8")

    said = feeds("init", tmp_path)[1]

    assert "Jekyll writes into _site too: build after it, without its feeds;" in said
    assert "readers in feeds.db as well: exclude that;" in said
    assert 'under "Beside the engine"' in said
    assert "\n## Beside the engine\n" in (ROOT / "docs/engines.md").read_text("utf-8")


def test_init_of_plain_files_warns_of_no_engine(feeds: Call, site: Path) -> None:
    """Where no engine builds, there is nothing to be beside."""
    (site / "feeds.toml").unlink()

    assert len(feeds("init", "--site", site)[1].splitlines()) == 2


def test_config_shows_defaults(feeds: Call, site: Path) -> None:
    """`feeds config` shows what is in force, newsletters and all, and can be pasted into feeds.toml."""
    with (site / "feeds.toml").open("a") as file:
        file.write('warm_up = 2026-11-23\n[mail.smtp.per_domain]\n"example.com" = "5/s"\n"*" = "20/s"\n')
    before = load(site)
    code, out, _ = feeds("config", "--site", site)

    assert code == 0
    assert '[site]\nurl = "https://example.org/"' in out
    assert "limit = 20" in out
    (site / "feeds.toml").write_text(out, "utf-8")
    assert feeds("config", "--site", site)[1] == out
    assert load(site) == before


def test_config_shows_no_password(feeds: Call, site: Path) -> None:
    """What `feeds config` prints may be shown to others: the passwords inside addresses are not in it."""
    with (site / "feeds.toml").open("a", encoding="utf-8") as file:
        file.write('[store]\nurl = "postgresql://db:5432/x?user=me&password=word&sslmode=require"\n')
        file.write('[mail.bounces]\nurl = "imaps://me:word@1/@mail.example.org/INBOX"\n')

    shown = feeds("config", "--site", site)[1] + feeds("config", "--site", site, "--json")[1]

    assert shown.count('"postgresql://db:5432/x?user=me&password=***&sslmode=require"') == 2
    assert shown.count('"imaps://me:***@mail.example.org/INBOX"') == 2


@pytest.mark.parametrize(
    ("words", "code", "line"),
    [
        (["build", "--site", "{nowhere}"], 2, "no such file; run `feeds init` to make one"),
        (["issue", "wekly", "--site", "{site}"], 2, "there is no newsletter 'wekly'; known: weekly"),
        (["subscribers", "add", "nobody", "--site", "{site}"], 2, "'nobody' is no address"),
        (["biuld"], 2, "feeds: there is no command 'biuld'; did you mean build?"),
        (["xyzzy"], 2, "feeds: there is no command 'xyzzy'; `feeds --help` lists them"),
        (["build", "--strictt"], 2, "feeds: No such option '--strictt'"),
        (["build", "--strict", "--dry-run", "--site", "{site}"], 2, "not for problems; run `feeds check` for these"),
        (["adopt"], 2, "feeds: Missing argument 'FEED...'; see `feeds adopt --help`"),
        (["serve", "--port", "x"], 2, "feeds: Invalid value for '--port'"),
        (["init", "{site}"], 2, "there is one already"),
    ],
)
def test_mistakes_are_one_line(feeds: Call, site: Path, words: list[str], code: int, line: str) -> None:
    """What went wrong, where and how to mend it; never a traceback."""
    came, _, err = feeds(*(word.format(site=site, nowhere=site / "nowhere") for word in words))

    assert came == code
    assert line in err
    assert len(err.splitlines()) == 1


def test_an_empty_site(feeds: Call, tmp_path: Path) -> None:
    """Where there is nothing at all, the command says where it looked and what to do."""
    (tmp_path / "feeds.toml").write_text(SETTINGS, "utf-8")
    (tmp_path / "posts").mkdir()
    end = "nothing lies in posts: put posts there, or name their folder in posts.folders of feeds.toml\n"

    assert feeds("check", "--site", tmp_path)[1] == f"0 posts, no problems; {end}"
    assert feeds("build", "--site", tmp_path)[1].endswith(f"; {end}")
    (tmp_path / "posts" / "a.md").write_text("---\ndraft: true\n---\ntext", "utf-8")
    assert feeds("check", "--site", tmp_path)[1] == "0 posts, no problems; left out: 1 draft\n"


def test_a_digest_from_first_to_last(feeds: Call, site: Path) -> None:
    """Subscribe, open, deliver: one .eml for the reader, and doing it again delivers nothing."""
    here = ("--site", site)
    assert feeds("subscribers", "add", "layla@example.org", "--name", "ليلى", *here)[:2] == (
        0,
        "layla@example.org added\n",
    )
    assert feeds("issue", "weekly", "--since", "2025-01-15", *here)[:2] == (0, "weekly-1 open: 1 queued\n")
    assert feeds("deliver", *here)[:2] == (0, "deliveries: 1 sent\n")

    assert feeds("issue", "list", *here)[1].endswith("  weekly-1 done: 1 sent\n")
    assert feeds("deliver", *here)[1] == "nothing to deliver\n"
    assert feeds("issue", "weekly", *here)[1].startswith("no issue: ")
    assert [path.name for path in site.glob("mail/*/*.eml")] == ["layla@example.org.eml"]


def test_the_first_issue_has_no_old_posts(feeds: Call, site: Path) -> None:
    """What is there when the newsletter begins is never mailed, unless --since asks for it."""
    feeds("subscribers", "add", "layla@example.org", "--site", site)

    assert feeds("issue", "weekly", "--site", site)[1].startswith("no issue: ")


def test_preview_remembers_nothing(feeds: Call, site: Path) -> None:
    """A preview shows the newest posts where none is new, and leaves no issue behind."""
    code, out, _ = feeds("preview", "weekly", "--site", site, "--to", site / "shown")

    assert code == 0
    assert out.startswith("no post is new")
    assert 'dir="rtl"' in (site / "shown/1-ar.html").read_text("utf-8")
    assert not (site / "feeds.db").exists()
    assert feeds("issue", "list", "--site", site)[1] == ""


def test_list_and_export_refuse_what_nobody_can_be(feeds: Call, site: Path) -> None:
    """A status or a newsletter that there is not is no empty list; with --json an export is what the list is."""
    here = ("--site", site)
    feeds("subscribers", "add", "layla@example.org", *here)

    assert STATES == SUBSCRIBER_STATES
    assert 2 == feeds("subscribers", "list", "--status", "gone", *here)[0]
    assert (2, "", "feeds: there is no newsletter 'daily'; known: weekly\n") == feeds(
        "subscribers", "list", "--newsletter", "daily", *here
    )
    listed, exported = (feeds("subscribers", word, "--json", *here) for word in ("list", "export"))
    assert (exported, "layla@example.org") == (listed, json.loads(listed[1])[0]["email"])


def test_import_names_bad_lines(feeds: Call, site: Path) -> None:
    """A line that cannot be used is named; the others come in, and a dry run keeps nothing."""
    path = site / "readers.csv"
    path.write_text("email,name\nlayla@example.org,ليلى\nnobody,x\n", "utf-8")

    assert feeds("subscribers", "import", path, "--dry-run", "--site", site)[0] == 1
    assert feeds("subscribers", "list", "--site", site)[1] == ""

    code, out, err = feeds("subscribers", "import", path, "--site", site)
    assert (code, out) == (1, "1 added, 0 there already, 0 have left before\n")
    assert "readers.csv:3: 'nobody' is no address" in err
    assert feeds("subscribers", "list", "--site", site)[1] == "layla@example.org\tactive\tليلى\n"


@pytest.mark.skipif(sys.platform == "darwin", reason="the file system only takes names in UTF-8")
def test_file_may_have_a_name_that_is_no_text(feeds: Call, site: Path) -> None:
    """As in an archive of an old Windows: its readers come in, and what is said of it is still JSON."""
    path = site / "abonn\udce9s.csv"
    path.write_text("email\nlayla@example.org\nnobody\n", "utf-8")

    code, out, _ = feeds("subscribers", "import", path, "--json", "--site", site)

    assert code == 1
    assert json.loads(out)["problems"][0]["path"].endswith("abonn?s.csv")
    assert "imported from abonn?s.csv" in feeds("subscribers", "show", "layla@example.org", "--site", site)[1]


def test_import_passes_by_columns_that_only_others_know(feeds: Call, site: Path) -> None:
    """An export of Substack is read as it is, and of other columns one line tells.

    One of ours misspelt is a problem, and so is one that may say who has left.
    """
    path = site / "readers.csv"
    for header, code, said in (
        ("email,active_subscription,first_payment_at,created_at", 0, ""),
        ("email,shoe size,nickname,email 2", 0, ":1: not used: 'shoe size', 'nickname', 'email 2'; known: email, "),
        ("email,plan,unsubscribed at", 1, ":1: column 'unsubscribed at' is not used; see that nobody is on the list"),
        ("email,category", 1, ":1: column 'category' is not used; did you mean 'categories'?"),
    ):
        path.write_text(f"{header}\nlayla@example.org\n", "utf-8")
        exit_code, _, err = feeds("subscribers", "import", path, "--site", site)

        assert (exit_code, err.count("\n"), said in err) == (code, 1 if said else 0, True)


def test_category_of_a_reader_that_no_post_is_in_is_named(feeds: Call, site: Path) -> None:
    """They come all the same: its first post may be tomorrow's. Where the posts cannot be read, a build says so."""
    (site / "posts/sport.md").write_text("---\ntitle: x\ndate: 2025-01-02\ncategory: Sport\n---\n\nx\n", "utf-8")
    here, path = ("--site", site), site / "readers.csv"
    path.write_text("email,categories\nb@example.org,sport;nonesuch\nc@example.org,nonesuch;*\n", "utf-8")
    chosen = ("--category", "SPORT", "--category", "nonesuch")
    named = "no post is in 'nonesuch'; known: Sport, أنظمة تشغيل, تطبيقات\n"

    assert feeds("subscribers", "add", "a@example.org", *chosen, *here) == (
        0,
        "a@example.org added\n",
        f"feeds: a@example.org: {named}",
    )
    assert feeds("subscribers", "change", "a@example.org", *chosen, *here)[::2] == (0, f"feeds: a@example.org: {named}")
    assert feeds("subscribers", "change", "a@example.org", "--category", "*", *here)[::2] == (0, "")
    assert feeds("subscribers", "import", path, *here)[::2] == (0, f"feeds: {path}: {named}")
    (site / "posts").rename(site / "gone")
    assert feeds("subscribers", "add", "d@example.org", *chosen, *here)[::2] == (0, "")


def test_removed_reader_gets_no_more(feeds: Call, site: Path) -> None:
    """Removing takes effect on what is queued already."""
    here = ("--site", site)
    feeds("subscribers", "add", "layla@example.org", *here)
    feeds("issue", "weekly", "--since", "2025-01-01", *here)

    assert feeds("subscribers", "remove", "layla@example.org", *here)[1] == "layla@example.org unsubscribed\n"

    assert feeds("deliver", *here)[1] == "nothing to deliver\n"
    assert not list(site.glob("mail/*/*.eml"))


def test_run_due_is_idempotent(feeds: Call, site: Path) -> None:
    """Cron may call it as often as it likes."""
    first, second = (feeds("run-due", "--site", site) for _ in range(2))

    assert (first[0], second[0]) == (0, 0)
    assert "feeds: nothing new" in second[1]


def test_a_question_without_a_word_is_answered_by_help(feeds: Call) -> None:
    """A newcomer types the name alone first."""
    code, out, err = feeds()

    assert (0, "") == (code, err)
    assert out.startswith("Usage: feeds ")


@pytest.mark.parametrize("words", [["--site", "x"], ["--site=x"], ["-q"]])
def test_an_option_before_the_command_says_where_it_belongs(feeds: Call, words: list[str]) -> None:
    """All commands have these, and so the command itself has not."""
    code, _, err = feeds(*words, "build")

    assert 2 == code
    assert err.startswith(f"feeds: {words[0].partition('=')[0]} stands before the command; write it behind")


def called(folder: Path, shell: str) -> tuple[int, str]:
    """Run a line of bash in a folder, where $FEEDS is the command; return its exit code and what it said wrong."""
    environ = {**os.environ, "FEEDS": f"{sys.executable} -m feeds", "PYTHONPATH": str(ROOT)}
    done = subprocess.run(["bash", "-c", shell], cwd=folder, env=environ, capture_output=True, text=True)
    return done.returncode, done.stderr


def test_who_reads_no_further_makes_no_error(site: Path) -> None:
    """`feeds ... | head` ends well and in silence, however much there was to print."""
    shell = "$FEEDS build -q; $FEEDS config --json | (exec 0<&-); exit ${PIPESTATUS[0]}"

    code, said = called(site, shell)

    assert (0, "feeds: posts/مكسور.md:2: ") == (code, said[:25])


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs /dev/full")
def test_what_cannot_be_printed_is_said_in_a_line(site: Path) -> None:
    """A disk that is full where the output goes: no traceback, and worth another try."""
    code, said = called(site, "$FEEDS config > /dev/full")

    assert 75 == code
    assert said == "feeds: No space left on device; mend that, then do it again\n"


def test_a_dry_run_looks_at_the_feed_that_readers_have(feeds: Call, site: Path) -> None:
    """Where only one of its formats is there, as an engine left it, that one is compared."""
    feeds("build", "--site", site)
    (site / "public" / "feed.xml").unlink()
    (site / "public" / "feed.json").unlink()

    assert "public/atom.xml: nothing changes\n" in feeds("build", "--dry-run", "--site", site)[1]
