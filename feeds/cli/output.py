"""ping, serve, watch: what is done with the feeds that are written."""

import errno
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from feeds.cli.call import Call, counted, plural, until_told, with_call
from feeds.config import FILE_NAME, Settings, load
from feeds.errors import FeedsError, OutputError, SettingsError, UsageError
from feeds.model import Problem

if TYPE_CHECKING:
    from feeds.serving import Server


@click.command(epilog="Example: feeds ping https://example.org/feed.xml")
@click.argument("urls", nargs=-1, metavar="[URL]...")
@with_call
def ping(call: Call, urls: tuple[str, ...]) -> int:
    """Tell the WebSub hub of every feed that has changed since it was told, or of those at URL.

    To be run once the files are where the site is served; exit 75 if the hub could not be told.
    """
    from feeds import publish
    from feeds.fetch import is_address

    settings, now = call.settings, datetime.now(UTC)
    if not settings.feeds.hub:
        raise SettingsError("there is no hub to tell", 'set hub = "https://..." in [feeds]', "feeds.hub")
    for url in urls:
        if not is_address(url):
            raise UsageError("this is no address", "name a feed as `https://example.org/feed.xml`", url)
    if urls:
        told = publish.ping(settings, urls)
    else:
        told = publish.announce(settings, publish.feeds_of(settings, publish.public(settings, now)), now)
    call.problems(told.problems)
    call.value(told)
    for topic in told.topics:
        call.more(topic)
    call.say(f"the hub was told of {plural(len(told.topics), 'feed')}")
    return 75 if told.problems else 0


@click.command()
@click.option("--port", type=click.IntRange(0, 65535), default=8000, show_default=True, help="0 takes a free one.")
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on; 0.0.0.0 lets others look.")
@click.option("--build", "first", is_flag=True, help="Build before.")
@with_call
def serve(call: Call, port: int, host: str, first: bool) -> None:
    """Serve what is written, to look at in a browser or feed reader on this machine.

    With the types, ETags and compression of a good web server, until Ctrl-C. Not for the public.
    """
    from feeds.serving import Server

    if first:
        _Builds(call).build()
    folder = call.settings.root / call.settings.feeds.out
    if not folder.is_dir():
        raise OutputError("there is nothing to serve", "run `feeds build`", str(folder))
    with until_told() as stop, _listening(Server, folder, host, port) as server:
        threading.Thread(target=server.serve_forever, args=(0.1,), daemon=True).start()
        call.value({"url": server.url})
        call.say(f"{folder} is served at {server.url}")
        stop.wait()
        server.shutdown()


@contextmanager
def _listening(server: "type[Server]", folder: Path, host: str, port: int) -> Iterator["Server"]:
    try:
        made = server(folder, host, port)
    except OSError as error:
        mend = "give another --port; 0 takes a free one" if error.errno == errno.EADDRINUSE else "give another --host"
        raise OutputError(error.strerror or str(error), mend, f"{host}:{port}") from error
    with made:
        yield made


@click.command()
@with_call
def watch(call: Call) -> None:
    """Build whenever posts, feeds.toml or templates change, until Ctrl-C.

    A broken post or setting is named and ends nothing.
    """
    from feeds import watching

    builds = _Builds(call)
    with until_told() as stop:
        watching.watch(lambda: watching.look(*builds.places()), builds.build, stop)


class _Builds:
    """One build after another; each says in a line what it did, and names only the problems that are new."""

    def __init__(self, call: Call) -> None:
        self._call, self._said = call, set[Problem]()
        self._settings: Settings | None = None
        with suppress(FeedsError):  # to be named by the build
            self._settings = load(call.site)

    def places(self) -> tuple[list[Path], list[Path]]:
        """Return what to watch and what not, by the settings that could be read last."""
        root = self._call.site
        if self._settings is None:
            return [root / FILE_NAME], []
        names = (FILE_NAME, "templates", "data", "_data", *self._settings.posts.folders)
        written = (self._settings.feeds.out, "feeds.lock", "feeds.db", "feeds.db-wal", "feeds.db-shm")
        return [root / name for name in names], [root / name for name in written]

    def build(self) -> None:
        """Build, and go on whatever comes of it."""
        from feeds.publish import build

        try:
            self._settings = load(self._call.site)
            built = build(self._settings, datetime.now(UTC))
        except FeedsError as error:
            click.echo(f"feeds: {error}", err=True)
            return
        self._call.problems(problem for problem in built.problems if problem not in self._said)
        self._said = set(built.problems)
        self._call.value(built)
        files = {"written": len(built.written), "unchanged": len(built.unchanged), "removed": len(built.removed)}
        self._call.say(f"{datetime.now():%H:%M:%S} {plural(built.posts, 'post')}; files: {counted(files)}")
