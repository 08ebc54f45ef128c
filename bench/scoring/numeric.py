"""How well predicted values match true ones, on targets of any magnitude.

All functions take ``y`` (true values, finite, shape (n,), n > 0) and ``predicted`` (shape (n,),
any values). A prediction that is not finite at some point is wrong at that point: points are
never dropped. Everything is invariant under scaling both arrays, from 1e-300 to 1e300.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Values = NDArray[np.float64]

TAU = 0.1
ACCURATE_R2 = 0.999

SAME = 1e-6
"""Two sets of values are the same where none differ by more than this share of them."""

_EPSILON = float(np.finfo(np.float64).eps)


@dataclass(frozen=True, slots=True)
class NumericScore:
    """The numeric metrics of one split; the defaults are the worst score."""

    r2: float = -np.inf
    nmse: float = np.inf
    within_tau: bool = False
    accurate: bool = False
    finite_share: float = 0.0


def numeric_score(y: Values, predicted: Values) -> NumericScore:
    """All numeric metrics of ``predicted``."""
    error = nmse(y, predicted)
    return NumericScore(
        r2=1.0 - error,
        nmse=error,
        within_tau=accuracy_within(y, predicted),
        accurate=1.0 - error > ACCURATE_R2,
        finite_share=finite_share(predicted),
    )


def nmse(y: Values, predicted: Values) -> float:
    """Mean squared error over the variance of ``y`` (LLM-SRBench's definition); inf at worst.

    inf where a prediction is not finite, and where ``y`` is constant (its spread being rounding
    error) and the prediction is not that constant to within rounding; 0 where it is.
    """
    _check(y, predicted)
    if not np.isfinite(predicted).all():
        return float(np.inf)
    scale = float(np.abs(y).max())
    if scale == 0.0:
        return 0.0 if not predicted.any() else float(np.inf)
    with np.errstate(over="ignore", under="ignore", invalid="ignore"):
        scaled = y / scale
        centred = scaled - scaled.mean()
        residual = np.abs(predicted / scale - scaled)
        spread = float(np.abs(centred).max())
        if spread <= 4.0 * _EPSILON:
            return 0.0 if residual.max() <= 4.0 * _EPSILON else float(np.inf)
        # Each squared on its own scale: neither a spread of 1e-12 nor an error of 1e200 is lost.
        return float(np.mean((residual / spread) ** 2) / np.mean((centred / spread) ** 2))


def r2(y: Values, predicted: Values) -> float:
    """Coefficient of determination, 1 - nmse: 1 at best, -inf at worst."""
    return 1.0 - nmse(y, predicted)


def accuracy_within(y: Values, predicted: Values, tau: float = TAU) -> bool:
    """Acc_tau of LLM-SRBench: whether |predicted - y| <= tau |y| at every point.

    Where ``y`` is 0 the prediction must be 0.
    """
    _check(y, predicted)
    with np.errstate(over="ignore", invalid="ignore"):
        # Halved, a difference of two finite numbers cannot overflow.
        apart = np.abs(predicted * 0.5 - y * 0.5)
        return bool(np.all(apart <= tau * 0.5 * np.abs(y)) and np.isfinite(predicted).all())


def accuracy(y: Values, predicted: Values) -> bool:
    """SRBench's accuracy solution: whether R2 exceeds 0.999."""
    return r2(y, predicted) > ACCURATE_R2


def finite_share(predicted: Values) -> float:
    """The share of points at which the prediction is a finite real number."""
    return float(np.isfinite(predicted).mean())


def same_values(one: Values, other: Values) -> bool:
    """Whether two predictions are the same but for rounding; NaN is only like NaN."""
    with np.errstate(all="ignore"):
        size = np.abs(other) + np.nan_to_num(np.std(other), posinf=0.0)
        apart = np.abs(one - other)
        close = (apart <= SAME * size) | (one == other) | (np.isnan(one) & np.isnan(other))
    return bool(np.all(close))


def _check(y: Values, predicted: Values) -> None:
    if y.ndim != 1 or y.shape != predicted.shape or not len(y):
        raise ValueError(
            f"y has shape {y.shape} and the prediction {predicted.shape}; both must be (n,), n > 0"
        )
