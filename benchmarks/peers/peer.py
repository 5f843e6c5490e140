"""What there is to know of a system that makes feeds from a folder of posts."""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from msgspec import Struct

from benchmarks.corpus import CATEGORIES, Sample

URL = "https://example.org"
LIMIT = 20


class Peer(Struct, frozen=True, kw_only=True):
    """One system: how its posts and configuration look, how it is installed and run, and what it writes."""

    name: str
    version: Callable[[Path], str]  # with the scratch folder: installs it, and says what it is
    path: Callable[[Sample], str]  # where a post lies, below the site's folder
    text: Callable[[Sample], str]  # the file of a post
    files: Mapping[str, str]  # configuration and templates: path -> text
    command: Callable[[Path], Sequence[str | Path]]  # with the scratch folder: builds the site that it is run in
    leaves: tuple[str, ...]  # output and caches: gone before a cold build
    site_feed: str  # path of one feed for all posts
    category_feed: str  # and for a category, {} standing for its name
    formats: str  # what it writes of each: "RSS, Atom"
    keeps_running: bool = False  # only a change is measured then

    def feeds(self, site: Path) -> dict[str, Path]:
        """Return the file of each feed to compare, by category; "" is the site's own."""
        return {"": site / self.site_feed} | {name: site / self.category_feed.format(name) for name in CATEGORIES}


def front_matter(sample: Sample, terms: str, date: str) -> str:
    """Write a post with YAML front matter whose categories stand under the key `terms`."""
    return (
        f'---\ntitle: "{sample.title}"\ndate: {sample.date:{date}}\nslug: {sample.slug}\n'
        f"{terms}: [{', '.join(sample.categories)}]\nlang: {sample.language}\n---\n\n{sample.body}"
    )
