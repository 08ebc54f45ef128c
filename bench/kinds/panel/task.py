"""PanelTask: all that a method may see of a problem of the kind ``panel``."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bench.clock import Clock, Remaining
from bench.expression.factors import Factor, Panel, parse_factor
from bench.kinds.panel import measures
from bench.method import Answer, Budget, as_answer

Array = NDArray[np.float64]

_MOST_RANKED = 200_000_000
"""Bytes of ranks that are kept."""


def _ignore(answer: Answer, loss: float | None) -> None:
    return None


@dataclass(frozen=True)
class PanelTask:
    """All that a method may see of a market whose returns are to be foretold.

    ``fields`` by name and ``returns``, each (days, assets); nan is missing. ``returns`` at a day
    are over the ``horizon`` days after it; the last are not known yet. An answer is a pool of at
    most ``most`` factors by names of the method's own:
    ``Discovery.of({"reversal": "-ts_pct(close, 5)"})``. Seed, budget, clock and ``model`` are as in
    ``bench.Task``. Raises ValueError where shapes do not match.
    """

    fields: Mapping[str, Array]
    returns: Array
    horizon: int = 1
    most: int = 10
    seed: int = 0
    budget: Budget = field(default_factory=Budget)
    description: str = ""
    on_report: Callable[[Answer, float | None], None] = field(default=_ignore, repr=False)
    clock: Clock = field(default_factory=Clock, repr=False, compare=False)
    model: Any = field(default=None, repr=False, compare=False)

    def __post_init__(self) -> None:
        if self.panel.shape != self.returns.shape:
            raise ValueError(
                f"fields have the shape {self.panel.shape} and returns {self.returns.shape}; both "
                "must be (days, assets)"
            )

    @cached_property
    def panel(self) -> Panel:
        """The fields, for evaluating factors."""
        return Panel(self.fields)

    def factor(self, text: str) -> Factor:
        """The factor that ``text`` says; raises ValueError where it says none."""
        return parse_factor(text, self.fields)

    def values(self, factor: Factor) -> Array:
        """The values of ``factor``: shape (days, assets), nan where it has none."""
        return self.panel.value(factor)

    def rank_ic(self, values: Array) -> Array:
        """The daily RankIC of ``values`` (days, assets) with the known returns: shape (days,)."""
        days, returns, ranks = self._known
        here = np.where(np.isnan(returns), np.nan, values[days])
        return measures.daily_correlation(measures.centred_ranks(here), ranks)

    @cached_property
    def _known(self) -> tuple[NDArray[np.bool_], Array, Array]:
        """The days with returns, these, and their ranks."""
        days = np.asarray(~np.isnan(self.returns).all(axis=1))
        return days, self.returns[days], measures.centred_ranks(self.returns[days])

    def likeness(self, one: Factor, other: Factor) -> float:
        """How alike two factors rank assets: the size of their mean daily rank correlation."""
        ranks = (self._ranks_of(one), self._ranks_of(other))
        return abs(float(measures.daily_correlation(*ranks).mean(dtype=np.float64)))

    def _ranks_of(self, factor: Factor) -> NDArray[np.float32]:
        """Of all days; those asked for last are kept."""
        kept = self._ranked
        found = kept.pop(factor, None)
        if found is None:
            found = measures.centred_ranks(self.values(factor)).astype(np.float32)
            if len(kept) * found.nbytes > _MOST_RANKED:
                kept.pop(next(iter(kept)))
        kept[factor] = found
        return found

    @cached_property
    def _ranked(self) -> dict[Factor, NDArray[np.float32]]:
        return {}

    def turnover(self, values: Array) -> float:
        """How much of a portfolio by ``values`` changes in a day, 0 to 2."""
        return measures.turnover(values)

    def report(self, factors: Mapping[str, object], loss: float | None = None) -> None:
        """Tell the harness the best pool so far: see ``bench.Task.report``."""
        self.on_report(as_answer(factors), loss)

    def remaining(self) -> Remaining:
        """What is left of the budget: see ``bench.Task.remaining``."""
        return self.clock.remaining(self.budget)
