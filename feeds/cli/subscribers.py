"""subscribers: who gets the mail."""

import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from feeds.cli.call import Call, with_call
from feeds.cli.group import Group, either

if TYPE_CHECKING:
    from feeds.subscriptions import Changed
    from feeds.subscriptions.enrolling import Enrol

# As in the tables of the store, which `--help` does not need.
STATES = ("pending", "active", "unsubscribed", "bounced", "complained", "erased")
NEWSLETTER = click.option("--newsletter", default="", help="Which one, where the site has several.")
CONFIRM = click.option("--confirm", is_flag=True, help="Ask by mail first; only who answers it gets more.")


@click.group(cls=Group)
def subscribers() -> None:
    """Add, change, list, show, import, export, remove, suppress and erase the readers of the newsletters."""


@subscribers.command(epilog="Example: feeds subscribers add layla@example.org --name Layla")
@click.argument("email")
@click.option("--name", default="", help="Name of the reader.")
@click.option("--language", default="", help="BCP 47 tag.  [default: the site's]")
@click.option("--timezone", default="", help="IANA name.  [default: the site's]")
@click.option("--cadence", default="", help="One that the newsletter offers.  [default: the newsletter's]")
@click.option("--category", "categories", multiple=True, help="Only this category; may be given again.  [default: all]")
@CONFIRM
@NEWSLETTER
@with_call
def add(call: Call, email: str, confirm: bool, **choices: Any) -> None:
    """Add the reader EMAIL, who has asked for it."""
    from feeds import subscriptions

    now, enrol = datetime.now(UTC), _enrol(call, confirm)
    with call.store() as store:
        added = subscriptions.add(call.settings, store, email, now, enrol=enrol, **choices)
    call.problems(subscriptions.unheard(call.settings, choices["categories"], email, now))
    call.value(added)
    call.say(f"{added.email} is asked to confirm by the next `feeds deliver`" if confirm else f"{added.email} added")


@subscribers.command(epilog="Example: feeds subscribers show layla@example.org")
@click.argument("email")
@with_call
def show(call: Call, email: str) -> None:
    """Show what is kept of the reader EMAIL: what they chose, since when, and who asked for it, and how."""
    from feeds import subscriptions

    with call.store() as store:
        record = subscriptions.show(store, email)
    call.value(record)
    reader = record.reader
    call.say(
        ", ".join(filter(None, (f"{reader.email} {reader.status}", reader.name, reader.language, reader.timezone)))
    )
    for each in reader.subscriptions:
        chosen = f"categories {_shown(each.categories)}, cadence {_shown(each.cadence)}"
        call.say(f"  {each.newsletter}: {'left' if each.newsletter in record.left else chosen}")
    confirmed = f", confirmed {record.confirmed:%Y-%m-%d %H:%M}" if record.confirmed else ""
    call.say(f"  came {record.created:%Y-%m-%d %H:%M}{confirmed} (UTC)")
    for line in record.consent:
        call.say(f"  {line}")


@subscribers.command(epilog="Example: feeds subscribers change layla@example.org --category News")
@click.argument("email")
@click.option("--name", help="Name of the reader.")
@click.option("--language", help='BCP 47 tag; "" is the site\'s.')
@click.option("--timezone", help='IANA name; "" is the site\'s.')
@click.option("--cadence", help='One that the newsletter offers; "" is the newsletter\'s.')
@click.option("--category", "categories", multiple=True, help='Only this category; may be given again; "*" is all.')
@NEWSLETTER
@with_call
def change(call: Call, email: str, categories: tuple[str, ...], **choices: Any) -> None:
    """Change what the reader EMAIL chose; what is not named stays. No post is lost by it, and none comes twice."""
    from feeds import subscriptions

    now = datetime.now(UTC)
    with call.store() as store:
        made = subscriptions.change(call.settings, store, email, now, categories=categories or None, **choices)
    call.problems(subscriptions.unheard(call.settings, categories, email, now))
    call.value(made)
    call.say(_about(made))


@subscribers.command("list")
@click.option("--status", type=click.Choice(STATES), metavar="STATUS", help=f"Only those that are {either(STATES)}.")
@NEWSLETTER
@with_call
def list_(call: Call, status: str | None, newsletter: str) -> None:
    """List the readers, one a line, in the order in which they came."""
    from feeds import subscriptions
    from feeds.subscriptions.enrolling import newsletter_of

    chosen = newsletter_of(call.settings, newsletter) if newsletter else ""
    with call.store() as store:
        found = subscriptions.listed(store, status=status or "", newsletter=chosen)
        if call.as_json:
            call.value(list(found))
            return
        for each in found:
            click.echo("\t".join((each.email, each.status, each.name)))


@subscribers.command("import", epilog="Example: feeds subscribers import readers.csv --dry-run")
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@click.option("--dry-run", is_flag=True, help="Say what would become of each line, and keep nothing.")
@click.option("--change", is_flag=True, help="Change readers who are there already to what their cells say.")
@CONFIRM
@NEWSLETTER
@with_call
def import_(call: Call, file: Path, dry_run: bool, change: bool, confirm: bool, newsletter: str) -> int:
    """Add the readers in the CSV FILE; exit 1 if some line cannot be used.

    Its first line names the columns: email, and any of name, language, timezone, categories (separated by ";") and
    cadence. Who is there already stays as they are, without --change; with it, an empty cell changes nothing.
    Exports of Mailchimp, Ghost, Substack, Buttondown and listmonk are read as they are; who gets no mail there, gets
    none here.
    """
    from feeds import subscriptions

    now, enrol = datetime.now(UTC), _enrol(call, confirm)
    with call.store() as store:
        became = subscriptions.import_csv(
            call.settings, store, file, now, newsletter=newsletter, dry_run=dry_run, change=change, enrol=enrol
        )
    call.problems((*became.problems, *became.warnings))
    call.value(became)
    for each in became.changed if dry_run else ():
        call.say(_about(each))
    done = ("would be " if dry_run else "") + ("asked to confirm" if confirm else "added")
    there = f"{became.duplicates} there already" + (f" ({len(became.changed)} changed)" if change else "")
    call.say(f"{became.added} {done}, {there}, {became.left} have left before")
    return 1 if became.problems else 0


@subscribers.command(epilog="Example: feeds subscribers remove layla@example.org")
@click.argument("email")
@with_call
def remove(call: Call, email: str) -> None:
    """Send the reader EMAIL no more mail, from this moment on."""
    from feeds import subscriptions

    with call.store() as store:
        left = subscriptions.unsubscribe(store, email, datetime.now(UTC))
    call.value(left)
    call.say(f"{left.email} {left.status}")


@subscribers.command()
@NEWSLETTER
@with_call
def export(call: Call, newsletter: str) -> None:
    """Print who gets a newsletter, or got it, as CSV that `import` reads; with --json as `list` does."""
    from feeds import subscriptions
    from feeds.subscriptions.enrolling import newsletter_of

    with call.store() as store:
        if call.as_json:
            call.value(list(subscriptions.listed(store, newsletter=newsletter_of(call.settings, newsletter))))
            return
        subscriptions.export_csv(call.settings, store, sys.stdout, newsletter=newsletter)


@subscribers.command(epilog="Example: feeds subscribers suppress layla@example.org")
@click.argument("email")
@click.option("--reason", default="operator", help="A word for why, without the address.")
@with_call
def suppress(call: Call, email: str, reason: str) -> None:
    """Never mail EMAIL again, whether it is a reader's or not."""
    from feeds import subscriptions

    with call.store() as store:
        changed = subscriptions.suppress(store, email, datetime.now(UTC), reason=reason)
    call.value({"email": email, "changed": changed})
    call.say(f"{email} {'suppressed' if changed else 'was suppressed already'}")


@subscribers.command(epilog="Example: feeds subscribers unsuppress layla@example.org")
@click.argument("email")
@with_call
def unsuppress(call: Call, email: str) -> None:
    """Let EMAIL have mail again; who unsubscribed or complained stays away all the same."""
    from feeds import subscriptions

    with call.store() as store:
        changed = subscriptions.unsuppress(store, email, datetime.now(UTC))
    call.value({"email": email, "changed": changed})
    call.say(f"{email} {'may have mail again' if changed else 'was not suppressed'}")


@subscribers.command(epilog="Example: feeds subscribers erase layla@example.org")
@click.argument("email")
@with_call
def erase(call: Call, email: str) -> None:
    """Forget the reader EMAIL for good; all that stays is a digest that keeps the address from coming back."""
    from feeds import subscriptions

    with call.store() as store:
        subscriptions.erase(store, email, datetime.now(UTC))
    call.value({"email": email, "erased": True})
    call.say(f"{email} erased")


def _about(made: "Changed") -> str:
    told = (f"{name} {_shown(old)} -> {_shown(new)}" for name, (old, new) in made.fields.items())
    return f"{made.email}: {', '.join(told) or 'nothing changes'}"


def _shown(value: object) -> str:
    text = ";".join(value) if isinstance(value, tuple) else str(value)
    return text or "(default)"


def _enrol(call: Call, confirm: bool) -> "Enrol":
    """Return what brings readers onto the list: the operator's word, or their own."""
    from feeds.newsletter.confirming import asker
    from feeds.subscriptions.enrolling import enrol

    return asker(call.settings) if confirm else enrol
