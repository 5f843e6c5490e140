"""Real blogs: what becomes of every file of every one of them."""

from pathlib import Path

import pytest


def test_every_file_is_accounted_for(shared: Path) -> None:
    """Each file is a post, is left out with a reason, is a problem, or is data; most of all are posts."""
    sets = pytest.importorskip("benchmarks.sets", reason="benchmarks/ is beside the checkout only")
    found = list(sets.rows(shared))

    assert all(row.files == row.posts + row.left_out.total() + row.without_post + row.data for row in found)
    assert sum(row.posts for row in found) > sum(row.files for row in found) / 2
    assert len(sets.table(found).splitlines()) == len(found) + 3
