"""`feeds init` finds out what a folder of posts is and writes the feeds.toml that fits."""

from pathlib import Path

import pytest

from feeds.config import load
from feeds.discovery import Found, discover, settings_text, write_settings
from feeds.errors import UsageError

POST = "---\ntitle: {title}\ndate: 2025-01-01\n---\n\n{text}\n"


def blog(folder: Path, files: dict[str, str]) -> Path:
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")
    return folder


def test_jekyll_configuration_is_taken_over(tmp_path: Path) -> None:
    """Title, address with its base, language, zone, author and permalink come from _config.yml."""
    config = (
        "title: 'مدونتي'\nurl: https://example.org\nbaseurl: /blog\nlang: ar-DZ\n"
        "timezone: Africa/Algiers\nauthor: {name: ليلى}\npermalink: pretty\n"
    )
    blog(tmp_path, {"_config.yml": config, "_posts/2025-01-01-a.md": POST.format(title="أ", text="نص")})

    expected = Found(
        engine="jekyll",
        folders=("_posts",),
        url="https://example.org/blog",
        title="مدونتي",
        language="ar-DZ",
        timezone="Africa/Algiers",
        author="ليلى",
        permalink="pretty",
        out="_site",
    )
    assert discover(tmp_path) == expected


@pytest.mark.parametrize("config", ["", "- a list\n", "a: [broken", "title:\n"])
def test_a_configuration_that_says_nothing_is_no_obstacle(tmp_path: Path, config: str) -> None:
    """A broken or empty _config.yml still tells the engine."""
    blog(tmp_path, {"_config.yml": config, "news/a.md": POST.format(title="أ", text="نص عربي")})

    found = discover(tmp_path)

    assert (found.engine, found.folders, found.title, found.language) == ("jekyll", ("news",), "", "ar")


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("أخبار اليوم", "ar"),
        ("خبرهای امروز چگونه گفته می‌شوند", "fa"),
        ("חדשות היום", "he"),
        ("今日のニュース", "ja"),
        ("Новости дня", "ru"),
        ("Today's news", "en"),
    ],
)
def test_language_is_read_from_the_posts(tmp_path: Path, text: str, language: str) -> None:
    """Where nothing states the language, the script of the posts suggests one."""
    blog(tmp_path, {"posts/a.md": f"---\ntitle: '{text}'\n---\n{text * 40}\n"})

    assert discover(tmp_path).language == language


def test_settings_can_be_loaded_as_they_are(tmp_path: Path) -> None:
    """What init writes is valid, whatever characters a title holds."""
    blog(tmp_path, {"_config.yml": 'title: "a \\"b\\" \\\\ \\x7f é"\n', "_posts/2025-01-01-a.md": POST})

    path, _ = write_settings(tmp_path)

    assert path == tmp_path / "feeds.toml"
    assert load(tmp_path).site.title == 'a "b" \\ \x7f é'


def test_what_is_not_known_is_marked() -> None:
    """Lines that the author must fill in carry the word that the message names."""
    text = settings_text(Found("plain", ("posts",)))

    assert [line.split(" = ")[0] for line in text.splitlines() if "# EDIT" in line] == [
        "url",
        "title",
        "timezone",
        "out",
    ]


def test_init_never_overwrites(tmp_path: Path) -> None:
    """An existing feeds.toml is left alone."""
    blog(tmp_path, {"feeds.toml": "mine"})

    with pytest.raises(UsageError, match="there is one already"):
        write_settings(tmp_path)

    assert (tmp_path / "feeds.toml").read_text() == "mine"


def test_no_such_folder(tmp_path: Path) -> None:
    """A folder that is not there is a wrong command line."""
    with pytest.raises(UsageError, match="no such folder"):
        discover(tmp_path / "nowhere")
