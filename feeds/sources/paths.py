"""What paths of posts say in most engines: a date, a language, a folder of its own, a state."""

import re
from collections.abc import Collection
from functools import lru_cache

from feeds.sources import dates
from feeds.sources.dialect import Place

# Languages that blogs are known to be written in; not all codes, for "node.js.md" and "it/" are no languages.
LANGUAGES = frozenset(
    re.findall(
        r"\w+",
        "af am ar az be bg bn bs ca cs cy da de el en eo es et eu fa fi fil fr ga gl gu he hi hr hu hy id is it ja ka "
        "kk km kn ko ku lo lt lv mk ml mn mr ms my nb ne nl nn no pa pl ps pt ro ru si sk sl so sq sr sv sw ta te tg "
        "th tk tl tr uk ur uz vi xh yo zh zu",
    )
)
_SUFFIXED = re.compile(r"(.+)\.([a-z]{2,3})(?:[-_]([A-Za-z]{2,4}))?", re.DOTALL)
_DRAFTS = re.compile(r"(?:.*-)?drafts?|_drafts", re.IGNORECASE)


def is_language(name: str) -> bool:
    """Tell whether a folder is named for a language: "ar", "pt-br"; "blog" is not."""
    first, _, region = name.replace("_", "-").partition("-")
    return first in LANGUAGES and (not region or (region.isalnum() and 2 <= len(region) <= 4))


def place(path: str, roots: Collection[str] = (), *, has_languages: bool = True, keeps_root: bool = False) -> Place:
    """Read what a path says: a date in the name or the folders, a language, and a folder for `slug/index.md`.

    `roots` are folders such as "content" and "src/content": the first that the path lies in is none of its `folders`.
    """
    start = path.rfind("/") + 1
    name = path[start:]
    inner, folder_language, is_draft, are_dated = _folders(path[:start], tuple(roots), has_languages, keeps_root)
    stem, language = _without_language(name.rpartition(".")[0], has_languages)
    is_index = stem.lower() == "index" and bool(inner)
    named = inner[-1] if is_index else stem
    day, slug = dates.from_name(named)
    if not day and are_dated:
        day, slug = dates.from_folders("/".join(inner if is_index else [*inner, stem]))
    return Place(
        path=path,
        stem=stem,
        slug=slug or named,
        day=day,
        folders=inner,
        language=language or folder_language,
        collection="posts",
        is_draft=is_draft,
        needs_front_matter=name.lower().endswith((".html", ".htm", ".xhtml")),
    )


@lru_cache(maxsize=1024)  # a blog has few folders for its many posts
def _folders(
    above: str, roots: tuple[str, ...], has_languages: bool, keeps_root: bool
) -> tuple[tuple[str, ...], str, bool, bool]:
    """Read the folders that a file lies in: those below the root, the language, whether for drafts or of a year."""
    folders, language = above.split("/")[:-1], ""
    inner = folders if keeps_root else below(folders, roots)
    if has_languages and len(inner) != len(folders) and inner and is_language(inner[0]):
        language, inner = inner[0], inner[1:]
    are_dated = any(re.fullmatch(r"\d{4}", folder) for folder in inner)
    return tuple(inner), language, any(_DRAFTS.fullmatch(folder) for folder in folders), are_dated


def home(given: Place) -> tuple[str, ...]:
    """Return the folders that a post lies in, without the one that is the post's own."""
    return given.folders[:-1] if given.stem.lower() == "index" else given.folders


def name(given: Place) -> str:
    """Return the name of a post as it is on disk, date and all: that of its own folder for `slug/index.md`."""
    return given.folders[-1] if given.stem.lower() == "index" and given.folders else given.stem


def below(folders: list[str], roots: Collection[str]) -> list[str]:
    """Drop the folders down to a root that lies anywhere on the way: a repository holds more than a blog."""
    for root in roots:
        steps = root.split("/")
        for start in range(len(folders) - len(steps) + 1):
            if folders[start : start + len(steps)] == steps:
                return folders[start + len(steps) :]
    return folders


def _without_language(stem: str, has_languages: bool) -> tuple[str, str]:
    found = _SUFFIXED.fullmatch(stem) if has_languages and "." in stem else None
    if found is None or found[2] not in LANGUAGES:
        return stem, ""
    return found[1], "-".join(filter(None, found.group(2, 3)))
