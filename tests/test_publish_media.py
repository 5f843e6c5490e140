"""Media files of the site are measured; of others front matter is believed."""

from pathlib import Path

import pytest
from msgspec.structs import replace

from feeds.config import Settings, parse
from feeds.model import EPOCH, Enclosure, Post
from feeds.publish.media import measured, places

URL = "https://example.org/blog/"
SETTINGS = parse(f'[site]\nurl = "{URL}"\ntitle = "x"\n')


@pytest.fixture
def site(tmp_path: Path) -> Settings:
    """Give the settings of a site in an empty folder."""
    return replace(SETTINGS, root=tmp_path)


def length(site: Settings, url: str, said: int = 3) -> int:
    """Return what length a file gets of which front matter says another."""
    post = Post("posts/حلقة/index.md", URL, "", EPOCH, EPOCH, enclosures=(Enclosure(url, "audio/mpeg", said),))
    return measured(site, post).enclosures[0].length


@pytest.mark.parametrize("place", ["public/a/م.mp3", "a/م.mp3", "static/a/م.mp3", "posts/حلقة/م.mp3"])
def test_a_file_of_the_site_is_measured(site: Settings, place: str) -> None:
    """Where it is served from, where the engine takes it from, or beside the post; whatever front matter says."""
    path = site.root / place
    path.parent.mkdir(parents=True)
    path.write_bytes(b"x" * 1234)

    assert 1234 == length(site, URL + "a/%D9%85.mp3")


@pytest.mark.parametrize(
    "url",
    [
        "https://cdn.example/a.mp3",
        "https://example.org/a.mp3",
        URL + "missing.mp3",
        URL + "../secret.mp3",
        URL + "%2e%2e/secret.mp3",
        URL + "%00.mp3",
        URL + "folder/",
        URL + "a" * 5000,
    ],
)
def test_of_another_file_front_matter_is_believed(site: Settings, url: str) -> None:
    """One elsewhere, one that is not there, and what is no file of the site at all."""
    (site.root.parent / "secret.mp3").write_bytes(b"x")
    (site.root / "folder").mkdir()

    assert 3 == length(site, url)
    assert 3 == length(site, f"{URL}{site.root.parent / 'secret.mp3'}")


def test_a_folder_is_looked_for_as_any_file(site: Settings) -> None:
    """The address of a folder has no name of a file: a build that remembers where it looked goes on."""
    post = Post("posts/a.md", URL, "", EPOCH, EPOCH, enclosures=(Enclosure(f"{URL}episodes/", "audio/mpeg"),))

    assert {site.root / "public/episodes", site.root / "posts"} <= {*places(site, post)}


def test_a_post_without_media_stays_as_it_is(site: Settings) -> None:
    """Most are."""
    post = Post("a.md", URL, "", EPOCH, EPOCH)

    assert post is measured(site, post)
