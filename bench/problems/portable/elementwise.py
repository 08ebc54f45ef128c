"""What all portable functions share: their calling convention, and polynomials."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps

import numpy as np
from numpy.typing import ArrayLike

from bench.problems.portable.doubled import Array, Pair, two_sum


def elementwise(function: Callable[..., Array]) -> Callable[..., Array]:
    """Take anything array-like, compute without warnings."""

    @wraps(function)
    def wrapped(*arguments: ArrayLike) -> Array:
        with np.errstate(all="ignore"):
            return function(*(np.asarray(a, dtype=np.float64) for a in arguments))

    return wrapped


def horner(x: Array, *coefficients: float) -> Array:
    """c0 + c1 x + c2 x**2 + ..."""
    total = x * coefficients[-1] + coefficients[-2]
    for coefficient in coefficients[-3::-1]:
        total = total * x + coefficient
    return total


def one_minus(x: Array) -> Pair:
    """1 - x, exactly."""
    return two_sum(np.ones_like(x), -x)


def analytic_quotient(a: Array, b: Array) -> Array:
    """a / sqrt(1 + b**2)."""
    quotient: Array = a / np.sqrt(1.0 + b * b)
    return quotient
