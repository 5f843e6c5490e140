"""What the Jinja2 environment promises to a site's own templates."""

from pathlib import Path

import pytest
from jinja2 import Environment, UndefinedError
from jinja2.exceptions import SecurityError

from feeds.templating import environment


@pytest.fixture
def templates(tmp_path: Path) -> Environment:
    (tmp_path / "templates").mkdir()
    (tmp_path / "templates" / "own.html").write_text("{{ word }}", "utf-8")
    (tmp_path / "templates" / "own.txt").write_text("{% if word %}\n{{ word }}\n{% endif %}\n", "utf-8")
    return environment(tmp_path)


def test_ours_are_found_in_a_site_without_templates(tmp_path: Path) -> None:
    """A site that has no templates/ folder gets our digest."""
    name = environment(tmp_path).get_template("digest.html").name

    assert "digest.html" == name


def test_the_sites_own_win(tmp_path: Path) -> None:
    """A template of the site replaces ours of the same name."""
    (tmp_path / "templates").mkdir()
    (tmp_path / "templates" / "digest.txt").write_text("own", "utf-8")

    assert "own" == environment(tmp_path).get_template("digest.txt").render()


def test_ours_can_be_extended(tmp_path: Path) -> None:
    """A template of the site that has replaced ours still reaches ours under feeds/."""
    (tmp_path / "templates").mkdir()
    (tmp_path / "templates" / "digest.html").write_text('{% extends "feeds/digest.html" %}', "utf-8")
    templates = environment(tmp_path)

    assert templates.get_template("digest.html").filename != templates.get_template("feeds/digest.html").filename


def test_html_is_escaped_and_text_is_not(templates: Environment) -> None:
    """Values are escaped in .html and stand as they are in .txt."""
    shown = [templates.get_template(name).render(word="<b> & c") for name in ("own.html", "own.txt")]

    assert ["&lt;b&gt; &amp; c", "<b> & c\n"] == shown


def test_an_undefined_name_is_an_error(templates: Environment) -> None:
    """A misspelt name never becomes an empty place in a mail."""
    with pytest.raises(UndefinedError):
        templates.get_template("own.html").render(wrd="x")


def test_templates_are_sandboxed(templates: Environment) -> None:
    """A template that came with a borrowed theme cannot reach into Python."""
    with pytest.raises(SecurityError):
        templates.from_string("{{ ''.__class__.__mro__ }}").render()
