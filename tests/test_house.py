"""The rules of the house that a tool can hold: doors, versions, sizes."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
PACKAGE = ROOT / "fhir_kb"
MODULES = sorted(PACKAGE.rglob("*.py"))
VERSION_NAMES = {"R4", "R4B", "R5", "r4", "r4b", "r5", "4.0.1", "4.3.0", "5.0.0"}

DOORS = {
    "json": {"formats", "definitions", "fhirpath"},
    "xml.parsers": {"formats"},
    "xml.etree": {"formats", "units"},
    "xml.dom": {"formats"},
    "lxml": {"formats"},
    "requests": {"net.py"},
    "urllib3": {"net.py"},
    "socket": {"net.py", "web/serving/start_checks.py"},
    "sqlite3": {"store"},
    "psycopg": {"store"},
    "yaml": {"facts"},
    "flask": {"web"},
}
"""Which part of the package, or which module of it, may import what reads from outside."""


def named(module: Path) -> str:
    return str(module.relative_to(ROOT))


def part(module: Path) -> str:
    return module.relative_to(PACKAGE).parts[0]


def imported(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield node.module


@pytest.mark.parametrize("module", MODULES, ids=named)
def test_what_reads_from_outside_has_one_door(module: Path) -> None:
    """A second reader of JSON, or a second way out, is where the next hole would be."""
    for name in imported(ast.parse(module.read_text(encoding="utf-8"))):
        for door, allowed in DOORS.items():
            if f"{name}.".startswith(f"{door}."):
                places = {part(module), module.relative_to(PACKAGE).as_posix()}
                assert places & allowed, f"{named(module)} imports {name}"


@pytest.mark.parametrize("module", MODULES, ids=named)
def test_nothing_outside_versions_compares_versions(module: Path) -> None:
    """A difference between versions lives in a table, not in a branch."""
    if part(module) == "versions":
        return
    for node in ast.walk(ast.parse(module.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Compare):
            compared = {
                side.value
                for side in (node.left, *node.comparators)
                if isinstance(side, ast.Constant) and isinstance(side.value, str)
            }
            assert not compared & VERSION_NAMES, f"{named(module)}:{node.lineno}"


@pytest.mark.parametrize("module", MODULES, ids=named)
def test_modules_and_functions_stay_small(module: Path) -> None:
    """A module past 400 lines is two; a function past 60 does two things."""
    text = module.read_text(encoding="utf-8")
    assert text.count("\n") <= 400, named(module)
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            size = (node.end_lineno or node.lineno) - node.lineno + 1
            assert size <= 60, f"{named(module)}:{node.lineno} {node.name} has {size} lines"
