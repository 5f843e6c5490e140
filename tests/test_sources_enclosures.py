"""Media files of posts, as themes and plugins for podcasts name them."""

from datetime import datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feeds.model import Enclosure, Site
from feeds.sources import ENGINES, parse
from feeds.sources.enclosures import enclosures, number, seconds

URL = "https://example.org/episodes/first/"
MP3 = "https://cdn.example/a.mp3"

FORMS: list[tuple[dict[str, Any], Enclosure]] = [
    ({"enclosure": {"url": MP3, "length": 9, "type": "audio/mpeg"}}, Enclosure(MP3, "audio/mpeg", 9)),
    ({"enclosure": MP3}, Enclosure(MP3, "audio/mpeg")),
    (
        {"enclosure": "https://cdn.example/stream?id=1"},
        Enclosure("https://cdn.example/stream?id=1", "application/octet-stream"),
    ),
    # a WordPress export
    ({"enclosure": f"{MP3}\r\n123\r\naudio/mpeg\r\n"}, Enclosure(MP3, "audio/mpeg", 123)),
    ({"enclosures": [{"href": MP3, "duration": "14:02"}]}, Enclosure(MP3, "audio/mpeg", 0, 842)),
    # Hugo's Castanet theme
    (
        {"podcast_file": "/media/a.mp3", "podcast_duration": "1:08:22", "podcast_bytes": "123456789"},
        Enclosure("https://example.org/media/a.mp3", "audio/mpeg", 123456789, 4102),
    ),
    # Jekyll templates
    ({"podcast_link": MP3, "podcast_file_size": "13.7 MB", "podcast_length": 77}, Enclosure(MP3, "audio/mpeg", 77)),
    ({"link": MP3, "length": 2668168, "duration": "02:47"}, Enclosure(MP3, "audio/mpeg", 2668168, 167)),
    ({"audio": {"mp3": MP3}, "filesize": {"mp3": 5}, "duration": 669}, Enclosure(MP3, "audio/mpeg", 5, 669)),
    ({"file": "//cdn.example/a.mp3"}, Enclosure(MP3, "audio/mpeg")),
    ({"podcast": {"audio": MP3, "size": 8, "duration": "PT1M"}}, Enclosure(MP3, "audio/mpeg", 8, 60)),
    ({"podcast": {"mp3": MP3, "size": 8}}, Enclosure(MP3, "audio/mpeg", 8)),
    # beside the post, in any script
    (
        {"audio": "حلقة أولى.m4a"},
        Enclosure(URL + "%D8%AD%D9%84%D9%82%D8%A9%20%D8%A3%D9%88%D9%84%D9%89.m4a", "audio/x-m4a"),
    ),
    ({"mp3": MP3 + "?x=1.ogg"}, Enclosure(MP3 + "?x=1.ogg", "audio/mpeg")),
]


@pytest.mark.parametrize(("values", "expected"), FORMS)
def test_each_form_is_understood(values: dict[str, Any], expected: Enclosure) -> None:
    """Address, type, length in bytes and duration in seconds, from wherever they stand."""
    assert (expected,) == enclosures(values, URL)


@pytest.mark.parametrize(
    "values",
    [
        {},
        {"link": "https://example.org/about.html"},
        {"file": "notes.txt"},
        {"link": "https://example.org/paper.pdf"},
        {"audio": True},
        {"podcast": "weekly"},
        {"video": "https://video.example/watch?v=a.mp4x"},
        {"enclosure": "mailto:a@example.org"},
        {"enclosure": ["", None, {}, 3]},
        {"enclosure": "javascript:alert(1)"},
    ],
)
def test_what_is_no_media_file_is_passed_by(values: dict[str, Any]) -> None:
    """Keys that mean other things to other authors count only with the name of a media file."""
    assert () == enclosures(values, URL)


def test_players_get_what_they_know_first() -> None:
    """RSS has room for one enclosure; each file stands once."""
    found = enclosures({"audio": {"ogg": "a.ogg", "mp3": "a.mp3"}, "enclosure": "a.opus"}, URL)

    assert ["audio/mpeg", "audio/ogg", "audio/ogg"] == [each.type for each in found]


def test_a_post_is_an_episode() -> None:
    """With its number, its season and whether it is for children."""
    text = f"---\ntitle: x\ndate: 2025-01-01\naudio: {MP3}\nepisode: 7\nseason: '2'\nexplicit: no\n---\n"
    post = parse(text, "posts/x.md", Site(url="https://example.org/", title="x"), ENGINES["plain"]).post

    assert post is not None
    assert (7, 2, False, (Enclosure(MP3, "audio/mpeg"),)) == (post.episode, post.season, post.explicit, post.enclosures)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (842, 842),
        ("842", 842),
        ("14:02", 842),
        ("01:14:02", 4442),
        ("1h 2m 3s", 3723),
        ("45 min", 2700),
        ("", 0),
        ("soon", 0),
        ("12.5", 12),
        (None, 0),
        (True, 0),
    ],
)
def test_durations_are_read(text: object, expected: int) -> None:
    """As clocks, as words or in seconds."""
    assert expected == seconds(text)


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text() | st.just(datetime.min),
        lambda inner: (
            st.lists(inner) | st.dictionaries(st.sampled_from(["url", "mp3", "length", "type"]) | st.text(), inner)
        ),
    )
)
def test_any_value_is_survived(value: Any) -> None:
    """Whatever stands there is an enclosure with a web address, or none."""
    found = enclosures({"enclosure": value, "length": value, "duration": value}, URL)

    assert all(each.url.startswith(("http://", "https://")) and each.length >= 0 for each in found)
    assert number(value) >= 0
