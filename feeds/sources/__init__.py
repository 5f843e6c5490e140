"""Posts from the text of files, in the manner of the engine that they were written for.

`ENGINES` lists the engines; a new one is a file with a `Dialect` here and a line there.
"""

import re
from collections import Counter
from collections.abc import Callable, Iterable, Mapping

from feeds.sources import front_matter
from feeds.sources.astro import ASTRO
from feeds.sources.data import data
from feeds.sources.dialect import Dialect
from feeds.sources.docusaurus import DOCUSAURUS
from feeds.sources.eleventy import ELEVENTY
from feeds.sources.files import beside, is_text, refusal
from feeds.sources.front_matter import split_body
from feeds.sources.gatsby import GATSBY
from feeds.sources.hexo import HEXO
from feeds.sources.hugo import HUGO
from feeds.sources.jekyll import JEKYLL
from feeds.sources.nikola import NIKOLA
from feeds.sources.pelican import PELICAN
from feeds.sources.plain import PLAIN
from feeds.sources.reading import Beside, Parsed, parse
from feeds.sources.zola import ZOLA

__all__ = [
    "ENGINES",
    "Beside",
    "Dialect",
    "Parsed",
    "beside",
    "data",
    "front_matter",
    "guess",
    "is_text",
    "parse",
    "recognise",
    "refusal",
    "split_body",
]

# In the order in which they are recognised; the last one takes what is left.
ENGINES: Mapping[str, Dialect] = {
    "astro": ASTRO,
    "docusaurus": DOCUSAURUS,
    "gatsby": GATSBY,
    "eleventy": ELEVENTY,
    "hexo": HEXO,
    "zola": ZOLA,
    "pelican": PELICAN,
    "nikola": NIKOLA,
    "jekyll": JEKYLL,
    "hugo": HUGO,
    "plain": PLAIN,
}


def recognise(look: Callable[[str], str | None]) -> str:
    """Tell the engine by what lies in the site's folder.

    `look` returns the text of the file at a path, "" for a folder and None where there is nothing.
    """

    def is_there(mark: Mapping[str, str]) -> bool:
        texts = ((look(path), pattern) for path, pattern in mark.items())
        return all(text is not None and re.search(pattern, text, re.MULTILINE) for text, pattern in texts)

    known = (name for name, dialect in ENGINES.items() if any(map(is_there, dialect.marks)))
    return next(known, PLAIN.name)


def guess(posts: Iterable[tuple[str, str]]) -> str:
    """Tell the engine by (path, beginning of the text) of some posts, where no file of its own does."""
    votes = Counter[str]()
    for path, text in posts:
        for name, dialect in ENGINES.items():
            votes[name] += bool(dialect.sign and re.match(dialect.sign, f"{path}\n{text}", re.MULTILINE))
    best = votes.most_common(1)
    return best[0][0] if best and best[0][1] else PLAIN.name
