"""Draft an issue: who would get it, and what would be in it. Reads the store and writes nothing."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from functools import cache
from zoneinfo import ZoneInfo

import msgspec
from msgspec import Struct
from sqlalchemy import Connection

from feeds import catalogue, digest
from feeds.config import Settings
from feeds.errors import GuardError
from feeds.mail import Letterhead, letterhead
from feeds.model import Entry, Newsletter, Post, Variant
from feeds.newsletter import window
from feeds.publish.posts import Renderer, public
from feeds.store import issues, posts, subscribers
from feeds.store.issues import NewIssue
from feeds.store.subscribers import Group
from feeds.templating import environment


class Source(Struct, frozen=True):
    """The site's posts as a newsletter needs them."""

    posts: Mapping[str, Post]  # by id; those that may be published now
    entries_of: Callable[[Sequence[Post]], Sequence[Entry]]  # renders only what an issue shows


def source(settings: Settings, now: datetime) -> Source:
    """Collect the posts of the site that may be published at `now`. Raises SettingsError."""
    renderer = Renderer(settings)
    found = {post.id: post for post in public(settings, now).posts}
    return Source(found, lambda posts: tuple(renderer.entries(posts)))


class Form(Struct, frozen=True):
    """One form of an issue, and the groups of readers who get it."""

    variant: Variant
    groups: tuple[Group, ...]


class Draft(Struct, frozen=True):
    """An issue that is not opened yet."""

    issue: NewIssue
    letter: Letterhead
    forms: tuple[Form, ...]
    idle: tuple[Group, ...]  # groups for whom none of the posts is of interest


def draft(
    connection: Connection,
    settings: Settings,
    newsletter: Newsletter,
    source: Source,
    now: datetime,
    due_key: str = "",
) -> Draft:
    """Draft the next issue for all readers of a newsletter.

    Raises SettingsError for a wrong template or address, GuardError for a post that cannot be read any more.
    """
    cut, seen = posts.head(connection), posts.seen(connection)
    letter = _letter(settings, newsletter, issues.next_number(connection, newsletter.name))
    compose = composer(settings, newsletter, source, letter, now)
    forms: dict[str, Form] = {}
    idle: list[Group] = []
    for group in subscribers.groups(connection, newsletter.name, cut):
        new = window.unsent(seen, source.posts, group.cursor, cut, newsletter.categories, group.categories)
        if not new:
            idle.append(group)
        elif len(new) >= newsletter.min_posts:
            variant = compose(group.language, new)
            groups = forms[variant.key].groups if variant.key in forms else ()
            forms[variant.key] = Form(variant, (*groups, group))
    label = due_key or now.astimezone(ZoneInfo(settings.site.timezone)).strftime("%Y-%m-%dT%H:%M")
    state = "waiting" if newsletter.approve else "open"
    new_issue = NewIssue(newsletter.name, letter.number, label, cut, state, msgspec.json.encode(letter).decode())
    return Draft(new_issue, letter, tuple(forms.values()), tuple(idle))


def _letter(settings: Settings, newsletter: Newsletter, number: int) -> Letterhead:
    """Return what the messages of an issue say of their sender. Raises SettingsError."""
    mail = settings.mail
    return letterhead(
        settings.site,
        newsletter,
        number,
        sender=mail.sender,
        reply_to=mail.reply_to,
        unsubscribe_address=mail.bounces.address,
        bounce_address=mail.bounces.address,
        web_url=settings.web.url,
        postal_address=mail.postal_address,
    )


def composer(
    settings: Settings, newsletter: Newsletter, source: Source, letter: Letterhead, now: datetime
) -> Callable[[str, tuple[Post, ...]], Variant]:
    """Return what writes an issue in a language ("" is the site's) from some posts, the same ones once."""
    templates = environment(settings.root)

    @cache
    def compose(language: str, new: tuple[Post, ...]) -> Variant:
        entries = source.entries_of(catalogue.newest_first(new))
        if lost := {post.path for post in new} - {entry.post.path for entry in entries}:
            what = f"{min(lost)} cannot be read any more, so the issue would lack it"
            raise GuardError(what, "see that the file is there and readable, then run it again")
        return digest.compose(newsletter, settings.site, entries, language, letter, now, templates)

    return lambda language, new: compose(language or settings.site.language, new)
