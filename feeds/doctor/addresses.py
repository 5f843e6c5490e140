"""Examine whether the addresses of readers, or the key that signs, would be published with the site."""

from collections.abc import Iterator
from fnmatch import fnmatchcase
from pathlib import PurePosixPath

import yaml

from feeds.config import Settings
from feeds.doctor.finding import Finding, Patient

_JEKYLL = "_config.yml"


def examine(patient: Patient) -> Iterator[Finding]:
    """Look at what nobody else may read: in the folder of the feeds, or where Jekyll copies all it finds."""
    settings = patient.settings
    if not settings.newsletter:
        return
    out, excluded = PurePosixPath(settings.feeds.out), _excluded(settings)
    kept = {path: holds for path, holds in _kept(settings) if not path.is_absolute()}
    served = [path for path in kept if path.is_relative_to(out)]
    copied = [path for path in kept if path not in served and excluded is not None and not _hidden(path, excluded)]
    for path in served:
        mend = f"keep it outside of {out}, by store.url, mail.folder or mail.dkim.key_file"
        yield Finding("error", f"{path} lies in {out}, which is served, with {kept[path]}", mend)
    for path in copied:
        what = f"Jekyll publishes {path}, with {kept[path]}"
        yield Finding("error", what, f'add "{path}*" to exclude in {_JEKYLL}')
    if not served and not copied:
        yield Finding("ok", "what only you may read is not published with the site")


def _kept(settings: Settings) -> Iterator[tuple[PurePosixPath, str]]:
    """Yield where it lies, and what it holds."""
    readers = "the addresses of your readers"
    if settings.store.url.startswith("sqlite:///"):
        yield PurePosixPath(settings.store.url.removeprefix("sqlite:///")), readers
    if settings.mail.backend == "folder":
        yield PurePosixPath(settings.mail.folder), readers
    if settings.mail.dkim.key_file:
        yield PurePosixPath(settings.mail.dkim.key_file), "the key that signs your mail"


def _excluded(settings: Settings) -> list[str] | None:
    """Return what Jekyll is told to exclude; None where no Jekyll builds."""
    path = settings.root / _JEKYLL
    if settings.posts.engine != "jekyll" or not path.is_file():
        return None
    try:
        config = yaml.safe_load(path.read_bytes())
    except yaml.YAMLError:
        return []
    said = config.get("exclude") if isinstance(config, dict) else None
    return [str(each).strip("/") for each in (said if isinstance(said, list) else [said] if said else [])]


def _hidden(path: PurePosixPath, excluded: list[str]) -> bool:
    """Tell whether Jekyll passes over a path (lib/jekyll/entry_filter.rb): special by its name, or excluded."""
    above = [str(each) for each in (path, *path.parents)]
    return any(part[0] in "._#~" for part in path.parts) or any(
        fnmatchcase(each, pattern) for each in above for pattern in excluded
    )
