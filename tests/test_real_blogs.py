"""What the program was made for: real blogs, where they are at hand (FEEDS_SHARED)."""

import json
from datetime import UTC, datetime
from pathlib import Path
from shutil import copytree

import feedparser
import jsonschema
import pytest

from feeds.config import load
from feeds.publish import build, check

NOW = datetime(2026, 1, 1, tzinfo=UTC)
SETTINGS = """\
[site]
url = "https://bidjadraft.github.io/"
title = "بيدجا"
language = "ar"
timezone = "Africa/Algiers"

[posts]
folders = ["news"]
engine = "jekyll"

[feeds]
limit = {limit}
"""


@pytest.fixture(params=[20, 1000])
def bidja(shared: Path, tmp_path: Path, request: pytest.FixtureRequest) -> Path:
    """The Arabic news blog, with a feed of the usual length and one of everything."""
    site = copytree(shared / "bidja", tmp_path / "bidja")
    for path in (site, *site.rglob("*")):
        path.chmod(path.stat().st_mode | 0o200)
    (site / "feeds.toml").write_text(SETTINGS.format(limit=request.param), "utf-8")
    return site


def test_every_post_of_the_arabic_blog_is_in(bidja: Path) -> None:
    """The one with unescaped quotes is read line by line and named; its seven categories have feeds."""
    built = build(load(bidja), NOW)

    assert built.posts == 63
    assert [problem.line for problem in built.problems] == [3]
    assert {feed.category for feed in built.feeds} == {
        "",
        "أجهزة",
        "أنظمة",
        "أنظمة تشغيل",
        "التقنية",
        "تطبيقات",
        "تواصل اجتماعي",
        "ذكاء اصطناعي",
    }


def test_a_second_build_of_the_arabic_blog_changes_no_file(bidja: Path) -> None:
    """Feed readers notice nothing when nothing happened."""
    build(load(bidja), NOW)

    assert build(load(bidja), NOW).written == ()


def test_feeds_of_the_arabic_blog_are_read_without_complaint(bidja: Path) -> None:
    """feedparser finds nothing to repair, in any of them, and an Arabic title for every post."""
    build(load(bidja), NOW)

    for path in bidja.glob("public/**/*.xml"):
        read = feedparser.parse(path.read_bytes())
        assert (path, False) == (path, bool(read.bozo))
        assert all(entry.title.strip() == entry.title != "" for entry in read.entries)


def test_only_the_broken_post_of_the_arabic_blog_is_at_fault(bidja: Path) -> None:
    """Our own validator agrees that every feed is right."""
    build(load(bidja), NOW)

    assert [3] == [problem.line for problem in check(load(bidja), NOW).problems]


def test_json_feeds_of_the_arabic_blog_follow_the_schema(bidja: Path, shared: Path) -> None:
    """JSON Feed 1.1 has a schema; nothing of ours is outside it."""
    build(load(bidja), NOW)
    schema = json.loads((shared.parent / "schemas" / "jsonfeed-schema-1.1.json").read_bytes())

    for path in bidja.glob("public/**/*.json"):
        jsonschema.validate(json.loads(path.read_bytes()), schema)
        assert b"\r" not in path.read_bytes()
