"""What becomes of every file of a folder of blogs, one folder each: the table of docs/engines.md.

    python -m benchmarks.sets FOLDER docs/engines.md

Each blog is copied, `feeds init` finds out what it is, and it is built with all its files and all its posts in one
feed. A file that is neither a post, nor left out with a reason, nor a problem, nor data beside posts is an error.
"""

import re
import shutil
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

from feeds.config import load
from feeds.discovery import write_settings
from feeds.publish import build

_TABLE = re.compile(r"(?<=<!-- sets -->\n).*(?=<!-- /sets -->)", re.DOTALL)
# What beside posts is no post by its name alone: pictures, data, licences.
_DATA = re.compile(r"(?:\.(?:yml|yaml|json|toml|meta|txt)|LICEN[CS]E[^/]*|\.gitattributes|feeds\.lock|feeds\.toml)$")


class Row(NamedTuple):
    """What became of one blog."""

    name: str
    engine: str
    files: int
    posts: int
    left_out: Counter[str]
    without_post: int  # files that are problems, and no posts
    problems: int
    data: int


def rows(folder: Path) -> Iterator[Row]:
    """Yield what becomes of each blog, by name."""
    for source in sorted(path for path in folder.iterdir() if path.is_dir()):
        with tempfile.TemporaryDirectory() as place:
            site = Path(place, "site")
            shutil.copytree(source, site)
            yield _row(source.name, site)


def _row(name: str, site: Path) -> Row:
    files = {path.relative_to(site).as_posix() for path in site.rglob("*") if path.is_file()}
    settings_file, found = write_settings(site)
    text = settings_file.read_text("utf-8")
    text = re.sub(r"(?m)^url = .*$", 'url = "https://example.org/"', text)
    text = re.sub(r"(?m)^folders = .*$", 'folders = ["."]', text)
    text = re.sub(r"(?m)^limit = .*\n", "", text)
    text = re.sub(r"(?m)^out = .*$", 'out = "public"\nlimit = 100_000\nby = []\nformats = ["json"]', text)
    settings_file.write_text(text, "utf-8")
    built = build(load(site), datetime.now(UTC))
    left_out = {each.path: each.reason for each in built.left_out}
    posts = {post.path for post in built.feeds[0].posts}
    named = {problem.path for problem in built.problems} - posts - set(left_out)
    rest = files - posts - set(left_out) - named
    if strange := sorted(path for path in rest if not _DATA.search(path)):
        raise SystemExit(f"{name}: nothing was said of {', '.join(strange)}")
    reasons = Counter(left_out.values())
    return Row(name, found.engine, len(files), len(posts), reasons, len(named), len(built.problems), len(rest))


def table(found: list[Row]) -> str:
    """Return the rows as a Markdown table, with their sum."""
    total = Row(
        name="all",
        engine="",
        files=sum(row.files for row in found),
        posts=sum(row.posts for row in found),
        left_out=sum((row.left_out for row in found), Counter[str]()),
        without_post=sum(row.without_post for row in found),
        problems=sum(row.problems for row in found),
        data=sum(row.data for row in found),
    )
    lines = [
        "| set | engine found | files | in feeds | left out, and why | no post, by a problem | problems | data |",
        "|---|---|--:|--:|---|--:|--:|--:|",
    ]
    for row in [*found, total]:
        reasons = ", ".join(f"{count} {reason}" for reason, count in sorted(row.left_out.items()))
        cells = (row.name, row.engine, row.files, row.posts, reasons, row.without_post, row.problems, row.data)
        lines.append(f"| {' | '.join(map(str, cells))} |")
    return "\n".join(lines) + "\n"


def main() -> None:
    """Write the table into the page that is named, or print it."""
    folder, *pages = map(Path, sys.argv[1:])
    text = table(list(rows(folder)))
    for page in pages:
        page.write_text(_TABLE.sub(lambda _: text, page.read_text("utf-8")), "utf-8")
    if not pages:
        print(text)


if __name__ == "__main__":
    main()
