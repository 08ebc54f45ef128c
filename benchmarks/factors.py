"""Which searches find factors in made markets, and what the parts of ``alpha_mcts`` are worth.

    python -m benchmarks.factors [--evaluations 300] [--markets 4] [--seeds 1]

Every search measures as many factors; ``random_factors`` measures none. The ablations are the
paper's (arXiv:2505.11122, table 3): the reward of effectiveness alone, and frequent subtrees not
avoided. It writes ``benchmarks/results/factors.md`` after each method: some CPU minutes.
"""

from __future__ import annotations

import argparse
from collections.abc import Mapping, Sequence
from pathlib import Path
from statistics import mean
from typing import Any

from bench import Budget, load
from bench.basics.files import write_whole
from bench.basics.words import counted
from bench.clock import Clock
from bench.kinds import Conditions, item_of, kind_of
from bench.problems.panels.problem import PanelProblem
from bench.scoring import FormCache, score
from methods.panels.alpha_mcts import AlphaMcts
from methods.panels.gp_factors import GpFactors
from methods.panels.random_factors import RandomFactors

RESULTS = Path(__file__).parent / "results"
COLUMNS = ("rank_ic", "rank_ir", "trees_rank_ic", "recovered", "diversity", "turnover", "pool_size")
METHODS: Mapping[str, RandomFactors | GpFactors | AlphaMcts] = {
    "random_factors": RandomFactors(),
    "gp_factors": GpFactors(),
    "alpha_mcts": AlphaMcts(),
    "alpha_mcts, subtrees not avoided": AlphaMcts(avoid_subtrees=False),
    "alpha_mcts, effectiveness alone": AlphaMcts(dimensions="effectiveness"),
}


def main() -> None:
    """Run all, and write the table."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--evaluations", type=int, default=300)
    parser.add_argument("--markets", type=int, default=4)
    parser.add_argument("--seeds", type=int, default=1)
    asked = parser.parse_args()
    problems: Sequence[Any] = load("synthetic_market", size=asked.markets).problems
    rows = [
        f"{asked.markets} markets, {counted(asked.seeds, 'seed')}, {asked.evaluations} factors "
        "measured by each search; means.\n",
        "| method | " + " | ".join(COLUMNS) + " |",
        "|---|" + "---:|" * len(COLUMNS),
    ]
    for label, method in METHODS.items():
        cards = [
            card_of(method, problem, seed, asked.evaluations)
            for problem in problems
            for seed in range(asked.seeds)
        ]
        cells = [_mean([card[name] for card in cards]) for name in COLUMNS]
        rows.append(f"| {label} | " + " | ".join(cells) + " |")
        write_whole(RESULTS / "factors.md", ("\n".join(rows) + "\n").encode())


def card_of(
    method: RandomFactors | GpFactors | AlphaMcts, problem: PanelProblem, seed: int, count: int
) -> Mapping[str, float | None]:
    """The values of the scorecard of what ``method`` finds."""
    kind, conditions = kind_of(problem), Conditions(seed=seed)
    task = kind.task(
        kind.told(problem, conditions),
        kind.arrays(problem, problem.data(), conditions),
        seed=seed,
        budget=Budget(seconds=3600.0, evaluations=count),
        on_report=lambda answer, loss: None,
        clock=Clock(),
    )
    answer = method.discover(task).best.expression
    return score(item_of(answer, problem), forms=FormCache.of_user()).values


def _mean(found: list[float | None]) -> str:
    known = [one for one in found if one is not None]
    return f"{mean(known):.3f}" if known else ""


if __name__ == "__main__":
    main()
