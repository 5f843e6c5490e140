"""Files of data beside posts."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from feeds.sources import data


@pytest.mark.parametrize(
    ("text", "path"),
    [
        ("ada:\n  Name: آدا\n", "authors.yml"),
        ('{"ada": {"name": "آدا"}}', "_data/authors.json"),
        ('[ada]\nname = "آدا"\n', "authors.toml"),
        ("import os\nADA = {'name': 'آدا'}\nBEN = os.getcwd()\nADA.x = '\\d'\n", "conf.py"),
    ],
)
def test_maps_by_name(text: str, path: str) -> None:
    """YAML, JSON, TOML and plain values of Python give the same map, its keys in whatever case."""
    assert data(text, path) == {"ada": {"name": "آدا"}}


def test_lists_of_people() -> None:
    """A list of maps is one by what each is called."""
    text = "- id: ada\n  name: Ada\n- name: Ben\n- nobody\n- {}\n"

    assert data(text, "authors.yaml") == {"ada": {"id": "ada", "name": "Ada"}, "Ben": {"name": "Ben"}}


@pytest.mark.parametrize("text", ["", " \n", "a", "[", "- a", "1", "a: &a [*a]", "{" * 100_000, "\x00"])
@pytest.mark.parametrize("path", ["a.json", "a.yml", "a.toml", "a.py"])
def test_what_says_nothing(text: str, path: str) -> None:
    """A file that is broken, or holds something else, says nothing and does no harm."""
    assert data(text, path) == {}


@given(st.text(), st.sampled_from(("a.json", "a.yml", "a.toml", "a.py")))
@settings(max_examples=100)
def test_no_text_raises(text: str, path: str) -> None:
    """Whatever stands in it, a file of data is a map."""
    assert isinstance(data(text, path), dict)
