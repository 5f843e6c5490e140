"""init, build, check, adopt, config: a folder of posts and its feeds."""

import gc
import re
from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
import msgspec

from feeds.cli.call import Call, counted, plural, with_call
from feeds.errors import UsageError
from feeds.model import LeftOut

if TYPE_CHECKING:
    from feeds.publish.outlook import Outlook

_HOW = '; docs/engines.md says how, under "Beside the engine"'


@click.command()
@click.argument("folder", type=click.Path(path_type=Path), required=False, metavar="[DIR]")
@with_call
def init(call: Call, folder: Path | None) -> None:
    """Write feeds.toml for the blog in DIR (default: here).

    Recognises the engine and takes over what its own configuration says.
    """
    from feeds.discovery import write_settings

    path, found = write_settings(folder or call.site)
    call.value({"path": path, "found": found})
    call.say(f"{path}: written for {found.engine}, posts in {', '.join(found.folders)}")
    if found.out:
        call.say(f"{found.engine.capitalize()} writes into {found.out} too: build after it, without its feeds{_HOW}")
    if found.engine == "jekyll":
        call.say(f"Jekyll publishes every file, the addresses of readers in feeds.db as well: exclude that{_HOW}")
    call.say("Now edit the lines marked EDIT, then run `feeds build` and `feeds check`.")


@click.command()
@click.option("--strict", is_flag=True, help="Exit 1 if there is any problem.")
@click.option("--dry-run", is_flag=True, help="Write nothing; say what readers will see.")
@click.option("--accept-new-ids", is_flag=True, help="Build although readers will see old posts as new.")
@with_call
def build(call: Call, strict: bool, dry_run: bool, accept_new_ids: bool) -> int:
    """Write the feeds that the posts ask for.

    Only files whose bytes change are written. A post that cannot be used is named and the rest goes on. A build that
    would change the ids of posts, by which readers tell old from new, is refused: exit 3.
    """
    from feeds import publish

    if dry_run and strict:
        raise UsageError("--dry-run looks for what readers will see, not for problems", "run `feeds check` for these")
    gc.disable()  # a third of the time of a large site goes into looking for rings, and next to nothing is in one
    now = datetime.now(UTC)
    if dry_run:
        with call.progress() as progress:
            _show(call, publish.foresee(call.settings, now, progress, accept_new_ids=accept_new_ids))
        return 0
    built, before = publish.unchanged(call.site, now)
    if before and not built:
        built = publish.amended(call.settings, now, before)
    if built is None:
        with call.progress() as progress:
            found = publish.survey(call.settings, now, before.tree if before else None)
            del before  # 30 MB of a site of 100,000 posts
            built = publish.build(call.settings, now, progress, accept_new_ids=accept_new_ids, found=found)
    call.problems(built.problems)
    call.value(built)
    for path in built.written:
        call.more(f"written   {path}")
    for path in built.removed:
        call.more(f"removed   {path}")
    call.say(_summary(built) + _where(call, built))
    return 1 if strict and built.problems else 0


def _show(call: Call, outlooks: Sequence["Outlook"]) -> None:
    """Print what readers of each feed will see, title by title."""
    call.value([{**msgspec.to_builtins(each), "is_burst": each.is_burst} for each in outlooks])
    for each in outlooks:
        signs = {"new": ("+", each.new), "updated": ("~", each.updated), "gone": ("-", each.gone)}
        found = counted({word: len(titles) for word, (_, titles) in signs.items()}) or "nothing changes"
        call.say(f"{each.path}: {found}" + (", a new feed" if each.is_first else ""))
        for sign, titles in signs.values():
            for title in () if each.is_first and not call.verbose else titles:
                call.say(f"  {sign} {title}")
    for each in outlooks:
        if each.is_burst:
            click.echo(f"feeds: {each.path}: {len(each.new)} posts are new to its readers at once", err=True)


def _summary(built: Any) -> str:
    files = {"written": len(built.written), "unchanged": len(built.unchanged), "removed": len(built.removed)}
    text = f"{plural(built.posts, 'post')} in {plural(len(built.feeds), 'feed')}; files: {counted(files)}"
    return text + _left_out(built.left_out)


def _where(call: Call, found: Any) -> str:
    """Say where posts were looked for, when there was nothing at all."""
    if found.posts or found.left_out or found.problems:
        return ""
    folders = ", ".join(call.settings.posts.folders)
    return f"; nothing lies in {folders}: put posts there, or name their folder in posts.folders of feeds.toml"


def _left_out(files: Iterable[LeftOut]) -> str:
    reasons = Counter(each.reason for each in files)
    return f"; left out: {counted(reasons)}" if reasons else ""


@click.command()
@with_call
def check(call: Call) -> int:
    """Name every problem of every post and of every feed written; exit 1 if there is any."""
    from feeds.publish import check as deed

    with call.progress() as progress:
        checked = deed(call.settings, datetime.now(UTC), progress)
    call.problems(checked.problems)
    call.value(checked)
    for each in checked.left_out:
        call.more(f"left out  {each.path}: {each.reason}")
    said = plural(len(checked.problems), "problem") if checked.problems else "no problems"
    call.say(f"{plural(checked.posts, 'post')}, {said}{_left_out(checked.left_out)}{_where(call, checked)}")
    return 1 if checked.problems else 0


@click.command(epilog="Example: feeds adopt https://example.org/feed.xml")
@click.argument("feeds", nargs=-1, required=True, metavar="FEED...")
@with_call
def adopt(call: Call, feeds: tuple[str, ...]) -> int:
    """Take over the ids of the feeds that readers have today.

    FEED is a file or an address: RSS, Atom or JSON Feed. Its entries are found again by their links, else by title and
    date, and feeds.lock remembers their ids, so that readers see no post twice when your feed takes its place.
    """
    from feeds.publish.adopting import adopt as deed

    adopted = deed(call.settings, feeds, datetime.now(UTC))
    call.problems(adopted.problems)
    call.value(adopted)
    have = "post has the id of its entry" if adopted.matched == 1 else "posts have the ids of their entries"
    call.say(f"{adopted.matched} {have}; {adopted.changed} had another before")
    for entry in adopted.unknown:
        call.say(f"no post matches the entry {entry}")
    for path in adopted.missing:
        call.say(f"no entry matches the post {path}")
    return 1 if adopted.problems else 0


@click.command()
@with_call
def config(call: Call) -> None:
    """Print the settings in force, defaults included; secrets never."""
    values = msgspec.to_builtins(call.settings, enc_hook=str)
    for table in (values["store"], values["mail"]["bounces"]):
        table["url"] = re.sub(r"(://[^/:@]*:).*(?=@)|([?&]password=)[^&]*", r"\1\2***", table["url"])
    call.value(values)
    for section, value in () if call.as_json else values.items():
        _print_section(section, value)


def _print_section(name: str, value: Any) -> None:
    if isinstance(value, dict):
        click.echo(f"[{name}]")
        for key, inner in value.items():
            if inner is not None:  # TOML has no word for it
                click.echo(f"{key} = {_toml(inner)}")
        click.echo("")
    elif isinstance(value, tuple):
        for each in value:
            _print_section(f"[{name}]", each)


def _toml(value: Any) -> str:
    if isinstance(value, dict):
        pairs = (f"{key if _is_bare(key) else _toml(key)} = {_toml(inner)}" for key, inner in value.items())
        return f"{{ {', '.join(pairs)} }}"
    return msgspec.json.encode(value).decode()


def _is_bare(key: str) -> bool:
    return key.isascii() and key.isidentifier()
