"""Real blogs: what becomes of every file of every one of them."""

from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from types import ModuleType

import pytest


@pytest.fixture
def sets() -> ModuleType:
    """The script that makes the table of docs/engines.md; it lies where nothing is imported from."""
    path = Path(__file__).parent.parent / "benchmarks" / "sets.py"
    spec = spec_from_file_location("sets", path)
    assert spec
    assert spec.loader
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_every_file_is_accounted_for(shared: Path, sets: ModuleType) -> None:
    """Each file is a post, is left out with a reason, is a problem, or is data; most of all are posts."""
    found = list(sets.rows(shared))

    assert all(row.files == row.posts + row.left_out.total() + row.without_post + row.data for row in found)
    assert sum(row.posts for row in found) > sum(row.files for row in found) / 2
    assert len(sets.table(found).splitlines()) == len(found) + 3
