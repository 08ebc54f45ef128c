"""Engines of others beside Operon, gplearn and our own searches: which laws each recovers.

    python -m benchmarks.engines [--methods eggp symregg ...] [--suites nguyen feynman10 srsd_easy]
                                 [--cpu-seconds 30] [--seeds 1] [--problems N] [--folder DIR]

One thread and the same CPU seconds for all, one run at a time, so that a busy machine stretches the
wait and not the budget. A law is recovered when the judge's rule ``exact`` says yes of the formula
a method stands by. ``feynman10`` is ten problems of AI Feynman, drawn by a fixed seed; with
``--problems`` so many of every suite are. A method that is not installed is named, and has no row.

All methods do a problem before the next one begins, and the suites take turns. After each problem
the table of all that is done is written, with its counts: to ``benchmarks/results/engines.md``,
every run to ``.csv``. Killed and started again, the comparison goes on from ``--folder``.
"""

from __future__ import annotations

import argparse
import csv
import io
import itertools
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from bench import Budget
from bench.basics.files import write_whole
from bench.plugins import find_method, spec_of
from bench.problems import Dataset, load_dataset
from bench.running import LocalExecutor, MethodSpec, Store, execute, matrix, missing_engine
from benchmarks.search import Outcome, judged

RESULTS = Path(__file__).parent / "results"
ENGINES = ("eggp", "symregg", "rils_rols", "gp_elite", "bingo", "operon", "gplearn")
METHODS = (*ENGINES, "mcts", "rsrm", "laws")
SUITES = ("nguyen", "feynman10", "srsd_easy")
_DRAWN_SEED = 0


@dataclass(frozen=True)
class Asked:
    """What a comparison is about."""

    methods: tuple[str, ...] = METHODS
    suites: tuple[str, ...] = SUITES
    cpu_seconds: float = 30.0
    seeds: int = 1
    problems: int | None = None
    folder: Path = Path("results/engines")


def main() -> None:
    """Run what is not done yet, and write the table of all that is."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--methods", nargs="+", default=METHODS)
    parser.add_argument("--suites", nargs="+", default=SUITES)
    parser.add_argument("--cpu-seconds", type=float, default=30.0)
    parser.add_argument("--seeds", type=int, default=1)
    parser.add_argument("--problems", type=int, help="so many of each suite, drawn")
    parser.add_argument("--folder", type=Path, default=Asked.folder)
    options = vars(parser.parse_args())
    asked = Asked(**{**options, "methods": tuple(options["methods"]),
                     "suites": tuple(options["suites"])})  # fmt: skip
    for outcomes, planned in compared(asked):
        write(asked, outcomes, planned, RESULTS / "engines")


def compared(asked: Asked) -> Iterator[tuple[list[Outcome], int]]:
    """After each problem: the outcome of every run that has a record, and how many are planned."""
    suites = {name: suite(name, asked.problems) for name in asked.suites}
    specs = [spec for spec in map(_spec, asked.methods) if spec is not None]
    budget = Budget.of_cpu(asked.cpu_seconds, threads=1)
    runs = matrix(specs, suites, seeds=range(asked.seeds), budget=budget)
    store = Store(asked.folder)
    for dataset, problem in by_turns(suites):
        of_problem = [one for one in runs if (one.dataset, one.problem) == (dataset, problem)]
        execute(of_problem, suites, store, LocalExecutor(1))
        yield judged(runs, suites, store), len(runs)


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


def write(asked: Asked, outcomes: Sequence[Outcome], planned: int, stem: Path) -> None:
    """The table as Markdown, and every run as CSV; each is written whole."""
    text = "\n".join(table(asked, outcomes, planned))
    write_whole(stem.with_suffix(".md"), f"{text}\n".encode())
    file = io.StringIO()
    writer = csv.writer(file, lineterminator="\n")
    writer.writerow(["method", "suite", "problem", "seed", "cpu", "recovered", "formula"])
    for one in outcomes:
        recovered = "yes" if one.found is not None else "no"
        place = (one.method, one.suite, one.problem, one.seed)
        writer.writerow([*place, f"{one.cpu:.2f}", recovered, one.formula])
    write_whole(stem.with_suffix(".csv"), file.getvalue().encode())
    print(text, flush=True)


def table(asked: Asked, outcomes: Sequence[Outcome], planned: int) -> list[str]:
    """A line for each suite; a cell says how many laws of how many runs were recovered."""
    methods = [name for name in asked.methods if any(one.method == name for one in outcomes)]
    lines = [
        f"Laws recovered (the judge's `exact`) of those that were run; {asked.cpu_seconds:g} CPU "
        "seconds, one thread; in brackets the median CPU seconds to the law. "
        f"{len(outcomes)} of {planned} planned runs are done.",
        "",
        "| suite | " + " | ".join(methods) + " |",
        "|---|" + "---:|" * len(methods),
    ]
    for name in asked.suites:
        of_suite = [one for one in outcomes if one.suite == name]
        cells = [_cell([one for one in of_suite if one.method == method]) for method in methods]
        lines.append(f"| {name} | " + " | ".join(cells) + " |")
    return lines


def _cell(outcomes: Sequence[Outcome]) -> str:
    if not outcomes:
        return "-"
    found = [one.found for one in outcomes if one.found is not None]
    median = f" ({np.median(found):.2g})" if found else ""
    return f"{len(found)} of {len(outcomes)}{median}"


if __name__ == "__main__":
    main()
