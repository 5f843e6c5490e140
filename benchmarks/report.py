"""Write what was measured as the page of the documentation: medians, ranges, and ratios of rounds that took turns."""

import os
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import product
from statistics import median

from msgspec import Struct

from benchmarks.measure import Cost

COLD, SAME, CHANGED = KINDS = ("cold", "no change", "one changed")


class Result(Struct, frozen=True):
    """What one system took at one size in one run."""

    run: str  # when it began
    posts: int
    system: str
    version: str
    formats: str
    rounds: Sequence[Mapping[str, Cost]]  # by kind, in the order of time
    verdict: str  # of the entries: "same", or what is wrong

    def costs(self, kind: str) -> list[Cost]:
        """Return what one kind of build took, round by round."""
        return [costs[kind] for costs in self.rounds if kind in costs]


class Ratio(Struct, frozen=True):
    """Two systems, or two sizes, held against each other."""

    kind: str
    system: str
    peer: str
    field: str = "wall"

    def of(self, results: Sequence[Result], posts: int, others: int = 0) -> str:
        """Divide what `system` took at `posts` by what `peer` took at `others` (as many, unless it is given).

        That is the median and the range of the ratios of rounds of one run; "about" that of medians of processor time
        if the two never took turns; "over" or "under" it if one was stopped; "" if both were, or one was not measured.
        """
        tops = _of(results, self.system, posts, self.kind)
        bottoms = _of(results, self.peer, others or posts, self.kind)
        if not tops or not bottoms:
            return ""
        one, other = max(product(tops, bottoms), key=_weight)
        took, against = one.costs(self.kind), other.costs(self.kind)
        if _stopped(took) and _stopped(against):
            return ""
        if one.run == other.run:
            rounds = zip(took, against, strict=False)
            sign, values = "", [getattr(top, self.field) / getattr(bottom, self.field) for top, bottom in rounds]
        else:  # one may have had the machine to itself, the other not: then wall time says nothing
            field = "cpu" if self.field == "wall" else self.field
            sign, values = "about ", [_median(took, field) / _median(against, field)]
        if _stopped(took) or _stopped(against):
            sign = "over " if _stopped(took) else "under "
        return sign + _spread(values, _ratio)


def page(results: Sequence[Result]) -> str:
    """Write the page."""
    sizes = sorted({one.posts for one in results})
    return _PAGE.format(
        dates=" and ".join(sorted({one.run[:10] for one in results})),
        cores=os.cpu_count(),
        memory=round(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30),
        python=".".join(map(str, sys.version_info[:2])),
        short=_table(["feeds, as a part of", *(f"{size:,} posts" for size in sizes)], _short(results, sizes)),
        growth=_table(["posts", *_GROWTH], _growth(results, sizes)),
        more=_more(results, sizes),
        sizes="\n".join(f"## {size:,} posts\n\n{_table(_COLUMNS, _rows(results, size))}" for size in sizes),
    )


def _short(results: Sequence[Result], sizes: Sequence[int]) -> Iterator[list[str]]:
    for name, ratio in _SHORT.items():
        cells = [ratio.of(results, size) for size in sizes]
        if any(cells):
            yield [name, *cells]


def _growth(results: Sequence[Result], sizes: Sequence[int]) -> Iterator[list[str]]:
    for size in sizes:
        cells = [ratio.of(results, size, size // 10) for ratio in _GROWTH.values()]
        if any(cells):
            yield [f"{size:,}", *cells]


def _more(results: Sequence[Result], sizes: Sequence[int]) -> str:
    """Say what one more post costs, by what the two largest blogs took."""
    found = [_best(results, "feeds", size) for size in sizes if _of(results, "feeds", size, SAME)]
    if len(found) < 2:
        return ""
    small, large = found[-2:]
    cold, same, memory = (
        (_median(large.costs(kind), field) - _median(small.costs(kind), field)) / (large.posts - small.posts)
        for kind, field in ((COLD, "cpu"), (SAME, "cpu"), (COLD, "memory"))
    )
    return _MORE.format(small=small.posts, large=large.posts, cold=cold * 1e6, same=same * 1e6, memory=memory * 1e3)


def _rows(results: Sequence[Result], size: int) -> Iterator[list[str]]:
    found = [_best(results, name, size) for name in dict.fromkeys(one.system for one in results if one.posts == size)]
    for one in sorted(found, key=lambda one: _median(one.costs(COLD), "wall")):
        cells = [cell for kind in KINDS for cell in _cells(results, one, kind)]
        yield [one.version, one.formats, *cells, one.verdict, str(len(one.rounds))]


def _cells(results: Sequence[Result], one: Result, kind: str) -> list[str]:
    costs = one.costs(kind)
    if not costs:
        return [""] * 4
    over = "over " if _stopped(costs) else ""
    wall = over + _spread([cost.wall for cost in costs], _seconds)
    ratio = "1" if one.system == HUGO else Ratio(kind, one.system, HUGO).of(results, one.posts)
    return [wall, over + _seconds(_median(costs, "cpu")), f"{_median(costs, 'memory'):,.0f}", ratio]


def _of(results: Sequence[Result], system: str, posts: int, kind: str) -> list[Result]:
    return [one for one in results if (one.system, one.posts) == (system, posts) and one.costs(kind)]


def _best(results: Sequence[Result], system: str, posts: int) -> Result:
    """Return the result with most rounds, of these the latest."""
    found = [one for one in results if (one.system, one.posts) == (system, posts)]
    return max(found, key=lambda one: (len(one.rounds), one.run))


def _weight(pair: tuple[Result, Result]) -> tuple[bool, int, str]:
    """Order pairs by how much their ratio tells: best of one run, of many rounds, and late."""
    one, other = pair
    return one.run == other.run, min(len(one.rounds), len(other.rounds)), one.run


def _stopped(costs: Sequence[Cost]) -> bool:
    return any(cost.stopped for cost in costs)


def _median(costs: Sequence[Cost], field: str) -> float:
    return median(getattr(cost, field) for cost in costs) if costs else float("inf")


def _spread(values: Sequence[float], text: Callable[[float], str]) -> str:
    low, middle, high = map(text, (min(values), median(values), max(values)))
    return middle if low == high else f"{middle} ({low}-{high})"


def _seconds(value: float) -> str:
    return f"{value:.2f}" if value < 100 else f"{value:,.0f}"


def _ratio(value: float) -> str:
    return f"{value:.3f}" if value < 0.1 else f"{value:.2f}" if value < 10 else f"{value:.0f}"


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    return "\n".join(f"| {' | '.join(row)} |" for row in (head, ["---", *["--:"] * (len(head) - 1)], *rows)) + "\n"


HUGO = "hugo"
_COLUMNS = ["system", "writes", *(column for kind in KINDS for column in (f"{kind}: s", "CPU s", "MB", "x"))]
_COLUMNS += ["entries", "rounds"]
_SHORT = {
    "Hugo, cold": Ratio(COLD, "feeds", HUGO),
    "Hugo, no change": Ratio(SAME, "feeds", HUGO),
    "Hugo, one changed": Ratio(CHANGED, "feeds", HUGO),
    "`hugo server`, one changed": Ratio(CHANGED, "feeds", "hugo-server"),
    "Hugo, memory when cold": Ratio(COLD, "feeds", HUGO, "memory"),
} | {f"{name}, {kind}": Ratio(kind, "feeds-plain", name.lower()) for name in ("Pelican", "Nikola") for kind in KINDS}
_GROWTH = {kind: Ratio(kind, "feeds", "feeds") for kind in KINDS}
_GROWTH |= {f"memory, {kind}": Ratio(kind, "feeds", "feeds", "memory") for kind in KINDS}
_MORE = """
Between {small:,} and {large:,} posts, one post more takes {cold:.0f} us of one processor and {memory:.1f} KB of memory
when it is new, and {same:.1f} us when nothing has changed.
"""
_PAGE = """\
# Benchmarks

Made on {dates} by `python -m benchmarks.build`, on a machine with {cores} cores and {memory} GB, Python {python}.

Everyone builds **feeds alone** from the same generated posts, half Arabic, half English, 6.4 KB on average, in
the front matter of each system: one feed for the site and one for each of twelve categories, full content, 20
entries. Pages are not written. *cold*: output and caches gone; *no change*: at once again; *one changed*: a word
more in the newest post. In each round the systems take turns; figures are medians, with the least and the most in
brackets.

## In short

Time and memory of `feeds` as a part of what the peer took in the same round (*about*: processor time, of
runs of their own; *under*: the peer was stopped before it was done). Hugo is held against with Markdown as it renders
it; Pelican and Nikola with their own renderer, python-markdown.

{short}
As the blog grows, `feeds` against itself with a tenth of the posts:

{growth}{more}
{sizes}
*x* is the time against Hugo's, *MB* the peak of the largest process, *entries* whether titles and links of all
thirteen feeds are those that they must be. *over*: stopped then, and not done; nothing further was measured of it.
`hugo server` is kept running, renders everything anew on a change (as it does for feeds only with
`--disableFastRender`) and has seen a change before; its time is from the change until the feeds on the disk hold it,
of which it waits up to half a second for more changes. Where the machine had other work, figures of one row spread.

`python -m benchmarks.build --help` tells how to do it again; what the peers are told to do is in `benchmarks/peers/`.
[Where the time of a cold build goes](floor.md).
"""
