"""Take notice of posts: what is new gets the next place in the sequence that readers' cursors go by."""

from datetime import datetime

from sqlalchemy import Connection

from feeds.newsletter import window
from feeds.newsletter.drafting import Source
from feeds.store import Store, posts


def remember(
    store: Store, source: Source, now: datetime, *, since: datetime | None = None, newsletter: str = ""
) -> int:
    """Take notice of the posts that may be published now; return how many of them are new to the newsletters.

    The first time there are none: what is there already is never sent. `since`, then or later, makes those new that
    were published from then on and that no issue has carried: for one newsletter, if it is named.
    """
    with store.reading() as connection:
        if posts.has_baseline(connection) and not _changes(connection, source, since, newsletter):
            return 0
    with store.writing("posts") as connection:
        return take_notice(connection, source, now, since, newsletter)


def take_notice(
    connection: Connection, source: Source, now: datetime, since: datetime | None = None, newsletter: str = ""
) -> int:
    """Do what `remember` does, within a transaction."""
    head = posts.head(connection)
    changes = _changes(connection, source, since, newsletter)
    if not posts.has_baseline(connection):
        posts.set_baseline(connection, now)
    posts.add(connection, changes.added, now)
    posts.change(connection, changes.changed)
    placed = (*changes.added, *(each for _, each in changes.changed))
    return sum(each.state == "eligible" and each.seq > head for each in placed)


def _changes(connection: Connection, source: Source, since: datetime | None, newsletter: str) -> window.Changes:
    is_first = not posts.has_baseline(connection)
    return window.changes(posts.seen(connection), source.posts, is_first=is_first, since=since, newsletter=newsletter)
