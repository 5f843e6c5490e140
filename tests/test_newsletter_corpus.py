"""Files of posts, as blogs have them, and what becomes mail of them: hundreds at once, and every odd one by itself."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from feeds import newsletter as deeds
from feeds.delivery.memory import Memory
from feeds.model import Newsletter
from feeds.newsletter import Ran
from feeds.publish import public
from feeds.store import Store
from tests.newsletter_site import MONDAY, URL, settings, subscribe

HOUR = timedelta(hours=1)
NEWS = Newsletter("news", cadence="on publish")
CORPUS = 490


class Blog:
    """A folder of posts, a reader, and cron, who comes by every hour."""

    def __init__(self, folder: Path, store: Store) -> None:
        self.site, self._store = settings(folder, NEWS), store
        self.folder, self.now, self.memory = folder / "posts", MONDAY, Memory()
        self.folder.mkdir()
        self.put("old", "2026-01-01")
        self.cron()
        subscribe(self.site, store, "layla")

    def put(self, name: str, date: str, title: str = "") -> Path:
        """Write a post; without a date if that is empty."""
        path = self.folder / f"{name}.md"
        dated = f"date: {date}\n" if date else ""
        path.write_text(f"---\ntitle: {title or f'خبر {name}'}\n{dated}---\n\nنص {name}.\n", "utf-8")
        return path

    def cron(self) -> Ran:
        """Do what is due, an hour after the last time."""
        self.now += HOUR
        source = deeds.source(self.site, self.now)
        return deeds.run_due(self.site, self._store, source, self.memory, lambda: self.now, environ={})

    def mailed(self) -> list[str]:
        """Let cron come by until posts have settled; return the titles in each mail that left meanwhile."""
        opened = [issue for _ in range(3) for issue in self.cron().opened]
        shown = [deeds.show(self._store, "news", each.number) for each in opened]
        assert [each.issue.deliveries for each in shown] == [{"sent": 1}] * len(shown)
        return ["، ".join(sorted(each.forms[0].posts)) for each in shown]


@pytest.fixture
def blog(tmp_path: Path, every_database: None) -> Iterator[Blog]:
    with Store.open(URL, tmp_path) as store:
        yield Blog(tmp_path, store)


def publish_corpus(blog: Blog) -> None:
    """Write hundreds of posts: dated years back, to the day, to the second without a zone, many of one title."""
    for number in range(CORPUS):
        date = datetime(2009, 1, 1, 8) + number * timedelta(days=13)
        forms = (f"{date:%Y-%m-%d}", f"{date:%Y-%m-%dT%H:%M:%S}", f"{date:%Y-%m-%d %H:%M:%S} +0100")
        blog.put(f"corpus-{number:03}", forms[number % 3], "خبر" if number % 7 == 0 else "")


def test_whole_blog_at_once_becomes_no_mail(blog: Blog) -> None:
    """Each run says so, and holds them until a person decides; a run more changes nothing."""
    publish_corpus(blog)
    runs = [blog.cron() for _ in range(4)]
    [refused] = runs[-1].refused

    assert [each.new_posts for each in runs] == [CORPUS, 0, 0, 0]
    assert [each.opened for each in runs] == [()] * 4
    assert refused.what.startswith(f"{CORPUS} posts have come at once to news (max_burst = 10):\n")
    assert "feeds issue news --skip-new" in refused.mend
    assert blog.memory.messages == []


def test_whole_blog_is_sent_in_one_mail_if_a_person_says_so(blog: Blog, tmp_path: Path) -> None:
    """The newest in full, the rest as links, as far as they fit; and then nothing of it ever again."""
    publish_corpus(blog)
    blog.cron()
    with Store.open(URL, tmp_path) as store:
        source = deeds.source(blog.site, blog.now)
        opened = deeds.open_issue(blog.site, store, NEWS, source, blog.now, in_bursts=True)
        again = deeds.open_issue(blog.site, store, NEWS, source, blog.now, in_bursts=True)
    blog.cron()

    assert opened is not None
    assert again is None
    assert len(blog.memory.messages) == 1
    assert len(blog.memory.messages[0][1]) < 300_000
    blog.put("next", "2026-11-23")
    assert blog.mailed() == ["خبر next"]


def test_whole_blog_is_skipped_if_a_person_says_so(blog: Blog, tmp_path: Path) -> None:
    """And the next post comes alone, whatever its date."""
    publish_corpus(blog)
    blog.cron()
    with Store.open(URL, tmp_path) as store:
        assert deeds.skip_new(store, NEWS, blog.now) == CORPUS
    blog.put("next", "1999-12-31")

    assert blog.mailed() == ["خبر next"]


@pytest.mark.parametrize("date", ["1999-12-31", "2026-11-23", "2026-11-23T08:00:00", "2026-11-23T08:00:00+05:00"])
def test_post_of_any_date_is_mailed_once(blog: Blog, date: str) -> None:
    """Dated back, without time, without zone, or with another one."""
    blog.put("odd", date)

    assert blog.mailed() == ["خبر odd"]
    assert blog.mailed() == []


def test_post_without_a_date_is_named_and_mailed_once_it_has_one(blog: Blog) -> None:
    """Nobody can tell how old it is."""
    blog.put("odd", "")
    before, problems = blog.mailed(), public(blog.site, blog.now).problems
    blog.put("odd", "2026-11-20")

    assert (before, [each.path for each in problems]) == ([], ["posts/odd.md"])
    assert blog.mailed() == ["خبر odd"]


def test_post_of_the_future_is_mailed_when_it_is_there(blog: Blog) -> None:
    """A date without a zone is one on the clock of the site."""
    blog.put("soon", "2026-11-23T20:00:00")
    before, at = blog.mailed(), blog.now
    blog.now = MONDAY + timedelta(hours=11)

    assert (before, at < blog.now) == ([], True)
    assert blog.mailed() == ["خبر soon"]


def test_posts_with_one_title_are_two(blog: Blog) -> None:
    """Also at one date, and both are in the mail."""
    blog.put("one", "2026-11-22", "خبر")
    blog.put("two", "2026-11-22", "خبر")

    assert blog.mailed() == ["خبر، خبر"]


def test_post_that_moves_or_comes_back_is_not_mailed_again(blog: Blog) -> None:
    """Renamed, edited, put away for a while, dated anew."""
    path = blog.put("odd", "2026-11-22")
    first = blog.mailed()
    path = path.rename(blog.folder / "another-name.md")
    renamed = blog.mailed()
    text = path.read_text("utf-8")
    path.write_text(f"{text}\nتصحيح\n", "utf-8")
    edited = blog.mailed()
    path.unlink()
    blog.mailed()
    path.write_text(text, "utf-8")
    back = blog.mailed()
    blog.put("another-name", "2026-11-20")

    assert first == ["خبر odd"]
    assert (renamed, edited, back) == ([], [], [])
