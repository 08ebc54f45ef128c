"""Values in float64 that are right, also where float64 cancels.

``1 - cos(1e-9)`` is 0 in float64 and 5e-19 in truth: a law that is written so, at values such as
SRSD's, has none of its digits right. There, values are worked out to many digits.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

from bench.expression import Expression, compile_expression, size
from bench.scoring.equivalence.numerics.precise import NotFinite, Precise

Array = NDArray[np.float64]
Function = Callable[[Array], Array]

DIGITS = 50
UNTRUSTED = 1e-6
"""The relative error of float64, in the median, from which its values are not trusted."""
_POINTS = 5
_LARGEST = 500
"""Nodes up to which many digits are affordable at hundreds of points."""


def needs_digits(expression: Expression, names: Sequence[str], X: Array) -> bool:
    """Whether float64 is wrong at most of the first few points of ``X``, shape (n, d)."""
    if size(expression) > _LARGEST:
        return False
    rows = X[:_POINTS]
    seen = compile_expression(expression, names)(rows)
    true = precise_function(expression, names)(rows)
    with np.errstate(all="ignore"):
        error = np.abs(seen - true) / np.abs(true)
    error = np.where(seen == true, 0.0, error)[np.isfinite(true) & np.isfinite(seen)]
    return bool(len(error) and np.median(error) > UNTRUSTED)


def function_of(expression: Expression, names: Sequence[str], *, needs_precision: bool) -> Function:
    """The expression as a function of X: in float64, or, if need be, by way of more digits."""
    return (precise_function if needs_precision else compile_expression)(expression, names)


def precise_function(expression: Expression, names: Sequence[str]) -> Function:
    """Like ``compile_expression``, by way of ``DIGITS`` digits; nan where there is no value."""
    precise = Precise(expression, DIGITS)

    def value(row: list[float]) -> float:
        try:
            return float(precise(precise.point(names, row)))
        except NotFinite:
            return np.nan

    def function(X: Array) -> Array:
        return np.array([value(row) for row in X.tolist()], dtype=np.float64)

    return function
