"""What a site may publish now: its posts, and on demand their text."""

from collections.abc import Iterable, Iterator
from datetime import datetime
from functools import cached_property
from itertools import chain

from msgspec import Struct

from feeds import catalogue, identity, markup
from feeds.collect import Collected, collect, read_body
from feeds.config import Settings
from feeds.identity import guard
from feeds.identity.lock import Lock, line_of, renewed
from feeds.identity.recognise import recognise
from feeds.markup import links
from feeds.model import Entry, LeftOut, Post, Problem
from feeds.publish.known import known
from feeds.publish.media import measured


class Public(Struct, frozen=True):
    """The posts that may be published, newest first and with their ids; those that may not, and why."""

    posts: tuple[Post, ...]
    left_out: tuple[LeftOut, ...]
    problems: tuple[Problem, ...]
    lock: Lock  # as it will be when these posts are published
    changes: tuple[Problem, ...]  # what would make readers see old posts as new
    collected: Collected


def public(settings: Settings, now: datetime) -> Public:
    """Collect what may be published at `now`.

    Raises SettingsError when the posts cannot be found or feeds.lock is broken, GuardError when ids would change.
    """
    found = survey(settings, now)
    guard.refuse(found.changes)
    return found


def survey(settings: Settings, now: datetime) -> Public:
    """Do as `public` does, and leave it to the caller what to do about ids that would change."""
    site, wanted = settings.site, settings.posts
    choices = (wanted.folders, wanted.engine, wanted.permalink)
    collected = collect(settings.root, *choices, site, without=settings.feeds.out, now=now)
    posts, left_out = catalogue.publishable(collected.posts, now, wanted.include_drafts, wanted.include_future)
    lock = known(settings, posts, collected.rows.noted(posts))
    rest = [post for post in posts if post.path not in lock.standing]
    lines = recognise([line_of(post) for post in rest], lock.lines)
    held = {path: noted.id for path, noted in lock.standing.items()}
    ids = held | {path: line.id for path, line in lines.items()}
    taken = chain(held.values(), (line.id for line in lock.lines))
    posts, problems = identity.assign(posts, lock.authority, site.timezone, ids, taken)
    here = held | {path: line.id for path, line in lines.items() if not line.gone}
    return Public(
        posts=catalogue.newest_first(posts),
        left_out=tuple(sorted((*collected.left_out, *left_out))),
        problems=tuple(sorted((*collected.problems, *problems))),
        lock=renewed(lock, posts),
        changes=(*guard.changed(posts, here), *guard.strangers(rest, lines, lock)),
        collected=collected,
    )


class Renderer:
    """Renders each post once, when it is first asked for, and notes what is wrong with its text."""

    def __init__(self, settings: Settings, posts: Iterable[Post] = ()) -> None:
        """Render for `settings` what links to `posts`."""
        self.problems: list[Problem] = []
        self._settings, self._posts = settings, posts
        self._entries: dict[str, Entry | None] = {}

    def entries(self, posts: Iterable[Post]) -> Iterator[Entry]:
        """Yield the entries of posts in their order, without those that cannot be read any more."""
        for post in posts:
            if post.id not in self._entries:
                self._entries[post.id] = self._entry(post)
            if entry := self._entries[post.id]:
                yield entry

    @cached_property
    def _links(self) -> dict[str, str]:
        """What posts may be called in links; found out only when there is something to render."""
        return links.names(self._posts)

    def _entry(self, post: Post) -> Entry | None:
        try:
            body, line = read_body(self._settings.root, post)
        except (OSError, UnicodeDecodeError) as error:
            self.problems.append(Problem(post.path, 0, str(error), "build again once it is whole"))
            return None
        rendered = markup.render(measured(self._settings, post), body, self._settings.site, line, self._links)
        self.problems += rendered.problems
        return rendered.entry
