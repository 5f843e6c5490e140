"""Which posts are new, and which of them a reader has not had. Pure.

Dates decide nothing here: a post is new when it was never seen, and what a reader has had is all up to a cursor in
the sequence in which posts were first seen. So a post that is late or back-dated still arrives, and an edited,
renamed or re-dated one arrives once.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from itertools import count

from msgspec import Struct
from msgspec.structs import replace

from feeds.catalogue import folded
from feeds.model import Post
from feeds.store.posts import SeenPost

ALL = "*"
DAY = timedelta(days=1)


class Changes(Struct, frozen=True):
    """What is to be remembered anew."""

    added: tuple[SeenPost, ...]
    changed: tuple[tuple[str, SeenPost], ...]  # with the id under which each is remembered now

    def __bool__(self) -> bool:
        return bool(self.added or self.changed)


def changes(
    seen: Sequence[SeenPost],
    posts: Mapping[str, Post],
    *,
    is_first: bool,
    since: datetime | None = None,
    newsletter: str = "",
) -> Changes:
    """Compare what is remembered with the posts, by id, that may be published now.

    At the first look the posts make the baseline, which no newsletter sends. `since` takes those published from then
    on out of it, at the first look or any later one; for one newsletter, if it is named.
    """
    gone = [each for each in seen if each.id not in posts]
    former = {each.id: each for each in seen if each.id in posts}
    former |= _renamed([post for post in posts.values() if post.id not in former], gone)
    sequence = count(max((each.seq for each in seen), default=0) + 1)
    added: list[SeenPost] = []
    changed: list[tuple[str, SeenPost]] = []
    for post in sorted(posts.values(), key=lambda post: (post.published, post.id)):
        is_wanted = since is not None and post.published >= since
        if before := former.get(post.id):
            changed.append((before.id, _seen_again(before, post, is_wanted, sequence, newsletter)))
        else:
            state = "baseline" if is_first and not is_wanted else "eligible"
            theirs = newsletter if is_first and is_wanted else ""
            new = SeenPost(post.id, next(sequence), post.path, post.title, post.published, state, newsletters=theirs)
            added.append(new)
    # A post of the baseline stays one while it is away: should it come back, it is as old as it was.
    missing = {each.id for each in gone} - {each.id for each in former.values()}
    changed += [(each.id, replace(each, state="withdrawn")) for each in gone if each.id in missing and _is_due(each)]
    known = {each.id: each for each in seen}
    return Changes(tuple(added), tuple((id_, after) for id_, after in changed if after != known[id_]))


def unsent(
    seen: Iterable[SeenPost], posts: Mapping[str, Post], after: int, cut: int, newsletter: str, *choices: Sequence[str]
) -> tuple[Post, ...]:
    """Return a newsletter's posts with after < sequence <= cut that are there and in a category of each of `choices`.

    A choice of none, or with "*", is all categories. `posts` are by id.
    """
    window = (each for each in seen if is_for(each, newsletter) and after < each.seq <= cut and each.id in posts)
    found = (posts[each.id] for each in window)
    return tuple(post for post in found if all(is_in(post, categories) for categories in choices))


def burst(
    seen: Iterable[SeenPost], new: Mapping[str, Post], after: int, now: datetime, *, on_publish: bool
) -> tuple[Post, ...]:
    """Return the posts of `new`, by id, with a sequence above `after` that came as old posts do, many at a time.

    "on publish" expects few of any kind at once. A digest expects many after a pause, but not from before what it knew:
    a day is left for posts that bear a date only, and dates to come count for nothing.
    """
    found, latest = [], datetime.min.replace(tzinfo=UTC)
    for each in seen:
        if each.id in new and each.seq > after and (on_publish or each.published + DAY < latest):
            found.append(new[each.id])
        latest = max(latest, each.published) if each.published <= now else latest
    return tuple(found)


def is_for(seen_post: SeenPost, newsletter: str) -> bool:
    """Tell whether a newsletter may carry a post."""
    return _is_due(seen_post) and (not seen_post.newsletters or newsletter in seen_post.newsletters.split())


def _is_due(seen_post: SeenPost) -> bool:
    return seen_post.state == "eligible"


def _renamed(new: Sequence[Post], gone: Sequence[SeenPost]) -> dict[str, SeenPost]:
    """Find the new posts that are old ones under another id: same date, and same file or title."""
    traces = {trace: each for each in gone for trace in _traces(each)}
    heirs: dict[str, tuple[str, SeenPost]] = {}  # by the former id: there is one for each
    for post in new:
        if found := next((traces[trace] for trace in _traces(post) if trace in traces), None):
            heirs.setdefault(found.id, (post.id, found))
    return dict(heirs.values())


def _traces(post: Post | SeenPost) -> Iterator[tuple[datetime, str, str]]:
    yield post.published, "path", post.path
    if post.title:
        yield post.published, "title", post.title


def _seen_again(before: SeenPost, post: Post, is_wanted: bool, sequence: Iterator[int], newsletter: str) -> SeenPost:
    """Return what to remember of a post that was seen before.

    One that comes back and that no issue carried takes a new place, since cursors moved on without it; one that was
    carried keeps its own, so that nobody gets it twice.
    """
    is_others = before.state == "eligible" and before.issue_id is None and not is_for(before, newsletter)
    is_called = is_wanted and (before.state == "baseline" or is_others)
    rises = before.state == "withdrawn" or is_called
    seq = next(sequence) if rises and before.issue_id is None else before.seq
    state = "eligible" if rises else before.state
    called = f"{before.newsletters} {newsletter}".strip() if newsletter else ""
    theirs = called if is_called else before.newsletters
    return SeenPost(post.id, seq, post.path, post.title, post.published, state, before.issue_id, theirs)


def is_in(post: Post, categories: Sequence[str]) -> bool:
    """Tell whether a post is in one of some categories; none, or "*", is all."""
    wanted = {folded(each) for each in categories}
    return not wanted or ALL in wanted or not wanted.isdisjoint(folded(each) for each in post.categories)
