"""The house rules, as CONTRIBUTING.md tells them, read off the syntax trees of the package."""

import ast
import re
import statistics
import sys
import tokenize
import tomllib
from collections.abc import Iterable, Iterator
from functools import cache
from importlib.metadata import packages_distributions
from itertools import chain
from pathlib import Path
from typing import NamedTuple

import pytest

import feeds

PACKAGE = Path(feeds.__file__).parent

# Ring 0 words, 1 thought (pure), 2 hands (I/O), 3 deeds (join them), 4 doors (the only ones that read the clock).
RINGS = {
    0: "model errors progress rate",
    1: "colour sources markup catalogue identity formats check cadence digest mail tokens replies relaylog dkim "
    "rendering",
    2: "config discovery fetch templating cache collect halves lockfile output store delivery mailbox tree websub",
    3: "publish subscriptions newsletter doctor",
    4: "cli scheduler serving watching web",
}
RING = {name: ring for ring, names in RINGS.items() for name in names.split()}

# What gives a pure module away. Of `pathlib` the pure paths are fine.
IMPURE = """
    asyncio concurrent.futures fcntl ftplib getpass glob http.client http.server imaplib logging multiprocessing os
    poplib random rich secrets select shutil signal smtplib socket sqlalchemy sqlite3 ssl subprocess sys tempfile
    threading time urllib.request
"""
PURE_PATHS = {"PurePath", "PurePosixPath"}
IMPURE_CALLS = {"open", "print", "input", "exec", "eval", "__import__"}
CLOCKS = {"now", "utcnow", "today", "time", "time_ns", "localtime", "gmtime"}
VAGUE = {"utils", "util", "helpers", "helper", "manager", "service", "base", "common", "core", "misc"}

FILE_LINES = 400
FUNCTION_LINES = {"median": 7, "nine in ten": 25, "longest": 50}
COMMENT_SHARE = 0.10  # 5 to 8 % say why; more than this repeats the code

Function = ast.FunctionDef | ast.AsyncFunctionDef


class Module(NamedTuple):
    """One file of the package."""

    path: Path
    tree: ast.Module

    @property
    def name(self) -> str:
        """Say where it is: "feeds/formats/rss.py"."""
        return self.path.relative_to(PACKAGE.parent).as_posix()

    @property
    def noun(self) -> str:
        """Say which module or folder of the house it belongs to: "formats"; "" for the package itself."""
        first = self.path.relative_to(PACKAGE).parts[0]
        return first.removesuffix(".py").removeprefix("__init__").removeprefix("__main__")

    @property
    def ring(self) -> int:
        """Say its ring; the package itself is a door."""
        return RING.get(self.noun, 4) if self.noun else 4


@cache
def modules() -> tuple[Module, ...]:
    """Read every file of the package once."""
    return tuple(Module(path, ast.parse(path.read_text("utf-8"))) for path in sorted(PACKAGE.rglob("*.py")))


def imports(module: Module) -> Iterator[tuple[int, str]]:
    """Yield (line, dotted name) of everything it imports, inside functions too: "feeds.model.Post"."""
    package = [PACKAGE.name, *module.path.relative_to(PACKAGE).parts[:-1]]
    for node in ast.walk(module.tree):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, each.name) for each in node.names)
        elif isinstance(node, ast.ImportFrom):
            above = package[: len(package) - node.level + 1] if node.level else []
            origin = ".".join([*above, *filter(None, [node.module])])
            yield from ((node.lineno, f"{origin}.{each.name}") for each in node.names)


def functions(module: Module) -> Iterator[Function]:
    """Yield every function and method."""
    return (node for node in ast.walk(module.tree) if isinstance(node, Function))


def length(function: Function) -> int:
    """Count the lines of a function, its docstring and decorators aside."""
    lines = (function.end_lineno or 0) - function.lineno + 1
    first = function.body[0]
    has_docstring = ast.get_docstring(function) is not None
    return lines - ((first.end_lineno or 0) - first.lineno + 1 if has_docstring else 0)


def within(name: str, family: Iterable[str]) -> bool:
    """Tell whether a dotted name is one of a family or inside one."""
    return any(name == each or name.startswith(f"{each}.") for each in family)


def clock_readings(module: Module) -> Iterator[tuple[int, str]]:
    """Yield (line, call) of all that asks for the time: datetime.now(), date.today(), func.now(), time.time()."""
    for node in ast.walk(module.tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in CLOCKS:
            owner = ast.unparse(node.func.value)
            if node.func.attr in {"now", "utcnow", "today"} or owner == "time":
                yield node.lineno, f"{owner}.{node.func.attr}()"


def in_rings(*rings: int) -> list[Module]:
    """List the modules of these rings."""
    return [module for module in modules() if module.ring in rings]


def none(findings: Iterable[str]) -> None:
    """Fail with one finding a line."""
    lines = list(findings)
    assert not lines, "\n" + "\n".join(lines)


def test_every_module_has_its_ring() -> None:
    """A new noun gets its place in RINGS before anything else."""
    none({module.noun for module in modules()} - {*RING, ""})


def test_rings_are_imported_inwards() -> None:
    """A module imports its own ring or a lower one, never up, not even inside a function."""
    upwards = [
        f"{module.name}:{line}: ring {module.ring} imports {name}"
        for module in modules()
        for line, name in imports(module)
        if name.startswith("feeds.") and name != "feeds.__version__" and RING.get(name.split(".")[1], 4) > module.ring
    ]
    none(upwards)


def test_rings_0_and_1_are_pure() -> None:
    """Words and thought touch no disk, network, environment, process, chance or log."""
    impure = [
        f"{module.name}:{line}: imports {name}"
        for module in in_rings(0, 1)
        for line, name in imports(module)
        if within(name, IMPURE.split()) or (within(name, {"pathlib"}) and name.split(".")[-1] not in PURE_PATHS)
    ]
    calls = [
        f"{module.name}:{node.lineno}: calls {node.func.id}()"
        for module in in_rings(0, 1)
        for node in ast.walk(module.tree)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in IMPURE_CALLS
    ]
    none(impure + calls)


def test_only_doors_read_the_clock() -> None:
    """`now` is a value that comes in from ring 4, so that every deed can be done at any moment in a test."""
    none(f"{module.name}:{line}: {call}" for module in in_rings(0, 1, 2, 3) for line, call in clock_readings(module))


def test_settings_stop_at_ring_3() -> None:
    """Rings 1 and 2 take a Site, a Newsletter or plain values, so that they can be used without a feeds.toml."""
    none(
        f"{module.name}:{line}: imports {name}"
        for module in in_rings(0, 1, 2)
        for line, name in imports(module)
        if name == "feeds.config.Settings" or (name.startswith("feeds.config") and module.ring < 2)
    )


def test_feedgen_lives_in_formats() -> None:
    """Its traps are cured in one place."""
    none(
        f"{module.name}:{line}: imports {name}"
        for module in modules()
        for line, name in imports(module)
        if module.noun != "formats" and within(name, {"feedgen"})
    )


def test_imports_are_declared() -> None:
    """Whatever the package imports comes with it: from Python, or from a dependency or extra in pyproject.toml."""
    project = tomllib.loads((Path(__file__).parent.parent / "pyproject.toml").read_text("utf-8"))["project"]
    declared = chain(project["dependencies"], *project["optional-dependencies"].values())
    names = {re.split(r"[<>=\[]", each)[0].lower() for each in declared}
    origins = packages_distributions()
    none(
        f"{module.name}:{line}: imports {name}"
        for module in modules()
        for line, name in imports(module)
        if (top := name.split(".")[0]) not in {*sys.stdlib_module_names, "feeds"}
        and not names & {each.lower() for each in origins.get(top, ())}
    )


def test_names_say_what_is_inside() -> None:
    """No file is called after its place in a diagram."""
    none(module.name for module in modules() if VAGUE & {*module.path.with_suffix("").parts[-2:]})


def test_files_stay_small() -> None:
    """A module that outgrows the limit becomes a folder of the same name."""
    sizes = {module.name: len(module.path.read_text("utf-8").splitlines()) for module in modules()}
    none(f"{name}: {lines} lines" for name, lines in sizes.items() if lines > FILE_LINES)


def test_functions_stay_short() -> None:
    """The longest function fits on a screen, and most are a thought long."""
    sizes = sorted(
        (length(function), f"{module.name}:{function.lineno} {function.name}")
        for module in modules()
        for function in functions(module)
    )
    lines = [size for size, _ in sizes]
    median, ninth = statistics.median(lines), statistics.quantiles(lines, n=10)[-1]
    print(f"{len(lines)} functions: median {median}, nine in ten within {ninth:.0f}, longest {lines[-1]}")
    none(f"{place}: {size} lines" for size, place in sizes if size > FUNCTION_LINES["longest"])
    assert ninth <= FUNCTION_LINES["nine in ten"]
    assert median <= FUNCTION_LINES["median"]


def test_comments_say_why() -> None:
    """Comments are few; the code says what it does itself."""
    comments = lines = 0
    for module in modules():
        with tokenize.open(module.path) as file:
            kinds = [token.type for token in tokenize.generate_tokens(file.readline)]
        comments += kinds.count(tokenize.COMMENT)
        lines += kinds.count(tokenize.NEWLINE) + kinds.count(tokenize.NL)
    print(f"{comments} comments in {lines} lines: {comments / lines:.1%}")
    assert comments / lines < COMMENT_SHARE


@pytest.mark.parametrize("kind", ["docstring", "annotation"])
def test_functions_are_told_and_typed(kind: str) -> None:
    """Every module, public class and public function has a docstring, and every function its types."""
    lacking = missing_docstrings if kind == "docstring" else missing_annotations
    none(f"{module.name}:{line}: {name}" for module in modules() for line, name in lacking(module))


def missing_docstrings(module: Module) -> Iterator[tuple[int, str]]:
    """Yield (line, name) of what is public and not told."""
    if ast.get_docstring(module.tree) is None:
        yield 1, "module"
    classes = (node for node in module.tree.body if isinstance(node, ast.ClassDef) and node.name[0] != "_")
    holders: list[ast.Module | ast.ClassDef] = [module.tree, *classes]
    for node in chain.from_iterable(holder.body for holder in holders):
        if isinstance(node, Function | ast.ClassDef) and not node.name.startswith("_") and not ast.get_docstring(node):
            yield node.lineno, node.name


def missing_annotations(module: Module) -> Iterator[tuple[int, str]]:
    """Yield (line, name) of functions with an argument or a result without a type."""
    for function in functions(module):
        every = function.args
        named = [*every.posonlyargs, *every.args, *every.kwonlyargs, *filter(None, [every.vararg, every.kwarg])]
        typed = all(each.annotation or each.arg in {"self", "cls"} for each in named)
        if not typed or function.returns is None:
            yield function.lineno, function.name
