"""One benchmark of 40 runs, to be run by any executor, and what must come of it everywhere."""

from __future__ import annotations

from pathlib import Path

import pytest

from bench.method import Budget
from bench.problems import load_dataset
from bench.running import Limits, LocalExecutor, MethodSpec, Record, Store, execute, matrix
from bench.running.events import Event
from bench.running.executors import Executor

LIMITS = Limits(grace=1.0)


def benchmark(folder: Path, executor: Executor, events: list[Event] | None = None) -> list[Record]:
    """Two deterministic methods on ten problems, with and without noise: 40 runs, by id."""
    methods = [
        MethodSpec("linear", "methods.linear:Linear"),
        MethodSpec("polynomial", "methods.polynomial:Polynomial"),
    ]
    datasets = {"nguyen": load_dataset("nguyen", limit=10)}
    budget = Budget(seconds=20, memory_mb=1000)
    runs = matrix(methods, datasets, noise=[0, 0.01], budget=budget)
    assert len(runs) == 40
    store = Store(folder)
    on_event = (events if events is not None else []).append
    execute(runs, datasets, store, executor, limits=LIMITS, on_event=on_event)
    return sorted(store.records(), key=lambda record: record.run.id)


def in_a_folder_of_shadows(folder: Path, patch: pytest.MonkeyPatch) -> Path:
    """Go to a folder whose modules say that they were run: in the file that is returned."""
    ran = folder / "ran"
    place = folder / "shadows"
    place.mkdir()
    for name in ("bench", "fractions", "methods", "random", "sitecustomize", "uuid"):
        (place / f"{name}.py").write_text(
            f"open({str(ran)!r}, 'a').write({name!r})\nraise SystemExit"
        )
    patch.chdir(place)
    return ran


def essence(records: list[Record]) -> list[tuple[object, ...]]:
    """What must be the same wherever a benchmark has run."""
    return [
        (r.run.id, r.digest, r.status, r.discovery, r.provenance["data_digest"]) for r in records
    ]


def local(folder: Path) -> list[tuple[object, ...]]:
    return essence(benchmark(folder, LocalExecutor(2)))
