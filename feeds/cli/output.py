"""ping: what is done with the feeds that are written."""

from datetime import UTC, datetime

import click

from feeds.cli.call import Call, with_call
from feeds.errors import SettingsError


@click.command()
@click.argument("urls", nargs=-1, metavar="[URL]...")
@with_call
def ping(call: Call, urls: tuple[str, ...]) -> int:
    """Tell the WebSub hub of every feed that has changed since it was told, or of those at URL.

    To be run once the files are where the site is served; exit 75 if the hub could not be told.
    """
    from feeds import publish

    settings, now = call.settings, datetime.now(UTC)
    if not settings.feeds.hub:
        raise SettingsError("there is no hub to tell", 'set hub = "https://..." in [feeds]', "feeds.hub")
    if urls:
        told = publish.ping(settings, urls)
    else:
        told = publish.announce(settings, publish.feeds_of(settings, publish.public(settings, now)), now)
    call.problems(told.problems)
    call.value(told)
    for topic in told.topics:
        call.more(topic)
    call.say(f"the hub was told of {len(told.topics)} feeds")
    return 75 if told.problems else 0
