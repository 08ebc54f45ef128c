"""exp, log, sin, atan and their kin, each from one kernel in pairs of doubles.

Every function takes and gives float64 arrays (or scalars), gives nan where the real function is
undefined, and never warns.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps

import numpy as np
from numpy.typing import ArrayLike, NDArray

from bench.problems.portable.constants import (
    cut,
    fixed_atan,
    fixed_log,
    fixed_pi,
    fixed_root_of_two,
    pairs,
)
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
from bench.problems.portable.reduction import reduce

_B = 200
_LN2 = fixed_log(2, 1, _B)
_LN10 = 3 * _LN2 + fixed_log(5, 4, _B)
_LN2_WIDE = cut(_LN2, _B, 40)
_LN2_STEP = cut(_LN2 // 32, _B, 37, 37)
_STEPS_PER_UNIT = 1.0 / (_LN2 // 32 / (1 << _B))
_ROOTS = pairs([fixed_root_of_two(j, _B) for j in range(32)], _B)
_LOGS = pairs([fixed_log(max(j, 1), 64, _B) for j in range(93)], _B)
_ATANS = pairs([fixed_atan(j, 16, _B) for j in range(17)], _B)


def _constant(fixed: int) -> Pair:
    high, low = cut(fixed, _B, 53)
    return np.float64(high), np.float64(low)  # type: ignore[return-value]


_HALF_PI = _constant(fixed_pi(_B) // 2)
_LN2_PAIR = _constant(_LN2)
_LN10_PAIR = _constant(_LN10)
_PER_LN2 = _constant((1 << 2 * _B) // _LN2)
_PER_LN10 = _constant((1 << 2 * _B) // _LN10)
_THIRD = _constant((1 << _B) // 3)


def _elementwise(function: Callable[..., Array]) -> Callable[..., Array]:
    """Take anything array-like, compute without warnings."""

    @wraps(function)
    def wrapped(*arguments: ArrayLike) -> Array:
        with np.errstate(all="ignore"):
            return function(*(np.asarray(a, dtype=np.float64) for a in arguments))

    return wrapped


def _horner(x: Array, *coefficients: float) -> Array:
    """c0 + c1 x + c2 x**2 + ..."""
    total = x * coefficients[-1] + coefficients[-2]
    for coefficient in coefficients[-3::-1]:
        total = total * x + coefficient
    return total


# --- exp ------------------------------------------------------------------------------------


def _exp_parts(x: Pair) -> tuple[Pair, NDArray[np.int64]]:
    """exp(x) as a pair in [1, 2) and a power of two, for x clipped to +-1500.

    x = (32 k + j) ln2/32 + r, exp(x) = 2**k 2**(j/32) (1 + r + r**2/2 + ...), |r| < 0.011.
    """
    high = np.clip(np.where(np.isnan(x[0]), 0.0, x[0]), -1500.0, 1500.0)
    steps = np.rint(high * _STEPS_PER_UNIT)
    rest, error = two_sum(high, -steps * _LN2_STEP[0])
    rest, lost = two_sum(rest, -steps * _LN2_STEP[1])
    low = (error + lost) - steps * _LN2_STEP[2] + np.where(np.abs(x[0]) < 1500.0, x[1], 0.0)
    r, r_low = two_sum(rest, low)
    series = _horner(r, 1 / 2, 1 / 6, 1 / 24, 1 / 120, 1 / 720, 1 / 5040)
    growth = r + (r_low + r * r * series)
    index = steps.astype(np.int64)
    root, root_low = _ROOTS[0][index & 31], _ROOTS[1][index & 31]
    return two_sum(root, root_low + root * growth), index >> 5


def _exp_of(x: Pair) -> Array:
    (high, low), exponent = _exp_parts(x)
    value = scale(high + low, np.clip(exponent, -2000, 2000))
    return np.where(np.isnan(x[0]), np.nan, value)


@_elementwise
def exp(x: Array) -> Array:
    return _exp_of((x, np.zeros_like(x)))


@_elementwise
def exp10(x: Array) -> Array:
    """10**x."""
    bounded = np.clip(x, -1000.0, 1000.0)
    return _exp_of(multiply((bounded, np.zeros_like(x)), _LN10_PAIR))


# --- log and powers -------------------------------------------------------------------------


def _log_pair(x: Array, low: Array | float = 0.0) -> Pair:
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
    tail = 2.0 * s * z * _horner(z, 1 / 3, 1 / 5, 1 / 7, 1 / 9)
    index = np.clip(j, 45, 92).astype(np.int64)
    high, e1 = two_sum(k * _LN2_WIDE[0], _LOGS[0][index])
    high, e2 = two_sum(high, 2.0 * s)
    rest = e1 + e2 + (k * _LN2_WIDE[1] + _LOGS[1][index]) + (2.0 * s_low + tail) + low / x
    return two_sum(high, rest)


def _log_like(x: Array, factor: Pair | None) -> Array:
    pair = _log_pair(np.where((x > 0) & (x < np.inf), x, 1.0))
    high, low = pair if factor is None else multiply(pair, factor)
    value = np.where(x == np.inf, np.inf, high + low)
    return np.where(x > 0, value, np.where(x == 0, -np.inf, np.nan))


@_elementwise
def log(x: Array) -> Array:
    return _log_like(x, None)


@_elementwise
def log2(x: Array) -> Array:
    return _log_like(x, _PER_LN2)


@_elementwise
def log10(x: Array) -> Array:
    return _log_like(x, _PER_LN10)


@_elementwise
def power(x: Array, y: Array) -> Array:
    """x**y over the reals: nan for a negative base and an exponent that is no integer."""
    if y.ndim == 0 and float(y) in _SIMPLE_POWERS:
        return _SIMPLE_POWERS[float(y)](x)
    base = np.abs(x)
    proper = (base > 0) & (base < np.inf)
    # Beyond 2**64 the result is 0, 1 or infinite whatever the exponent is.
    bounded = np.clip(y, -(2.0**64), 2.0**64)
    logarithm = _log_pair(np.where(proper, base, 1.0))
    value = _exp_of(multiply(logarithm, (bounded, np.zeros_like(bounded))))
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


@_elementwise
def cbrt(x: Array) -> Array:
    size = np.abs(x)
    proper = (size > 0) & (size < np.inf)
    root = _exp_of(multiply(_log_pair(np.where(proper, size, 1.0)), _THIRD))
    return np.where(proper, np.copysign(root, x), x)


# --- sin, cos, tan --------------------------------------------------------------------------


def _sin_kernel(r: Array, low: Array) -> Pair:
    """sin(r + low) for |r| <= pi/4."""
    z = r * r
    series = _horner(
        z,
        -1 / 6,
        1 / 120,
        -1 / 5040,
        1 / 362880,
        -1 / 39916800,
        1 / 6227020800,
        -1 / 1307674368000,
        1 / 355687428096000,
    )
    return two_sum(r, low * (1.0 - 0.5 * z) + r * z * series)


def _cos_kernel(r: Array, low: Array) -> Pair:
    """cos(r + low) for |r| <= pi/4."""
    z, z_low = two_product(r, r)
    series = _horner(
        z,
        1 / 24,
        -1 / 720,
        1 / 40320,
        -1 / 3628800,
        1 / 479001600,
        -1 / 87178291200,
        1 / 20922789888000,
        -1 / 6402373705728000,
    )
    high, error = two_sum(np.ones_like(z), -0.5 * z)
    return two_sum(high, error - 0.5 * z_low - r * low + z * z * series)


def _sin_cos(x: Array) -> tuple[Pair, Pair]:
    quadrant, r, low = reduce(np.where(np.isfinite(x), x, 0.0))
    s, c = _sin_kernel(r, low), _cos_kernel(r, low)
    swap = (quadrant & 1) == 1
    sine = np.where(swap, c[0], s[0]), np.where(swap, c[1], s[1])
    cosine = np.where(swap, s[0], c[0]), np.where(swap, s[1], c[1])
    flip_sine = np.where(quadrant >= 2, -1.0, 1.0)
    flip_cosine = np.where((quadrant == 1) | (quadrant == 2), -1.0, 1.0)
    return (
        (sine[0] * flip_sine, sine[1] * flip_sine),
        (cosine[0] * flip_cosine, cosine[1] * flip_cosine),
    )


@_elementwise
def sin(x: Array) -> Array:
    (high, low), _ = _sin_cos(np.atleast_1d(x))
    return np.where(np.isfinite(x), (high + low).reshape(x.shape), np.nan)


@_elementwise
def cos(x: Array) -> Array:
    _, (high, low) = _sin_cos(np.atleast_1d(x))
    return np.where(np.isfinite(x), (high + low).reshape(x.shape), np.nan)


@_elementwise
def tan(x: Array) -> Array:
    sine, cosine = _sin_cos(np.atleast_1d(x))
    high, low = divide(sine, cosine)
    return np.where(np.isfinite(x), (high + low).reshape(x.shape), np.nan)


# --- inverse circular functions -------------------------------------------------------------


def _atan_ratio(y: Pair, x: Pair) -> Pair:
    """atan(y/x) for y, x >= 0, not both zero.

    With u the smaller over the larger and c = j/16 next to u,
    atan(u) = atan(c) + atan((u - c)/(1 + u c)), and atan(1/u) = pi/2 - atan(u).
    """
    swap = y[0] > x[0]
    small = np.where(swap, x[0], y[0]), np.where(swap, x[1], y[1])
    large = np.where(swap, y[0], x[0]), np.where(swap, y[1], x[1])
    j = np.rint(16.0 * (small[0] / large[0]))
    c = j / 16.0, np.zeros_like(j)
    t = divide(add(small, negate(multiply(c, large))), add(large, multiply(c, small)))
    z = t[0] * t[0]
    series = _horner(z, -1 / 3, 1 / 5, -1 / 7, 1 / 9, -1 / 11, 1 / 13)
    index = np.clip(np.nan_to_num(j), 0, 16).astype(np.int64)
    angle = add((_ATANS[0][index], _ATANS[1][index]), (t[0], t[1] + t[0] * z * series))
    turned = add(_HALF_PI, negate(angle))
    return np.where(swap, turned[0], angle[0]), np.where(swap, turned[1], angle[1])


@_elementwise
def atan(x: Array) -> Array:
    size = np.minimum(np.abs(x), 2.0**900)
    high, low = _atan_ratio((size, np.zeros_like(x)), (np.ones_like(x), np.zeros_like(x)))
    return np.copysign(high + low, x)


def _one_minus(x: Array) -> Pair:
    return two_sum(np.ones_like(x), -x)


@_elementwise
def asin(x: Array) -> Array:
    size = np.abs(x)
    inside = np.minimum(size, 1.0)
    cosine = square_root(multiply(_one_minus(inside), _one_minus(-inside)))
    high, low = _atan_ratio((inside, np.zeros_like(x)), cosine)
    return np.where(size <= 1.0, np.copysign(high + low, x), np.nan)


@_elementwise
def acos(x: Array) -> Array:
    inside = np.clip(x, -1.0, 1.0)
    half = _atan_ratio(square_root(_one_minus(inside)), square_root(_one_minus(-inside)))
    return np.where(np.abs(x) <= 1.0, 2.0 * (half[0] + half[1]), np.nan)


# --- hyperbolic functions and their inverses ------------------------------------------------


def _sinh_cosh(x: Array) -> tuple[Pair, Pair]:
    """sinh and cosh of 0 <= x <= 40, as pairs; sinh by its series below 1/4."""
    (high, low), exponent = _exp_parts((x, np.zeros_like(x)))
    grow = scale(high, exponent), scale(low, exponent)
    fall = divide((np.ones_like(x), np.zeros_like(x)), grow)
    sine, cosine = add(grow, negate(fall)), add(grow, fall)
    z = x * x
    series = _horner(z, 1 / 6, 1 / 120, 1 / 5040, 1 / 362880, 1 / 39916800, 1 / 6227020800)
    near = two_sum(x, x * z * series)
    small = x < 0.25
    sine = (
        np.where(small, near[0], 0.5 * sine[0]),
        np.where(small, near[1], 0.5 * sine[1]),
    )
    return sine, (0.5 * cosine[0], 0.5 * cosine[1])


def _half_exp(x: Array) -> Array:
    """exp(x)/2, overflowing only where the half does."""
    (high, low), exponent = _exp_parts((x, np.zeros_like(x)))
    return scale(high + low, np.clip(exponent - 1, -2000, 2000))


@_elementwise
def sinh(x: Array) -> Array:
    size = np.abs(x)
    (high, low), _ = _sinh_cosh(np.minimum(size, 40.0))
    value = np.where(size > 40.0, _half_exp(size), high + low)
    return np.where(np.isnan(x), np.nan, np.copysign(value, x))


@_elementwise
def cosh(x: Array) -> Array:
    size = np.abs(x)
    _, (high, low) = _sinh_cosh(np.minimum(size, 40.0))
    value = np.where(size > 40.0, _half_exp(size), high + low)
    return np.where(np.isnan(x), np.nan, value)


@_elementwise
def tanh(x: Array) -> Array:
    size = np.minimum(np.abs(x), 40.0)
    high, low = divide(*_sinh_cosh(size))
    return np.where(np.isnan(x), np.nan, np.copysign(high + low, x))


def _log_of_sum(x: Array, root: Pair, huge: NDArray[np.bool_]) -> Array:
    """log(x + root), or log(2 x) where the root is x to the last bit."""
    high, low = add((x, np.zeros_like(x)), root)
    logarithm = _log_pair(np.where(huge, x, high), np.where(huge, 0.0, low))
    doubled = add(logarithm, _LN2_PAIR)
    return np.where(huge, doubled[0] + doubled[1], logarithm[0] + logarithm[1])


_HUGE = 2.0**60


@_elementwise
def asinh(x: Array) -> Array:
    size = np.where(np.isfinite(x), np.abs(x), 1.0)
    moderate = np.minimum(size, _HUGE)
    square = two_product(moderate, moderate)
    root = square_root(add(square, (np.ones_like(x), np.zeros_like(x))))
    z = moderate * moderate
    series = _horner(z, -1 / 6, 3 / 40, -15 / 336, 105 / 3456, -945 / 42240)
    value = np.where(
        size < 2.0**-7, size + size * z * series, _log_of_sum(size, root, size >= _HUGE)
    )
    return np.where(np.isfinite(x), np.copysign(value, x), x)


@_elementwise
def acosh(x: Array) -> Array:
    inside = np.where((x >= 1.0) & (x < np.inf), x, 1.0)
    moderate = np.minimum(inside, _HUGE)
    root = square_root(multiply(negate(_one_minus(moderate)), _one_minus(-moderate)))
    value = _log_of_sum(inside, root, inside >= _HUGE)
    return np.where(x >= 1.0, np.where(x == np.inf, np.inf, value), np.nan)


@_elementwise
def atanh(x: Array) -> Array:
    size = np.abs(x)
    inside = np.minimum(size, 1.0 - 2.0**-53)
    ratio = divide(_one_minus(-inside), _one_minus(inside))
    high, low = _log_pair(*ratio)
    z = inside * inside
    series = _horner(z, 1 / 3, 1 / 5, 1 / 7, 1 / 9)
    value = np.where(inside < 2.0**-7, inside + inside * z * series, 0.5 * (high + low))
    value = np.where(size == 1.0, np.inf, value)
    return np.where(size <= 1.0, np.copysign(value, x), np.nan)
