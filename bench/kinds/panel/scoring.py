"""How pools of factors are scored: on the days after those that were shown."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from bench.expression.factors import Factor, Panel, canonical_factor
from bench.kinds.panel import pooling, posing
from bench.kinds.panel.measures import (
    Backtest,
    backtest,
    daily_ic,
    daily_rank_ic,
    likeness,
    standard,
    turnover,
)
from bench.kinds.panel.metrics import FACTORS, LINEAR, RECOVERY, TREES
from bench.problems.panels.data import PanelData
from bench.problems.panels.problem import PanelProblem
from bench.scoring.ned.form_cache import FormCache
from bench.scoring.scorecard import Comparison
from bench.scoring.steps import Item, NoAnswer, Scheme, ScoringLimits, ScoringStep

Array = NDArray[np.float64]

RECOVERED = 0.95
"""The daily rank correlation from which on a planted factor counts as found in another form."""


@dataclass(frozen=True)
class PanelSubject:
    """A pool made ready: ``pool`` has its factors by name."""

    item: Item
    pool: dict[str, Factor]

    @property
    def problem(self) -> PanelProblem:
        problem: PanelProblem = self.item.problem
        return problem

    @cached_property
    def data(self) -> PanelData:
        """The problem's data, or those that were given in their place."""
        data: PanelData = self.item.problem_data()
        return data

    @property
    def steps(self) -> tuple[ScoringStep, ...]:
        def ready() -> object:
            return self.data

        return (
            ScoringStep(FACTORS, prepare=ready),
            ScoringStep(LINEAR, prepare=ready),
            ScoringStep(RECOVERY, prepare=ready),
            ScoringStep(TREES, prepare=_with_trees(ready)),
        )

    @cached_property
    def panel(self) -> Panel:
        """The fields of all days: a factor looks back over days that were shown."""
        return Panel(self.data.fields)

    @cached_property
    def values(self) -> tuple[Array, ...]:
        """Of each factor: (days, assets)."""
        return tuple(self.panel.value(one) for one in self.pool.values())

    @property
    def later(self) -> Array:
        """The returns after the days that were shown."""
        return self.data.returns[self.data.cut :]

    def _predicted(self, learner: Callable[[Array, Array, int], Array]) -> Array:
        """What ``learner`` says by the pool of the later days, trained on what was known before."""
        cut = self.data.cut
        known = self.data.returns.copy()
        known[max(0, cut - self.problem.horizon) :] = np.nan
        return learner(np.stack([standard(one) for one in self.values]), known, cut)[cut:]

    @cached_property
    def by_linear(self) -> Array:
        """The linear fit's predictions of the later days."""
        return self._predicted(pooling.linear)

    @cached_property
    def by_trees(self) -> Array:
        """The boosted trees' predictions of the later days."""
        return self._predicted(pooling.trees)

    @cached_property
    def linear_rank_ic(self) -> Array:
        """Daily: shape (later days,)."""
        return daily_rank_ic(self.by_linear, self.later)

    @property
    def linear_ic(self) -> float:
        return float(daily_ic(self.by_linear, self.later).mean())

    @property
    def trees_rank_ic(self) -> float:
        return float(daily_rank_ic(self.by_trees, self.later).mean())

    @property
    def trees_ic(self) -> float:
        return float(daily_ic(self.by_trees, self.later).mean())

    @property
    def best_rank_ic(self) -> float:
        """The largest size of a single factor's RankIC on the later days."""
        cut = self.data.cut
        return max(abs(float(daily_rank_ic(one[cut:], self.later).mean())) for one in self.values)

    @property
    def turnover(self) -> float:
        """The mean of the factors' on the later days."""
        return float(np.mean([turnover(one[self.data.cut :]) for one in self.values]))

    @property
    def diversity(self) -> float | None:
        """1 less the mean likeness of pairs on the later days; None of one factor."""
        later = [one[self.data.cut :] for one in self.values]
        pairs = [likeness(one, other) for one, other in combinations(later, 2)]
        return 1.0 - float(np.mean(pairs)) if pairs else None

    @cached_property
    def traded(self) -> Backtest:
        """The linear fit's predictions traded on the later days."""
        return backtest(self.by_linear, self.later, self.problem.horizon)

    @property
    def recovered(self) -> float | None:
        """The share of the planted factors that are in the pool; None where none are known."""
        laws = self.problem.laws
        if not laws:
            return None
        texts = {canonical_factor(one) for one in self.pool.values()}
        found = [canonical_factor(law) in texts or self._is_like(law) for law in laws]
        return sum(found) / len(found)

    def _is_like(self, law: Factor) -> bool:
        true = self.panel.value(law)
        return any(likeness(true, one) > RECOVERED for one in self.values)


def _with_trees(ready: Callable[[], object]) -> Callable[[], object]:
    """Before the step's clock: importing the trees takes longer than growing them."""

    def prepare() -> object:
        import sklearn.ensemble

        return ready(), sklearn.ensemble

    return prepare


def _ready(item: Item, forms: FormCache, limits: ScoringLimits) -> PanelSubject:
    problem: PanelProblem = item.problem
    if item.answer is None:
        raise NoAnswer("no factors")
    try:
        return PanelSubject(item, posing.pool(item.answer, problem.fields, problem.most))
    except ValueError as error:
        raise NoAnswer(f"no pool of factors: {error}") from None


def _failed(item: Item, why: str) -> dict[str, Comparison]:
    return {}


SCHEME = Scheme("panel", _ready, _failed)
