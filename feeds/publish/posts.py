"""What a site may publish now: its posts, and on demand their text."""

from collections.abc import Iterable, Iterator
from datetime import datetime

from msgspec import Struct

from feeds import catalogue, identity, markup
from feeds.collect import collect, read_body
from feeds.config import Settings
from feeds.model import Entry, LeftOut, Post, Problem


class Public(Struct, frozen=True):
    """The posts that may be published, newest first and with their ids; those that may not, and why."""

    posts: tuple[Post, ...]
    left_out: tuple[LeftOut, ...]
    problems: tuple[Problem, ...]


def public(settings: Settings, now: datetime) -> Public:
    """Collect what may be published at `now`. Raises SettingsError when the posts cannot be found."""
    site, wanted = settings.site, settings.posts
    collected = collect(settings.root, wanted.folders, wanted.engine, wanted.permalink, site)
    posts, left_out = catalogue.publishable(collected.posts, now, wanted.include_drafts, wanted.include_future)
    posts, problems = identity.assign(posts, identity.authority_of(site.url), site.timezone)
    return Public(
        posts=catalogue.newest_first(posts),
        left_out=tuple(sorted((*collected.left_out, *left_out))),
        problems=tuple(sorted((*collected.problems, *problems))),
    )


class Renderer:
    """Renders each post once, when it is first asked for, and notes what is wrong with its text."""

    def __init__(self, settings: Settings) -> None:
        self.problems: list[Problem] = []
        self._settings = settings
        self._entries: dict[str, Entry | None] = {}

    def entries(self, posts: Iterable[Post]) -> Iterator[Entry]:
        """Yield the entries of posts in their order, without those that cannot be read any more."""
        for post in posts:
            if post.id not in self._entries:
                self._entries[post.id] = self._entry(post)
            if entry := self._entries[post.id]:
                yield entry

    def _entry(self, post: Post) -> Entry | None:
        try:
            body, line = read_body(self._settings.root, post)
        except (OSError, UnicodeDecodeError) as error:
            self.problems.append(Problem(post.path, 0, str(error), "build again once it is whole"))
            return None
        rendered = markup.render(post, body, self._settings.site, line)
        self.problems += rendered.problems
        return rendered.entry
