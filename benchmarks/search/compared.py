"""Methods run on suites: what is known already is kept, what is missing is run."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from bench import Budget
from bench.plugins import find_method, spec_of
from bench.problems import Dataset
from bench.running import (
    LocalExecutor,
    MethodSpec,
    Run,
    Store,
    execute,
    matrix,
    missing_engine,
)
from benchmarks.search.rows import RunRow, ordered, row_of
from benchmarks.search.suites import by_turns, suite

# Wall seconds to a CPU second: the busiest machine stretches a wait, and ends no run.
_PATIENCE = 20.0


@dataclass(frozen=True)
class Wanted:
    """What a comparison is about; ``problems`` of each suite, all where it is None."""

    methods: tuple[str, ...]
    suites: tuple[str, ...]
    cpu_seconds: float = 60.0
    seeds: int = 1
    noise: tuple[float, ...] = (0.0,)
    problems: int | None = None


@dataclass(frozen=True)
class SoFar:
    """Every row there is, and how many of the runs asked for are done, of how many."""

    rows: list[RunRow]
    done: int
    planned: int


def compared(asked: Wanted, known: Iterable[RunRow], *, rerun_stale: bool) -> Iterator[SoFar]:
    """The comparison as it is known, where it is, and after each problem.

    Rows of an earlier code of their method are kept, or with ``rerun_stale`` made again.
    """
    suites = {name: suite(name, asked.problems) for name in asked.suites}
    runs = {_key(run): run for run in _planned(asked, suites)}
    rows = {row.key: row for row in known}
    if rerun_stale:
        rows = {key: row for key, row in rows.items() if not (key in runs and row.stale)}
    if rows:
        yield _state(rows, runs)
    with TemporaryDirectory() as folder:
        store = Store(Path(folder))
        for dataset, problem in by_turns(suites):
            left = [run for key, run in runs.items()
                    if (run.dataset, run.problem) == (dataset, problem)
                    and key not in rows]  # fmt: skip
            if left:
                execute(left, suites, store, LocalExecutor(1))
                rows |= {row.key: row for row in _done(left, suites, store)}
                yield _state(rows, runs)


def _planned(asked: Wanted, suites: Mapping[str, Dataset]) -> list[Run]:
    specs = [spec for spec in map(_spec, asked.methods) if spec is not None]
    wall = _PATIENCE * asked.cpu_seconds
    budget = Budget.of_cpu(asked.cpu_seconds, seconds=wall, threads=1)
    return matrix(specs, suites, seeds=range(asked.seeds), noise=asked.noise, budget=budget)


def _spec(name: str) -> MethodSpec | None:
    spec = spec_of(find_method(name))
    reason = missing_engine(spec)
    if reason is not None:
        print(f"{name}: left out: {reason}")
    return spec if reason is None else None


def _key(run: Run) -> tuple[object, ...]:
    budget = run.budget.cpu_seconds
    return run.method.label, run.dataset, run.problem, run.noise, run.seed, budget


def _state(
    rows: Mapping[tuple[object, ...], RunRow], runs: Mapping[tuple[object, ...], Run]
) -> SoFar:
    return SoFar(ordered(rows.values()), len(runs.keys() & rows.keys()), len(runs))


def _done(runs: Iterable[Run], suites: Mapping[str, Dataset], store: Store) -> Iterator[RunRow]:
    for run in runs:
        record = store.read(run.key)
        if record is not None:
            yield row_of(record, suites[run.dataset][run.problem])
