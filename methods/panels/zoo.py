"""What a search has found: factors with their figures, and the pool that is the answer."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from bench import Discovery, PanelTask
from bench.expression.factors import Factor, canonical_factor

LEAST_KNOWN = 0.5
"""The share of days and assets at which a factor must have a value."""
UNLIKE = 0.8
"""The rank correlation from which on two factors are one (arXiv:2505.11122)."""


class PanelSearchOver(Exception):
    """There is no time, or no evaluation left, for another factor."""


@dataclass(frozen=True)
class Measured:
    """A factor with what it is worth on the days that are shown, turned so that its RankIC is not
    negative."""

    factor: Factor
    rank_ic: float
    rank_ir: float
    turnover: float
    steadiness: float
    """The RankIC of the worse half of the days over that of the better, -1 to 1."""


class Evaluator:
    """Measures factors, each once, within the task's budget."""

    def __init__(self, task: PanelTask, share: float = 0.9) -> None:
        self.task, self._share = task, share
        self.count = 0
        self._known: dict[str, Measured | None] = {}
        self._alike: dict[tuple[Factor, Factor], float] = {}

    def likeness(self, one: Factor, other: Factor) -> float:
        """How alike the two rank assets, 0 to 1."""
        if (one, other) not in self._alike:
            self._alike[one, other] = self._alike[other, one] = self.task.likeness(one, other)
        return self._alike[one, other]

    def measured(self, factor: Factor) -> Measured | None:
        """``factor`` measured; None where it has too few values, or always one.

        Raises PanelSearchOver.
        """
        key = canonical_factor(factor)
        if key not in self._known:
            self.check()
            self.count += 1
            self._known[key] = self._measured(factor)
        return self._known[key]

    def check(self) -> None:
        """Raise PanelSearchOver where the budget is spent."""
        most = self.task.budget.evaluations
        spent = self.task.remaining().share < 1.0 - self._share
        if spent or (most is not None and self.count >= most):
            raise PanelSearchOver

    def _measured(self, factor: Factor) -> Measured | None:
        values = self.task.values(factor)
        if np.mean(~np.isnan(values)) < LEAST_KNOWN:
            return None
        daily = self.task.rank_ic(values)
        spread = float(np.std(daily))
        if spread == 0.0:
            return None
        mean = float(np.mean(daily))
        if mean < 0.0:
            factor = factor.parts[0] if factor.head == "neg" else Factor("neg", (factor,))
            daily, mean = -daily, -mean
        halves = sorted(float(np.mean(part)) for part in np.array_split(daily, 2))
        steady = halves[0] / halves[1] if halves[1] > 0.0 else 0.0
        return Measured(factor, mean, mean / spread, self.task.turnover(values), max(steady, -1.0))


def best_pool(evaluator: Evaluator, found: Iterable[Measured]) -> list[Measured]:
    """The best by RankIR of which none is like another, as many as a pool may have."""
    pool: list[Measured] = []
    for one in sorted(found, key=lambda one: (-one.rank_ir, str(one.factor))):
        if len(pool) == evaluator.task.most:
            break
        if all(evaluator.likeness(one.factor, other.factor) < UNLIKE for other in pool):
            pool.append(one)
    return pool


def as_answer(pool: Iterable[Measured]) -> dict[str, str]:
    """The factors by names of their own."""
    return {f"factor{k + 1}": str(one.factor) for k, one in enumerate(pool)}


def discovery(evaluator: Evaluator, found: Iterable[Measured]) -> Discovery:
    """The best pool; where nothing was found, the first field alone."""
    pool = best_pool(evaluator, found)
    return Discovery.of(as_answer(pool) or {"factor1": next(iter(evaluator.task.fields))})
