"""Jekyll with jekyll-feed, from Debian, its cache on: posts are rendered but not written."""

import subprocess
from pathlib import Path

from benchmarks import tools
from benchmarks.corpus import CATEGORIES
from benchmarks.peers.peer import LIMIT, URL, Peer, front_matter

_CONFIGURATION = f"""\
url: "{URL}"
title: Benchmark
permalink: /posts/:slug/
timezone: UTC
plugins: [jekyll-feed]
collections: {{posts: {{output: false}}}}
feed: {{posts_limit: {LIMIT}, categories: [{", ".join(CATEGORIES)}]}}
"""


def _command() -> str:
    return tools.debian("jekyll", "jekyll", "ruby-jekyll-feed", "ruby-kramdown-parser-gfm")


def _version(_work: Path) -> str:
    said = subprocess.run([_command(), "--version"], capture_output=True, text=True, check=True).stdout
    return f"Jekyll {said.split()[1]} with jekyll-feed"


JEKYLL = Peer(
    name="jekyll",
    version=_version,
    path=lambda sample: f"_posts/{sample.date:%Y-%m-%d}-{sample.slug}.md",
    text=lambda sample: front_matter(sample, "categories", "%Y-%m-%d %H:%M:%S +0000"),
    files={"_config.yml": _CONFIGURATION},
    command=lambda _work: [_command(), "build", "--quiet"],
    leaves=("_site", ".jekyll-cache"),
    site_feed="_site/feed.xml",
    category_feed="_site/feed/{}.xml",
    formats="Atom",
)
