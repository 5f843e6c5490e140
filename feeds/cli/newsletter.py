"""preview, issue, deliver, run-due, run: from new posts to mail."""

import os
import re
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import click
from msgspec.structs import replace

from feeds.cli.bounces import STAYS, in_words
from feeds.cli.call import Call, Told, counted, plural, until_told, with_call
from feeds.cli.group import Group, either
from feeds.config import Settings, load
from feeds.errors import FeedsError, UsageError
from feeds.model import Issue, Newsletter, Problem
from feeds.progress import Progress, quiet

if TYPE_CHECKING:
    from feeds.newsletter import Delivered, Planned, Ran
    from feeds.publish import Built, Public


def _issue(_: click.Context, __: click.Parameter, words: tuple[str, ...]) -> tuple[str, int]:
    """Read an issue as it is printed, weekly-42, or in two words. Raises UsageError."""
    if found := re.fullmatch(r"([a-z0-9/-]+)[- ](\d{1,9})", " ".join(words)):
        return found[1], int(found[2])
    raise UsageError(f"{' '.join(words)!r} is no issue", "write it like weekly-42; `feeds issue list` shows all")


# As in the tables of the store, which are not imported for each `feeds run-due`.
STATES = ("waiting", "open", "paused", "done", "cancelled")
_NO_ISSUE = "no issue: no post that a reader has not had, or no reader"
_EARLIER = "; --since DATE takes older posts as well"
ISSUE = click.argument("issue", nargs=-1, required=True, metavar="ISSUE", callback=_issue)


def _clock() -> datetime:
    return datetime.now(UTC)


@click.command(epilog="Example: feeds preview weekly")
@click.argument("newsletter")
@click.option(
    "--to", "folder", type=click.Path(path_type=Path), help="Folder to write into.  [default: .feeds/preview]"
)
@with_call
def preview(call: Call, newsletter: str, folder: Path | None) -> None:
    """Write the next issue of NEWSLETTER as HTML and text; send nothing, remember nothing."""
    from feeds import newsletter as deeds

    folder = folder or call.settings.root / ".feeds" / "preview"
    with call.store(make=False) as store:
        source = deeds.source(call.settings, _clock())
        shown = deeds.preview(call.settings, store, _newsletter(call, newsletter), source, _clock())
    written = deeds.write_preview(shown, folder)
    call.value({"is_sample": shown.is_sample, "written": written})
    if shown.is_sample:
        call.say("no post is new: this shows the newest")
    for path in written:
        call.say(str(path))


class IssueGroup(Group):
    """A group in which the name of a newsletter stands for `open NEWSLETTER`."""

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Find the subcommand, else read the first word as a newsletter to open an issue of."""
        if args and self.get_command(ctx, args[0]) is None and not args[0].startswith("-"):
            args = ["open", *args]
        return super().resolve_command(ctx, args)


@click.group(cls=IssueGroup)
def issue() -> None:
    """Open an issue by hand (`feeds issue weekly`), list, approve or cancel issues.

    An ISSUE is written as it is listed: weekly-42.
    """


def _day(text: str) -> datetime:
    """Read a day. Raises BadParameter."""
    try:
        return datetime.strptime(text, "%Y-%m-%d")
    except ValueError:
        raise click.BadParameter(f"{text!r} is no day; write it like 2026-11-01") from None


@issue.command("open", epilog="Example: feeds issue weekly --since 2026-11-01")
@click.argument("newsletter")
@click.option("--since", type=_day, metavar="DATE", help="Send also what was published since then and was in no issue.")
@click.option("--all-new", is_flag=True, help="Send the new posts however many have come at once.")
@click.option("--skip-new", is_flag=True, help="Open nothing: take the new posts as sent.")
@with_call
def open_(call: Call, newsletter: str, since: datetime | None, all_new: bool, skip_new: bool) -> None:
    """Open an issue of NEWSLETTER now, with the posts that its readers have not had.

    The feeds are written first; `feeds deliver` then delivers it. The first time, the posts that are there already
    count as sent, but for those --since a day. A burst of posts is refused (exit 3) until you say what to do with it.
    """
    from feeds import newsletter as deeds
    from feeds import publish

    if skip_new and (all_new or since):
        raise UsageError("--skip-new sends nothing", "leave out --all-new and --since, or --skip-new")
    chosen, now = _newsletter(call, newsletter), _clock()
    first = since.replace(tzinfo=ZoneInfo(call.settings.site.timezone)) if since else None
    found = publish.survey(call.settings, now)
    publish.build(call.settings, now, found=found)  # no reader gets a post by an id that feeds.lock might lose
    with call.store() as store:
        source = deeds.source_of(call.settings, found)
        deeds.remember(store, source, now, since=first, newsletter=chosen.name)
        if skip_new:
            skipped = deeds.skip_new(store, chosen, now)
            call.value({"skipped": skipped})
            call.say(f"{plural(skipped, 'post')} taken as sent")
            return
        wants_all = all_new or first is not None
        opened = deeds.open_issue(call.settings, store, chosen, source, now, in_bursts=wants_all)
    call.value(opened)
    call.say(_about(opened) if opened else _NO_ISSUE + ("" if since else _EARLIER))


@issue.command("list")
@click.option("--state", type=click.Choice(STATES), metavar="STATE", help=f"Only those that are {either(STATES)}.")
@with_call
def list_(call: Call, state: str | None) -> None:
    """List the issues and how far their deliveries are."""
    from feeds import newsletter as deeds

    with call.store() as store:
        found = deeds.listed(store, state=state or "")
    call.value(found)
    for each in found:
        call.say(f"{_local(call, each.opened)}  {_about(each)}")


@issue.command("show", epilog="Example: feeds issue show weekly-42")
@ISSUE
@with_call
def show(call: Call, issue: tuple[str, int]) -> None:
    """Show what is in ISSUE, in each of its forms, and how far its deliveries are."""
    from feeds import newsletter as deeds

    with call.store(make=False) as store:
        shown = deeds.show(store, *issue)
    call.value(shown)
    call.say(f"{_about(shown.issue)}\nopened {_local(call, shown.issue.opened)} for {shown.issue.due_key}")
    for form in shown.forms:
        call.say(f"{plural(form.readers, 'reader')} [{form.language}]: {form.subject}")
        for title in form.posts:
            call.say(f"  {title}")


@issue.command(epilog="Example: feeds issue approve weekly-42")
@ISSUE
@with_call
def approve(call: Call, issue: tuple[str, int]) -> None:
    """Let ISSUE go, which waits for approval."""
    from feeds import newsletter as deeds

    with call.store() as store:
        _show(call, deeds.approve(store, *issue, _clock()))


@issue.command(epilog="Example: feeds issue cancel weekly-42")
@ISSUE
@with_call
def cancel(call: Call, issue: tuple[str, int]) -> None:
    """Stop ISSUE: what has not left stays here, its posts come with the next issue."""
    from feeds import newsletter as deeds

    with call.store() as store:
        _show(call, deeds.cancel(store, *issue, _clock()))


@issue.command(epilog="Example: feeds issue resume weekly-42")
@ISSUE
@with_call
def resume(call: Call, issue: tuple[str, int]) -> None:
    """Go on with ISSUE, which was paused because the relay refused what we are."""
    from feeds import newsletter as deeds

    with call.store() as store:
        _show(call, deeds.resume(store, *issue, _clock()))


def _span(text: str) -> timedelta:
    """Read a length of time. Raises BadParameter."""
    if not (found := re.fullmatch(r"([1-9]\d{0,3})([hdw])", text)):
        raise click.BadParameter(f"{text!r} is no length of time; write it like 12h, 30d or 4w")
    return int(found[1]) * {"h": timedelta(hours=1), "d": timedelta(days=1), "w": timedelta(weeks=1)}[found[2]]


@click.command(epilog="Example: feeds schedule --next 2w")
@click.option(
    "--next", "span", type=_span, default="30d", metavar="SPAN", help="How far ahead: 12h, 30d, 4w.  [default: 30d]"
)
@with_call
def schedule(call: Call, span: timedelta) -> None:
    """Say what would leave when, and with which posts: those that wait now, and those dated ahead.

    Occasions for which there is no post yet are left out, but for the next one of each clock.
    """
    from feeds import newsletter as deeds
    from feeds.publish import public

    settings, now = call.settings, _clock()
    ahead = replace(settings, posts=replace(settings.posts, include_future=True))
    scheduled = [post for post in public(ahead, now).posts if post.published > now]
    with call.store(make=False) as store:
        planned = deeds.plan(settings, store, deeds.source(settings, now), scheduled[::-1], now, now + span)
    call.value(planned)
    for each in planned:
        call.say(_planned(call, each))
    if not planned:
        call.say("nothing would leave")


def _planned(call: Call, planned: "Planned") -> str:
    name = planned.newsletter + (f" [{planned.bucket}]" if planned.bucket else "")
    counts = plural(len(planned.posts), "post"), plural(planned.readers, "reader")
    words = ", ".join(filter(None, (*counts, planned.note)))
    return "\n  ".join((f"{_local(call, planned.at)}  {name}: {words}", *planned.posts))


def _local(call: Call, at: datetime) -> str:
    return at.astimezone(ZoneInfo(call.settings.site.timezone)).strftime("%Y-%m-%d %H:%M")


@click.command()
@with_call
def deliver(call: Call) -> int:
    """Deliver what is queued; exit 75 if some of it must be tried again later."""
    from feeds import newsletter as deeds

    with call.store() as store, call.progress() as progress, until_told() as told:
        backend = deeds.backend_of(call.settings, os.environ)
        done = deeds.deliver(
            call.settings, store, backend, _clock, environ=os.environ, progress=progress, stopping=told.is_set
        )
        waiting = deeds.listed(store, state="waiting")
    call.value(done)
    call.say(_delivered(call, done) or "nothing to deliver")
    for each in waiting:
        call.say(f"{_about(each)}; {_let_go(each)}")
    return 75 if any(each.state == "open" for each in done.issues) else 0


@click.command("run-due")
@with_call
def run_due(call: Call) -> int:
    """Do all that is due: write the feeds, open issues, deliver. For cron; safe to run as often as you like.

    Exit 3 when a guard holds back an issue that a person must decide about; all else is done. With `--quiet`, what is
    wrong with posts is left to `feeds check`, since cron would mail it each time.
    """
    with call.progress() as progress, until_told() as told:
        built, ran = _all_due(call, progress, told.is_set)
    refused = ran.refused if ran else ()
    call.problems(refused if call.quiet else (*built.problems, *refused))
    _show_run(call, built, ran)
    return 3 if refused else 0


@click.command()
@with_call
def run(call: Call) -> None:
    """Do what is due every minute, until SIGTERM.

    The same as `feeds run-due`, for where there is no cron. It reads feeds.toml anew each time, says once what is
    wrong and tries again, and finishes the messages in the air before it ends.
    """
    from feeds.scheduler import run_every_minute

    said: set[Problem | str] = set()
    with until_told() as told:
        run_every_minute(lambda: _tick(call, said, told.is_set), told)


def _tick(call: Call, said: set[Problem | str], told: Told) -> None:
    """Do what is due and name what is newly wrong; what fails now has another chance in a minute."""
    try:
        built, ran = _all_due(call, quiet, told)
    except FeedsError as error:
        line = f"feeds: {error}"
        if line not in said:
            click.echo(line, err=True)
        said.clear()
        said.add(line)
        return
    problems = (*built.problems, *(ran.refused if ran else ()))
    new = [problem for problem in problems if problem not in said]
    call.problems(new)
    said.clear()
    said.update(problems)
    if (call.as_json and new) or _did_something(built, ran):
        _show_run(call, built, ran)


def _did_something(built: "Built", ran: "Ran | None") -> bool:
    """Tell whether there is news; mail that was looked at and stays where it is is none."""
    if built.written or built.removed or not ran:
        return bool(built.written or built.removed)
    return bool(ran.opened or ran.delivered.outcomes or ran.returned.keys() - STAYS.keys())


def _all_due(call: Call, progress: Progress, stopping: Told) -> tuple["Built", "Ran | None"]:
    from feeds import publish

    settings, now = load(call.site), _clock()  # anew each time: the scheduler goes on while the operator edits
    built, before = publish.unchanged(settings.root, now)
    if built and not (settings.newsletter or settings.feeds.hub):
        return built, None
    try:
        found = publish.survey(settings, now, before.tree if before else None)
        built = built or publish.build(settings, now, progress, found=found)
    except FeedsError:
        if settings.newsletter:  # what is open leaves all the same, and who wrote to leave has left
            _newsletters_due(settings, None, progress, stopping)
        raise
    told = publish.announce(settings, built.feeds, _clock())
    built = replace(built, problems=(*built.problems, *told.problems))
    ran = _newsletters_due(settings, found, progress, stopping) if settings.newsletter else None
    return replace(built, problems=(*built.problems, *(ran.problems if ran else ()))), ran


def _show_run(call: Call, built: "Built", ran: "Ran | None") -> None:
    call.value({"built": built, "newsletters": ran})
    changed = counted({"written": len(built.written), "removed": len(built.removed)})
    call.say(f"feeds: {changed or 'nothing new'}")
    if ran and ran.returned:
        call.say(f"came back: {in_words(ran.returned)}")
    for opened in ran.opened if ran else ():
        if opened.state == "waiting":  # said to cron too: nothing else tells the person it waits for
            click.echo(f"feeds: {_about(opened)}; {_let_go(opened)}", err=True)
        else:
            call.say(_about(opened))
    if ran and (line := _delivered(call, ran.delivered)):
        call.say(line)


def _delivered(call: Call, done: "Delivered") -> str:
    """Say what a run delivered and, where something holds the rest back, until when; "" when it did nothing."""
    waits = f"no more leave until {_local(call, done.until)}" if done.until else ""
    return "; ".join(filter(None, (f"deliveries: {counted(done.outcomes)}" if done.outcomes else "", waits)))


def _newsletters_due(settings: Settings, found: "Public | None", progress: Progress, stopping: Told) -> "Ran":
    from feeds import newsletter as deeds
    from feeds.store import Store

    with Store.open(settings.store.url, settings.root) as store:
        source = deeds.source_of(settings, found) if found else None
        backend = deeds.backend_of(settings, os.environ)
        return deeds.run_due(
            settings, store, source, backend, _clock, environ=os.environ, progress=progress, stopping=stopping
        )


def _newsletter(call: Call, name: str) -> Newsletter:
    from feeds.subscriptions.enrolling import newsletter_of

    meant = newsletter_of(call.settings, name)
    return next(each for each in call.settings.newsletter if each.name == meant)


def _let_go(issue: Issue) -> str:
    return f"`feeds issue approve {issue.newsletter}-{issue.number}` lets it go"


def _about(issue: Issue) -> str:
    text = f"{issue.newsletter}-{issue.number} {issue.state}"
    return f"{text}: {counted(issue.deliveries)}" if issue.deliveries else text


def _show(call: Call, issue: Issue) -> None:
    call.value(issue)
    call.say(_about(issue))
