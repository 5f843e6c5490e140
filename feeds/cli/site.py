"""init, build, check, config: a folder of posts and its feeds."""

from collections import Counter
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click
import msgspec

from feeds.cli.call import Call, counted, with_call


@click.command()
@click.argument("folder", type=click.Path(path_type=Path), default=Path(), metavar="[DIR]")
def init(folder: Path) -> None:
    """Write feeds.toml for the blog in DIR (default: here).

    Recognises the engine and takes over what its own configuration says.
    """
    from feeds.discovery import write_settings

    path, found = write_settings(folder)
    click.echo(f"{path}: written for {found.engine}, posts in {', '.join(found.folders)}")
    click.echo("Now edit the lines marked EDIT, then run `feeds build` and `feeds check`.")


@click.command()
@click.option("--strict", is_flag=True, help="Exit 1 if there is any problem.")
@with_call
def build(call: Call, strict: bool) -> int:
    """Write the feeds that the posts ask for.

    Only files whose bytes change are written. A post that cannot be used is named and the rest goes on.
    """
    from feeds.publish import build as deed

    with call.progress() as progress:
        built = deed(call.settings, datetime.now(UTC), progress)
    call.problems(built.problems)
    call.value(built)
    for path in built.written:
        call.more(f"written   {path}")
    for path in built.removed:
        call.more(f"removed   {path}")
    call.say(_summary(built))
    return 1 if strict and built.problems else 0


def _summary(built: Any) -> str:
    files = {"written": len(built.written), "unchanged": len(built.unchanged), "removed": len(built.removed)}
    text = f"{built.posts} posts in {len(built.feeds)} feeds; files: {counted({k: v for k, v in files.items() if v})}"
    left_out = Counter(each.reason for each in built.left_out)
    return f"{text}; left out: {counted(left_out)}" if left_out else text


@click.command()
@with_call
def check(call: Call) -> int:
    """Name every problem of every post and of every feed written; exit 1 if there is any."""
    from feeds.publish import check as deed

    with call.progress() as progress:
        problems = deed(call.settings, datetime.now(UTC), progress)
    call.problems(problems)
    call.value(problems)
    call.say({0: "no problems", 1: "1 problem"}.get(len(problems), f"{len(problems)} problems"))
    return 1 if problems else 0


@click.command()
@with_call
def config(call: Call) -> None:
    """Print the settings in force, defaults included; secrets never."""
    settings = call.settings
    if call.as_json:
        call.value(settings)
        return
    for section, value in msgspec.to_builtins(settings, enc_hook=str).items():
        _print_section(section, value)


def _print_section(name: str, value: Any) -> None:
    if isinstance(value, dict):
        click.echo(f"[{name}]")
        for key, inner in value.items():
            click.echo(f"{key} = {_toml(inner)}")
        click.echo("")
    elif isinstance(value, list):
        for each in value:
            _print_section(f"[{name}]", each)


def _toml(value: Any) -> str:
    if isinstance(value, dict):
        return "{ " + ", ".join(f"{key} = {_toml(inner)}" for key, inner in value.items()) + " }"
    return msgspec.json.encode(value).decode()
