"""Exponentials, logarithms and powers."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from bench.problems.portable.constants import BITS, cut, fixed_log, fixed_root_of_two, one, pairs
from bench.problems.portable.doubled import Array, Pair, multiply, scale, two_product, two_sum
from bench.problems.portable.elementwise import elementwise, horner

_LN2 = fixed_log(2, 1, BITS)
_LN10 = 3 * _LN2 + fixed_log(5, 4, BITS)
_LN2_WIDE = cut(_LN2, BITS, 40)
_LN2_STEP = cut(_LN2 // 32, BITS, 37, 37)
_STEPS_PER_UNIT = 1.0 / (_LN2 // 32 / (1 << BITS))
_ROOTS = pairs([fixed_root_of_two(j, BITS) for j in range(32)], BITS)
_LOGS = pairs([fixed_log(max(j, 1), 64, BITS) for j in range(93)], BITS)

LN2_PAIR = one(_LN2)
_LN10_PAIR = one(_LN10)
_PER_LN2 = one((1 << 2 * BITS) // _LN2)
_PER_LN10 = one((1 << 2 * BITS) // _LN10)
_THIRD = one((1 << BITS) // 3)


def exp_parts(x: Pair) -> tuple[Pair, NDArray[np.int64]]:
    """exp(x) as a pair in [1, 2) and a power of two, for x clipped to +-1500.

    x = (32 k + j) ln2/32 + r, exp(x) = 2**k 2**(j/32) (1 + r + r**2/2 + ...), |r| < 0.011.
    """
    high = np.clip(np.where(np.isnan(x[0]), 0.0, x[0]), -1500.0, 1500.0)
    steps = np.rint(high * _STEPS_PER_UNIT)
    rest, error = two_sum(high, -steps * _LN2_STEP[0])
    rest, lost = two_sum(rest, -steps * _LN2_STEP[1])
    low = (error + lost) - steps * _LN2_STEP[2] + np.where(np.abs(x[0]) < 1500.0, x[1], 0.0)
    r, r_low = two_sum(rest, low)
    series = horner(r, 1 / 2, 1 / 6, 1 / 24, 1 / 120, 1 / 720, 1 / 5040)
    growth = r + (r_low + r * r * series)
    index = steps.astype(np.int64)
    root, root_low = _ROOTS[0][index & 31], _ROOTS[1][index & 31]
    return two_sum(root, root_low + root * growth), index >> 5


def exp_of(x: Pair) -> Array:
    (high, low), exponent = exp_parts(x)
    value = scale(high + low, np.clip(exponent, -2000, 2000))
    return np.where(np.isnan(x[0]), np.nan, value)


@elementwise
def exp(x: Array) -> Array:
    return exp_of((x, np.zeros_like(x)))


@elementwise
def exp10(x: Array) -> Array:
    """10**x."""
    bounded = np.clip(x, -1000.0, 1000.0)
    return exp_of(multiply((bounded, np.zeros_like(x)), _LN10_PAIR))


def log_pair(x: Array, low: Array | float = 0.0) -> Pair:
    """log(x + low) as a pair, absolute error below 2**-70, for positive finite x.

    x = 2**k m with m in [sqrt(1/2), sqrt(2)); c = j/64 next to m; with s = (m - c)/(m + c),
    log(m/c) = 2 s + 2 s**3/3 + ...
    """
    mantissa, exponent = np.frexp(x)
    small = mantissa < 0.7071067811865476
    m = np.where(small, 2.0 * mantissa, mantissa)
    k = np.asarray(exponent - small, dtype=np.float64)
    j = np.rint(np.where(np.isfinite(m), m, 1.0) * 64.0)
    f = m - j / 64.0
    den, den_low = two_sum(j / 32.0, f)
    s = f / den
    product, error = two_product(s, den)
    s_low = (((f - product) - error) - s * den_low) / den
    z = s * s
    tail = 2.0 * s * z * horner(z, 1 / 3, 1 / 5, 1 / 7, 1 / 9)
    index = np.clip(j, 45, 92).astype(np.int64)
    high, e1 = two_sum(k * _LN2_WIDE[0], _LOGS[0][index])
    high, e2 = two_sum(high, 2.0 * s)
    rest = e1 + e2 + (k * _LN2_WIDE[1] + _LOGS[1][index]) + (2.0 * s_low + tail) + low / x
    return two_sum(high, rest)


def _log_like(x: Array, factor: Pair | None) -> Array:
    pair = log_pair(np.where((x > 0) & (x < np.inf), x, 1.0))
    high, low = pair if factor is None else multiply(pair, factor)
    value = np.where(x == np.inf, np.inf, high + low)
    return np.where(x > 0, value, np.where(x == 0, -np.inf, np.nan))


@elementwise
def log(x: Array) -> Array:
    return _log_like(x, None)


@elementwise
def log2(x: Array) -> Array:
    return _log_like(x, _PER_LN2)


@elementwise
def log10(x: Array) -> Array:
    return _log_like(x, _PER_LN10)


@elementwise
def power(x: Array, y: Array) -> Array:
    """x**y over the reals: nan for a negative base and an exponent that is no integer."""
    if y.ndim == 0 and float(y) in _SIMPLE_POWERS:
        return _SIMPLE_POWERS[float(y)](x)
    base = np.abs(x)
    proper = (base > 0) & (base < np.inf)
    # Beyond 2**64 the result is 0, 1 or infinite whatever the exponent is.
    bounded = np.clip(y, -(2.0**64), 2.0**64)
    logarithm = log_pair(np.where(proper, base, 1.0))
    value = exp_of(multiply(logarithm, (bounded, np.zeros_like(bounded))))
    at_edge = np.where((base == 0) == (y > 0), 0.0, np.inf)
    value = np.where(proper, value, at_edge)
    whole = np.rint(y) == y
    odd = whole & (np.rint(y / 2.0) != y / 2.0)
    value = np.where((x < 0) & odd, -value, np.where((x < 0) & ~whole, np.nan, value))
    value = np.where(np.isnan(x) | np.isnan(y), np.nan, value)
    return np.where((y == 0) | (x == 1), 1.0, value)


_SIMPLE_POWERS: dict[float, Callable[[Array], Array]] = {
    -2.0: lambda x: 1.0 / (x * x),
    -1.0: lambda x: 1.0 / x,
    0.5: np.sqrt,
    1.0: lambda x: x,
    2.0: lambda x: x * x,
}


@elementwise
def cbrt(x: Array) -> Array:
    size = np.abs(x)
    proper = (size > 0) & (size < np.inf)
    root = exp_of(multiply(log_pair(np.where(proper, size, 1.0)), _THIRD))
    return np.where(proper, np.copysign(root, x), x)
