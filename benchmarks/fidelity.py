"""Compare what Python renderers make of real posts with what the posts' own engines make of them.

    python -m benchmarks.fidelity --work SCRATCH hugo=FOLDER jekyll=FOLDER... [--renderer NAME]... [--show 5]
                                  [--held-out hugo=FOLDER...] [--write docs/fidelity.md]

Each ENGINE=FOLDER names posts written for that engine. Their bodies go through the real engine (installed into
SCRATCH by package name) and through each renderer; a post is identical when both give the same parts in the same order
(`structure`). Prints, per engine and renderer, the share of identical posts and what differs in the rest.
"""

import argparse
import hashlib
import json
import re
import time
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from textwrap import fill

from msgspec import Struct

from benchmarks.references import REFERENCES, plain
from benchmarks.renderers import Render, available
from benchmarks.structure import Part, difference, parts, serialised
from feeds.sources import split_body

_METADATA = re.compile(r"\A(?:(?:[A-Za-z_]+:.*\n(?:[ \t]+.*\n)*)+\n|<!--\n(?:\.\. .*\n)+-->)")
OURS = "feeds: "
# Engine -> what its posts are rendered with.
SHIPPED = {
    "hugo": "feeds: goldmark",
    "jekyll": "feeds: kramdown",
    "eleventy": "feeds: markdown-it",
    "pelican": "feeds: markdown",
    "hexo": "feeds: marked",
    "remark": "feeds: gfm",
    "zola": "feeds: pulldown",
}
# Blogs that were held out until they had shown what to mend.
EARLIER = (
    *("crystal-lang/crystal-website", "Homebrew/brew.sh", "mojombo/mojombo.github.io", "openSUSE/news-o-o"),
    *("darjun/hugo-blog", "mosuke5/hugo-blog.mosuke.tech", "spf13/spf13.com", "steveshogren/hugo-blog"),
    *("mushanshitiancai/hexo-blog", "smallyunet/hexo-blog", "titangene/hexo-blog", "mawenbao/pelican-blog-content"),
)
# Engine, posts, and why they differ: each was looked at.
LEFT = (
    ("hugo", 3, "goldmark ends a bare address at a backslash, and escapes `&amp;` in one once more; we do neither"),
    ("hugo", 3, "bare addresses where HTML and Markdown mix: one more is a link"),
    ("hugo", 2, "comrak ends a list item at a line that is nothing but `<br />`"),
    ("hugo", 2, "of two empty definitions in a row, comrak keeps one"),
    ("jekyll", 1, "kramdown does not know `&vert;` and shows it as it is written; we show the bar"),
    ("pelican", 1, "Python-Markdown takes `{word}` after code for an attribute; we leave it to the author"),
    ("hexo", 8, "Hexo's own renderer has no footnotes: who writes them has a plugin, so we do"),
    ("hexo", 6, "marked makes broken links: addresses that begin with a bracket, or end in one or in ideographs"),
    ("hexo", 3, "marked takes `<thread_id>` for a tag, so browsers hide it; we show it"),
)
ENDINGS = frozenset({".md", ".markdown", ".mdown", ".mkd"})


class Body(Struct, frozen=True):
    """The Markdown of one post, without front matter and template code."""

    path: str
    text: str


class Score(Struct, frozen=True):
    """How one renderer did on the posts of one engine."""

    engine: str
    renderer: str
    posts: int
    identical: int
    differing: Counter[str]  # kind of part -> posts in which it differs
    microseconds: float  # a post

    @property
    def share(self) -> float:
        """Identical posts in a hundred."""
        return 100 * self.identical / self.posts


def bodies(folder: Path) -> Iterator[Body]:
    """Read the posts below a folder; those that are not UTF-8 or have no body are passed over."""
    for path in sorted(folder.rglob("*")):
        if path.suffix.lower() in ENDINGS and path.is_file():
            try:
                text = path.read_text("utf-8-sig")
            except UnicodeDecodeError:
                continue
            if (body := plain(_body(text.replace("\r\n", "\n").replace("\r", "\n"), path.name))).strip():
                yield Body(str(path.relative_to(folder)), body)


def expected(engine: str, posts: Sequence[Body], work: Path) -> list[list[Part]]:
    """Return the parts of each post as its engine renders it; kept in the scratch folder for the next run."""
    digest = hashlib.sha256("\0".join(post.text for post in posts).encode()).hexdigest()[:16]
    kept = work / "fidelity" / f"{engine}-{digest}.json"
    if not kept.exists():
        site = kept.with_suffix("")
        site.mkdir(parents=True)
        kept.write_text(json.dumps(REFERENCES[engine]([post.text for post in posts], work, site)), "utf-8")
    return [parts(body) for body in json.loads(kept.read_text("utf-8"))]


def score(engine: str, name: str, render: Render, posts: Sequence[Body], wanted: Sequence[list[Part]]) -> Score:
    """Render every post and count those whose parts are as wanted."""
    began = time.process_time()
    made = [render(post.text) for post in posts]
    spent = time.process_time() - began
    differing: Counter[str] = Counter()
    identical = 0
    for parts_wanted, html in zip(wanted, made, strict=True):
        kinds = difference(parts_wanted, parts(html))
        differing.update(kinds.keys())
        identical += not kinds
    return Score(engine, name, len(posts), identical, differing, 1e6 * spent / len(posts))


def show(render: Render, posts: Sequence[Body], wanted: Sequence[list[Part]], most: int) -> None:
    """Print, for each post that differs, up to `most` parts that are missing (-) and too many (+)."""
    for post, parts_wanted in zip(posts, wanted, strict=True):
        found = parts(render(post.text))
        if found != parts_wanted:
            print("##", post.path)
            for sign, left, right in (("-", parts_wanted, found), ("+", found, parts_wanted)):
                for part in list((Counter(left) - Counter(right)).elements())[:most]:
                    print(f"  {sign} {serialised(part)}")


def table(scores: Sequence[Score]) -> str:
    """Write scores as a Markdown table, best first within an engine."""
    head = "| engine | posts | renderer | identical | differing posts by kind | us a post |"
    lines = [head, "|---|--:|---|--:|---|--:|"]
    for one in sorted(scores, key=lambda one: (one.engine, -one.identical)):
        kinds = _kinds(one)
        lines.append(
            f"| {one.engine} | {one.posts} | {one.renderer} | {one.share:.1f} % | {kinds} | {one.microseconds:,.0f} |"
        )
    return "\n".join(lines)


def page(scores: Sequence[Score], held_out: Sequence[Score], blogs: Sequence[str]) -> str:
    """Write the page of the documentation: how we render, on posts known and unknown, and what there was to choose."""
    ours = {one.engine: one for one in scores if one.renderer == SHIPPED[one.engine]}
    unknown = {one.engine: one for one in held_out if one.renderer == SHIPPED[one.engine]}
    return _PAGE.format(
        date=datetime.now(UTC).date(),
        versions=", ".join(_versions()),
        shipped="\n".join(_shipped(one, unknown.get(one.engine)) for one in ours.values()),
        blogs=fill(f"Held out are {', '.join(blogs)}.", 120, break_on_hyphens=False),
        earlier=fill(", ".join(EARLIER), 120, break_on_hyphens=False),
        left="\n".join(f"| {engine} | {posts} | {cause} |" for engine, posts, cause in LEFT),
        shares="\n".join(_choice([one for one in scores if not one.renderer.startswith(OURS)])),
    )


def _shipped(one: Score, unknown: Score | None) -> str:
    name = one.renderer.removeprefix(OURS)
    known = f"| {one.engine} | {name} | {one.posts:,} | {one.share:.1f} | {one.posts - one.identical}"
    rest = f"{unknown.posts:,} | {unknown.share:.1f} | {unknown.posts - unknown.identical}" if unknown else "| | "
    return f"{known} | {one.microseconds:,.0f} | {rest} |"


def _choice(scores: Sequence[Score]) -> Iterator[str]:
    """Write the shares of renderers as a table, an engine a row."""
    engines = list(dict.fromkeys(one.engine for one in scores))
    renderers = list(dict.fromkeys(one.renderer for one in scores))
    by_pair = {(one.engine, one.renderer): one for one in scores}
    yield f"| engine | posts | {' | '.join(renderers)} |"
    yield f"|---|{'--:|' * (len(renderers) + 1)}"
    for engine in engines:
        row = [by_pair[engine, renderer] for renderer in renderers]
        best = max(one.identical for one in row)
        marked = [f"**{one.share:.1f}**" if one.identical == best else f"{one.share:.1f}" for one in row]
        yield f"| {engine} | {row[0].posts:,} | {' | '.join(marked)} |"
    posts = sum(by_pair[engine, renderers[0]].posts for engine in engines)
    spent = [sum(one.microseconds * one.posts for one in scores if one.renderer == name) for name in renderers]
    yield f"| us a post | {posts:,} | {' | '.join(f'{each / posts:,.0f}' for each in spent)} |"


def _versions() -> Iterator[str]:
    for package in ("Markdown", "markdown-it-py", "cmarkgfm", "pyromark", "comrak", "comrak-ext"):
        with suppress(PackageNotFoundError):
            yield f"{package} {version(package)}"


def _kinds(one: Score) -> str:
    return ", ".join(f"{kind} {count}" for kind, count in one.differing.most_common(5))


_PAGE = """\
# How faithfully posts are rendered

Made on {date} by `python -m benchmarks.fidelity`, from real posts of public blogs, with
{versions}.

A post is rendered as its own engine would have it when the same lists, items, code blocks, tables, cells, headings,
links, images, quotations, paragraphs and footnotes come out, in the same order, at the same depth, with the same words
and targets. Template code and control characters are cut from the bodies before; ids, classes, highlighting, numbers of
lines, curly quotes, tables of contents, links with nothing in them and the form of footnotes do not count. The engines
are the real ones with their own defaults (Hugo with raw HTML let through; `remark` with its GFM plugin stands for
Astro, Docusaurus and Gatsby; pulldown-cmark, in pyromark, for Zola).

## What posts are rendered with

The share of posts that are identical, in percent, how many are not, and processor time of rendering alone, in
microseconds a post. The last columns are held out: posts of blogs that nobody looked at before, measured once.

| engine | feeds renders as | posts | identical | that differ | us a post | held out | identical | that differ |
|---|---|--:|--:|--:|--:|--:|--:|--:|
{shipped}

{blogs}

An earlier set of that kind, from
{earlier},
came out less well with what was shipped then: 97.0 percent of the posts for Hugo, 89.2 of those for Jekyll, 83.9 of
those for Pelican and 76.8 of those for Hexo were identical. After mending what it showed to be general they are 99.0,
100.0, 99.4 and 97.5. Nikola gets what Pelican gets.

## What is left

Of the posts of the table and of the earlier set; those held out stay unread.

| engine | posts | cause |
|---|--:|---|
{left}

## What there was to choose from

The renderers for Python, alone, on the same posts: identical ones in percent. For Jekyll there is none, so
`feeds.markup.kramdown` is a parser of its own; Hugo and Hexo get comrak with what goldmark and marked see otherwise.

{shares}
"""


def _body(text: str, path: str) -> str:
    """Cut the metadata off: fenced, or as Pelican and Nikola have it."""
    body, _ = split_body(text, path)
    return _METADATA.sub("", body, count=1) if body == text else body


def main() -> None:
    """Run from the command line."""
    ask = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ask.add_argument("posts", nargs="+", metavar="ENGINE=FOLDER", help=f"engines: {', '.join(REFERENCES)}")
    ask.add_argument("--held-out", nargs="*", default=[], metavar="ENGINE=FOLDER", help="a folder a blog: OWNER+NAME")
    ask.add_argument("--work", type=Path, required=True, help="scratch folder, outside the repository")
    ask.add_argument("--renderer", action="append", default=[], help="only this one; may be given again")
    ask.add_argument("--show", type=int, default=0, metavar="N", help="show up to N differences of each post")
    ask.add_argument("--write", type=Path, help="page to write, beside what is printed")
    chosen = ask.parse_args()
    scores = measured(chosen.posts, available(chosen.renderer), chosen.work.resolve(), chosen.show)
    shipped = available(sorted(set(SHIPPED.values())))
    held_out = measured(chosen.held_out, shipped, chosen.work.resolve(), chosen.show)
    print(table([*scores, *held_out]))
    if chosen.write:
        chosen.write.write_text(page(scores, held_out, list(_blogs(chosen.held_out))), "utf-8")


def measured(pairs: Sequence[str], renderers: Mapping[str, Render], work: Path, most: int) -> list[Score]:
    """Score the posts of each "ENGINE=FOLDER": by candidates, and by what we render them with."""
    scores = []
    for engine, folder in (pair.split("=", 1) for pair in pairs):
        posts = list(bodies(Path(folder)))
        wanted = expected(engine, posts, work)
        for name, render in renderers.items():
            if len(renderers) > 1 and name.startswith(OURS) and name != SHIPPED[engine]:
                continue
            scores.append(score(engine, name, render, posts, wanted))
            if most:
                show(render, posts, wanted, most)
    return scores


def _blogs(pairs: Sequence[str]) -> Iterator[str]:
    """Name the blogs in folders called OWNER+NAME."""
    for _, folder in (pair.split("=", 1) for pair in pairs):
        yield from sorted(each.name.replace("+", "/") for each in Path(folder).iterdir())


if __name__ == "__main__":
    main()
