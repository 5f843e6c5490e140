"""Find out what a folder of posts is, and write the feeds.toml that fits it.

What an engine's own configuration says is taken over; what it does not say is guessed from the posts, and what
cannot be known is marked for the author to fill in. Nothing of the blog is executed.
"""

import json
from functools import partial
from pathlib import Path
from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from feeds.collect import look
from feeds.config import FILE_NAME
from feeds.discovery.configurations import CONFIGURATIONS
from feeds.discovery.posts import HOMES, folders_of, language_of, posts_below
from feeds.errors import OutputError, UsageError
from feeds.sources import fields, guess, recognise


class Found(Struct, frozen=True):
    """What was found out; an empty string is what could not be."""

    engine: str
    folders: tuple[str, ...]
    url: str = ""
    title: str = ""
    description: str = ""
    language: str = ""
    is_language_stated: bool = False  # else it is guessed
    timezone: str = ""
    author: str = ""
    permalink: str = ""
    out: str = ""
    paths: str = ""
    future: str = ""  # "true" where the engine publishes posts before their date
    limit: str = ""  # entries of its feed, where that has fewer than ours would


def write_settings(folder: Path) -> tuple[Path, Found]:
    """Write feeds.toml into `folder` and say what was found; the file's path comes first.

    Raises UsageError when there is one already, OutputError when it cannot be written.
    """
    path = folder / FILE_NAME
    found = discover(folder)
    data = settings_text(found).encode(errors="replace")  # a name may have letters that are none
    try:
        with path.open("xb") as file:
            file.write(data)
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
    posts = posts_below(folder)
    engine = recognise(partial(look, folder))
    if engine == "plain":
        engine = guess((post.path, post.head) for post in posts[:200])
    said = CONFIGURATIONS[engine](partial(look, folder)) if engine in CONFIGURATIONS else {}
    stated: dict[str, Any] = {key: " ".join(str(value).split()) for key, value in said.items() if value}
    if not stated.get("url", "").lower().startswith(("http://", "https://")):
        stated.pop("url", "")  # part of an address, or that of something else
    folders = folders_of(posts) if posts else (HOMES.get(engine, "posts"),)
    language = fields.language(stated.pop("language", "")) or ""
    found = Found(engine, folders, language=language or language_of(posts), is_language_stated=bool(language))
    return replace(found, **stated)


def settings_text(found: Found) -> str:
    """Return the text of a feeds.toml that says what was found."""
    edit = "  # EDIT: "
    zone = 'your time zone, such as "Africa/Algiers"'
    if found.engine == "jekyll":  # it takes the day in an address from that clock
        zone = 'that of the machine that runs Jekyll, "UTC" at GitHub Pages: the day in addresses is by it'
    lines = [
        "# What each key means, and all the others: docs/settings.md of the feeds project.",
        "[site]",
        f"url = {_quoted(found.url)}" + ("" if found.url else f"{edit}the public address of your site"),
        f"title = {_quoted(found.title or 'My site')}" + ("" if found.title else f"{edit}the name of your site"),
        f"description = {_quoted(found.description)}",
        f"language = {_quoted(found.language or 'en')}"
        + ("" if found.is_language_stated else f'{edit}the language of your posts, such as "ar" or "pt-BR"'),
        f"timezone = {_quoted(found.timezone or 'UTC')}" + ("" if found.timezone else f"{edit}{zone}"),
        f"author = {{ name = {_quoted(found.author)} }}",
        "",
        "[posts]",
        f"folders = [{', '.join(map(_quoted, found.folders))}]",
        f"engine = {_quoted(found.engine)}",
        *([f"permalink = {_quoted(found.permalink)}"] if found.permalink else []),
        *([f"include_future = {found.future}  # as {found.engine} publishes them"] if found.future else []),
        "",
        "[feeds]",
        f"out = {_quoted(found.out or 'public')}{edit}the folder that is served at the address above",
        *(
            [f"paths = {_quoted(found.paths)}  # the addresses that readers of today's feeds poll"]
            if found.paths
            else []
        ),
        *([f"limit = {found.limit}  # as today: older posts would be new to readers"] if found.limit else []),
        "",
        "# Mail digests: take the # away and read docs/mail.md.",
        "# [[newsletter]]",
        '# name = "weekly"',
        '# cadence = "weekly on monday at 08:00"',
        "#",
        "# [mail]",
        '# from = "My site <news@example.org>"',
        '# postal_address = "1 Main Street, 16000 Algiers"',
        "",
    ]
    return "\n".join(lines)


def _quoted(text: str) -> str:
    # JSON's string escapes are all valid in a TOML basic string; DEL is the one character TOML refuses raw.
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")
