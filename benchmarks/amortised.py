"""What the shipped transformer recovers, beside its prior.

    python -m benchmarks.amortised [--functions 50] [--candidates 32] [--seconds 5]

In distribution: fresh functions by length, with equal numbers of candidates. Out of distribution:
Nguyen-1 to 12 at equal seconds, on 20 rows of the usual ranges. Prints Markdown.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable

import numpy as np

from bench import Budget, Discovery, Task, evaluate, parse
from bench.cli.train import withheld_laws
from bench.problems import load_dataset
from methods.transformer import Prior, Transformer
from methods.transformer.evaluation import recovery
from methods.transformer.skeletons import banned_fingerprints

Discover = Callable[[Task], Discovery]


def banned() -> np.ndarray:
    """The fingerprints of every benchmark's laws, which training never shows."""
    return banned_fingerprints(withheld_laws())


def in_distribution(methods: dict[str, Discover], functions: int, candidates: int) -> None:
    print(f"\nFresh functions, {functions} per bucket, {candidates} candidates each:\n")
    print("| method | tokens | exact | R2 > 0.99 | seconds per function |\n|---|---|---|---|---|")
    taken = banned()
    for name, discover in methods.items():
        began = time.perf_counter()
        for one in recovery(discover, taken, functions=functions, candidates=candidates, seed=7):
            took = (time.perf_counter() - began) / one.functions
            print(
                f"| {name} | {one.lengths[0]}-{one.lengths[1]} | {one.exact:.0%} "
                f"| {one.close:.0%} | {took:.2f} |",
                flush=True,
            )
            began = time.perf_counter()


def nguyen(methods: dict[str, Discover], seconds: float) -> None:
    print(f"\nNguyen-1 to 12, {seconds:g} s each, one thread:\n")
    print("| method | exact (1 - R2 < 1e-8) | R2 > 0.999 | R2 > 0.99 |\n|---|---|---|---|")
    for name, discover in methods.items():
        errors = np.array([_error(discover, p, seconds) for p in load_dataset("nguyen").problems])
        counts = [int((errors < limit).sum()) for limit in (1e-8, 1e-3, 1e-2)]
        print(f"| {name} | {counts[0]} | {counts[1]} | {counts[2]} |", flush=True)


def _error(discover: Discover, problem: object, seconds: float) -> float:
    data = problem.data()  # type: ignore[attr-defined]
    variables = problem.variables  # type: ignore[attr-defined]
    task = Task(data.train.X, data.train.y, variables, budget=Budget(seconds=seconds))
    best = parse(discover(task).best.expression, variables)
    values = evaluate(best, [variable.name for variable in variables], data.test.X)
    error = float(np.mean((values - data.test.y) ** 2) / np.var(data.test.y))
    return error if np.isfinite(error) else np.inf


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--functions", type=int, default=50)
    parser.add_argument("--candidates", type=int, default=32)
    parser.add_argument("--seconds", type=float, default=5.0)
    parser.add_argument("--checkpoint", default="", help="a training folder; default: what ships")
    arguments = parser.parse_args()
    methods: dict[str, Discover] = {
        "transformer": Transformer(checkpoint=arguments.checkpoint).discover,
        "prior": Prior().discover,
    }
    in_distribution(methods, arguments.functions, arguments.candidates)
    nguyen(methods, arguments.seconds)


if __name__ == "__main__":
    main()
