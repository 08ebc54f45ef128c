"""The digest of code: what changes what a method does changes it, and nothing else."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from pathlib import Path

import pytest

import bench.scoring
from bench.basics.paths import ROOT
from bench.basics.source import layout
from bench.basics.source.digest import source_digest
from bench.basics.source.layout import SourceLayout
from bench.basics.source.syntax import parsed
from bench.running.neighbours import source_of_method

FILE = '''
"""What it is."""
from helper import add
import package.deep
class M:
    """A method."""
    def discover(self, task):
        return add(1, 2)
'''


@pytest.fixture
def method(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("REDISCOVER_CACHE", str(tmp_path / "cache"))
    (tmp_path / "package").mkdir()
    (tmp_path / "package" / "__init__.py").write_text("")
    (tmp_path / "package" / "deep.py").write_text("def f():\n    from . import deeper\n")
    (tmp_path / "package" / "deeper.py").write_text("x = 1\n")
    (tmp_path / "helper.py").write_text("def add(a, b):\n    return a + b\n")
    (tmp_path / "other.py").write_text("y = 1\n")
    path = tmp_path / "mine.py"
    path.write_text(FILE)
    return path


@pytest.mark.parametrize(
    ("name", "text", "same"),
    [
        ("mine.py", FILE.replace("What it is", "Anything") + "\n# a comment\n", True),
        ("mine.py", FILE.replace("add(1, 2)", "add(1,\n   2)"), True),
        ("mine.py", FILE.replace("add(1, 2)", "add(2, 1)"), False),
        ("helper.py", "def add(a, b):\n    'Adds.'\n    return (a + b)\n", True),
        ("helper.py", "def add(a, b):\n    return a - b\n", False),
        ("package/deeper.py", "x = 2\n", False),
        ("package/__init__.py", "x = 2\n", False),
        ("other.py", "y = 2\n", True),
    ],
)
def test_what_a_file_and_what_it_imports_does_is_digested(
    method: Path, name: str, text: str, same: bool
) -> None:
    before = source_digest([str(method)])
    (method.parent / name).write_text(text)
    assert (source_digest([str(method)]) == before) == same
    assert len(before) == 64


def test_a_file_may_import_from_its_folder_as_from_a_package(method: Path) -> None:
    folder = method.parent / "searching"
    folder.mkdir()
    (folder / "tools.py").write_text("x = 1\n")
    (folder / "other.py").write_text("x = 1\n")
    (folder / "search.py").write_text("from searching import tools\n")
    place = [str(folder / "search.py")]
    before = source_digest(place)
    (folder / "other.py").write_text("x = 2\n")
    assert source_digest(place) == before
    (folder / "tools.py").write_text("x = 2\n")
    assert source_digest(place) != before


@pytest.mark.parametrize("settled", [True, False])
def test_what_appears_or_goes_in_a_folder_is_seen_by_the_same_process(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, settled: bool
) -> None:
    monkeypatch.setattr("bench.basics.source.digest.ROOT", tmp_path)
    begun = time.time_ns() - 10**12
    package = tmp_path / "methods"
    (package / "deep").mkdir(parents=True)
    (package / "__init__.py").write_text("")
    (package / "mine.py").write_text("from methods.deep import found, lost\n")
    (package / "deep" / "__init__.py").write_text("")
    (package / "deep" / "found.py").write_text("x = 1\n")

    def now() -> str:
        if settled:  # as the files and folders of an installation are
            for path in (tmp_path, *tmp_path.rglob("*")):
                if path.stat().st_mtime_ns > begun:
                    os.utime(path, ns=(path.stat().st_mtime_ns - 10**13,) * 2)
        return source_digest(["methods.mine"])

    changes: list[Callable[[], object]] = [
        lambda: (package / "deep" / "lost.py").write_text("x = 1\n"),
        lambda: (package / "deep" / "lost").mkdir(),
        lambda: (package / "deep" / "lost" / "__init__.py").write_text("x = 2\n"),
        lambda: (package / "deep" / "found.py").unlink(),
        lambda: (package / "deep" / "other.py").write_text("x = 3\n"),
        lambda: (package / "deep" / "__init__.pyi").write_text("from .other import found\n"),
        lambda: (package / "deep" / "__init__.pyi").write_text(
            "from methods.deep.other import found\n"
        ),
    ]
    seen = [now()]
    assert now() == seen[0]
    for change in changes:
        change()
        seen.append(now())
        layout._kept.clear()
        assert source_digest(["methods.mine"]) == seen[-1]
    assert len(set(seen)) > 5


def test_a_moved_file_has_the_same_code(method: Path, tmp_path: Path) -> None:
    before = source_digest([str(method)])
    there = method.rename(method.with_name("renamed.py"))
    assert source_digest([str(there)]) == before


def test_what_is_kept_is_made_again_where_a_file_changed_or_the_cache_is_damaged(
    method: Path, tmp_path: Path
) -> None:
    for path in tmp_path.rglob("*.py"):
        os.utime(path, (1e9, 1e9))
    before = source_digest([str(method)])
    (kept,) = (tmp_path / "cache").glob("trees-*.json")
    kept.write_text('{"a": 3}')
    assert source_digest([str(method)]) == before
    method.write_text(FILE.replace("add(1, 2)", "add(2, 1)"))
    assert source_digest([str(method)]) != before


def test_a_program_counts_by_what_its_words_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("REDISCOVER_CACHE", str(tmp_path / "cache"))
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.chdir(tmp_path)
    engine, script = tmp_path / "engine", tmp_path / "search.R"
    engine.write_text("#!/bin/sh\necho --version 1\n")
    engine.chmod(0o755)
    script.write_text("1 + 1")
    target, words = "methods.command:Command", ["engine", "search.R", "{data}", "\0", "9" * 5000]

    def source(*program: str) -> str:
        return source_of_method(target, {"program": list(program)})

    first, alone = source(*words), source("engine")
    assert len(first) == 64 and first == source(*words) != alone
    script.write_text("1 + 2")
    assert source(*words) != first and source("engine") == alone
    engine.write_text("#!/bin/sh\necho --version 1 # another, which says the same\n")
    assert source("engine") != alone
    assert source("no such program") == source() == source_digest(["methods.command"])


def test_methods_that_ship_depend_on_what_they_use_and_not_on_the_judge() -> None:
    from bench.basics.source import digest

    survey = digest._Survey(frozenset(["methods"]), SourceLayout(str(ROOT)))
    assert survey.begin("methods.mcts.method")
    found = {line.split()[0] for line in survey.digests()}
    assert {"methods.mcts.tree", "bench.expression.compiled.fit", "bench.method"} <= found
    assert not [name for name in found if name.startswith(("bench.scoring", "bench.running"))]


@pytest.mark.parametrize("target", ["no.such.module:A", "/no/such/file.py:A", "__main__:A"])
def test_code_that_is_not_there_is_not_known(target: str) -> None:
    assert target.startswith("__main__") or source_digest([target.rpartition(":")[0]]) == ""


def test_what_is_no_python_is_digested_by_its_bytes() -> None:
    assert parsed(b"def (").digest != parsed(b"def [").digest
    assert parsed(b"x = 1").digest == parsed(b"x = 1  # one\n").digest


def test_what_running_leaves_behind_makes_no_judge_stale() -> None:
    before = source_digest(["bench.scoring.worker"])
    left = Path(bench.scoring.__file__).parent / "ned" / "__pycache__" / "left-1.py311.nbc"
    left.parent.mkdir(exist_ok=True)
    left.write_bytes(b"machine code")
    try:
        assert source_digest(["bench.scoring.worker"]) == before
    finally:
        left.unlink()
