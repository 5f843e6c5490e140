"""bounces: what comes back by mail."""

import os
import sys
from collections.abc import Mapping
from datetime import UTC, datetime

import click

from feeds.cli.call import Call, counted, with_call
from feeds.errors import SettingsError

# What stays where it is, in words that no one takes for a reader who left.
STAYS = {"left": "left unread", "later": "left for the next run"}


def in_words(became: Mapping[str, int]) -> str:
    """Say what became of the mail that came back."""
    return counted({STAYS.get(what, what): count for what, count in became.items()})


@click.command()
@click.argument("source", type=click.Choice(["-"]), required=False, metavar="[-]")
@with_call
def bounces(call: Call, source: str | None) -> None:
    """Act on bounces, complaints and mails that unsubscribe, in the mailbox of the settings.

    With "-", on the one message on standard input: a mail server may pipe what comes to the bounce address here. Only
    what proves to be about a mail of ours changes anything.
    """
    from feeds.mailbox import piped
    from feeds.newsletter import returned

    settings = call.settings
    if not (source or settings.mail.bounces.url):
        mend = "name a Maildir or an imaps:// mailbox, or pipe a message into `feeds bounces -`"
        raise SettingsError("mail.bounces.url is empty", mend)
    with call.store() as store:
        if source:
            message = piped(sys.stdin.buffer)
            became = {returned.take(settings, store, message, datetime.now(UTC), environ=os.environ): 1}
        else:
            became = {**returned.read_mailbox(settings, store, lambda: datetime.now(UTC), environ=os.environ)}
    call.value(became)
    call.say(in_words(became) or "no new mail")
