"""Pelican, from PyPI, its cache on: articles are read but not written; its tags play the part of categories."""

import subprocess
from pathlib import Path

from benchmarks import tools
from benchmarks.corpus import Sample
from benchmarks.peers.peer import LIMIT, URL, Peer

_CONFIGURATION = f"""\
PATH = "content"
OUTPUT_PATH = "output"
SITENAME = AUTHOR = "Benchmark"
SITEURL = FEED_DOMAIN = "{URL}"
TIMEZONE = "UTC"
DIRECT_TEMPLATES = []
ARTICLE_SAVE_AS = AUTHOR_SAVE_AS = CATEGORY_SAVE_AS = TAG_SAVE_AS = ""
ARTICLE_URL = "posts/{{slug}}/"
FEED_ALL_ATOM = "feeds/index.xml"
TAG_FEED_ATOM = "feeds/{{slug}}.xml"
CATEGORY_FEED_ATOM = TRANSLATION_FEED_ATOM = AUTHOR_FEED_ATOM = AUTHOR_FEED_RSS = None
FEED_MAX_ITEMS = {LIMIT}
CACHE_CONTENT = LOAD_CONTENT_CACHE = True
CONTENT_CACHING_LAYER = "reader"
THEME_STATIC_PATHS = []
"""


def _text(sample: Sample) -> str:
    return (
        f"Title: {sample.title}\nDate: {sample.date:%Y-%m-%d %H:%M:%S}\nSlug: {sample.slug}\n"
        f"Tags: {', '.join(sample.categories)}\nLang: en\n\n{sample.body}"
    )


def _command(work: Path) -> Path:
    return tools.python(work, "pelican[markdown]") / "pelican"


def _version(work: Path) -> str:
    said = subprocess.run([_command(work), "--version"], capture_output=True, text=True, check=True).stdout
    return f"Pelican {said.strip()}"


PELICAN = Peer(
    name="pelican",
    version=_version,
    path=lambda sample: f"content/{sample.slug}.md",
    text=_text,
    files={"pelicanconf.py": _CONFIGURATION},
    command=lambda work: [_command(work), "--quiet", "--settings", "pelicanconf.py"],
    leaves=("output", "cache", "__pycache__"),
    site_feed="output/feeds/index.xml",
    category_feed="output/feeds/{}.xml",
    formats="Atom",
)
