"""The operators of factors: one row each, with what it does to arrays of days x assets.

A window of t days is the day itself and the t - 1 before it. Sums over windows are added day by
day in one order, so they have the same bits on every machine, and nothing of what came before the
window is left in them. A missing value (nan) in a window makes it missing.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from bench.expression.factors.windows import (
    Array,
    cross_demeaned,
    cross_rank,
    cross_zscore,
    delayed,
    window_autocorrelation,
    window_correlation,
    window_covariance,
    window_extreme,
    window_mean,
    window_median,
    window_moment,
    window_rank,
    window_std,
    window_sum,
)

MOST_DAYS = 250


@dataclass(frozen=True)
class FactorOperator:
    """``value(*arrays, *windows)``: ``operands`` arrays (days, assets), then whole numbers of days.

    ``meaning`` says what it gives, for people and models.
    """

    name: str
    operands: int
    windows: int
    value: Callable[..., Array]
    meaning: str


def _ratio(x: Array, y: Array) -> Array:
    return np.asarray(np.where(y == 0.0, np.nan, x / np.where(y == 0.0, 1.0, y)))


def _log(x: Array) -> Array:
    return np.log(np.where(x > 0.0, x, np.nan))


def _change(x: Array, days: int) -> Array:
    return x - delayed(x, days)


def _relative(x: Array, days: int) -> Array:
    return _ratio(_change(x, days), delayed(x, days))


def _zscore(x: Array, days: int) -> Array:
    return _ratio(x - window_mean(x, days), window_std(x, days))


_ROWS: tuple[tuple[str, int, int, Any, str], ...] = (
    ("neg", 1, 0, np.negative, "-x"),
    ("abs", 1, 0, np.abs, "the size of x"),
    ("square", 1, 0, np.square, "x times x"),
    ("inv", 1, 0, lambda x: _ratio(np.ones_like(x), x), "1/x"),
    ("sign", 1, 0, np.sign, "-1, 0 or 1"),
    ("sin", 1, 0, np.sin, "the sine of x"),
    ("cos", 1, 0, np.cos, "the cosine of x"),
    ("tanh", 1, 0, np.tanh, "the hyperbolic tangent of x"),
    ("log", 1, 0, _log, "the logarithm of a positive x"),
    ("add", 2, 0, np.add, "x + y"),
    ("sub", 2, 0, np.subtract, "x - y"),
    ("mul", 2, 0, np.multiply, "x * y"),
    ("div", 2, 0, _ratio, "x / y"),
    ("greater", 2, 0, np.maximum, "the larger of x and y"),
    ("less", 2, 0, np.minimum, "the smaller of x and y"),
    ("ts_delay", 1, 1, delayed, "x t days ago"),
    ("ts_diff", 1, 1, _change, "x less x t days ago"),
    ("ts_pct", 1, 1, _relative, "the relative change of x since t days ago"),
    ("ts_mean", 1, 1, window_mean, "the mean over t days"),
    ("ts_median", 1, 1, window_median, "the median over t days"),
    ("ts_sum", 1, 1, window_sum, "the sum over t days"),
    ("ts_std", 1, 1, window_std, "the standard deviation over t days"),
    ("ts_max", 1, 1, lambda x, t: window_extreme(x, t, np.maximum), "the largest of t days"),
    ("ts_min", 1, 1, lambda x, t: window_extreme(x, t, np.minimum), "the smallest of t days"),
    ("ts_rank", 1, 1, window_rank, "the rank of today among t days, 0 to 1"),
    ("ts_skew", 1, 1, lambda x, t: window_moment(x, t, 3), "the skewness over t days"),
    ("ts_kurt", 1, 1, lambda x, t: window_moment(x, t, 4), "the kurtosis over t days"),
    ("ts_vari", 1, 1, lambda x, t: _ratio(window_std(x, t), window_mean(x, t)),
     "the standard deviation over the mean, over t days"),
    ("ts_autocorr", 1, 2, window_autocorrelation, "the correlation over t days with n days ago"),
    ("ts_zscore", 1, 1, _zscore, "today's distance from the mean of t days, in deviations"),
    ("ts_cov", 2, 1, window_covariance, "the covariance of x and y over t days"),
    ("ts_corr", 2, 1, window_correlation, "the correlation of x and y over t days"),
    ("cs_rank", 1, 0, cross_rank, "the rank among the day's assets, 0 to 1"),
    ("cs_zscore", 1, 0, cross_zscore, "the distance from the mean of the day, in deviations"),
    ("cs_demean", 1, 0, cross_demeaned, "x less its mean over the day's assets"),
)  # fmt: skip

FACTOR_OPERATORS = {row[0]: FactorOperator(*row) for row in _ROWS}
"""Every operator by name; ``neg`` and the four of arithmetic are written with their signs too."""
