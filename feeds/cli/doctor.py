"""doctor: what is well and what is not."""

import os
from datetime import UTC, datetime

import click

from feeds.cli.call import Call, counted, with_call
from feeds.errors import SettingsError


@click.command()
@with_call
def doctor(call: Call) -> int:
    """Examine the site and its surroundings; exit 1 if something is wrong. Changes nothing, sends nothing.

    Settings, secrets, posts, templates, feeds.lock, disk, database, the relay, and what the DNS says of the sender:
    each with what is wrong and how to mend it. What cannot be seen from here is named as unchecked.
    """
    from feeds.doctor import Finding, Lookup, examine

    findings: list[Finding] = []
    try:
        examined = examine(call.settings, os.environ, datetime.now(UTC), Lookup())
    except SettingsError as error:
        examined = iter([Finding("error", str(error), subject="settings")])
    for each in examined:
        findings.append(each)
        if each.state in ("error", "warning") and not call.as_json:
            click.echo(str(each))  # also with --quiet
        else:
            call.say(str(each))
    call.value(findings)
    counts = {state: sum(each.state == state for each in findings) for state in ("ok", "warning", "error", "unchecked")}
    call.say(counted(counts))
    return 1 if counts["error"] else 0
