"""What a worker executes of a kind is part of the code of the runs that are posed so."""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

import pytest

from bench.basics.paths import ROOT
from bench.method import Discovery
from bench.problems.dataset import Dataset
from bench.running import MethodSpec, Record, Resources, Store, matrix
from bench.running.neighbours import source_of_method
from bench.running.results.contents.holdings import Holdings

TARGET = "methods.linear:Linear"
KINDS = ("table", "system", "oracle", "constant", "panel")
REDUCED = {"system as table", "oracle as table"}
STALE: Mapping[str, set[str]] = {
    "kinds/system/reduction.py": {"system", "system as table"},  # task.by_tables
    "kinds/oracle/reduction.py": {"oracle as table"},
    "kinds/system/solving/integration.py": {"system", "system as table"},
    "kinds/system/differences.py": {"system", "system as table"},
    "kinds/panel/task.py": {"panel"},
    "kinds/constant/relation.py": {"constant"},
    "kinds/table/posing.py": {*KINDS, *REDUCED},  # the method is one for tables
    "kinds/system/scoring.py": set(),
    "kinds/system/showing.py": set(),
    "kinds/oracle/asking.py": set(),
}
"""Of what is edited, whose records are of other code."""


@dataclass(frozen=True)
class Posed:
    """A problem of some kind, as far as planning looks at it."""

    kind: str
    name: str = "one"
    tier: ClassVar[str] = ""


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of the code, which digests are of from now on."""
    monkeypatch.setenv("REDISCOVER_CACHE", str(tmp_path / "cache"))
    for name in ("bench", "methods"):
        shutil.copytree(ROOT / name, tmp_path / name, ignore=shutil.ignore_patterns("__pycache__"))
    monkeypatch.setattr("bench.basics.source.digest.ROOT", tmp_path)
    return tmp_path


def posed_records(folder: Path) -> Store:
    """A record of each way in which a problem can come to a method, by the code of now."""
    source, store = source_of_method(TARGET, {}), Store(folder)
    native = MethodSpec("native", TARGET, {}, source, kinds=KINDS)
    reduced = MethodSpec("reduced", TARGET, {}, source, kinds=("table",))
    datasets = {kind: Dataset(kind, "1", (Posed(kind),)) for kind in KINDS}  # type: ignore[arg-type]
    by_reduction = {kind: datasets[kind] for kind in ("system", "oracle")}
    runs = [*matrix([native], datasets), *matrix([reduced], by_reduction)]
    store.add_to_plan(runs)
    for run in runs:
        found = Discovery.of("x0")
        store.write(Record(run, "ok", "", found, (), Resources(1.0, 1.0, 1.0), {}))
    return store


def stale(store: Store) -> set[str]:
    holdings = Holdings.of(store)
    posed = holdings.runs.words("posed").texts()
    return set(posed[holdings.stale])


def test_a_change_makes_stale_what_workers_did_with_it(project: Path) -> None:
    store = posed_records(project / "results")
    assert set(Holdings.of(store).runs.words("posed").words) == {*KINDS, *REDUCED}
    assert stale(store) == set()
    found = {}
    for name in STALE:
        path = project / "bench" / name
        before = path.read_text()
        path.write_text(f"{before}\nCHANGED = 1\n")
        found[name] = stale(store)
        path.write_text(before)
    assert found == dict(STALE)
    assert stale(store) == set()
