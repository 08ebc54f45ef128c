"""Which methods find dynamical systems, at which noise, and how far the floor reaches.

    python -m benchmarks.dynamics --floor
    python -m benchmarks.dynamics [--methods linear operon ...] [--noise 0 0.01 0.05]
                                  [--dropped 0 0.5] [--seconds 30]
                                  [--systems third|whole|development|held_out]

``--floor`` fits least-squares polynomials to the first trajectory of each of ODEBench's 63 systems,
and writes ``benchmarks/results/dynamics_floor.md``: the figures beside which to read all others.
Without it, methods run as ``rediscover run`` runs them, on a third of the systems that a fixed seed
draws, with so many CPU seconds. ``--systems whole`` are all of them, in a table of its own, and
``development`` and ``held_out`` the two halves that another seed draws: settings of ``laws`` under
noise were chosen on the first, and the second was looked at when they stood. A score is a mean over
systems, and after the stroke one in which systems of one law with other constants count once. The
floor is in every table. What is finished is kept in ``--folder``: started again, it goes on.
"""

from __future__ import annotations

import argparse
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from math import inf
from pathlib import Path
from random import Random
from statistics import mean, median
from typing import Any

from bench import Budget
from bench.basics.files import write_whole
from bench.clock import Clock
from bench.expression import read
from bench.kinds import Conditions, item_of, kind_of
from bench.kinds.system.metrics import GOOD_R2
from bench.kinds.system.scoring import SystemSubject
from bench.plugins import find_method, spec_of
from bench.problems import load_dataset
from bench.running import LocalExecutor, Store, execute, matrix
from bench.running.results.judging import judge_records, read_score
from bench.scoring import FormCache, ScoringLimits
from methods.systems.polynomial_system import PolynomialSystem

RESULTS = Path(__file__).parent / "results"
COLUMNS = (
    "generalisation", "symbolic_skeleton", "symbolic_exact", "equations_exact", "term_f1",
    "reconstruction",
)  # fmt: skip
ERRORS, TIMES = "derivative_error", "valid_time"
"""A median over systems, and a mean over the chaotic ones."""
FLOOR = "polynomial_system"
_ESTIMATES = ("differences", "smoothed", "weak")

_HALVES = "halves of odebench"


def _third(problems: list[Any]) -> list[Any]:
    return Random("dynamics").sample(problems, len(problems) // 3)


def _development(problems: list[Any]) -> list[Any]:
    return Random(_HALVES).sample(problems, len(problems) // 2)


def _held_out(problems: list[Any]) -> list[Any]:
    drawn = {one.name for one in _development(problems)}
    return [one for one in problems if one.name not in drawn]


_SHARES: dict[str, Callable[[list[Any]], list[Any]]] = {
    "third": _third, "whole": list, "development": _development, "held_out": _held_out,
}  # fmt: skip

Entry = tuple[Any, Mapping[str, float | None]]
"""A problem, and the values of an answer to it."""


def main() -> None:
    """Write the floor, or run what is not done yet and write the table of all that is."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--floor", action="store_true")
    parser.add_argument("--methods", nargs="+", default=["linear", "operon"])
    parser.add_argument("--noise", nargs="+", type=float, default=[0.0, 0.01, 0.05])
    parser.add_argument("--dropped", nargs="+", type=float, default=[0.0, 0.5])
    parser.add_argument("--seconds", type=float, default=30.0)
    parser.add_argument("--systems", choices=tuple(_SHARES), default="third")
    parser.add_argument("--folder", type=Path, default=Path("results/dynamics"))
    asked = parser.parse_args()
    if asked.floor:
        _publish("dynamics_floor.md", floor(asked.noise))
    else:
        name = "" if asked.systems == "third" else f"_{asked.systems}"
        _publish(
            f"dynamics{name}.md", "\n\n".join(compared(asked, share) for share in asked.dropped)
        )


def floor(levels: Sequence[float]) -> str:
    """Of 63 systems, how many a least-squares polynomial reconstructs, and generalises on."""
    lines = [
        "| noise | rates by | degree | reconstruction | generalisation | both |",
        "|---:|---|---:|---:|---:|---:|",
    ]
    problems = load_dataset("odebench").problems
    for noise in levels:
        for estimate in _ESTIMATES:
            for degree in (1, 2, 3):
                method = PolynomialSystem(degree, estimate)  # type: ignore[arg-type]
                found = [_reached(method, one, Conditions(noise=noise)) for one in problems]
                counts = [sum(one[0] for one in found), sum(one[1] for one in found)]
                row = [f"{noise:g}", estimate, degree, *counts, sum(map(all, found))]
                lines.append(f"| {' | '.join(map(str, row))} |")
    return "\n".join(lines)


def _reached(method: PolynomialSystem, problem: Any, conditions: Conditions) -> tuple[bool, bool]:
    """Whether the method's answer reconstructs the shown trajectory, and predicts the other."""
    kind = kind_of(problem)
    arrays = kind.arrays(problem, problem.data(), conditions)
    task = kind.task(
        kind.told(problem, conditions), arrays, seed=0, budget=Budget(), clock=Clock(),
        on_report=lambda answer, loss: None,
    )  # fmt: skip
    answer: Any = method.discover(task).best.expression
    rates = {name: read(text, problem.variables).filled for name, text in answer.items()}
    found = SystemSubject(item_of(answer, problem), rates, FormCache(), ScoringLimits(seconds=2.0))
    elsewhere = found.generalisation
    return found.reconstruction > GOOD_R2, elsewhere is not None and elsewhere > GOOD_R2


def compared(asked: argparse.Namespace, dropped: float) -> str:
    """The table of the methods at one share of dropped points."""
    dataset = load_dataset("odebench", dropped=dropped)
    dataset = replace(dataset, problems=tuple(_SHARES[asked.systems](list(dataset.problems))))
    specs = [spec_of(find_method(name)) for name in dict.fromkeys([FLOOR, *asked.methods])]
    budget = Budget.of_cpu(asked.seconds)
    runs = matrix(specs, {"odebench": dataset}, noise=asked.noise, budget=budget)
    store = Store(asked.folder)
    execute(runs, {"odebench": dataset}, store, LocalExecutor(1))
    problems = {("odebench", one.name): one for one in dataset.problems}
    mine = {run.key for run in runs}
    records = [record for record in store.records() if record.run.key in mine]
    judge_records(store, records, problems, limits=ScoringLimits(), workers=1)
    cards = [(record.run, read_score(store, record.run.key)) for record in records]
    values = [(run, score.card.values) for run, score in cards if score is not None]
    title = f"Dropped points: {dropped:g}; {len(dataset)} systems, {asked.seconds:g} CPU seconds."
    return f"{title}\n\n{table(values, {one.name: one for one in dataset.problems})}"


def table(values: Iterable[Entry], problems: Any) -> str:
    """The scores of each method at each noise; ``problems`` by name, ``values`` with their runs."""
    columns = (*COLUMNS, ERRORS, TIMES)
    lines = [
        f"| method | noise | {' | '.join(columns)} |",
        "|---|---:|" + "---:|" * len(columns),
    ]
    rows: dict[tuple[str, float], list[Entry]] = defaultdict(list)
    for run, found in values:
        rows[run.method.label, run.noise].append((problems[run.problem], found))
    for (method, noise), entries in sorted(rows.items(), key=_by_generalisation):
        cells = [_scores(entries, column) for column in COLUMNS]
        cells += [_error(entries), _time(entries)]
        lines.append(f"| {method} | {noise:g} | {' | '.join(cells)} |")
    return "\n".join(lines)


def _scores(entries: Sequence[Entry], column: str) -> str:
    """The mean over systems, and over laws; what failed counts as 0."""
    laws: dict[str, list[float]] = defaultdict(list)
    for problem, found in entries:
        laws[problem.law or problem.name].append(found[column] or 0.0)
    whole = mean(one for each in laws.values() for one in each)
    return f"{whole:.2f} / {mean(map(mean, laws.values())):.2f}"


def _error(entries: Sequence[Entry]) -> str:
    errors = [found[ERRORS] for _, found in entries]
    return f"{median(inf if one is None else one for one in errors):.2g}"


def _time(entries: Sequence[Entry]) -> str:
    times = [found[TIMES] or 0.0 for problem, found in entries if problem.lyapunov is not None]
    return f"{mean(times):.1f}" if times else "-"


def _by_generalisation(row: tuple[tuple[str, float], list[Any]]) -> tuple[float, float, str]:
    (method, noise), found = row
    return noise, -mean(one["generalisation"] or 0.0 for _, one in found), method


def _publish(name: str, table: str) -> None:
    print(table)
    write_whole(RESULTS / name, f"{table}\n".encode())


if __name__ == "__main__":
    main()
