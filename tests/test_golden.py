"""Posts in, every byte out: each folder of golden/ is a site, its feeds, and what was said of its posts.

Run `pytest tests/test_golden.py --update-golden` after a change that is meant, and read the diff.
"""

import shutil
from datetime import UTC, datetime
from pathlib import Path

import pytest

from feeds.config import load
from feeds.publish import build, check

NOW = datetime(2026, 1, 1, tzinfo=UTC)
CASES = sorted(folder.name for folder in (Path(__file__).parent / "golden").iterdir() if folder.is_dir())


def outcome(site: Path) -> dict[str, bytes]:
    """Build a site and return all that came of it, by path: the files, and the lines that a person reads."""
    settings = load(site)
    built = build(settings, NOW)
    lines = [*map(str, built.problems), *(f"{each.path}: left out: {each.reason}" for each in built.left_out)]
    out = site / settings.feeds.out
    files = {path.relative_to(out).as_posix(): path.read_bytes() for path in out.rglob("*") if path.is_file()}
    return files | {"problems.txt": "".join(f"{line}\n" for line in lines).encode()}


@pytest.mark.parametrize("case", CASES)
def test_the_bytes_are_the_expected_ones(case: str, tmp_path: Path, update_golden: bool) -> None:
    """Every byte of every file of a build is known."""
    golden = Path(__file__).parent / "golden" / case
    shutil.copytree(golden, tmp_path, ignore=shutil.ignore_patterns("expected"), dirs_exist_ok=True)
    actual = outcome(tmp_path)
    expected = golden / "expected"
    if update_golden:
        shutil.rmtree(expected, ignore_errors=True)
        for path, data in actual.items():
            (expected / path).parent.mkdir(parents=True, exist_ok=True)
            (expected / path).write_bytes(data)

    assert {path.relative_to(expected).as_posix() for path in expected.rglob("*") if path.is_file()} == set(actual)
    for path, data in actual.items():
        assert (expected / path).read_text("utf-8") == data.decode(), path


@pytest.mark.parametrize("case", CASES)
def test_the_expected_bytes_are_right(case: str, tmp_path: Path) -> None:
    """The checker has nothing to say of the feeds, however bad the posts are."""
    shutil.copytree(Path(__file__).parent / "golden" / case, tmp_path, dirs_exist_ok=True)
    settings = load(tmp_path)
    said = outcome(tmp_path)["problems.txt"].decode().splitlines()

    assert [line for line in said if "left out" not in line] == [str(each) for each in check(settings, NOW).problems]
