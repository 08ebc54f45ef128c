"""What the shipped networks recover, beside the transformer's prior, gplearn and Operon.

    python -m benchmarks.amortised [--suites fresh nguyen aifeynman srsd_easy srsd_medium]
        [--methods transformer tpsr snip retrieval prior gplearn operon] [--seconds 5]
        [--functions 40] [--candidates 32] [--noise 0 0.01] [--checkpoint FOLDER] [--problems N]
        [--folder FOLDER] [--table FILE]

Two tables. One gives the networks and the prior the same number of candidates, on functions as
they were trained on, by length. The other gives all methods the same CPU seconds on one thread, one
run at a time, on such functions and on the problems of each dataset; of columns that a network does
not read it is shown those that matter. ``exact`` and ``skeleton`` are the judge's, seconds of CPU.
``tpsr`` is the transformer decoded by tree search, ``retrieval`` fits the drawn skeletons that SNIP
finds nearest to the data.

What is finished is kept in the folder, which is named for the seconds and the weights: started
again, the comparison goes on. The tables are written to ``benchmarks/results/amortised.md``.
"""

from __future__ import annotations

import argparse
import hashlib
import importlib
import json
import time
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from bench import Budget
from bench.plugins import find_method, spec_of
from bench.problems import Dataset, load_dataset
from bench.running import (
    LocalExecutor,
    MethodSpec,
    Record,
    Run,
    Store,
    execute,
    matrix,
    missing_engine,
)
from bench.running.load import build
from bench.running.results.judging import judge_records, read_score
from bench.scoring import Scorecard, ScoringLimits
from benchmarks.amortised_fresh import banned, fresh_functions
from methods.neural.folder import WEIGHTS
from methods.transformer.method import SHIPPED
from methods.transformer.training.evaluation import recovery

SUITES = ("fresh", "nguyen", "aifeynman", "srsd_easy", "srsd_medium")
METHODS: Mapping[str, tuple[str, Mapping[str, Any]]] = {
    "transformer": ("transformer", {}),
    "tpsr": ("transformer", {"decode": "mcts"}),
    "snip": ("snip", {}),
    "retrieval": ("snip", {"search": "retrieval"}),
    "prior": ("prior", {}),
    "gplearn": ("gplearn", {}),
    "operon": ("operon", {}),
}
"""The method and the settings behind each line."""
_AMORTISED = ("transformer", "tpsr", "snip", "retrieval", "prior")
_FUNCTIONS = 50
"""Of each length, in the table of equal numbers of candidates: they cost little."""


def main() -> None:
    """Run what is not done yet, and write the tables of all that is."""
    options = _options()
    specs = [_spec(name, options) for name in options.methods]
    if missing := next(filter(None, map(missing_engine, specs)), None):
        raise SystemExit(missing)
    folder = options.folder or _folder(options)
    folder.mkdir(parents=True, exist_ok=True)
    suites = _suites(options)
    text = []
    if options.candidates and "fresh" in options.suites:
        text += by_candidates(specs, folder, _FUNCTIONS, options.candidates)
    budget = Budget.of_cpu(options.seconds)
    runs = matrix(specs, suites, noise=options.noise, budget=budget)
    store = Store(folder)
    execute(runs, suites, store, LocalExecutor(1), rerun_stale=True)
    records = [record for run in runs if (record := store.read(run.key)) is not None]
    problems = {(name, one.name): one for name, suite in suites.items() for one in suite.problems}
    judge_records(store, records, problems, limits=ScoringLimits(), workers=1)
    text += by_seconds(runs, {record.run.id: record for record in records}, store, options.seconds)
    text += ["", f"Weights: `{_digest(options)}` (SHA-256, first eight digits)."]
    options.table.parent.mkdir(exist_ok=True)
    options.table.write_text("\n".join(text) + "\n")
    print("\n".join(text))


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--suites", nargs="+", default=list(SUITES))
    parser.add_argument("--methods", nargs="+", choices=METHODS, default=list(METHODS))
    parser.add_argument("--seconds", type=float, default=5.0)
    parser.add_argument("--noise", nargs="+", type=float, default=[0.0])
    parser.add_argument("--functions", type=int, default=40, help="fresh ones, of each length")
    parser.add_argument("--candidates", type=int, default=32, help="0: no table of equal numbers")
    parser.add_argument("--problems", type=int, help="no more than so many of each suite")
    parser.add_argument("--checkpoint", default="", help="a model's folder; default: what ships")
    parser.add_argument("--folder", type=Path, help="default: results/amortised_...")
    table = Path(__file__).parent / "results" / "amortised.md"
    parser.add_argument("--table", type=Path, default=table)
    return parser.parse_args()


def _digest(options: argparse.Namespace) -> str:
    model = Path(options.checkpoint) if options.checkpoint else SHIPPED
    return hashlib.sha256((model / WEIGHTS).read_bytes()).hexdigest()[:8]


def _folder(options: argparse.Namespace) -> Path:
    return Path("results") / f"amortised_{options.seconds:g}s_{_digest(options)}"


def _spec(name: str, options: argparse.Namespace) -> MethodSpec:
    method, settings = METHODS[name]
    if method == "transformer":
        settings = {**settings, "checkpoint": options.checkpoint}
    return replace(spec_of(find_method(method), **settings), label=name)


def _suites(options: argparse.Namespace) -> dict[str, Dataset]:
    """The datasets, by name, no more problems of each than are asked for."""
    suites: dict[str, Dataset] = {}
    for name in options.suites:
        if name == "fresh":
            suites |= fresh_functions(options.functions)
        else:
            suites[name] = load_dataset(name)
    return {
        name: replace(suite, problems=suite.problems[: options.problems])
        for name, suite in suites.items()
    }


def by_candidates(
    specs: Sequence[MethodSpec], folder: Path, functions: int, candidates: int
) -> list[str]:
    """The table of equal numbers of candidates; what is known is kept in ``folder``."""
    path = folder / f"candidates_{candidates}_functions_{functions}.json"
    known: dict[str, list[str]] = json.loads(path.read_text()) if path.exists() else {}
    for spec in specs:
        if spec.label in _AMORTISED and spec.label not in known:
            known[spec.label] = _recovered(spec, functions, candidates)
            path.write_text(json.dumps(known))
    return [
        f"Fresh functions, {functions} of each length, {candidates} candidates each; exact is "
        "1 - R2 < 1e-8 on rows not shown:",
        "",
        "| tokens | method | exact | R2 > 0.99 | seconds per function |",
        "|---|---|---:|---:|---:|",
        *sorted(line for lines in known.values() for line in lines),
        "",
    ]


def _recovered(spec: MethodSpec, functions: int, candidates: int) -> list[str]:
    for module in spec.requires:  # before the clock starts, as a worker does
        importlib.import_module(module)
    discover = build(spec.target, spec.settings).discover
    lines = []
    began = time.perf_counter()
    for one in recovery(discover, banned(), functions=functions, candidates=candidates, seed=7):
        took = (time.perf_counter() - began) / one.functions
        lines.append(
            f"| {one.lengths[0]}-{one.lengths[1]} | {spec.label} | {one.exact:.0%} "
            f"| {one.close:.0%} | {took:.2f} |"
        )
        began = time.perf_counter()
    return lines


def by_seconds(
    runs: Sequence[Run], records: dict[str, Record], store: Store, seconds: float
) -> list[str]:
    """The table of equal seconds, of the runs that are finished."""
    lines = [
        f"{seconds:g} s each, one thread, one seed; first answer and seconds are medians:",
        "",
        "| suite | noise | method | problems | exact | skeleton | R2 > 0.999 | R2 > 0.99 "
        "| first answer, s | CPU s |",
        "|---|---:|---|---:|---:|---:|---:|---:|---:|---:|",
    ]
    suites = list(dict.fromkeys(run.dataset for run in runs))
    groups = dict.fromkeys(
        (run.dataset, run.noise, run.method.label)
        for run in sorted(runs, key=lambda run: (suites.index(run.dataset), run.noise))
    )
    for suite, noise, method in groups:
        own = [
            records[run.id] for run in runs
            if (run.dataset, run.noise, run.method.label) == (suite, noise, method)
            and run.id in records
        ]  # fmt: skip
        if own:
            lines.append(f"| {suite} | {noise:g} | {method} | {_cells(own, store)} |")
    return lines


def _cells(records: Sequence[Record], store: Store) -> str:
    judged = [read_score(store, record.run.key) for record in records]
    cards: list[Scorecard] = [one.card for one in judged if one is not None]
    firsts = [record.reports[0].seconds for record in records if record.reports]
    counts = [
        sum(card.answer_by("exact") == "yes" for card in cards),
        sum(card.answer_by("skeleton") == "yes" for card in cards),
        sum((card.values["r2"] or 0.0) > 0.999 for card in cards),
        sum((card.values["r2"] or 0.0) > 0.99 for card in cards),
    ]
    first = f"{np.median(firsts):.2f}" if firsts else "-"
    cpu = float(np.median([record.resources.cpu_seconds for record in records]))
    return " | ".join([str(len(records)), *map(str, counts), first, f"{cpu:.1f}"])


if __name__ == "__main__":
    main()
