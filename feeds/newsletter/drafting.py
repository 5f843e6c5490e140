"""Draft an issue: who would get it, and what would be in it. Reads the store and writes nothing.

`outline` looks at the store; `draft` writes the issue, which takes a while, and needs no transaction.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from functools import cache
from zoneinfo import ZoneInfo

import msgspec
from jinja2 import Environment
from msgspec import Struct
from sqlalchemy import Connection

from feeds import catalogue, digest
from feeds.config import Settings
from feeds.errors import GuardError, SettingsError
from feeds.mail import Letterhead, letterhead
from feeds.model import Entry, Newsletter, Post, Variant
from feeds.newsletter import window
from feeds.newsletter.buckets import Bucket, own
from feeds.publish.posts import Public, Renderer, public
from feeds.store import groups, issues, posts
from feeds.store.groups import Group
from feeds.store.issues import NewIssue
from feeds.templating import environment

Wanted = dict[Group, tuple[Post, ...]]  # what each group of readers has not had
Compose = Callable[[str, tuple[Post, ...]], Variant]  # from a language and posts


class Source(Struct, frozen=True):
    """The site's posts as a newsletter needs them."""

    posts: Mapping[str, Post]  # by id; those that may be published now
    entries_of: Callable[[Sequence[Post]], Sequence[Entry]]  # renders only what an issue shows


def source(settings: Settings, now: datetime) -> Source:
    """Collect the posts of the site that may be published at `now`. Raises SettingsError."""
    return source_of(settings, public(settings, now))


def source_of(settings: Settings, found: Public) -> Source:
    """Return posts that were collected already as a newsletter needs them."""
    renderer = Renderer(settings, found.posts)
    return Source({post.id: post for post in found.posts}, lambda posts: tuple(renderer.entries(posts)))


class Outline(Struct, frozen=True):
    """An issue that is not written yet."""

    issue: NewIssue
    letter: Letterhead
    wanted: Wanted
    burst: tuple[Post, ...] = ()  # posts that are too many at once to be sent unasked


class Form(Struct, frozen=True):
    """One form of an issue, and the groups of readers who get it."""

    variant: Variant
    groups: tuple[Group, ...]


class Draft(Struct, frozen=True):
    """An issue that is not opened yet."""

    issue: NewIssue
    forms: tuple[Form, ...]
    idle: tuple[Group, ...]  # groups for whom none of the posts is of interest


def outline(
    connection: Connection,
    settings: Settings,
    newsletter: Newsletter,
    source: Source,
    now: datetime,
    due_key: str = "",
    bucket: Bucket | None = None,
    *,
    in_bursts: bool = True,
) -> Outline:
    """Say who is to get the next issue of a newsletter, of all readers or those of a bucket, and with which posts.

    Raises SettingsError for a wrong address.
    """
    bucket = bucket or own(newsletter, settings.site)
    cut = cut_of(connection, newsletter, bucket, now) if due_key else posts.head(connection)
    letter = next_letter(connection, settings, newsletter, newsletter.name)
    wanted = wanted_by(connection, newsletter, source, cut, bucket)
    burst = () if in_bursts else burst_of(connection, newsletter, wanted, now, on_publish=bucket.cadence.on_publish)
    label = due_key or now.astimezone(ZoneInfo(settings.site.timezone)).strftime("%Y-%m-%dT%H:%M")
    state = "waiting" if newsletter.approve else "open"
    new_issue = NewIssue(newsletter.name, letter.number, label, cut, state, msgspec.json.encode(letter).decode())
    return Outline(new_issue, letter, wanted, burst)


def draft(
    settings: Settings,
    newsletter: Newsletter,
    source: Source,
    found: Outline,
    now: datetime,
    templates: Environment | None = None,
) -> Draft:
    """Write an issue in all its forms.

    `templates` are the site's, for one who drafts many issues: to compile them takes longer than all else here.
    Raises SettingsError for a wrong template, GuardError for a post that cannot be read any more.
    """
    compose = composer(settings, newsletter, source, found.letter, now, templates)
    idle = tuple(group for group, new in found.wanted.items() if not new)
    return Draft(found.issue, _forms(compose, found.wanted, newsletter.min_posts), idle)


def cut_of(connection: Connection, newsletter: Newsletter, bucket: Bucket, now: datetime) -> int:
    """Return the last post, by sequence, that an issue which falls due now may carry."""
    if bucket.cadence.on_publish:
        return posts.settled(connection, now, timedelta(minutes=newsletter.settle))
    return posts.head(connection)


def wanted_by(connection: Connection, newsletter: Newsletter, source: Source, cut: int, bucket: Bucket) -> Wanted:
    """Return what each group of a bucket's readers has not had of the posts up to `cut`, by sequence."""
    found = groups.behind(connection, newsletter.name, cut, bucket.clocks)
    after = min((group.cursor for group in found), default=cut)
    seen = [each for each in posts.seen(connection) if each.seq > after]
    return {
        group: window.unsent(
            seen, source.posts, group.cursor, cut, newsletter.name, newsletter.categories, group.categories
        )
        for group in found
    }


def burst_of(
    connection: Connection, newsletter: Newsletter, wanted: Wanted, now: datetime, *, on_publish: bool
) -> tuple[Post, ...]:
    """Return the posts that none of the newsletter's issues could have carried yet, if they are too many at once."""
    new = {post.id: post for some in wanted.values() for post in some}
    after = issues.last_cut(connection, newsletter.name)
    found = window.burst(posts.seen(connection), new, after, now, on_publish=on_publish)
    return found if len(found) > max(newsletter.max_burst, newsletter.min_posts) else ()


def _forms(compose: Compose, wanted: Wanted, min_posts: int) -> tuple[Form, ...]:
    forms: dict[str, Form] = {}
    for group, new in wanted.items():
        if len(new) >= min_posts:
            variant = compose(group.language, new)
            groups = forms[variant.key].groups if variant.key in forms else ()
            forms[variant.key] = Form(variant, (*groups, group))
    return tuple(forms.values())


def letter_of(settings: Settings, newsletter: Newsletter, number: int) -> Letterhead:
    """Return what the messages of an issue say of their sender. Raises SettingsError."""
    mail = settings.mail
    letter = letterhead(
        settings.site,
        newsletter,
        number,
        sender=mail.sender,
        reply_to=mail.reply_to,
        bounce_address=mail.bounces.address,
        web_url=settings.web.url,
        postal_address=mail.postal_address,
    )
    boxes = {"mail.from": letter.sender, "mail.reply_to": letter.reply_to}
    said = {key: box.address for key, box in boxes.items() if box} | {"mail.bounces.address": letter.bounce_address}
    for key, address in said.items():
        if not address.isascii():  # relays without SMTPUTF8 would take the messages to no reader, most servers to few
            what = f"{key}: {address} has letters beyond ASCII before the @"
            raise SettingsError(what, "few servers take mail with such an address of its sender; use another one")
    return letter


def next_letter(connection: Connection, settings: Settings, newsletter: Newsletter, stream: str) -> Letterhead:
    """Return the letterhead of the next issue in a stream. Raises SettingsError.

    Its List-Id is that of the last one, also when the site has moved: readers have made filters of it (RFC 2919
    section 2).
    """
    letter = letter_of(settings, newsletter, issues.next_number(connection, stream))
    last = issues.last_letterhead(connection, newsletter.name)
    return (
        msgspec.structs.replace(letter, list_id=msgspec.json.decode(last, type=Letterhead).list_id) if last else letter
    )


def composer(
    settings: Settings,
    newsletter: Newsletter,
    source: Source,
    letter: Letterhead,
    now: datetime,
    templates: Environment | None = None,
) -> Compose:
    """Return what writes an issue in a language ("" is the site's) from some posts, the same ones once."""
    templates = templates or environment(settings.root)

    @cache
    def compose(language: str, new: tuple[Post, ...]) -> Variant:
        entries = source.entries_of(catalogue.newest_first(new))
        if lost := {post.path for post in new} - {entry.post.path for entry in entries}:
            what = f"{min(lost)} cannot be read any more, so the issue would lack it"
            raise GuardError(what, "see that the file is there and readable, then run it again")
        return digest.compose(newsletter, settings.site, entries, language, letter, now, templates)

    return lambda language, new: compose(language or settings.site.language, new)
