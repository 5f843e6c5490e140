"""Where the posts of a folder are, and what language they are in."""

import os
import re
from collections import Counter
from pathlib import Path

from msgspec import Struct

from feeds.sources import front_matter

_NEVER = {"node_modules", "vendor", "bower_components", "__pycache__", "archetypes", "scaffolds"}
_HARDLY = {"public", "docs", "templates", "themes", "layouts", "tests", "static", "assets", "output", "dist", "build"}
_ENDINGS = (".md", ".markdown", ".mdown", ".html", ".mdx", ".rst", ".adoc")
_DATED = re.compile(
    r"^[ \t.:+\"'<!-]*(?:pub|publish|published_?|created_?)?(?:date|at)[\"']?\s*[:=]"
    r"|name=\"date\"|^published: *\d",
    re.M | re.I,
)
_DAY_IN_PATH = re.compile(r"(?:^|/)\d{4}[-/]\d{1,2}[-/]\d{1,2}\b")
# Where the first post of a new blog will be.
HOMES = {
    "astro": "src/content",
    "docusaurus": "blog",
    "gatsby": "content",
    "hexo": "source/_posts",
    "hugo": "content",
    "jekyll": "_posts",
    "pelican": "content",
    "zola": "content",
}
_HEAD = 4096  # bytes
_MOST = 20_000  # posts that are looked at
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


class Candidate(Struct, frozen=True):
    """A file that looks like a post."""

    path: str
    head: str  # the beginning of its text

    @property
    def is_dated(self) -> bool:
        """Whether it says when it was published."""
        return bool(_DATED.search(self.head) or _DAY_IN_PATH.search(self.path))


def posts_below(folder: Path) -> list[Candidate]:
    """Return the text files with front matter, by path."""
    found: list[Candidate] = []
    for parent, folders, names in os.walk(folder):
        folders[:] = [name for name in folders if name not in _NEVER and not name.startswith((".", "_site"))]
        for name in names:
            path = Path(parent, name)
            if name.lower().endswith(_ENDINGS) and (head := _head(path)):
                found.append(Candidate(path.relative_to(folder).as_posix(), head))
        if len(found) > _MOST:
            break
    return sorted(found, key=lambda each: each.path)


def _head(path: Path) -> str:
    """Return the beginning of a text with front matter; "" of others, and of what is not text or cannot be read."""
    try:
        with path.open("rb") as file:
            text = file.read(_HEAD).decode("utf-8", errors="replace")
        path.as_posix().encode()
    except (OSError, UnicodeEncodeError):
        return ""
    # What is cut off in the middle of its front matter has an end put to it.
    whole = next(
        (text + end for end in ("", "\n---\n", "\n+++\n") if front_matter.find(text + end, path.name).kind), ""
    )
    return whole if re.search("title|date|tags", whole, re.IGNORECASE) else ""


def folders_of(posts: list[Candidate]) -> tuple[str, ...]:
    """Name the folders that hold the posts: every `_posts` where there are any, else where most dated ones lie."""
    marked = {post.path[: post.path.index("_posts/") + 6] for post in posts if re.search(r"(^|/)_posts/", post.path)}
    if marked:
        return tuple(sorted(marked)) if len(marked) < 4 else (".",)
    likely = [post for post in posts if not _HARDLY & {*post.path.split("/")[:-1]}] or posts
    dated = [post for post in likely if post.is_dated] or likely
    return (_folder([post.path.split("/") for post in dated]),)


def _folder(paths: list[list[str]]) -> str:
    """Go down from the site's folder for as long as nine in ten posts lie in one folder that is no date nor a post."""
    here: list[str] = []
    while inner := Counter(path[len(here)] for path in paths if len(path) > len(here) + 1):
        name, count = inner.most_common(1)[0]
        is_most = count >= (0.9 * len(paths) if here else 0.5 * len(paths))
        own = [path for path in paths if path[: len(here) + 1] == [*here, name]]
        is_post = all(len(path) == len(here) + 2 and path[-1].startswith("index.") for path in own)
        if not is_most or name.isdigit() or is_post:
            break
        here, paths = [*here, name], own
    return "/".join(here) or "."


def language_of(posts: list[Candidate]) -> str:
    """Guess the language by the letters of some posts; "" when there are none."""
    # Keys, tags and addresses are Latin letters whatever the language.
    text = "".join(post.head for post in posts[:20])
    sample = re.sub(r"^[\w-]+ *[:=]|<[^>]*>|\w+://\S+", "", text, flags=re.MULTILINE)
    counts = {language: len(re.findall(f"[{letters}]", sample)) for language, letters in SCRIPTS.items()}
    counts["fa"] *= 8  # letters that Arabic lacks; Persian text has one in about eight
    return max(counts, key=lambda language: counts[language]) if any(counts.values()) else ""
