"""Find out what a folder of posts is, and write the feeds.toml that fits it.

What an engine's own configuration says is taken over; what it does not say is guessed from the posts, and what
cannot be known is marked for the author to fill in. Nothing of the blog is executed.
"""

import json
import os
import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import yaml
from msgspec import Struct
from msgspec.structs import replace

from feeds.config import FILE_NAME
from feeds.errors import OutputError, UsageError
from feeds.sources import recognise

NOT_POSTS = {"node_modules", "vendor", "public", "docs", "templates", "themes", "layouts", "tests", "static", "assets"}
POST_ENDINGS = (".md", ".markdown", ".html", ".mdx", ".rst")
# The first letters of a script tell its commonest language; Latin and Cyrillic need the author's word.
SCRIPTS = {
    "fa": "پچژگکی",
    "ar": "\u0621-\u064a",
    "he": "\u05d0-\u05ea",
    "ja": "\u3040-\u30ff",
    "ko": "\uac00-\ud7a3",
    "zh": "\u4e00-\u9fff",
    "ru": "\u0410-\u044f",
    "el": "\u0391-\u03c9",
    "hi": "\u0905-\u0939",
    "th": "\u0e01-\u0e2e",
    "en": "A-Za-z",
}


class Found(Struct, frozen=True):
    """What was found out; an empty string is what could not be."""

    engine: str
    folders: tuple[str, ...]
    url: str = ""
    title: str = ""
    description: str = ""
    language: str = ""
    timezone: str = ""
    author: str = ""
    permalink: str = ""


def write_settings(folder: Path) -> tuple[Path, Found]:
    """Write feeds.toml into `folder` and say what was found; the file's path comes first.

    Raises UsageError when there is one already, OutputError when it cannot be written.
    """
    path = folder / FILE_NAME
    found = discover(folder)
    try:
        with path.open("x", encoding="utf-8", newline="\n") as file:
            file.write(settings_text(found))
    except FileExistsError:
        raise UsageError("there is one already", "edit it, or move it away first", str(path)) from None
    except OSError as error:
        raise OutputError(error.strerror or str(error), "make the folder writable", str(path)) from error
    return path, found


def discover(folder: Path) -> Found:
    """Find out engine, post folders and what the engine's configuration says of the site.

    Raises UsageError when there is no such folder.
    """
    if not folder.is_dir():
        raise UsageError("no such folder", "name the folder of your blog", str(folder))
    engine = recognise({entry.name for entry in os.scandir(folder)})
    posts = sorted(_posts_below(folder))
    said = CONFIGURATIONS.get(engine, _nothing)(folder)
    language = said.get("language") or _language_of(folder, posts)
    return replace(Found(engine, _folders_of(posts)), **{**said, "language": language})


def settings_text(found: Found) -> str:
    """Return the text of a feeds.toml that says what was found."""
    edit = "  # EDIT: "
    lines = [
        "# What each key means, and all the others: docs/settings.md of the feeds project.",
        "[site]",
        f"url = {_quoted(found.url or 'https://example.org/')}"
        + ("" if found.url else f"{edit}the public address of your site"),
        f"title = {_quoted(found.title or 'My site')}" + ("" if found.title else f"{edit}the name of your site"),
        f"description = {_quoted(found.description)}",
        f"language = {_quoted(found.language or 'en')}",
        f"timezone = {_quoted(found.timezone or 'UTC')}"
        + ("" if found.timezone else f'{edit}your time zone, such as "Africa/Algiers"'),
        f"author = {{ name = {_quoted(found.author)} }}",
        "",
        "[posts]",
        f"folders = [{', '.join(map(_quoted, found.folders))}]",
        f"engine = {_quoted(found.engine)}",
        *([f"permalink = {_quoted(found.permalink)}"] if found.permalink else []),
        "",
        "[feeds]",
        f"out = {_quoted('public')}{edit}the folder that is served at the address above",
        "",
        "# Mail digests: take the # away and read docs/mail.md.",
        "# [[newsletter]]",
        '# name = "weekly"',
        '# cadence = "weekly on monday at 08:00"',
        "#",
        "# [mail]",
        '# from = "My site <news@example.org>"',
        "",
    ]
    return "\n".join(lines)


def _quoted(text: str) -> str:
    # JSON's string escapes are all valid in a TOML basic string; DEL is the one character TOML refuses raw.
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")


def _posts_below(folder: Path) -> Iterator[str]:
    """Yield the paths of files that look like posts: text files that begin with front matter."""
    for parent, folders, names in os.walk(folder):
        folders[:] = [name for name in folders if name not in NOT_POSTS and not name.startswith((".", "_site"))]
        for name in names:
            path = Path(parent, name)
            if name.lower().endswith(POST_ENDINGS) and _has_front_matter(path):
                yield path.relative_to(folder).as_posix()


def _has_front_matter(path: Path) -> bool:
    try:
        with path.open("rb") as file:
            head = file.read(4096)
    except OSError:
        return False
    return head.removeprefix(b"\xef\xbb\xbf").lstrip().startswith((b"---", b"+++")) and b"title" in head.lower()


def _folders_of(posts: list[str]) -> tuple[str, ...]:
    """Name the folders that hold the posts: the `_posts` of Jekyll where there are any, else the top ones."""
    marked = {path[: path.index("_posts/") + 6] for path in posts if re.search(r"(^|/)_posts/", path)}
    if marked:
        return tuple(sorted(marked))
    tops = Counter(path.split("/")[0] for path in posts if "/" in path)
    return tuple(top for top, _ in tops.most_common(1)) or ("posts",)


def _language_of(folder: Path, posts: list[str]) -> str:
    # Keys, tags and addresses are Latin letters whatever the language.
    text = "".join(_beginning(folder / path) for path in posts[:20])
    sample = re.sub(r"^[\w-]+ *[:=]|<[^>]*>|\w+://\S+", "", text, flags=re.MULTILINE)
    counts = {language: len(re.findall(f"[{letters}]", sample)) for language, letters in SCRIPTS.items()}
    counts["fa"] *= 8  # letters that Arabic lacks; Persian text has one in about eight
    return max(counts, key=lambda language: counts[language]) if any(counts.values()) else ""


def _beginning(path: Path) -> str:
    try:
        return path.read_text("utf-8", errors="replace")[:4000]
    except OSError:
        return ""


def _nothing(folder: Path) -> dict[str, str]:
    return {}


def _jekyll(folder: Path) -> dict[str, str]:
    """Take what `_config.yml` says, by the names that Jekyll and its themes use."""
    try:
        loaded = yaml.safe_load((folder / "_config.yml").read_text("utf-8-sig"))
    except (OSError, ValueError, yaml.YAMLError):
        return {}
    config: Mapping[str, Any] = loaded if isinstance(loaded, dict) else {}
    author = config.get("author", "")
    said = {
        "title": config.get("title", ""),
        "description": config.get("description", ""),
        "language": config.get("lang", "") or config.get("locale", ""),
        "timezone": config.get("timezone", ""),
        "permalink": config.get("permalink", ""),
        "author": author.get("name", "") if isinstance(author, dict) else author,
        "url": f"{config.get('url') or ''}{config.get('baseurl') or ''}",
    }
    return {key: " ".join(str(value).split()) for key, value in said.items() if value}


# engine -> how to read its configuration
CONFIGURATIONS: dict[str, Callable[[Path], dict[str, str]]] = {"jekyll": _jekyll}
