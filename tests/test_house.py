"""The house: floors and walls stand, nothing grew too large, no drawer is called utils, no name is taken."""

import ast
import importlib
import sys
from collections.abc import Iterator
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest
from importlinter.cli import lint_imports

from tests import parsed

ROOT = Path(__file__).parents[1]
FLOORS = ("bot", "handlers", "classifiers", "storage")
DRAWERS = {"utils", "util", "helpers", "helper", "manager", "managers", "base", "common", "misc", "shared"}
FILE_LINES, FUNCTION_LINES = 450, 60

# Path, or path and function, to the reason why it may be larger.
LARGE: dict[str, str] = {}


def sources(*folders: str) -> Iterator[Path]:
    """Yield our own Python files: the packages by default."""
    yield ROOT / "run.py"
    for folder in folders or FLOORS:
        yield from sorted((ROOT / folder).rglob("*.py"))


def name(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def test_floors_and_walls_stand(capsys: pytest.CaptureFixture[str]) -> None:
    status = lint_imports(config_filename=str(ROOT / "pyproject.toml"), no_cache=True, no_logo=True)
    assert status == 0, capsys.readouterr().out


def imported(tree: ast.AST) -> Iterator[str]:
    """Yield the dotted names that a file imports, names taken from a package included."""
    for node in ast.walk(tree):
        match node:
            case ast.Import(names=names):
                yield from (alias.name for alias in names)
            case ast.ImportFrom(module=str(module), names=names):
                yield from (f"{module}.{alias.name}" for alias in names)


def strangers(package: str, own: str, tree: ast.AST, plugins: set[str]) -> set[str]:
    """Return the plugins of a package that a file of the plugin `own` imports, private ones aside."""
    prefix = f"{package}."
    found = {name.removeprefix(prefix).split(".")[0] for name in imported(tree) if name.startswith(prefix)}
    return (found & plugins) - {own}


@pytest.mark.parametrize("package", ["handlers", "bot.adapters", "bot.importers"])
def test_plugins_do_not_know_each_other(package: str) -> None:
    folder = ROOT.joinpath(*package.split("."))
    plugins = {path.stem for path in folder.glob("[!_.]*") if path.is_dir() or path.suffix == ".py"}
    known = {}
    for path in folder.rglob("*.py"):
        own = path.relative_to(folder).parts[0].removesuffix(".py")
        known[name(path)] = strangers(package, own, parsed.tree(path), plugins)
    assert {path: found for path, found in known.items() if found} == {}


def test_the_rule_sees_an_import_of_another_plugin() -> None:
    code = "import handlers.digest\nfrom handlers import stats, _names, Router\nfrom handlers.events.rounds import x"
    plugins = {"digest", "stats", "events", "solved"}
    assert strangers("handlers", "events", ast.parse(code), plugins) == {"digest", "stats"}


def test_files_have_one_concern_each() -> None:
    large = {name(path): len(path.read_text("utf-8").splitlines()) for path in sources()}
    assert {path: lines for path, lines in large.items() if lines > FILE_LINES and path not in LARGE} == {}


def test_functions_can_be_read_at_once() -> None:
    large = {}
    for path in sources():
        for node in parsed.nodes(path):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                large[f"{name(path)} {node.name}"] = (node.end_lineno or 0) - node.lineno + 1
    assert {place: lines for place, lines in large.items() if lines > FUNCTION_LINES and place not in LARGE} == {}


def test_what_may_be_large_still_is_there() -> None:
    for place, reason in LARGE.items():
        path, _, function = place.partition(" ")
        assert reason
        assert (ROOT / path).exists()
        assert f"def {function}(" in (ROOT / path).read_text("utf-8") if function else True


def test_every_file_is_named_after_its_concern() -> None:
    parts = {
        name(path): {part.removesuffix(".py").strip("_") for part in path.parts} for path in sources(*FLOORS, "tests")
    }
    assert {path: found & DRAWERS for path, found in parts.items() if found & DRAWERS} == {}


@pytest.mark.parametrize("package", FLOORS)
def test_nothing_installed_takes_our_names(package: str) -> None:
    assert packages_distributions().get(package) is None
    assert package not in sys.stdlib_module_names
    assert Path(importlib.import_module(package).__file__ or "").parent == ROOT / package
