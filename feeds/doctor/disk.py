"""Examine the disk: room where we write, and that the files which must last are kept by git, and no others."""

import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

from feeds.config import Settings
from feeds.doctor.finding import Finding, Patient
from feeds.identity.lock import FILE_NAME

_LEAST, _ENOUGH = 50, 500  # megabytes


def space(patient: Patient) -> Iterator[Finding]:
    """Look at the places that are written to."""
    for place in sorted({_existing(path) for path in _written(patient.settings)}):
        free = shutil.disk_usage(place).free // 2**20
        if not os.access(place, os.W_OK | os.X_OK):
            yield Finding("error", f"{place} cannot be written", "make it writable for this user")
        elif free < _ENOUGH:
            yield Finding("error" if free < _LEAST else "warning", f"{place}: {free} MB are free", "make room")
        else:
            yield Finding(
                "ok", f"{place}: {free // 1024} GB are free" if free > 2048 else f"{place}: {free} MB are free"
            )


def tracked(patient: Patient) -> Iterator[Finding]:
    """Ask git whether feeds.lock is in the repository, and the readers' addresses are not."""
    root = patient.settings.root
    if not (root / FILE_NAME).exists():
        yield Finding("warning", f"there is no {FILE_NAME} yet", "`feeds build` writes it; commit it with the posts")
        return
    known = _known_to_git(root, FILE_NAME)
    if known is None:
        yield Finding("unchecked", f"{FILE_NAME} is there; the site is in no git repository", "keep it with the posts")
        return
    if known:
        yield Finding("ok", f"{FILE_NAME} is kept by git")
    else:
        yield Finding("warning", f"{FILE_NAME} is not in git", f"`git add {FILE_NAME}`: lost, old posts look new")
    for name in sorted(path.name for path in root.glob("*.db")):
        if _known_to_git(root, name):
            mend = f"`git rm --cached {name}` and add it to .gitignore"
            yield Finding("error", f"{name} is in git, with the addresses of your readers", mend)


def _written(settings: Settings) -> Iterator[Path]:
    yield settings.root / settings.feeds.out
    if settings.store.url.startswith("sqlite:///"):
        yield (settings.root / settings.store.url.removeprefix("sqlite:///")).parent
    if settings.newsletter and settings.mail.backend == "folder":
        yield settings.root / settings.mail.folder


def _existing(path: Path) -> Path:
    return next(each for each in (path, *path.parents) if each.exists())


def _known_to_git(root: Path, name: str) -> bool | None:
    """Tell whether git keeps a file; None without git or outside of a repository."""
    command = ["git", "-C", str(root), "ls-files", "--", name]
    try:
        asked = subprocess.run(command, capture_output=True, text=True, check=False, timeout=30)  # noqa: S603
    except (OSError, subprocess.TimeoutExpired):
        return None
    return bool(asked.stdout.strip()) if asked.returncode == 0 else None
