"""bounces: what comes back by mail."""

import os
import sys
from datetime import UTC, datetime

import click

from feeds.cli.call import Call, counted, with_call
from feeds.errors import SettingsError


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
    call.say(counted(became) or "no new mail")
