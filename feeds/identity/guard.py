"""What would make readers see old posts as new ones."""

from collections.abc import Iterable, Mapping, Sequence

from feeds.errors import GuardError
from feeds.identity.adopt import adopt
from feeds.identity.entries import Seen
from feeds.identity.lock import Line, Lock, all_lines, line_of
from feeds.model import Post, Problem

_LISTED = 20
_FEW = 3  # posts that went while as many of old dates came: fewer are an author who tidies up
_MEND = (
    "put back what it was (front matter, file, feeds.lock), or run `feeds adopt` on the feed that readers have, "
    "or `feeds build --accept-new-ids`"
)


def changed(posts: Iterable[Post], held: Mapping[str, str]) -> tuple[Problem, ...]:
    """Name the posts whose id is another one than that which the lock has for them; `held` is by path."""
    ids = ((post, held.get(post.path, post.id)) for post in posts)
    return tuple(_change(post, old) for post, old in ids if old != post.id)


def republished(posts: Sequence[Post], seen: Sequence[Seen]) -> tuple[Problem, ...]:
    """Name the posts that readers have under another id, as the entries `seen` of a published feed show."""
    ids, known = {post.id for post in posts}, {entry.id for entry in seen}
    lost = [entry for entry in seen if entry.id not in ids]
    new = [post for post in posts if post.id not in known]
    return tuple(_change(post, entry.id) for post, entry in adopt(new, lost).matched) if lost and new else ()


def strangers(posts: Iterable[Post], held: Mapping[str, Line], lock: Lock) -> tuple[Problem, ...]:
    """Name posts of old dates that came while as many went: moved and changed at once, so that none is recognised.

    `posts` are those that do not stand in the lock as they are, `held` the lines that were recognised, by path.
    """
    here = {line.id for line in held.values()}
    went = sum(1 for line in lock.lines if not line.gone and line.id not in here)
    came = [post for post in posts if post.path not in held]
    if min(went, len(came)) < _FEW:
        return ()
    newest = max(line.published for line in all_lines(lock))
    came = [post for post in came if line_of(post).published <= newest]
    if len(came) < _FEW:
        return ()
    what = f"an old post that is not known, while {went} that were known are gone; is it one of them?"
    return tuple(Problem(post.path, 0, what, _MEND) for post in came)


def refuse_blind(lock: Lock, closed: Iterable[Problem], *, is_empty: bool) -> None:
    """Raise GuardError where posts that readers know lie in a folder that cannot be read, or nothing lies anywhere.

    They are not gone: the disk is not mounted, say. Feeds without them would be worse than those of yesterday.
    """
    known = [line.path for line in lock.lines if not line.gone]
    for folder in closed:
        if there := [path for path in known if path.startswith(f"{folder.path}/" if folder.path else "")]:
            what = f"{folder.what}, and posts that readers know lie in it: {len(there)}"
            raise GuardError(what, folder.mend, folder.path)
    if known and is_empty:
        mend = "mount the disk, or put them back; if they are gone for good, remove feeds.lock"
        raise GuardError(f"all {len(known)} known posts are gone, and no other is there", mend)


def refuse(changes: Iterable[Problem]) -> None:
    """Raise GuardError if there is any change, naming the first of them one a line."""
    unique = sorted(set(changes))
    if not unique:
        return
    listed = [f"  {each.path}: {each.what}" for each in unique[:_LISTED]]
    more = [f"  and {len(unique) - _LISTED} more"] if len(unique) > _LISTED else []
    head = f"readers would see {len(unique)} old {'post' if len(unique) == 1 else 'posts'} as new:"
    raise GuardError("\n".join([head, *listed, *more]), _MEND)


def _change(post: Post, old: str) -> Problem:
    return Problem(post.path, 0, f"its id would change from {old} to {post.id}", _MEND)
