"""Engines of others beside Operon, gplearn and our own searches: which laws each recovers.

    python -m benchmarks.engines [--methods eggp symregg ...] [--suites nguyen feynman10 srsd_easy]
                                 [--cpu-seconds 30] [--seeds 1] [--problems N]

One thread and the same CPU seconds for all, one run at a time, so that a busy machine stretches the
wait and not the budget. A law is recovered when the judge's rule ``exact`` says yes of the formula
a method stands by. ``feynman10`` is ten problems of AI Feynman, drawn by a fixed seed; with
``--problems`` so many of every suite are. A method that is not installed is named, and has no row.

All methods do a problem before the next one begins, and the suites take turns. After each problem
the table of all that is done is written, with its counts: to ``benchmarks/results/engines.md``,
every run to ``.csv``. The CSV is the memory of the comparison: killed and started again, here or in
another clone, it makes what the CSV lacks, and again what a method's code has changed since.
"""

from __future__ import annotations

import argparse
import csv
import io
import itertools
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, fields, replace
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np

from bench import Budget
from bench.basics.files import write_whole
from bench.plugins import find_method, spec_of
from bench.problems import Dataset, load_dataset
from bench.running import (
    LocalExecutor,
    MethodSpec,
    Run,
    Store,
    execute,
    matrix,
    missing_engine,
)
from benchmarks.search import judged

RESULTS = Path(__file__).parent / "results"
ENGINES = ("eggp", "symregg", "rils_rols", "gp_elite", "bingo", "operon", "gplearn")
METHODS = (*ENGINES, "mcts", "rsrm", "laws")
SUITES = ("nguyen", "feynman10", "srsd_easy")
_DRAWN_SEED = 0
# Wall seconds to a CPU second: the busiest machine stretches a wait, and ends no run.
_PATIENCE = 20.0


@dataclass(frozen=True)
class Asked:
    """What a comparison is about."""

    methods: tuple[str, ...] = METHODS
    suites: tuple[str, ...] = SUITES
    cpu_seconds: float = 30.0
    seeds: int = 1
    problems: int | None = None


def main() -> None:
    """Run what is not done yet, and write the table of all that is."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--methods", nargs="+", default=METHODS)
    parser.add_argument("--suites", nargs="+", default=SUITES)
    parser.add_argument("--cpu-seconds", type=float, default=30.0)
    parser.add_argument("--seeds", type=int, default=1)
    parser.add_argument("--problems", type=int, help="so many of each suite, drawn")
    options = vars(parser.parse_args())
    asked = Asked(**{**options, "methods": tuple(options["methods"]),
                     "suites": tuple(options["suites"])})  # fmt: skip
    for rows, planned in compared(asked, read(RESULTS / "engines.csv")):
        write(asked, rows, planned, RESULTS / "engines")


@dataclass(frozen=True)
class Row:
    """A run of the comparison: ``found`` is CPU seconds to the law, None where it was not found.

    ``code`` is the digest of the method's code, ``budget`` the CPU seconds it was given.
    """

    method: str
    code: str
    suite: str
    problem: str
    seed: int
    budget: float
    cpu: float
    found: float | None
    formula: str

    @property
    def key(self) -> tuple[object, ...]:
        """What makes it the same run."""
        return self.method, self.code, self.suite, self.problem, self.seed, self.budget


def compared(asked: Asked, known: Iterable[Row] = ()) -> Iterator[tuple[list[Row], int]]:
    """After each problem: the row of every run ``known`` or done, and how many there will be."""
    suites = {name: suite(name, asked.problems) for name in asked.suites}
    specs = [spec for spec in map(_spec, asked.methods) if spec is not None]
    budget = Budget.of_cpu(asked.cpu_seconds, seconds=_PATIENCE * asked.cpu_seconds, threads=1)
    runs = {
        _key(run): run for run in matrix(specs, suites, seeds=range(asked.seeds), budget=budget)
    }
    rows = {row.key: row for row in known if row.key in runs}
    with TemporaryDirectory() as folder:
        store = Store(Path(folder))
        for dataset, problem in by_turns(suites):
            left = [
                run for key, run in runs.items()
                if (run.dataset, run.problem) == (dataset, problem) and key not in rows
            ]  # fmt: skip
            if left:
                execute(left, suites, store, LocalExecutor(1))
                rows |= {row.key: row for row in _judged(left, suites, store)}
            yield [rows[key] for key in runs if key in rows], len(runs)


def _key(run: Run) -> tuple[object, ...]:
    method = run.method
    return (method.label, method.source, run.dataset, run.problem, run.seed, run.budget.cpu_seconds)


def _judged(runs: Sequence[Run], suites: dict[str, Dataset], store: Store) -> Iterator[Row]:
    source = {run.method.label: run.method.source for run in runs}
    for one in judged(runs, suites, store):
        budget = runs[0].budget.cpu_seconds or 0.0
        yield Row(
            one.method, source[one.method], one.suite, one.problem, one.seed, budget,
            round(one.cpu, 2), one.found, one.formula,
        )  # fmt: skip


def by_turns(suites: Mapping[str, Dataset]) -> Iterator[tuple[str, str]]:
    """The first problem of each suite, the second of each, and so on."""
    columns = ([(name, one.name) for one in suite.problems] for name, suite in suites.items())
    for row in itertools.zip_longest(*columns):
        yield from (one for one in row if one is not None)


def suite(name: str, most: int | None) -> Dataset:
    """A suite, or as many of its problems as are asked for."""
    dataset = load_dataset("aifeynman" if name == "feynman10" else name)
    count = min(most or 1000, 10 if name == "feynman10" else 1000, len(dataset.problems))
    drawn = np.random.default_rng(_DRAWN_SEED).permutation(len(dataset.problems))[:count]
    problems = tuple(dataset.problems[k] for k in sorted(drawn))
    return replace(dataset, name=name, problems=problems)


def _spec(name: str) -> MethodSpec | None:
    spec = spec_of(find_method(name))
    reason = missing_engine(spec)
    if reason is not None:
        print(f"{name}: left out: {reason}")
    return spec if reason is None else None


def read(path: Path) -> list[Row]:
    """The rows that ``write`` wrote; none where there is no such file."""
    if not path.exists():
        return []
    with path.open(newline="") as file:
        return [_row(cells) for cells in csv.DictReader(file)]


def _row(cells: Mapping[str, str]) -> Row:
    return Row(
        cells["method"], cells["code"], cells["suite"], cells["problem"], int(cells["seed"]),
        float(cells["budget"]), float(cells["cpu"]),
        float(cells["found"]) if cells["found"] else None, cells["formula"],
    )  # fmt: skip


def write(asked: Asked, rows: Sequence[Row], planned: int, stem: Path) -> None:
    """The table as Markdown, and every run as CSV; each is written whole."""
    text = "\n".join(table(asked, rows, planned))
    write_whole(stem.with_suffix(".md"), f"{text}\n".encode())
    file = io.StringIO()
    writer = csv.DictWriter(file, [one.name for one in fields(Row)], lineterminator="\n")
    writer.writeheader()
    writer.writerows(asdict(row) for row in rows)
    write_whole(stem.with_suffix(".csv"), file.getvalue().encode())
    print(text, flush=True)


def table(asked: Asked, rows: Sequence[Row], planned: int) -> list[str]:
    """A line for each suite; a cell says how many laws of how many runs were recovered."""
    methods = [name for name in asked.methods if any(one.method == name for one in rows)]
    lines = [
        f"Laws recovered (the judge's `exact`) of those that were run; {asked.cpu_seconds:g} CPU "
        "seconds, one thread; in brackets the median CPU seconds to the law. "
        f"{len(rows)} of {planned} planned runs are done.",
        "",
        "| suite | " + " | ".join(methods) + " |",
        "|---|" + "---:|" * len(methods),
    ]
    for name in asked.suites:
        of_suite = [one for one in rows if one.suite == name]
        cells = [_cell([one for one in of_suite if one.method == method]) for method in methods]
        lines.append(f"| {name} | " + " | ".join(cells) + " |")
    return lines


def _cell(rows: Sequence[Row]) -> str:
    if not rows:
        return "-"
    found = [one.found for one in rows if one.found is not None]
    median = f" ({np.median(found):.2g})" if found else ""
    return f"{len(found)} of {len(rows)}{median}"


if __name__ == "__main__":
    main()
