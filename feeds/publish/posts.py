"""What a site may publish now: its posts, and on demand their text."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from functools import cached_property
from itertools import chain
from types import MappingProxyType

from msgspec import Struct
from msgspec.structs import replace

from feeds import cache, catalogue, identity, markup
from feeds.collect import Collected, collect, read_body
from feeds.config import Settings
from feeds.halves import halves
from feeds.identity import guard
from feeds.identity.lock import Lock, line_of, renewed
from feeds.identity.recognise import recognise
from feeds.markup import links
from feeds.model import Entry, LeftOut, Post, Problem
from feeds.publish.known import first_shown, known
from feeds.publish.media import measured
from feeds.tree import Tree

_NAME = "entries"
_NONE: Mapping[str, bytes] = MappingProxyType({})
_FEW = 3  # posts whose rendering takes less time than to write all of them
_MANY = 50  # posts that two processes share: a second one costs some ms, a post 0.4 to 5


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


def survey(settings: Settings, now: datetime, grown: Tree | None = None) -> Public:
    """Do as `public` does, and leave it to the caller what to do about ids that would change.

    `grown` is what lies below the folders of posts, if somebody has looked already. Raises GuardError where posts seem
    to be gone that only cannot be seen.
    """
    site, wanted = settings.site, settings.posts
    choices = (wanted.folders, wanted.engine, wanted.permalink)
    collected = collect(settings.root, *choices, site, without=settings.feeds.out, now=now, grown=grown)
    posts, left_out = catalogue.publishable(collected.posts, now, wanted.include_drafts, wanted.include_future)
    lock = known(settings, posts, collected.rows.noted(posts))
    guard.refuse_blind(lock, collected.closed, is_empty=not collected.rows.found)
    rest = [post for post in posts if post.path not in lock.standing]
    lines = recognise([line_of(post) for post in rest], lock.lines) if lock.lines else {}
    held = {path: noted.id for path, noted in lock.standing.items()}
    ids = held | {path: line.id for path, line in lines.items()}
    ids |= first_shown(settings, posts, lock, ids)
    taken = chain(held.values(), (line.id for line in lock.lines))
    ids, problems = identity.choose(posts, lock.authority, site.timezone, ids, taken)
    collected.rows.name(ids)
    here = held | {path: line.id for path, line in lines.items() if not line.gone}
    new_lock = renewed(lock, posts)
    collected.rows.stand(new_lock.standing)
    return Public(
        posts=catalogue.newest_first(posts),
        left_out=tuple(sorted((*collected.left_out, *left_out))),
        problems=tuple(sorted((*collected.problems, *problems))),
        lock=new_lock,
        changes=(*guard.changed(posts, here), *guard.strangers(rest, lines, lock)),
        collected=collected,
    )


class Renderer:
    """Renders each post once, when it is first asked for, and notes what is wrong with its text."""

    def __init__(self, settings: Settings, posts: Iterable[Post] = (), digests: Mapping[str, bytes] = _NONE) -> None:
        """Render for `settings` what links to `posts`; of files whose digest is given, only what is not known yet."""
        self.problems: list[Problem] = []
        self._settings, self._links = settings, Links(posts)
        self._digests = digests
        self._entries: dict[str, Entry | None] = {}
        self._made: dict[str, _Made] = {}
        self._ready: dict[str, _Made] = {}
        self._known: dict[str, _Made] = {}
        if self._digests:
            self._known = cache.recall(settings.root, _NAME, dict[str, _Made], self._key) or {}

    def prepare(self, posts: Iterable[Post]) -> None:
        """Render those of these posts that are not known yet, by two processes where it pays."""
        waiting = [measured(self._settings, post) for post in posts if post.id not in self._entries]
        waiting = [post for post in waiting if not self._ready_made(post, self._key_of(post))]
        first, rest = waiting[:1], waiting[1:]  # the first brings what all need into this process: 30 ms

        def render(some: Sequence[Post]) -> list[_Made | None]:
            return [self._rendered(post) for post in some]

        parts = [render(first), *halves(rest, render, list[_Made | None], _MANY)]
        made = zip(waiting, chain.from_iterable(parts), strict=True)
        self._ready |= {post.path: each for post, each in made if each}

    def entries(self, posts: Iterable[Post]) -> Iterator[Entry]:
        """Yield the entries of posts in their order, without those that cannot be read any more."""
        for post in posts:
            if post.id not in self._entries:
                self._entries[post.id] = self._entry(measured(self._settings, post))
            if entry := self._entries[post.id]:
                yield entry

    def digest(self, entry: Entry) -> bytes:
        """Return a digest of an entry."""
        made = self._made.get(entry.post.path)
        return made.digest if made else cache.key(entry)

    def note(self) -> None:
        """Note for the next build what was rendered, once it is more than what is sooner rendered again."""
        new = [path for path, made in self._made.items() if self._known.get(path) != made]
        if len(new) > _FEW:
            cache.note(self._settings.root, _NAME, self._made, self._key)

    @cached_property
    def _key(self) -> bytes:
        return cache.key(self._settings.site)

    def _entry(self, post: Post) -> Entry | None:
        made = self._ready_made(post, self._key_of(post)) or self._rendered(post)
        if made is None:
            self.problems.append(Problem(post.path, 0, "it could not be read again", "build again once it is whole"))
            return None
        if made.key:
            self._made[post.path] = made
        self.problems += made.problems
        return Entry(post, made.html, made.summary, made.image)

    def _key_of(self, post: Post) -> bytes:
        text = self._digests.get(post.path, b"")
        return cache.key(post, text) if text else b""

    def _ready_made(self, post: Post, key: bytes) -> "_Made | None":
        """Return the post as it was rendered from the same text, by another process or build."""
        for made in filter(None, (self._ready.get(post.path), self._known.get(post.path))):
            if key and made.key == key and self._links.agree(made.links):
                return made
        return None

    def _rendered(self, post: Post) -> "_Made | None":
        try:
            body = read_body(self._settings.root, post)
        except (OSError, UnicodeDecodeError):
            return None
        self._links.asked = {}
        rendered = markup.render(post, body.text, self._settings.site, body.line, self._links)
        entry = rendered.entry
        made = _Made(
            self._key_of(post) if body.digest == self._digests.get(post.path) else b"",
            entry.html,
            entry.summary,
            entry.image,
            rendered.problems,
            self._links.asked,
        )
        return replace(made, digest=cache.key(entry))


class _Made(Struct, frozen=True, array_like=True):
    """A post as it was rendered."""

    key: bytes  # of what it was made from; none when that changed meanwhile
    html: str
    summary: str
    image: str
    problems: tuple[Problem, ...]
    links: dict[str, str]  # what it found under the names of other posts; "" for nothing
    digest: bytes = b""  # of the entry


class Links(Mapping[str, str]):
    """What posts may be called in links; found out when it is first asked for."""

    def __init__(self, posts: Iterable[Post]) -> None:
        self.asked: dict[str, str] = {}
        self._posts = posts

    def agree(self, asked: Mapping[str, str]) -> bool:
        """Tell whether all names still mean what they meant when they were `asked`."""
        return all(self._all.get(name, "") == url for name, url in asked.items())

    def __getitem__(self, name: str) -> str:
        """Return the address of the post that is called so, and keep in mind that it was asked for."""
        self.asked[name] = self._all.get(name, "")
        return self._all[name]

    def __iter__(self) -> Iterator[str]:
        """Yield all names."""
        return iter(self._all)

    def __len__(self) -> int:
        """Count the names."""
        return len(self._all)

    def __bool__(self) -> bool:
        """Say yes, without counting."""
        return True

    @cached_property
    def _all(self) -> dict[str, str]:
        return links.names(self._posts)
