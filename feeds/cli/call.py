"""What every command has: the site's folder, `--json`, `--quiet`, `-v`, and how it prints."""

import functools
import sys
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click
import msgspec

from feeds.model import Problem
from feeds.progress import Progress, quiet

if TYPE_CHECKING:
    from feeds.config import Settings
    from feeds.store import Store

# Whether the process was asked to end: SIGTERM of systemd, Ctrl-C of a person.
Told = Callable[[], bool]
Command = TypeVar("Command", bound=Callable[..., Any])

OPTIONS = (
    click.option(
        "--site",
        type=click.Path(path_type=Path, file_okay=False),
        default=Path(),
        metavar="DIR",
        help="The site's folder: where feeds.toml is.  [default: here]",
    ),
    click.option("--json", "as_json", is_flag=True, help="Print one JSON value instead of text."),
    click.option("--quiet", "-q", is_flag=True, help="Print problems and errors only."),
    click.option("--verbose", "-v", count=True, help="Print more."),
)


class Call:
    """One call of a command."""

    def __init__(self, site: Path, as_json: bool, quiet: bool, verbose: int) -> None:
        self.site, self.as_json, self.quiet, self.verbose = site, as_json, quiet, verbose

    @functools.cached_property
    def settings(self) -> "Settings":
        """Settings of the site. Raises SettingsError."""
        from feeds.config import load

        return load(self.site)

    @contextmanager
    def store(self, *, make: bool = True) -> Iterator["Store"]:
        """Open the database of the site; where there is none and none is to be made, an empty one in memory.

        Raises StoreError.
        """
        from feeds.store import Store

        with Store.open(self.settings.store.url, self.settings.root, make=make) as store:
            yield store

    def say(self, text: str) -> None:
        """Print a line for a person: nothing with `--quiet` or `--json`."""
        if not (self.quiet or self.as_json):
            click.echo(text)

    def more(self, text: str) -> None:
        """Print a line that only `-v` asks for."""
        if self.verbose:
            self.say(text)

    def value(self, value: Any) -> None:
        """Print the value of the command when `--json` asks for it."""
        if not self.as_json:
            return
        try:
            text = msgspec.json.format(msgspec.json.encode(value, enc_hook=str, order="deterministic"), indent=2)
        except UnicodeEncodeError:  # there is a file whose name is not UTF-8
            import json

            plain = msgspec.to_builtins(value, enc_hook=str, order="deterministic")
            text = json.dumps(plain, ensure_ascii=False, indent=2).encode(errors="replace")
        click.echo(text)

    def problems(self, problems: Iterable[Problem]) -> None:
        """Print each problem on a line of standard error; with `--json` they are part of the value."""
        if not self.as_json:
            for problem in problems:
                click.echo(f"feeds: {problem}", err=True)

    @contextmanager
    def progress(self) -> Iterator[Progress]:
        """Draw a progress bar while a deed works, when a person is looking."""
        if self.quiet or self.as_json or not sys.stdout.isatty():
            yield quiet
            return
        from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeRemainingColumn
        from rich.progress import Progress as Bars

        columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
        with Bars(*columns, transient=True) as bars:
            tasks: dict[str, Any] = {}

            def advance(what: str, done: int, total: int) -> None:
                if what not in tasks:
                    tasks[what] = bars.add_task(what, total=total)
                bars.update(tasks[what], completed=done, total=total)

            yield advance


def with_call(command: Command) -> Command:
    """Give a command the options that all have; it gets them as its first argument, a `Call`."""

    @functools.wraps(command)
    def wrapper(*, site: Path, as_json: bool, quiet: bool, verbose: int, **rest: Any) -> Any:
        return command(Call(site, as_json, quiet, verbose), **rest)

    decorated: Any = wrapper
    for option in reversed(OPTIONS):
        decorated = option(decorated)
    return decorated  # type: ignore[no-any-return]  # click's decorators lose the type


@contextmanager
def until_told() -> Iterator[threading.Event]:
    """Give what is set when the process should end: a deed finishes what is in the air. A second signal kills it."""
    import signal  # 1 ms, which only those that may take long need

    told = threading.Event()

    def note(number: int, _frame: object) -> None:
        told.set()
        signal.signal(number, signal.SIG_DFL)

    former = {number: signal.signal(number, note) for number in (signal.SIGTERM, signal.SIGINT)}
    try:
        yield told
    finally:
        for number, handler in former.items():
            signal.signal(number, handler)


def counted(counts: Mapping[str, int]) -> str:
    """Put counts in words, the largest first: "2 draft, 1 scheduled"; "" where all are 0."""
    largest_first = sorted(counts.items(), key=lambda item: (-item[1], item[0]))
    return ", ".join(f"{count} {name}" for name, count in largest_first if count)


def plural(count: int, noun: str) -> str:
    """Put a count of things in words: "1 post", "2 posts"."""
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"
