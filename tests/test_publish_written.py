"""What a build wrote serves the next one."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from feeds.config import Settings, load
from feeds.publish import Renderer, build, feeds_of, survey
from feeds.publish.file import File
from feeds.publish.files import feed_files
from feeds.publish.written import Written

NOW = datetime(2026, 1, 1, tzinfo=UTC)


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """Give the settings of a blog that was built."""
    (tmp_path / "feeds.toml").write_text('[site]\nurl = "https://example.org/"\ntitle = "مدوّنة"\nlanguage = "ar"\n')
    (tmp_path / "posts").mkdir()
    for day in range(1, 5):
        text = f"---\ntitle: يوم {day} & ليلة\ndate: 2025-01-0{day}\ncategory: {'أ' if day % 2 else 'ب'}\n---\n*a*\n"
        (tmp_path / "posts" / f"{day}.md").write_text(text, "utf-8")
    settings = load(tmp_path)
    build(settings, NOW)
    return settings


def feeds(settings: Settings) -> list[File]:
    """Return the feeds as a build would write them."""
    found = survey(settings, NOW)
    return list(feed_files(feeds_of(settings, found), Renderer(settings, found.posts, found.collected.rows.digests)))


def test_items_are_cut_from_feeds_as_they_were_written(settings: Settings) -> None:
    """An item that nothing has changed is not made again: it is taken from the feed that it stands in."""
    written, cut = Written(settings), dict[bytes, bytes]()
    for file in feeds(settings):
        for item in file.items:
            cut |= written.former(item)
        assert file.make()[1::2][: len(file.items)] == [cut[item] for item in file.items]


def test_feeds_that_somebody_touched_are_not_cut(settings: Settings) -> None:
    """A feed that is not as it was written is no place to take anything from."""
    for file in feeds(settings):
        path = settings.root / "public" / file.path
        path.write_bytes(path.read_bytes().replace(b"\n", b"\r\n"))
    written = Written(settings)
    assert [written.former(item) for file in feeds(settings) for item in file.items] == [{}] * 24
