"""The project itself, as installed where the benchmark runs."""

import compileall
import sys
from pathlib import Path

import feeds
from benchmarks.peers.peer import URL, Peer, front_matter

_SETTINGS = f"""\
[site]
url = "{URL}/"
title = "Benchmark"
[posts]
engine = "%s"
permalink = "/posts/:slug/"
"""


def _command() -> list[str | Path]:
    """Return the command; compiled, as pip leaves what it installs, wherever this runs from."""
    compileall.compile_dir(Path(feeds.__file__).parent, quiet=2)
    return [Path(sys.executable).with_name("feeds"), "build", "--quiet"]


def _ours(name: str, engine: str, markdown: str) -> Peer:
    return Peer(
        name=name,
        version=lambda _work: f"feeds {feeds.__version__}, {markdown}",
        path=lambda sample: f"posts/{sample.slug}.md",
        text=lambda sample: front_matter(sample, "categories", "%Y-%m-%dT%H:%M:%SZ"),
        files={"feeds.toml": _SETTINGS % engine},
        command=lambda _work: _command(),
        leaves=("public", ".feeds", "feeds.lock"),
        site_feed="public/feed.xml",
        category_feed="public/feeds/{}/feed.xml",
        formats="RSS, Atom, JSON Feed",
    )


# Each renders Markdown as the peers do that it is to be held against.
FEEDS = _ours("feeds", "hugo", "Markdown as Hugo")
FEEDS_PLAIN = _ours("feeds-plain", "plain", "Markdown as Pelican and Nikola")
