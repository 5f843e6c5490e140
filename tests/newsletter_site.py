"""A small site with newsletters, for the tests of what they do."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from msgspec.structs import replace
from sqlalchemy import select

from feeds import subscriptions
from feeds.config import Mail, Settings
from feeds.model import Entry, Newsletter, Post, Site
from feeds.newsletter import Source
from feeds.store import Store, tables

URL = "sqlite:///feeds.db"
MONDAY = datetime(2026, 11, 23, 7, 30, tzinfo=UTC)  # half past eight in Algiers
DAY, WEEK = timedelta(days=1), timedelta(weeks=1)
SITE = Site(url="https://example.org/", title="مدونتي", language="ar", timezone="Africa/Algiers")
WEEKLY = Newsletter("weekly", cadence="weekly on monday at 08:00")
SENDER = "مدونتي <news@example.org>"


def settings(folder: Path, *newsletters: Newsletter, **mail: Any) -> Settings:
    return Settings(
        site=SITE, newsletter=newsletters or (WEEKLY,), mail=Mail(**({"sender": SENDER} | mail)), root=folder
    )


def post(name: str, published: datetime = MONDAY - DAY, **changes: Any) -> Post:
    plain = Post(f"posts/{name}.md", f"https://example.org/{name}/", f"خبر {name}", published, published, f"tag:{name}")
    return replace(plain, **changes)


def posts(names: str) -> list[Post]:
    """Make a post for each letter, each a minute younger than the one before."""
    return [post(name, MONDAY - WEEK + timedelta(minutes=minute)) for minute, name in enumerate(names)]


def entries_of(some: Sequence[Post]) -> list[Entry]:
    return [Entry(each, f"<p>نص {each.title}</p>", f"موجز {each.title}") for each in some]


def source(*some: Post) -> Source:
    return Source({each.id: each for each in some}, entries_of)


def subscribe(site: Settings, store: Store, *names: str, **choices: Any) -> None:
    for name in names:
        subscriptions.add(site, store, f"{name}@example.org", MONDAY - WEEK, **choices)


def choose(store: Store, email: str, cadence: str) -> None:
    """Give a reader a cadence of their own."""
    theirs = select(tables.subscriber.c.id).where(tables.subscriber.c.email == email)
    chosen = tables.subscription.update().where(tables.subscription.c.subscriber_id.in_(theirs))
    with store.writing() as connection:
        connection.execute(chosen.values(cadence=cadence))
