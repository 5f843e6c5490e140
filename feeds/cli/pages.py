"""pages: where readers subscribe, choose and leave."""

import os
from datetime import UTC, datetime
from ipaddress import ip_address
from socket import AF_INET, AF_INET6, create_server

import click

from feeds.cli.call import Call, until_told, with_call
from feeds.errors import OutputError, SettingsError


@click.command()
@click.option("--port", type=click.IntRange(0, 65535), default=8001, show_default=True, help="0 takes a free one.")
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@with_call
def pages(call: Call, port: int, host: str) -> None:
    """Serve the pages for readers: subscribe, confirm, choose, leave; until SIGTERM.

    Behind a web server that speaks HTTPS and passes on what is below `web.url`. Who signs up gets the mail that asks
    them to confirm within seconds; all other mail is left to `feeds run-due` or `feeds run`.
    """
    try:
        from feeds.web import Desk, application
        from feeds.web.errands import Errands
        from feeds.web.server import serving
    except ModuleNotFoundError as error:
        raise SettingsError(
            str(error), "run `pip install '.[web]'` in the clone of feeds, or `pipx install --force '.[web]'`"
        ) from error
    from feeds.newsletter import backend_of
    from feeds.store import secrets

    settings = call.settings
    with until_told() as stop, call.store() as store:
        desk = Desk(settings, store, lambda: datetime.now(UTC), environ=os.environ)
        if desk.is_strange:
            click.echo(f"feeds: {secrets.STRANGE}; set it as for `feeds run-due`", err=True)
        backend = backend_of(settings, os.environ)
        errands = Errands(desk, backend, lambda error: click.echo(f"feeds: {error}", err=True), environ=os.environ)
        try:
            listener = create_server((host, port), family=_family(host))
        except OSError as error:
            mend = "give another --port or --host; port 0 takes a free one"
            what = (error.strerror or str(error)).partition(" (while")[0]  # Python puts the address behind it
            raise OutputError(what, mend, f"{host}:{port}") from error
        with listener, serving(application(desk), listener, settings.web.proxies):
            place = f"{host}:{listener.getsockname()[1]}"
            call.value({"address": place, "url": desk.url})
            call.say(f"{desk.url} is answered at {place}")
            errands.run_until(stop)


def _family(host: str) -> int:
    try:
        return AF_INET6 if ip_address(host).version == 6 else AF_INET
    except ValueError:
        return AF_INET
