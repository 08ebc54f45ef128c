"""Values that are right: from float64 where it has the digits, from mpmath where it has not.

``1 - cos(1e-9)`` is 0 in float64 and 5e-19 in truth, ``(x - 1)**20`` multiplied out is noise near
1, and ``sin(pi*n)`` is 1e-16 at whole n and should be 0. Where the bound on the rounding error of
a value says that such a thing is possible, the value is worked out to many digits.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from time import thread_time

import numpy as np
from numpy.typing import NDArray

from bench.expression import Expression
from bench.scoring.equivalence.numerics.bounds import with_bound
from bench.scoring.equivalence.numerics.precise import NotFinite, Precise, Value
from bench.scoring.equivalence.numerics.quantiles import median
from bench.scoring.equivalence.thresholds import TRUSTED

Array = NDArray[np.float64]
Mask = NDArray[np.bool_]

DIGITS = 60
_LARGEST_ERROR = 1e-30


@dataclass(frozen=True, eq=False)
class Worked:
    """Values at points, nan where there is none; ``precisely`` says which are not float64's.

    ``bounds`` are those on the errors of float64.
    """

    values: Array
    precisely: Mask
    bounds: Array


def right_values(
    expression: Expression,
    names: Sequence[str],
    X: Array,
    *,
    scale: Array | None = None,
    deadline: float = np.inf,
) -> Worked:
    """Values right to ``TRUSTED`` of themselves, or of ``scale``, on the rows of ``X``.

    Values that are not worked out before ``deadline`` are nan.
    """
    bounded = with_bound(expression, names, X)
    size = np.abs(bounded.values) if scale is None else scale
    finite = np.isfinite(bounded.values)
    with np.errstate(invalid="ignore"):
        doubtful = np.where(finite, bounded.bounds > TRUSTED * size, bounded.overflowed)
    values = np.where(finite & ~doubtful, bounded.values, np.nan)
    rows = np.flatnonzero(doubtful).tolist()
    typical = _typical(values) if rows else 0.0
    for row in rows:
        if thread_time() > deadline:
            break
        values[row] = precise_float(expression, names, X[row].tolist(), typical)
    return Worked(values, doubtful, bounded.bounds)


def _typical(values: Array) -> float:
    known = np.abs(values[np.isfinite(values)])
    return median(known) if len(known) else 0.0


def precise_float(
    expression: Expression, names: Sequence[str], row: Sequence[float], typical: float
) -> float:
    """The value at a point by way of many digits, nan where there is none."""
    precise = precisely(expression, DIGITS)
    try:
        value = precise(precise.point(names, row))
        if is_zero(expression, names, row, value, typical):
            return 0.0
        return float(value)
    except (NotFinite, OverflowError):
        return np.nan


def is_zero(
    expression: Expression, names: Sequence[str], row: Sequence[float], value: Value, typical: float
) -> bool:
    """Whether a tiny ``value`` is what rounding leaves of 0: it shrinks as digits are added.

    Tiny is what is under 1e-30 of ``typical``; a value of that size that is true stays.
    """
    if value == 0 or abs(value) > _LARGEST_ERROR * typical:
        return bool(value == 0)
    finer = precisely(expression, 3 * DIGITS)
    again = finer(finer.point(names, row))
    return bool(abs(again) < abs(value) * _LARGEST_ERROR)


@lru_cache(maxsize=256)
def precisely(expression: Expression, digits: int) -> Precise:
    """``expression`` to so many digits; its literals must not be moved."""
    return Precise(expression, digits)
