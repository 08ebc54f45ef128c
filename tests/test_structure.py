"""The shape of the house: small rooms, short functions, one word for one thing."""

from __future__ import annotations

import ast
from collections import Counter, defaultdict
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import NamedTuple

import pytest

ROOT = Path(__file__).resolve().parents[1]
MOST_FILES = 14
MOST_LINES = 40


def _modules(*rooms: str) -> Iterator[Path]:
    for room in rooms:
        yield from sorted((ROOT / room).rglob("*.py"))


class Told(NamedTuple):
    """What a module's syntax tree tells, for all tests at once: the trees would fill the memory."""

    speaks: bool
    classes: tuple[str, ...]
    functions: tuple[tuple[str, int], ...]


@cache
def _told(path: Path) -> Told:
    tree = _parsed(path)
    return Told(
        ast.get_docstring(tree) is not None,
        tuple(node.name for node in tree.body if isinstance(node, ast.ClassDef)),
        tuple(
            (node.name, node.end_lineno - node.lineno + 1)
            for node in ast.walk(tree)
            if isinstance(node, ast.FunctionDef) and node.end_lineno is not None
        ),
    )


def _parsed(path: Path) -> ast.Module:
    return ast.parse(path.read_bytes(), filename=str(path))


@pytest.mark.parametrize("room", ["bench", "methods"])
def test_no_folder_is_a_heap(room: str) -> None:
    counts = Counter(path.parent.relative_to(ROOT) for path in _modules(room))
    assert {str(folder): n for folder, n in counts.items() if n > MOST_FILES} == {}


def test_no_two_classes_have_one_name() -> None:
    places: dict[str, list[str]] = defaultdict(list)
    for path in _modules("bench", "methods", "benchmarks"):
        for name in _told(path).classes:
            places[name].append(str(path.relative_to(ROOT)))
    assert {name: where for name, where in places.items() if len(where) > 1} == {}


def test_no_two_modules_differ_by_an_s() -> None:
    stems = {path.stem for path in _modules("bench")}
    assert sorted(stem for stem in stems if f"{stem}s" in stems) == []


def test_no_two_files_of_tests_have_one_name() -> None:
    """Pytest imports them by their name alone."""
    names = Counter(path.name for path in (ROOT / "tests").rglob("test_*.py"))
    assert {name for name, n in names.items() if n > 1} == set()


def test_no_test_imports_from_a_conftest() -> None:
    """Which of them it gets depends on the folders that are collected together."""
    asking = [
        str(path.relative_to(ROOT))
        for path in _modules("tests")
        if b"conftest" in path.read_bytes()
        for node in ast.walk(_parsed(path))
        if isinstance(node, ast.ImportFrom) and node.module == "conftest"
    ]
    assert asking == []


@pytest.mark.parametrize("room", ["bench", "methods"])
def test_functions_are_short(room: str) -> None:
    long = {
        f"{path.relative_to(ROOT)}: {name}": lines
        for path in _modules(room)
        for name, lines in _told(path).functions
        if lines > MOST_LINES
    }
    assert long == {}


def test_every_module_says_what_it_is() -> None:
    silent = [
        str(path.relative_to(ROOT))
        for path in _modules("bench", "methods")
        if path.stat().st_size and not _told(path).speaks
    ]
    assert silent == []
