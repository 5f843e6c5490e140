"""The `feeds` command: parse, load settings, call one deed, print its value.

Each command lives in the file of its group and is imported only when it is called, since a cron job that has
nothing to do should cost next to nothing.
"""

import atexit
import gc
import os
import sys
from collections.abc import Sequence
from importlib import import_module
from io import TextIOWrapper
from typing import Any

import click

from feeds import __version__
from feeds.errors import FeedsError, UsageError

# command -> the file of its group, and what `feeds --help` says of it without importing that
COMMANDS = {
    "init": ("site", "Write feeds.toml for the blog in a folder."),
    "build": ("site", "Write the feeds that the posts ask for."),
    "check": ("site", "Name every problem of every post and of every feed written."),
    "adopt": ("site", "Take over the ids of the feeds that readers have today."),
    "watch": ("output", "Build whenever posts, feeds.toml or templates change."),
    "serve": ("output", "Serve what is written, to look at on this machine."),
    "ping": ("output", "Tell the WebSub hub of every feed that has changed."),
    "config": ("site", "Print the settings in force, defaults included."),
    "doctor": ("doctor", "Examine the site and its surroundings."),
    "preview": ("newsletter", "Write the next issue as HTML and text, and send nothing."),
    "issue": ("newsletter", "Open an issue by hand; list, show, approve, cancel, resume."),
    "schedule": ("newsletter", "Say what would leave when, and with which posts."),
    "deliver": ("newsletter", "Deliver what is queued."),
    "run-due": ("newsletter", "Do all that is due: write the feeds, open issues, deliver."),
    "run": ("newsletter", "Do what is due every minute, until SIGTERM."),
    "pages": ("pages", "Serve the pages on which readers subscribe, choose and leave."),
    "bounces": ("bounces", "Act on bounces, complaints and mails from readers."),
    "status": ("outbox", "Say who got an issue, who did not, and why."),
    "outbox": ("outbox", "Look after the deliveries: what waits, failed, is in doubt."),
    "subscribers": ("subscribers", "Add, change, list, import, export, remove and erase readers."),
}

_OF_COMMANDS = ("--site", "--json", "--quiet", "-q", "--verbose", "-v")


class LazyGroup(click.Group):
    """A group whose commands are imported when they are asked for."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Name the commands in the order in which a newcomer needs them."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import the file of the command and return it; None for an unknown name."""
        if cmd_name not in COMMANDS:
            return None
        module = import_module(f"feeds.cli.{COMMANDS[cmd_name][0]}")
        command: click.Command = getattr(module, cmd_name.replace("-", "_"))
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the list of commands."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, what) for name, (_, what) in COMMANDS.items()])

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Take no word at all for a question. Raises UsageError for an option that stands before the command."""
        if args and (option := args[0].partition("=")[0]) in _OF_COMMANDS:
            raise UsageError(f"{option} stands before the command", "write it behind: `feeds COMMAND --site DIR`")
        return super().parse_args(ctx, args or ["--help"])

    def invoke(self, ctx: click.Context) -> Any:
        """Do what the command says, for as long as somebody reads what it prints."""
        try:
            return super().invoke(ctx)
        except BrokenPipeError:  # `feeds ... | head`: not an error, but nothing more can be written
            _print_no_more()
            return 0

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Find the command that the first word names. Raises UsageError, with the command that it is nearest to."""
        if args and args[0] not in COMMANDS and not args[0].startswith("-"):
            import difflib

            near = difflib.get_close_matches(args[0], COMMANDS, n=1)
            mend = f"did you mean {near[0]}?" if near else "`feeds --help` lists them"
            raise UsageError(f"there is no command {args[0]!r}", mend)
        return super().resolve_command(ctx, args)


@click.command(cls=LazyGroup, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(__version__, prog_name="feeds", message="%(prog)s %(version)s")
def cli() -> None:
    """Turn a folder of posts into feeds and mail digests.

    Start with `feeds init` in the folder of your blog, then `feeds build`.
    """


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command and exit as DESIGN says: 0 done, 1 problems, 2 usage, 3 refused by a guard, 75 try again."""
    _speak_any_script()
    atexit.register(gc.freeze)  # else Python looks for rings once more: a twentieth of a build that has nothing to do
    try:
        code = cli.main(args=arguments, prog_name="feeds", standalone_mode=False)
    except FeedsError as error:
        click.echo(f"feeds: {error}", err=True)
        sys.exit(error.exit_code)
    except click.ClickException as error:
        click.echo(f"feeds: {_line(error)}", err=True)
        sys.exit(error.exit_code)
    except (click.Abort, KeyboardInterrupt):
        sys.exit(130)
    except OSError as error:
        _print_no_more()
        where = f"{error.filename}: " if error.filename else ""
        click.echo(f"feeds: {where}{error.strerror or error}; mend that, then do it again", err=True)
        sys.exit(75)
    sys.exit(code if isinstance(code, int) else 0)


def _speak_any_script() -> None:
    """Where the locale knows few letters, write UTF-8 into files and pipes, and to a terminal what it can show."""
    out = sys.stdout
    if isinstance(out, TextIOWrapper) and out.encoding.lower() != "utf-8":
        out.reconfigure(encoding=None if out.isatty() else "utf-8", errors="backslashreplace")


def _print_no_more() -> None:
    """Let Python, which empties its buffers at the end, find somebody who takes that."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)


def _line(error: click.ClickException) -> str:
    """Put what click has to say, in up to four lines, into one of ours."""
    message = " ".join(error.format_message().split()).rstrip(".")
    context = error.ctx if isinstance(error, click.UsageError) and not message.endswith("?") else None
    return f"{message}; see `{context.command_path} --help`" if context else message
