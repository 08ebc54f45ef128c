"""Which laws tree search finds, and how soon, beside gplearn and Operon.

    python -m benchmarks.search [--suites nguyen nguyen_c r livermore aifeynman] [--seconds 60]
                                [--methods laws rsrm_laws rsrm mcts ...] [--seeds 3] [--problems N]

One thread and the same budget for all, one run at a time. A run has recovered its law when the
judge's rule ``exact`` says yes of the formula it stands by; its time to solution is that of its
first report of which the same can be said, in CPU seconds. Of AI Feynman a third is drawn by a
fixed seed. What is finished is kept in ``--folder``: started again, the comparison goes on.

Table and plot (where matplotlib is there) are written to ``benchmarks/results/``.
``--rates`` measures expressions evaluated a second instead (see ``search_rates``). The budget is
CPU seconds, so other work on the machine makes it slower and hardly another.
"""

from __future__ import annotations

import argparse
import csv
import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from bench import Budget
from bench.basics.files import write_whole
from bench.plugins import find_method, spec_of
from bench.problems import Dataset, Problem, load_dataset
from bench.running import LocalExecutor, Record, Run, Store, execute, matrix
from bench.scoring.equivalence import judge
from benchmarks import search_rates

RESULTS = Path(__file__).parent / "results"
SUITES = ("nguyen", "nguyen_c", "r", "livermore", "aifeynman")
METHODS = ("mcts", "rsrm", "laws", "rsrm_laws", "gplearn", "operon")
_THIRD_SEED = 0


@dataclass(frozen=True)
class Outcome:
    """A run in the table: ``found`` is CPU seconds to solution, None where there is none."""

    method: str
    suite: str
    problem: str
    seed: int
    cpu: float
    found: float | None
    formula: str


def main() -> None:
    """Run what is not done yet, and write the table and the plot of all that is."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--suites", nargs="+", default=list(SUITES))
    parser.add_argument("--methods", nargs="+", default=list(METHODS))
    parser.add_argument("--seconds", type=float, default=60.0)
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--problems", type=int, help="no more than so many of each suite")
    parser.add_argument("--folder", type=Path, help="default: results/search_<seconds>s")
    parser.add_argument("--rates", action="store_true")
    options = parser.parse_args()
    if options.rates:
        report = search_rates.report()
        (RESULTS / "search_rates.md").write_text(report + "\n")
        print(report)
        return
    suites = {name: chosen(name, options.problems) for name in options.suites}
    folder = options.folder or Path("results") / f"search_{options.seconds:g}s"
    runs = planned(options.methods, suites, options.seconds, options.seeds)
    store = Store(folder)
    execute(runs, suites, store, LocalExecutor(1))
    outcomes = judged(runs, suites, store)
    name = f"search_{options.seconds:g}s"
    write(outcomes, RESULTS / name, options)


def chosen(name: str, most: int | None) -> Dataset:
    """A suite, or of AI Feynman a third."""
    dataset = load_dataset(name)
    problems = list(dataset.problems)
    if name == "aifeynman":
        drawn = np.random.default_rng(_THIRD_SEED).permutation(len(problems))
        problems = [problems[k] for k in sorted(drawn[: len(problems) // 3])]
    return replace(dataset, problems=tuple(problems[:most]))


def planned(
    methods: Sequence[str], suites: dict[str, Dataset], seconds: float, seeds: int
) -> list[Run]:
    """The runs, problem by problem, so that all methods meet the same state of the machine."""
    specs = [spec_of(find_method(name)) for name in methods]
    runs = matrix(specs, suites, seeds=range(seeds), budget=Budget.of_cpu(seconds))
    return sorted(runs, key=lambda run: (run.seed, list(suites).index(run.dataset), run.problem))


def judged(runs: Sequence[Run], suites: dict[str, Dataset], store: Store) -> list[Outcome]:
    """The outcome of every run that has a record; verdicts are kept beside the records."""
    known_path = store.folder / "verdicts.json"
    known: dict[str, bool] = json.loads(known_path.read_text()) if known_path.exists() else {}
    outcomes = []
    for run in runs:
        record = store.read(run.key)
        if record is not None:
            outcomes.append(_outcome(record, suites[run.dataset][run.problem], known))
    write_whole(known_path, json.dumps(known).encode())
    return outcomes


def _outcome(record: Record, problem: Problem, known: dict[str, bool]) -> Outcome:
    run, resources = record.run, record.resources
    formula = record.discovery.best.expression if record.discovery else ""
    found = None
    if formula and _is_law(formula, problem, run.dataset, known):
        share = resources.cpu_seconds / max(resources.wall_seconds, 1e-9)
        found = resources.cpu_seconds
        for report in reversed(record.reports):
            if not _is_law(report.expression, problem, run.dataset, known):
                break
            found = min(found, report.seconds * share)
    return Outcome(
        run.method.label, run.dataset, run.problem, run.seed, resources.cpu_seconds, found, formula
    )


def _is_law(formula: str, problem: Problem, suite: str, known: dict[str, bool]) -> bool:
    key = f"{suite}/{problem.name}: {formula}"
    if key not in known:
        verdict = judge(formula, problem.truth or "", problem.domain, rules=("exact",))["exact"]
        known[key] = verdict.answer == "yes"
    return known[key]


def write(outcomes: Sequence[Outcome], stem: Path, options: argparse.Namespace) -> None:
    """The table as Markdown, every run as CSV, and the plot."""
    RESULTS.mkdir(exist_ok=True)
    text = "\n".join(_table(outcomes, options))
    stem.with_suffix(".md").write_text(text + "\n")
    with stem.with_suffix(".csv").open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["method", "suite", "problem", "seed", "cpu", "found", "formula"])
        writer.writerows(
            (o.method, o.suite, o.problem, o.seed, f"{o.cpu:.2f}",
             "" if o.found is None else f"{o.found:.3f}", o.formula)
            for o in outcomes
        )  # fmt: skip
    _plot(outcomes, stem.with_suffix(".png"), options.seconds)
    print(text)


def _table(outcomes: Sequence[Outcome], options: argparse.Namespace) -> list[str]:
    methods = [name for name in options.methods if any(o.method == name for o in outcomes)]
    seeds = len({o.seed for o in outcomes})
    lines = [
        f"Laws recovered (the judge's `exact`; {'mean of ' * (seeds > 1)}{seeds} "
        f"seed{'s' * (seeds > 1)}), {options.seconds:g} s, one thread; in brackets the median CPU "
        "seconds to solution.",
        "",
        "| suite | problems | " + " | ".join(methods) + " |",
        "|---|---:|" + "---:|" * len(methods),
    ]
    for suite in options.suites:
        problems = {o.problem for o in outcomes if o.suite == suite}
        cells = [
            _cell([o for o in outcomes if o.suite == suite and o.method == method])
            for method in methods
        ]
        lines.append(f"| {suite} | {len(problems)} | " + " | ".join(cells) + " |")
    missed = sorted(
        {f"{o.method}: {o.problem} (seed {o.seed})" for o in outcomes
         if o.found is None and o.method in ("mcts", "rsrm", "laws", "rsrm_laws")}
    )  # fmt: skip
    return [*lines, "", "Not recovered:", "", *(f"* {one}" for one in missed)]


def _cell(outcomes: Sequence[Outcome]) -> str:
    seeds = {o.seed for o in outcomes}
    found = [o.found for o in outcomes if o.found is not None]
    if not seeds:
        return "-"
    mean = f"{len(found) / len(seeds):.1f}".removesuffix(".0")
    return f"{mean} ({np.median(found):.2g})" if found else mean


def _plot(outcomes: Sequence[Outcome], path: Path, seconds: float) -> None:
    """Share of all runs that have recovered their law after so many CPU seconds."""
    try:
        import matplotlib
    except ImportError:
        print("no plot: matplotlib is not installed")
        return
    matplotlib.use("Agg")
    from matplotlib import pyplot

    figure, axes = pyplot.subplots(figsize=(6, 4))
    for method in dict.fromkeys(o.method for o in outcomes):
        own = [o for o in outcomes if o.method == method]
        times = sorted(o.found for o in own if o.found is not None)
        shares = np.arange(1, len(times) + 1) / len(own)
        axes.step([0.01, *times, seconds], [0, *shares, *shares[-1:]][: len(times) + 2],
                  where="post", label=method)  # fmt: skip
    axes.set(xscale="log", xlabel="CPU seconds", ylabel="share of runs recovered", ylim=(0, 1.02))
    axes.legend()
    figure.tight_layout()
    figure.savefig(path, dpi=120)


if __name__ == "__main__":
    main()
