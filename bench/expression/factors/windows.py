"""What operators do along days, and across the assets of a day: arrays (days, assets)."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

Array = NDArray[np.float64]

_FLAT = 1e-12
"""A spread below this share of the values is rounding."""


def delayed(x: Array, days: int) -> Array:
    """``x`` as it was ``days`` ago; nan before there was one."""
    past = np.full_like(x, np.nan)
    if days < len(x):
        past[days:] = x[: len(x) - days]
    return past


def _folded(x: Array, days: int, join: Callable[[Array, Array], Array]) -> Array:
    """The values of each window joined one by one, the latest first; nan where one is missing."""
    found = np.full_like(x, np.nan)
    if days <= len(x):
        rows = len(x) - days + 1
        total = x[days - 1 :].copy()
        for k in range(1, days):
            total = join(total, x[days - 1 - k : days - 1 - k + rows])
        found[days - 1 :] = total
    return found


def window_sum(x: Array, days: int) -> Array:
    """The sum over each window."""
    return _folded(x, days, np.add)


def window_mean(x: Array, days: int) -> Array:
    """The mean over each window."""
    return window_sum(x, days) / days


def window_extreme(x: Array, days: int, which: Callable[[Array, Array], Array]) -> Array:
    """``which`` is ``np.maximum`` or ``np.minimum``."""
    return _folded(x, days, which)


def _power_sum(x: Array, mean: Array, days: int, power: int) -> Array:
    """Sums of powers of the distance from the window's own mean."""
    found = np.full_like(x, np.nan)
    if days <= len(x):
        rows = len(x) - days + 1
        centre = mean[days - 1 :]
        total = np.zeros_like(centre)
        for k in range(days):
            apart = x[days - 1 - k : days - 1 - k + rows] - centre
            total += np.multiply.reduce([apart] * power)
        found[days - 1 :] = total
    return found


def _spread(x: Array, days: int) -> Array:
    """The mean square about the window's mean; 0 where it is rounding."""
    mean = window_mean(x, days)
    square = _power_sum(x, mean, days, 2) / days
    return np.asarray(np.where(square <= (_FLAT * mean) ** 2, 0.0 * square, square))


def window_std(x: Array, days: int) -> Array:
    """The standard deviation of each window, of the window as a population."""
    return np.sqrt(_spread(x, days))


def window_moment(x: Array, days: int, power: int) -> Array:
    """The standardised moment: 3 is the skewness, 4 the kurtosis (3 where it is normal)."""
    spread = _spread(x, days)
    moment = _power_sum(x, window_mean(x, days), days, power) / days
    flat = spread == 0.0
    return np.asarray(np.where(flat, np.nan, moment / np.where(flat, 1.0, spread) ** (power / 2)))


def window_covariance(x: Array, y: Array, days: int) -> Array:
    """The covariance within each window."""
    found = np.full_like(x, np.nan)
    if days <= len(x):
        rows = len(x) - days + 1
        one, other = (window_mean(part, days)[days - 1 :] for part in (x, y))
        total = np.zeros_like(one)
        for k in range(days):
            at = slice(days - 1 - k, days - 1 - k + rows)
            total += (x[at] - one) * (y[at] - other)
        found[days - 1 :] = total / days
    return found


def window_correlation(x: Array, y: Array, days: int) -> Array:
    """Pearson's correlation within each window; nan where one of them does not move."""
    size = np.sqrt(_spread(x, days) * _spread(y, days))
    flat = size == 0.0
    return np.asarray(
        np.where(flat, np.nan, window_covariance(x, y, days) / np.where(flat, 1.0, size))
    )


def window_autocorrelation(x: Array, days: int, lag: int) -> Array:
    """The correlation within each window with ``lag`` days ago."""
    return window_correlation(x, delayed(x, lag), days)


def window_median(x: Array, days: int) -> Array:
    """The median of each window."""
    found = np.full_like(x, np.nan)
    if days <= len(x):
        windows = np.moveaxis(sliding_window_view(x, days, axis=0), -1, 0)
        ordered = np.sort(windows, axis=0)  # nan comes last
        middle = (ordered[(days - 1) // 2] + ordered[days // 2]) / 2.0
        found[days - 1 :] = np.where(np.isnan(ordered[-1]), np.nan, middle)
    return found


def window_rank(x: Array, days: int) -> Array:
    """The share of the window's other days that today is above, ties counting half."""
    found = np.full_like(x, np.nan)
    if days <= len(x):
        rows = len(x) - days + 1
        today = x[days - 1 :]
        below = np.zeros_like(today)
        for k in range(1, days):
            other = x[days - 1 - k : days - 1 - k + rows]
            below += np.where(np.isnan(other), np.nan, (other < today) + 0.5 * (other == today))
        below /= max(days - 1, 1)
        found[days - 1 :] = np.where(np.isnan(today), np.nan, below)
    return found


def cross_rank(x: Array) -> Array:
    """The rank among the day's assets from 0 to 1, ties having their mean; missing stays so."""
    order = np.argsort(x, axis=1, kind="stable")  # nan comes last
    ordered = np.take_along_axis(x, order, axis=1)
    place = np.broadcast_to(np.arange(x.shape[1]), x.shape)
    rises = np.ones_like(x, dtype=bool)
    rises[:, 1:] = ordered[:, 1:] != ordered[:, :-1]
    ends = np.ones_like(rises)
    ends[:, :-1] = rises[:, 1:]
    first = np.maximum.accumulate(np.where(rises, place, 0), axis=1)
    last = np.where(ends, place, x.shape[1])
    last = np.minimum.accumulate(last[:, ::-1], axis=1)[:, ::-1]
    others = np.sum(~np.isnan(x), axis=1, keepdims=True) - 1
    ranks = np.empty_like(x)
    np.put_along_axis(ranks, order, (first + last) / 2.0, axis=1)
    known = ~np.isnan(x) & (others > 0)
    return np.asarray(np.where(known, ranks / np.maximum(others, 1), np.nan))


def _day_mean(x: Array) -> Array:
    """The mean of each day's known values, added asset by asset: shape (days, 1)."""
    known = ~np.isnan(x)
    total = np.add.accumulate(np.where(known, x, 0.0), axis=1)[:, -1:]
    count = known.sum(axis=1, keepdims=True)
    return np.asarray(np.where(count > 0, total / np.maximum(count, 1), np.nan))


def cross_demeaned(x: Array) -> Array:
    """``x`` less its mean over the day's assets."""
    return x - _day_mean(x)


def cross_zscore(x: Array) -> Array:
    """``x`` less its mean over the day's assets, in standard deviations of the day."""
    mean = _day_mean(x)
    apart = x - mean
    spread = _day_mean(apart * apart)
    flat = spread <= (_FLAT * mean) ** 2
    return np.asarray(np.where(flat, np.nan, apart / np.sqrt(np.where(flat, 1.0, spread))))
