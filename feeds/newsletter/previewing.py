"""Show the next issue before it is opened."""

from datetime import datetime
from pathlib import Path

from msgspec import Struct

from feeds import catalogue
from feeds.config import Settings
from feeds.errors import OutputError
from feeds.mail import Recipient, personal
from feeds.model import Newsletter, Variant
from feeds.newsletter import window
from feeds.newsletter.drafting import Source, composer, draft, outline
from feeds.newsletter.remembering import take_notice
from feeds.store import Store, issues, posts
from feeds.tokens import LENGTH

SAMPLE = 5  # posts that are shown when none is new
READER = Recipient("reader@example.org", "<preview@example.org>", unsubscribe="0" * LENGTH, preferences="0" * LENGTH)


class Preview(Struct, frozen=True):
    """The next issue in all its forms; none when there are no posts."""

    variants: tuple[Variant, ...]
    is_sample: bool  # no post is new: it shows the newest instead


def preview(settings: Settings, store: Store, newsletter: Newsletter, source: Source, now: datetime) -> Preview:
    """Write the next issue as it would be now, and remember nothing.

    Without readers it is as for one who chose nothing. Raises SettingsError for a wrong template or address.
    """
    with store.trying() as connection:
        take_notice(connection, source, now)
        found = outline(connection, settings, newsletter, source, now)
        after, seen = issues.last_cut(connection, newsletter.name), posts.seen(connection)
    drafted = draft(settings, newsletter, source, found, now)
    if drafted.forms:
        return Preview(tuple(form.variant for form in drafted.forms), is_sample=False)
    new = window.unsent(seen, source.posts, after, found.issue.cut, newsletter.name, newsletter.categories)
    fitting = [post for post in source.posts.values() if window.is_in(post, newsletter.categories)]
    shown = new or catalogue.newest_first(fitting)[:SAMPLE]
    compose = composer(settings, newsletter, source, found.letter, now)
    return Preview((compose("", shown),) if shown else (), is_sample=not new)


def write_preview(shown: Preview, folder: Path) -> tuple[Path, ...]:
    """Write each form as HTML and as text into `folder`, and return the files. Raises OutputError."""
    written = []
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for number, variant in enumerate(shown.variants, start=1):
            for suffix, content in ((".html", variant.html), (".txt", variant.text)):
                path = folder / f"{number}-{variant.language}{suffix}"
                path.write_text(personal(content, READER), "utf-8")
                written.append(path)
    except OSError as error:
        raise OutputError(error.strerror or str(error), "name another folder", str(folder)) from error
    return tuple(written)
