"""What is installed: the wheel that users get, and the editable install that we work on."""

import site
import subprocess
import sys
import venv
from pathlib import Path

import pytest

import feeds

ROOT = Path(__file__).parent.parent


def run(*command: str | Path, cwd: Path) -> str:
    """Run a command away from the checkout and return what it printed."""
    done = subprocess.run([str(each) for each in command], cwd=cwd, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.fixture(scope="module", params=["wheel", "editable"])
def installed(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give the programs of a virtual environment that holds feeds and, borrowed from ours, what it depends on."""
    folder = tmp_path_factory.mktemp(request.param)
    venv.create(folder / "venv", with_pip=False, symlinks=True)
    programs = folder / "venv/bin"
    (purelib,) = (folder / "venv/lib").glob("python*/site-packages")
    # Paths in .pth files come after the environment's own packages, so that our feeds stays hidden behind its.
    (purelib / "zz-borrowed.pth").write_text("\n".join(site.getsitepackages()), "utf-8")
    pip: list[str | Path] = [
        sys.executable,
        "-m",
        "pip",
        "--python",
        programs / "python",
        "install",
        "--quiet",
        "--ignore-installed",
    ]
    what: list[str | Path] = ["--editable", ROOT] if request.param == "editable" else [ROOT]
    run(*pip, "--no-deps", "--no-build-isolation", "--no-index", *what, cwd=folder)
    return programs


def asked(installed: Path, expression: str) -> str:
    """Evaluate an expression about `feeds` in that environment."""
    program = f"import feeds, pathlib; print({expression})"
    return run(installed / "python", "-P", "-c", program, cwd=installed).strip()


def test_command_says_its_version(installed: Path) -> None:
    """`feeds --version` works from any folder and names the version of the package."""
    assert f"feeds {feeds.__version__}" == run(installed / "feeds", "--version", cwd=installed).strip()


def test_version_is_in_the_metadata(installed: Path) -> None:
    """What pip shows and what the package says are one version, written in one place."""
    assert feeds.__version__ == asked(installed, "__import__('importlib.metadata').metadata.version('feeds')")


def test_templates_come_along(installed: Path) -> None:
    """Every template of ours is found by a site that has none, however feeds was installed."""
    ours = {path.relative_to(ROOT / "templates").as_posix() for path in (ROOT / "templates").rglob("*.*")}
    listing = "*__import__('feeds.templating').templating.environment(pathlib.Path('nowhere')).list_templates()"
    assert ours == {name for name in asked(installed, listing).split() if not name.startswith("feeds/")}


def test_types_come_along(installed: Path) -> None:
    """A type checker of whoever imports feeds sees our annotations."""
    assert "True" == asked(installed, "(pathlib.Path(feeds.__file__).parent / 'py.typed').is_file()")


@pytest.mark.needs("wheel")
def test_tests_see_the_wheel() -> None:
    """All other tests import the installed wheel, whose templates travel inside the package, and not the checkout."""
    assert (Path(feeds.__file__).parent / "templates").is_dir()
