"""The Jinja2 environment: the site's own templates first, ours behind. Contains no decisions about what is shown."""

from pathlib import Path

from jinja2 import ChoiceLoader, Environment, FileSystemLoader, PrefixLoader, StrictUndefined
from jinja2.sandbox import ImmutableSandboxedEnvironment

FOLDER = "templates"


def environment(folder: Path) -> Environment:
    """Return the environment for the site in `folder`, whose templates/ win over ours file by file.

    Ours stay within reach under "feeds/": a site's own digest.html may say `{% extends "feeds/digest.html" %}`.
    HTML is autoescaped, an undefined name is an error, and templates run in a sandbox.
    """
    ours = FileSystemLoader(_our_folders())
    return ImmutableSandboxedEnvironment(
        loader=ChoiceLoader([FileSystemLoader(folder / FOLDER), ours, PrefixLoader({"feeds": ours})]),
        autoescape=_is_markup,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )


def _our_folders() -> list[Path]:
    """List where ours may be: inside the installed package, or beside it in a checkout."""
    package = Path(__file__).parent
    return [package / FOLDER, package.parent / FOLDER]


def _is_markup(name: str | None) -> bool:
    return name is None or name.endswith((".html", ".xml"))
