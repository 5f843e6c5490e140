"""Posts from the text of files, in the manner of the engine that they were written for.

`ENGINES` lists the engines; a new one is a file with a `Dialect` here and a line there.
"""

from collections.abc import Collection, Mapping

from feeds.sources.dialect import Dialect
from feeds.sources.files import is_text, refusal
from feeds.sources.front_matter import split_body
from feeds.sources.jekyll import JEKYLL
from feeds.sources.plain import PLAIN
from feeds.sources.reading import Parsed, parse

__all__ = ["ENGINES", "Dialect", "Parsed", "is_text", "parse", "recognise", "refusal", "split_body"]

# In the order in which they are recognised; the last one takes what is left.
ENGINES: Mapping[str, Dialect] = {"jekyll": JEKYLL, "plain": PLAIN}


def recognise(names: Collection[str]) -> str:
    """Tell the engine by the names of the files and folders in the site's folder."""
    here = frozenset(names)
    known = (name for name, dialect in ENGINES.items() if any(marks <= here for marks in dialect.marks))
    return next(known, PLAIN.name)
