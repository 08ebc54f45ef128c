"""Hyperbolic functions and their inverses."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from bench.problems.portable.doubled import (
    Array,
    Pair,
    add,
    divide,
    multiply,
    negate,
    scale,
    square_root,
    two_product,
    two_sum,
)
from bench.problems.portable.elementwise import elementwise, horner, one_minus
from bench.problems.portable.exponential import LN2_PAIR, exp_parts, log_pair


def _sinh_cosh(x: Array) -> tuple[Pair, Pair]:
    """sinh and cosh of 0 <= x <= 40, as pairs; sinh by its series below 1/4."""
    (high, low), exponent = exp_parts((x, np.zeros_like(x)))
    grow = scale(high, exponent), scale(low, exponent)
    fall = divide((np.ones_like(x), np.zeros_like(x)), grow)
    sine, cosine = add(grow, negate(fall)), add(grow, fall)
    z = x * x
    series = horner(z, 1 / 6, 1 / 120, 1 / 5040, 1 / 362880, 1 / 39916800, 1 / 6227020800)
    near = two_sum(x, x * z * series)
    small = x < 0.25
    sine = (
        np.where(small, near[0], 0.5 * sine[0]),
        np.where(small, near[1], 0.5 * sine[1]),
    )
    return sine, (0.5 * cosine[0], 0.5 * cosine[1])


def _half_exp(x: Array) -> Array:
    """exp(x)/2, overflowing only where the half does."""
    (high, low), exponent = exp_parts((x, np.zeros_like(x)))
    return scale(high + low, np.clip(exponent - 1, -2000, 2000))


@elementwise
def sinh(x: Array) -> Array:
    size = np.abs(x)
    (high, low), _ = _sinh_cosh(np.minimum(size, 40.0))
    value = np.where(size > 40.0, _half_exp(size), high + low)
    return np.where(np.isnan(x), np.nan, np.copysign(value, x))


@elementwise
def cosh(x: Array) -> Array:
    size = np.abs(x)
    _, (high, low) = _sinh_cosh(np.minimum(size, 40.0))
    value = np.where(size > 40.0, _half_exp(size), high + low)
    return np.where(np.isnan(x), np.nan, value)


@elementwise
def tanh(x: Array) -> Array:
    size = np.minimum(np.abs(x), 40.0)
    high, low = divide(*_sinh_cosh(size))
    return np.where(np.isnan(x), np.nan, np.copysign(high + low, x))


def _log_of_sum(x: Array, root: Pair, huge: NDArray[np.bool_]) -> Array:
    """log(x + root), or log(2 x) where the root is x to the last bit."""
    high, low = add((x, np.zeros_like(x)), root)
    logarithm = log_pair(np.where(huge, x, high), np.where(huge, 0.0, low))
    doubled = add(logarithm, LN2_PAIR)
    return np.where(huge, doubled[0] + doubled[1], logarithm[0] + logarithm[1])


_HUGE = 2.0**60


@elementwise
def asinh(x: Array) -> Array:
    size = np.where(np.isfinite(x), np.abs(x), 1.0)
    moderate = np.minimum(size, _HUGE)
    square = two_product(moderate, moderate)
    root = square_root(add(square, (np.ones_like(x), np.zeros_like(x))))
    z = moderate * moderate
    series = horner(z, -1 / 6, 3 / 40, -15 / 336, 105 / 3456, -945 / 42240)
    value = np.where(
        size < 2.0**-7, size + size * z * series, _log_of_sum(size, root, size >= _HUGE)
    )
    return np.where(np.isfinite(x), np.copysign(value, x), x)


@elementwise
def acosh(x: Array) -> Array:
    inside = np.where((x >= 1.0) & (x < np.inf), x, 1.0)
    moderate = np.minimum(inside, _HUGE)
    root = square_root(multiply(negate(one_minus(moderate)), one_minus(-moderate)))
    value = _log_of_sum(inside, root, inside >= _HUGE)
    return np.where(x >= 1.0, np.where(x == np.inf, np.inf, value), np.nan)


@elementwise
def atanh(x: Array) -> Array:
    size = np.abs(x)
    inside = np.minimum(size, 1.0 - 2.0**-53)
    ratio = divide(one_minus(-inside), one_minus(inside))
    high, low = log_pair(*ratio)
    z = inside * inside
    series = horner(z, 1 / 3, 1 / 5, 1 / 7, 1 / 9)
    value = np.where(inside < 2.0**-7, inside + inside * z * series, 0.5 * (high + low))
    value = np.where(size == 1.0, np.inf, value)
    return np.where(size <= 1.0, np.copysign(value, x), np.nan)
