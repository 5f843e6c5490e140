"""status, outbox: who got what, who did not, why, and what to do about it."""

import sys
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import click

from feeds.cli.call import Call, counted, with_call
from feeds.cli.group import Group, either
from feeds.errors import UsageError
from feeds.newsletter.standing import Status
from feeds.store.standings import Reason, Standing
from feeds.store.tables import DELIVERY_STATES

STATE = click.option(
    "--state",
    "states",
    multiple=True,
    type=click.Choice(DELIVERY_STATES),
    metavar="STATE",
    help=f"List the readers whose delivery is {either(DELIVERY_STATES)}; may be given again.",
)


@click.command(epilog="Example: feeds status weekly-42 --state failed --state uncertain")
@click.argument("issue", default="", required=False)
@STATE
@with_call
def status(call: Call, issue: str, states: tuple[str, ...]) -> None:
    """Say who got ISSUE, who did not, and why; also while it is being sent.

    ISSUE is written like weekly-42; without it, the newest is meant.
    """
    from feeds.newsletter import standing

    with call.store() as store:
        if states:
            _list(call, standing.of_issue(store, issue, states))
            return
        found = standing.status(store, issue, datetime.now(UTC))
    call.value(found)
    call.say(_told(found))


@click.group(cls=Group)
def outbox() -> None:
    """Look after the deliveries: what waits, what failed, what is uncertain.

    An ISSUE is written as it is listed: weekly-42. A READER is an address.
    """


@outbox.command("status")
@with_call
def status_(call: Call) -> None:
    """Say how far each issue is that is not done."""
    from feeds.newsletter import standing

    with call.store() as store:
        found = standing.under_way(store, datetime.now(UTC))
    call.value(found)
    call.say("\n".join(_told(each) for each in found) or "nothing is under way")


@outbox.command(epilog="Example: feeds outbox show layla@example.org")
@click.argument("reader")
@with_call
def show(call: Call, reader: str) -> None:
    """List the deliveries to READER, newest first."""
    from feeds.newsletter import standing

    with call.store() as store:
        _list(call, standing.of_reader(store, reader))


@outbox.command(epilog="Example: feeds outbox retry weekly-42")
@click.argument("issue")
@with_call
def retry(call: Call, issue: str) -> None:
    """Queue once more what of ISSUE failed or was given up, for readers who still get mail."""
    from feeds.newsletter import reconciling

    with call.store() as store:
        count = reconciling.retry(store, issue, datetime.now(UTC))
    call.value({"issue": issue, "queued": count})
    call.say(f"{count} queued")


@outbox.command(epilog="Example: feeds outbox resolve weekly-42 layla@example.org sent")
@click.argument("issue")
@click.argument("reader")
@click.argument("state", type=click.Choice(["sent", "queued"]))
@with_call
def resolve(call: Call, issue: str, reader: str, state: str) -> None:
    """Say of an uncertain delivery that it was sent, or that it is to be queued again."""
    from feeds.newsletter import reconciling

    with call.store() as store:
        reconciling.resolve(store, issue, reader, state, datetime.now(UTC))
    call.value({"issue": issue, "reader": reader, "state": state})
    call.say(f"{issue} {reader} {state}")


@outbox.command(epilog="Example: feeds outbox reconcile /var/log/mail.log.1 /var/log/mail.log")
@click.argument("logs", nargs=-1, type=click.Path(path_type=Path, dir_okay=False), metavar="[LOG]...")
@with_call
def reconcile(call: Call, logs: tuple[Path, ...]) -> int:
    """Look for what is uncertain in the log of your Postfix; exit 75 if the log does not tell of all.

    LOG is /var/log/mail.log if none is given, "-" is standard input; give older ones first. What the relay took is
    sent, what it did not take is queued again.
    """
    from feeds.newsletter import reconciling

    now = datetime.now().astimezone()  # syslog writes the time of this machine's zone
    with call.store() as store:
        became = reconciling.reconcile(store, _lines(logs or (Path("/var/log/mail.log"),)), now)
    call.value(became)
    call.say(f"{became.sent} sent, {became.queued} queued again, {became.unknown} still uncertain")
    return 75 if became.unknown else 0


def _lines(logs: Iterable[Path]) -> Iterator[str]:
    for path in logs:
        if str(path) == "-":
            yield from sys.stdin
            continue
        try:
            with path.open(encoding="utf-8", errors="replace") as file:
                yield from file
        except OSError as error:
            mend = "name the log of your Postfix, or pipe `journalctl -o short-iso -u postfix*` into it"
            raise UsageError(error.strerror or str(error), mend, str(path)) from error


def _told(status: Status) -> str:
    issue = status.issue
    lines = [f"{issue.newsletter}-{issue.number} {issue.state}: {counted(issue.deliveries) or 'no deliveries'}"]
    for each in status.reasons:
        why = _reply(each, each.example)[:160]
        lines.append(f"  {each.readers} {each.state}: {why}".rstrip(": "))
    if "uncertain" in issue.deliveries:
        lines.append(f"  `feeds status {issue.newsletter}-{issue.number} --state uncertain` names who is in doubt")
        lines.append("  `feeds outbox reconcile` asks the log of your Postfix, `feeds outbox resolve` settles one")
    if status.next_turn:
        lines.append(f"  next try at {status.next_turn:%Y-%m-%d %H:%M} UTC")
    if status.at_work:
        lines.append(f"  {status.at_work} at work")
    return "\n".join(lines)


def _list(call: Call, found: Iterable[Standing]) -> None:
    if call.as_json:
        call.value(list(found))
        return
    for each in found:
        line = f"{each.newsletter}-{each.number}", each.address, each.state, _reply(each, each.reply)
        click.echo("\t".join(line))


def _reply(about: Reason | Standing, text: str) -> str:
    """Say what the relay answered, and what that comes to where the state does not; most replies begin with a code."""
    meaning = "" if about.meaning == about.state else about.meaning
    return " ".join(f"{about.code or ''} {about.enhanced} {meaning} {text.removeprefix(about.enhanced)}".split())
