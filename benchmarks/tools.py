"""Install other people's generators by package name, each into a folder of its own below the scratch folder, once."""

import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path


def python(work: Path, *packages: str) -> Path:
    """Install packages from PyPI into a virtual environment named after the first; return its folder of commands."""
    folder = _folder(work, packages[0].partition("[")[0])
    commands = folder / "bin"
    if not (folder / "done").exists():
        run([sys.executable, "-m", "venv", folder], work)
        run([commands / "python", "-m", "pip", "install", "--quiet", *packages], work)
        (folder / "done").touch()
    return commands


def node(work: Path, name: str, *packages: str) -> Path:
    """Install packages from npm into the folder `name`; return its node_modules."""
    folder = _folder(work, name)
    if not (folder / "done").exists():
        (folder / "package.json").write_text('{"private": true}\n', "utf-8")
        run(["npm", "install", "--silent", "--no-audit", "--no-fund", *packages], folder)
        (folder / "done").touch()
    return folder / "node_modules"


def debian(command: str, *packages: str) -> str:
    """Install Debian packages unless the command is there already; needs root. Return the command."""
    if shutil.which(command) is None:
        run(["apt-get", "install", "--yes", "--no-install-recommends", *packages], Path())
    return command


def run(command: Sequence[str | Path], folder: Path) -> None:
    """Run a command in a folder. Raises RuntimeError with the end of what it said when it fails."""
    try:
        done = subprocess.run(command, cwd=folder, capture_output=True, text=True)
    except OSError as error:
        raise RuntimeError(f"{command[0]} does not run: {error}") from error
    if done.returncode:
        raise RuntimeError(f"{command[0]} failed in {folder}:\n{(done.stdout + done.stderr)[-3000:]}")


def write(path: Path, text: str) -> None:
    """Write a file, with the folders that it needs."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, "utf-8")


def _folder(work: Path, name: str) -> Path:
    folder = work / "tools" / name
    folder.mkdir(parents=True, exist_ok=True)
    return folder
