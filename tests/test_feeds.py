"""What `import feeds` offers."""

import subprocess
import sys

import pytest

import feeds


@pytest.mark.parametrize("name", feeds.__all__)
def test_every_name_is_there(name: str) -> None:
    """What the package lists can be imported from it."""
    assert getattr(feeds, name).__module__.startswith("feeds.")


def test_unknown_names_are_errors() -> None:
    """A name that is not offered is missing, as in any module."""
    with pytest.raises(AttributeError, match="no attribute 'nonsense'"):
        _ = feeds.nonsense


def test_importing_the_package_imports_nothing_heavy() -> None:
    """A cron job that has nothing to do pays for nothing."""
    heavy = "{'feedgen', 'jinja2', 'lxml', 'markdown', 'rich', 'sqlalchemy', 'yaml', 'feeds.publish'}"
    code = f"import feeds, sys; print(sorted({heavy} & set(sys.modules)))"

    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout == "[]\n"
