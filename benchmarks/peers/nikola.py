"""Nikola, from PyPI: only its feeds and what they need is built; its tags play the part of categories."""

import subprocess
from pathlib import Path

from benchmarks import tools
from benchmarks.corpus import Sample
from benchmarks.peers.peer import LIMIT, URL, Peer

_CONFIGURATION = f"""\
BLOG_AUTHOR = BLOG_TITLE = BLOG_DESCRIPTION = "Benchmark"
BLOG_EMAIL = "x@example.org"
SITE_URL = BASE_URL = "{URL}/"
DEFAULT_LANG = "en"
TRANSLATIONS = {{"en": ""}}
TIMEZONE = "UTC"
POSTS = (("posts/*.md", "posts", "post.tmpl"),)
PAGES = ()
COMPILERS = {{"markdown": (".md",)}}
PRETTY_URLS = True
GENERATE_RSS = True
RSS_PATH = ""
FEED_LENGTH = {LIMIT}
FEED_TEASERS = False
FEED_PLAIN = False
"""


def _text(sample: Sample) -> str:
    return (
        f"<!--\n.. title: {sample.title}\n.. slug: {sample.slug}\n.. date: {sample.date:%Y-%m-%d %H:%M:%S} UTC\n"
        f".. tags: {', '.join(sample.categories)}\n-->\n\n{sample.body}"
    )


def _command(work: Path) -> Path:
    return tools.python(work, "nikola", "jinja2") / "nikola"


def _version(work: Path) -> str:
    said = subprocess.run([_command(work), "version"], capture_output=True, text=True, check=True).stdout
    return said.strip().replace(" v", " ")


NIKOLA = Peer(
    name="nikola",
    version=_version,
    path=lambda sample: f"posts/{sample.slug}.md",
    text=_text,
    files={"conf.py": _CONFIGURATION},
    command=lambda work: [_command(work), "build", "--quiet", "render_taxonomies:output/*.xml"],
    leaves=("output", "cache", ".doit.db", ".doit.db.db", "__pycache__"),
    site_feed="output/rss.xml",
    category_feed="output/categories/{}.xml",
    formats="RSS",
)
