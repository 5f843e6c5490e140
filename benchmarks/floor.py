"""Say where the time of a cold build goes: its first steps, over all posts, beside the whole of it and Hugo.

    python -m benchmarks.floor --work SCRATCH [--posts 1000]... [--runs 5] [--write docs/floor.md]

Each row does what the rows above it do and one thing more, by two processes as the build does, with everything
imported; nothing is kept. In each round all rows take turns.
"""

import argparse
import gc
import os
import shutil
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from statistics import median

from benchmarks.build import site_of
from benchmarks.measure import measure
from benchmarks.peers import PEERS, Peer
from feeds import sources, tree
from feeds.collect.rows import digest
from feeds.collect.sight import Shelf, Sight
from feeds.config import Settings, load
from feeds.halves import halves
from feeds.sources import ENGINES, front_matter

Deed = Callable[[str, bytes], object]  # what is done with a path and what the file says


def main() -> None:
    """Run from the command line."""
    ask = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ask.add_argument("--work", type=Path, required=True, help="scratch folder, outside the repository")
    ask.add_argument("--posts", type=int, action="append", help="size of a corpus (default: 1000); may be given again")
    ask.add_argument("--runs", type=int, default=5, help="rounds (default: 5)")
    ask.add_argument("--write", type=Path, help="page to write, beside what is printed")
    chosen = ask.parse_args()
    gc.disable()  # as the build does
    sizes = {count: compare(count, chosen.runs, chosen.work.resolve()) for count in chosen.posts or [1000]}
    text = page(sizes, chosen.runs)
    print(text)
    if chosen.write:
        chosen.write.write_text(text, "utf-8")


def compare(count: int, runs: int, work: Path) -> dict[str, float]:
    """Return the median of wall seconds that each row takes with so many posts."""
    ours, hugo = PEERS["feeds"], PEERS["hugo"]
    site = site_of(ours, count, work)
    rows: dict[str, Callable[[], float]] = {
        "list the files, and look at each": partial(_timed, partial(tree.grow, str(site), ["posts"])),
        **{name: partial(over_all, site, deed) for name, deed in deeds(load(site)).items()},
        "`feeds build`": partial(cold, ours, count, work),
        "Hugo": partial(cold, hugo, count, work),
    }
    found: dict[str, list[float]] = {name: [] for name in rows}
    for _ in range(runs):
        for name, row in rows.items():
            found[name].append(row())
    return {name: median(times) for name, times in found.items()}


def deeds(settings: Settings) -> dict[str, Deed]:
    """Return what is done to each post, one thing more each time."""
    dialect = ENGINES["hugo"]
    shelf = Shelf(settings.posts.folders, dialect, Sight(settings.root))

    def parsed(path: str, data: bytes) -> sources.Parsed:
        return sources.parse(data.decode(), path, settings.site, dialect, shelf.beside(path))

    return {
        "open, read and close it": lambda _path, _data: None,
        "take a digest of it": lambda _path, data: digest(data),
        "decode it": lambda _path, data: (digest(data), data.decode()),
        "read its front matter": lambda path, data: (digest(data), front_matter.read(data.decode(), path)),
        "make a post of it": lambda path, data: (digest(data), parsed(path, data)),
    }


def over_all(site: Path, deed: Deed) -> float:
    """Return the seconds that it takes to list the files, read them and do a deed with each, by two processes."""

    def some(files: Sequence[tuple[str, tree.Stamp]]) -> None:
        for path, stamp in files:
            deed(path, _read(f"{site}/{path}", tree.unpacked(stamp)[0]))

    return _timed(lambda: halves(sorted(tree.grow(str(site), ["posts"]).files.items()), some, type(None), 500))


def cold(peer: Peer, count: int, work: Path) -> float:
    """Return the seconds of a cold build."""
    site = site_of(peer, count, work)
    for leaf in peer.leaves:
        shutil.rmtree(site / leaf, ignore_errors=True)
        (site / leaf).unlink(missing_ok=True)
    return measure(peer.command(work), site, 900).wall


def page(sizes: Mapping[int, Mapping[str, float]], runs: int) -> str:
    """Write the page."""
    tables = "\n".join(f"## {count:,} posts\n\n{_table(count, found)}" for count, found in sizes.items())
    return _PAGE.format(date=datetime.now(UTC).date(), runs=runs, tables=tables)


def _table(count: int, found: Mapping[str, float]) -> str:
    head = ["| | s | us a post | more | of Hugo's |", "| --- | --: | --: | --: | --: |"]
    return "\n".join([*head, *_rows(count, found), ""])


def _rows(count: int, found: Mapping[str, float]) -> Iterator[str]:
    former = 0.0
    for name, seconds in found.items():
        each = seconds / count * 1e6
        more = f"{each - former:.1f}" if name != "Hugo" else ""
        yield f"| {name} | {seconds:.2f} | {each:.1f} | {more} | {seconds / found['Hugo']:.3f} |"
        former = each


def _read(path: str, size: int) -> bytes:
    file = os.open(path, os.O_RDONLY)
    try:
        return os.read(file, size + 1)
    finally:
        os.close(file)


def _timed(deed: Callable[[], object]) -> float:
    began = time.perf_counter()
    deed()
    return time.perf_counter() - began


_PAGE = """\
# Where the time of a cold build goes

Made on {date} by `python -m benchmarks.floor`, medians of {runs} rounds, from the posts that
[the benchmarks](benchmarks.md) are made with.

Each row does what the rows above it do and one thing more for each post, by two processes as the build does, with
everything imported, and keeps nothing. So no build that does these things as ours does them is faster than their row.
The row of `feeds build` has the rest: starting Python and importing, rendering the posts that stand in feeds, writing,
ids and `feeds.lock`, and what is noted for the next build.

{tables}"""


if __name__ == "__main__":
    main()
