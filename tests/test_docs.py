"""What the documents say is so."""

import re
import shlex
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from email import message_from_bytes
from email.policy import default
from itertools import chain
from pathlib import Path

import click
import pytest
import yaml

import feeds
from feeds.cli import cli
from feeds.config import keys, parse

ROOT = Path(__file__).parent.parent
PAGES = {page.relative_to(ROOT).as_posix(): page for page in sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/*.md")])}
MINIMUM = '[site]\nurl = "https://example.org/"\ntitle = "Any"\n'


def text(page: str) -> str:
    """Read a page."""
    return PAGES[page].read_text("utf-8")


def blocks(page: str, *languages: str) -> str:
    """Join the fenced blocks in these languages."""
    found = re.findall(r"^```(\w*)\n(.*?)^```", text(page), flags=re.DOTALL | re.MULTILINE)
    return "\n".join(block for language, block in found if language in languages)


def commands(page: str, program: str) -> Iterator[list[str]]:
    """Yield the words of every command line in the blocks and `code` of a page; UPPER CASE stands for anything."""
    spans = re.findall(rf"`({program} [^`\n]+)`", re.sub(r"```.*?```", "", text(page), flags=re.DOTALL))
    for line in [*blocks(page, "sh", "").splitlines(), *spans]:
        if found := re.search(rf"(?:^|&& ){program} (.*)", line):
            yield [word for word in shlex.split(found[1], comments=True) if not word.isupper()]


def follow(command: click.Command, words: list[str]) -> click.Command:
    """Walk a command line down to its last word without running anything. Raises click.UsageError."""
    while isinstance(command, click.Group) and words and not words[0].startswith("-"):
        _, found, words = command.resolve_command(click.Context(command), words)
        assert found is not None
        command = found
    known = {"--help", *(option for parameter in command.params for option in parameter.opts)}
    unknown = [word for word in words if word.startswith("-") and word not in {"-", *known}]
    if unknown:
        raise click.UsageError(f"{command.name} has no option {unknown[0]}")
    return command


@pytest.mark.parametrize("page", PAGES)
def test_commands_exist(page: str) -> None:
    """Every `feeds` command line in a document is one that the program takes."""
    for words in commands(page, "feeds"):
        follow(cli, words)


def leaves(command: click.Command) -> Iterator[click.Command]:
    """Yield every command that has none below it."""
    if not isinstance(command, click.Group):
        yield command
        return
    for name in command.list_commands(click.Context(command)):
        if found := command.get_command(click.Context(command), name):
            yield from leaves(found)


def test_help_shows_by_an_example_what_to_write() -> None:
    """Of every command that needs a word; and the example is a command line that it takes."""
    needy = [each for each in leaves(cli) if any(parameter.required for parameter in each.params)]
    examples = [(each, shlex.split(each.epilog or "")) for each in leaves(cli) if each.epilog]

    assert [] == [each.name for each in needy if not each.epilog]
    assert [] == [each.name for each, words in examples if words[:2] != ["Example:", "feeds"]]
    assert [] == [each.name for each, words in examples if follow(cli, words[2:]) is not each]


@pytest.mark.parametrize("page", PAGES)
def test_make_targets_exist(page: str) -> None:
    """Every `make` in a document has its rule."""
    targets = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text("utf-8"), flags=re.MULTILINE))
    assert set() == {words[0] for words in commands(page, "make") if words[0].islower()} - targets


def test_every_command_is_in_readme_or_docs() -> None:
    """A command that nobody is told of does not exist."""
    told = {words[0] for page in PAGES for words in commands(page, "feeds") if words}
    assert set() == set(cli.list_commands(click.Context(cli))) - told


@pytest.mark.parametrize("page", PAGES)
def test_settings_in_pages_are_settings(page: str) -> None:
    """Every TOML block is a part of a feeds.toml that would be read."""
    block = blocks(page, "toml")
    parse(block if "[site]" in block else MINIMUM + block)


def test_settings_page_is_generated(tmp_path: Path) -> None:
    """docs/settings.md is what `make docs` writes."""
    subprocess.run([sys.executable, "-P", ROOT / "scripts/settings_reference.py", tmp_path / "settings.md"], check=True)
    assert (tmp_path / "settings.md").read_text("utf-8") == text("docs/settings.md")


def test_every_setting_is_on_its_page() -> None:
    """No key is left out, and each is described."""
    page = text("docs/settings.md")
    assert [] == [key for key, _, _, about in keys() if f"`{key.partition('.')[2]}` | " not in page or not about]


@pytest.mark.parametrize("page", PAGES)
def test_links_lead_somewhere(page: str) -> None:
    """A link to a file of the repository finds it."""
    links = re.findall(r"\]\((?!https?:)([^)#]+)", text(page))
    assert [] == [link for link in links if not (PAGES[page].parent / link).exists()]


def test_what_jekyll_must_not_publish_is_listed() -> None:
    """The list of docs/engines.md has the key of docs/mail.md beside the database and the folder of messages."""
    key = re.search(r'key_file = "(.+?)"', text("docs/mail.md"))
    listed = yaml.safe_load(blocks("docs/engines.md", "yaml"))["exclude"]

    assert key
    assert {key[1], "feeds.db*", "mail"} <= set(listed)


def test_changelog_begins_with_this_version() -> None:
    """The newest entry of the changelog is the version of the package."""
    versions = re.findall(r"^## \[(.+?)\]", text("CHANGELOG.md"), flags=re.MULTILINE)
    assert feeds.__version__ == versions[0]


def test_every_dependency_is_explained() -> None:
    """CONTRIBUTING.md says why each dependency is there, and names none that has gone."""
    toml = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    extras, groups = toml["project"]["optional-dependencies"], toml["dependency-groups"]
    wanted = chain(toml["project"]["dependencies"], *extras.values(), *groups.values())
    section = text("CONTRIBUTING.md").partition("## Dependencies")[2]
    rows = re.findall(r"^\| ((?:`[^`]+` ?)+)\|", section, flags=re.MULTILINE)
    explained = {name for row in rows for name in re.findall(r"`([^`]+)`", row)}
    assert {re.split(r"[<>=\[ ]", each)[0] for each in wanted} == explained


def test_every_module_is_in_the_table_of_rings() -> None:
    """CONTRIBUTING.md shows the whole house, and no room that is not there."""
    rows = re.findall(r"^\| [0-4] \| \w+ \| (.+?) \|", text("CONTRIBUTING.md"), flags=re.MULTILINE)
    package = Path(feeds.__file__).parent
    nouns = {path.relative_to(package).parts[0].removesuffix(".py") for path in package.rglob("*.py")}
    assert nouns - {"__init__", "__main__"} == {name for row in rows for name in re.findall(r"`(\w+)`", row)}


def test_template_that_greets_readers_does(tmp_path: Path) -> None:
    """The template of docs/mail.md puts the name of each reader into their mail, and nothing where there is none."""
    (tmp_path / "feeds.toml").write_text(f'{MINIMUM}[[newsletter]]\nname = "weekly"\n[mail]\nfrom = "a@example.org"\n')
    for folder in ("posts", "templates"):
        (tmp_path / folder).mkdir()
    (tmp_path / "posts/a.md").write_text("---\ntitle: A\ndate: 2025-01-01\n---\nText\n")
    template = next(
        found for found in re.findall(r"```html\n(.*?)```", text("docs/mail.md"), re.DOTALL) if "name" in found
    )
    (tmp_path / "templates/digest.html").write_text(template, "utf-8")
    for line in (
        "subscribers add a@b.example --name ليلى",
        "subscribers add c@d.example",
        "issue weekly --since 2025-01-01",
    ):
        subprocess.run([sys.executable, "-P", "-m", "feeds", *line.split()], cwd=tmp_path, check=True)
    subprocess.run([sys.executable, "-P", "-m", "feeds", "deliver"], cwd=tmp_path, check=True)

    greeted = {
        path.stem: re.findall("مرحبًا([^<]*)<", body.get_content())
        for path in tmp_path.glob("mail/**/*.eml")
        if (body := message_from_bytes(path.read_bytes(), policy=default).get_body(("html",)))
    }
    assert {"a@b.example": ["ليلى"], "c@d.example": [""]} == {
        to: [each.strip() for each in names] for to, names in greeted.items()
    }


def test_demo_does_what_readme_says(tmp_path: Path) -> None:
    """`make demo` names the one broken post, builds the feeds of the others and leaves a digest in a folder."""
    shutil.copy(ROOT / "feeds.toml", tmp_path)
    shutil.copytree(ROOT / "posts", tmp_path / "posts")
    recipe = re.findall(r"^\t\.venv/bin/feeds (.+)", (ROOT / "Makefile").read_text("utf-8"), flags=re.MULTILINE)
    program = [sys.executable, "-P", "-m", "feeds"]
    said = [
        subprocess.run([*program, *line.replace("$(SINCE)", "2025-01-01").split()], cwd=tmp_path, capture_output=True)
        for line in recipe
    ]
    assert [(0, 1), (0, 0), (0, 0), (0, 0)] == [(each.returncode, len(each.stderr.splitlines())) for each in said]
    assert (tmp_path / "public/feed.xml").is_file()
    assert [tmp_path / "mail/weekly-1/reader@example.org.eml"] == [*tmp_path.glob("mail/**/*.eml")]
