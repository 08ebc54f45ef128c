"""What the shipped transformer recovers, beside its prior and, on request, other methods.

    python -m benchmarks.amortised [--methods transformer prior gplearn operon] [--decode mcts]
        [--functions 50] [--candidates 32] [--datasets nguyen aifeynman srsd_easy]
        [--limit N] [--seconds 5]

In distribution: fresh functions by length, with equal numbers of candidates, for the transformer
and the prior. Out of distribution: the problems of at most three variables of each dataset, with
equal seconds on one thread; ``exact`` and ``skeleton`` are the judge's. Prints Markdown.
"""

from __future__ import annotations

import argparse
import importlib
import time
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from bench import Budget, Discovery, Task, evaluate, parse
from bench.cli.train import withheld_laws
from bench.plugins import find_method
from bench.problems import Problem, load_dataset
from bench.running.load import load_class
from bench.scoring.equivalence import judge
from methods.transformer.evaluation import recovery
from methods.transformer.skeletons import banned_fingerprints
from methods.transformer.vocabulary import MAX_VARIABLES

Discover = Callable[[Task], Discovery]
_AMORTISED = ("transformer", "prior")


@dataclass(frozen=True)
class Answer:
    """What came of one problem: 1 - R2 on test data, the judge's answers, seconds."""

    error: float
    exact: bool
    skeleton: bool
    first: float
    seconds: float


def in_distribution(methods: dict[str, Discover], functions: int, candidates: int) -> None:
    print(f"\nFresh functions, {functions} per bucket, {candidates} candidates each:\n")
    print("| method | tokens | exact | R2 > 0.99 | seconds per function |\n|---|---|---|---|---|")
    banned = banned_fingerprints(withheld_laws())
    for name, discover in methods.items():
        began = time.perf_counter()
        for one in recovery(discover, banned, functions=functions, candidates=candidates, seed=7):
            took = (time.perf_counter() - began) / one.functions
            low, high = one.lengths
            print(
                f"| {name} | {low}-{high} | {one.exact:.0%} | {one.close:.0%} | {took:.2f} |",
                flush=True,
            )
            began = time.perf_counter()


def on_dataset(methods: dict[str, Discover], dataset: str, limit: int, seconds: float) -> None:
    few = [one for one in load_dataset(dataset).problems if len(one.variables) <= MAX_VARIABLES]
    few = few[: limit or None]
    print(f"\n{dataset}: {len(few)} problems, {seconds:g} s each, one thread:\n")
    print("| method | exact | skeleton | R2 > 0.999 | R2 > 0.99 | first answer, s | seconds |")
    print("|---|---|---|---|---|---|---|")
    for name, discover in methods.items():
        answers = [_answer(discover, problem, seconds) for problem in few]
        errors = np.array([one.error for one in answers])
        first, took = (
            float(np.median([getattr(one, part) for one in answers]))
            for part in ("first", "seconds")
        )
        print(
            f"| {name} | {sum(one.exact for one in answers)} "
            f"| {sum(one.skeleton for one in answers)} | {(errors < 1e-3).sum()} "
            f"| {(errors < 1e-2).sum()} | {first:.2f} | {took:.1f} |",
            flush=True,
        )


def _answer(discover: Discover, problem: Problem, seconds: float) -> Answer:
    data = problem.data()
    reports: list[float] = []
    began = time.perf_counter()
    task = Task(
        data.train.X, data.train.y, problem.variables, budget=Budget(seconds=seconds),
        on_report=lambda expression, loss: reports.append(time.perf_counter() - began),
    )  # fmt: skip
    best = parse(discover(task).best.expression, problem.variables)
    took = time.perf_counter() - began
    values = evaluate(best, [variable.name for variable in problem.variables], data.test.X)
    error = float(np.mean((values - data.test.y) ** 2) / np.var(data.test.y))
    verdicts = judge(best, problem.truth or "", problem.domain, rules=("exact", "skeleton"))
    return Answer(
        error if np.isfinite(error) else np.inf,
        verdicts["exact"].answer == "yes",
        verdicts["skeleton"].answer == "yes",
        reports[0] if reports else took,
        took,
    )


def _method(name: str, arguments: argparse.Namespace) -> Discover:
    """The method as it ships, what it must load loaded."""
    cls = load_class(find_method(name).target)
    for module in getattr(cls, "requires", ()):
        importlib.import_module(module)
    settings = {"checkpoint": arguments.checkpoint, "decode": arguments.decode}
    discover: Discover = cls(**settings if name == "transformer" else {}).discover
    return discover


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--methods", nargs="+", default=list(_AMORTISED))
    parser.add_argument("--functions", type=int, default=50, help="of each length; 0 for none")
    parser.add_argument("--candidates", type=int, default=32)
    parser.add_argument("--datasets", nargs="*", default=["nguyen", "aifeynman", "srsd_easy"])
    parser.add_argument("--limit", type=int, default=0, help="the first N problems of each")
    parser.add_argument("--seconds", type=float, default=5.0)
    parser.add_argument("--decode", default="beam", choices=["beam", "mcts"])
    parser.add_argument("--checkpoint", default="", help="a training folder; default: what ships")
    arguments = parser.parse_args()
    methods = {name: _method(name, arguments) for name in arguments.methods}
    if arguments.functions:
        amortised = {name: methods[name] for name in _AMORTISED if name in methods}
        in_distribution(amortised, arguments.functions, arguments.candidates)
    for dataset in arguments.datasets:
        on_dataset(methods, dataset, arguments.limit, arguments.seconds)


if __name__ == "__main__":
    main()
