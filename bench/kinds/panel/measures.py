"""How well values foretell returns, day by day, and how alike two factors are.

Arrays are (days, assets). A day on which nothing can be said counts 0, as chance does: days are
never dropped, and neither are assets without a value, which stand in the middle of their day.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bench.expression.factors.windows import cross_rank, cross_zscore

Array = NDArray[np.float64]

YEAR = 252
"""Trading days."""
COST = 0.0015
"""Of what is replaced, both sides together (arXiv:2505.11122, section 4)."""
HELD = 0.1
"""The share of assets that the backtest holds."""


def standard(values: Array) -> Array:
    """In standard deviations of each day; 0 where there is no value."""
    return np.nan_to_num(cross_zscore(values))


def centred_ranks(values: Array) -> Array:
    """Ranks of each day from -1/2 to 1/2; 0 where there is no value."""
    return np.nan_to_num(cross_rank(values) - 0.5)


def daily_correlation(one: NDArray[Any], other: NDArray[Any]) -> Array:
    """The correlation of each day over all assets: shape (days,); 0 where either is flat."""
    a = one - one.mean(axis=1, keepdims=True)
    b = other - other.mean(axis=1, keepdims=True)
    size = np.sqrt((a * a).sum(axis=1) * (b * b).sum(axis=1))
    flat = size <= 1e-12
    return np.asarray(np.where(flat, 0.0, (a * b).sum(axis=1) / np.where(flat, 1.0, size)))


def daily_rank_ic(values: Array, returns: Array) -> Array:
    """Spearman's correlation of each day with the returns: shape (days,).

    Of the assets whose return is known.
    """
    known = ~np.isnan(returns)
    return daily_correlation(centred_ranks(np.where(known, values, np.nan)), centred_ranks(returns))


def daily_ic(values: Array, returns: Array) -> Array:
    """Pearson's correlation of each day with the returns: shape (days,)."""
    known = ~np.isnan(returns)
    return daily_correlation(standard(np.where(known, values, np.nan)), standard(returns))


def ratio(daily: Array) -> float:
    """Mean over standard deviation of daily figures; 0 where they do not vary."""
    spread = float(np.std(daily))
    return float(np.mean(daily)) / spread if spread > 1e-12 else 0.0


def turnover(values: Array) -> float:
    """How much of a portfolio changes in a day, 0 to 2, long above and short below the middle.

    Weights are the day's centred ranks over the sum of their sizes.
    """
    ranks = centred_ranks(values)
    total = np.abs(ranks).sum(axis=1, keepdims=True)
    weights = np.where(total > 0.0, ranks / np.where(total > 0.0, total, 1.0), 0.0)
    return float(np.abs(np.diff(weights, axis=0)).sum(axis=1).mean()) if len(weights) > 1 else 0.0


def likeness(one: Array, other: Array) -> float:
    """The size of the mean daily rank correlation of two factors, 0 to 1."""
    return abs(float(daily_correlation(centred_ranks(one), centred_ranks(other)).mean()))


@dataclass(frozen=True, slots=True)
class Backtest:
    """Of a year: ``excess`` over holding all assets alike, costs paid, and its ``ratio`` of mean to
    standard deviation."""

    excess: float
    ratio: float


def backtest(prediction: Array, returns: Array, horizon: int) -> Backtest:
    """Hold the best tenth of the assets, and replace at most a ``horizon``-th of them a day.

    A day has its share of the return over the horizon; what is replaced costs ``COST``. An asset
    without a prediction is not bought; one without a return gives none.
    """
    days, assets = returns.shape
    size = max(1, round(HELD * assets))
    step = max(1, math.ceil(size / horizon))
    score = np.where(np.isnan(prediction), -np.inf, prediction)
    daily = np.nan_to_num(returns) / horizon
    held: set[int] = set()
    gains = np.zeros(days)
    for day in range(days):
        order = [int(k) for k in np.argsort(-score[day], kind="stable") if score[day, k] > -np.inf]
        wanted = order[:size]
        new = [k for k in wanted if k not in held][: step if held else size]
        leaving = sorted(held - set(wanted), key=lambda k: (score[day, k], k))
        held -= set(leaving[: max(0, len(held) + len(new) - size)])
        held |= set(new[: size - len(held)])
        earned = daily[day, sorted(held)].sum() / size
        gains[day] = earned - daily[day].mean() - COST * len(new) / size
    return Backtest(YEAR * float(gains.mean()), math.sqrt(YEAR) * ratio(gains))
