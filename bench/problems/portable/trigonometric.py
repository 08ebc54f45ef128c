"""Circular functions and their inverses."""

from __future__ import annotations

import numpy as np

from bench.problems.portable.constants import BITS, fixed_atan, fixed_pi, one, pairs
from bench.problems.portable.doubled import (
    Array,
    Pair,
    add,
    divide,
    multiply,
    negate,
    square_root,
    two_product,
    two_sum,
)
from bench.problems.portable.elementwise import elementwise, horner, one_minus
from bench.problems.portable.reduction import reduce

_ATANS = pairs([fixed_atan(j, 16, BITS) for j in range(17)], BITS)
_HALF_PI = one(fixed_pi(BITS) // 2)
_PI = one(fixed_pi(BITS))


def _sin_kernel(r: Array, low: Array) -> Pair:
    """sin(r + low) for |r| <= pi/4."""
    z = r * r
    series = horner(
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
    series = horner(
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


@elementwise
def sin(x: Array) -> Array:
    (high, low), _ = _sin_cos(np.atleast_1d(x))
    return np.where(np.isfinite(x), (high + low).reshape(x.shape), np.nan)


@elementwise
def cos(x: Array) -> Array:
    _, (high, low) = _sin_cos(np.atleast_1d(x))
    return np.where(np.isfinite(x), (high + low).reshape(x.shape), np.nan)


@elementwise
def tan(x: Array) -> Array:
    sine, cosine = _sin_cos(np.atleast_1d(x))
    high, low = divide(sine, cosine)
    return np.where(np.isfinite(x), (high + low).reshape(x.shape), np.nan)


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
    series = horner(z, -1 / 3, 1 / 5, -1 / 7, 1 / 9, -1 / 11, 1 / 13)
    index = np.clip(np.nan_to_num(j), 0, 16).astype(np.int64)
    angle = add((_ATANS[0][index], _ATANS[1][index]), (t[0], t[1] + t[0] * z * series))
    turned = add(_HALF_PI, negate(angle))
    return np.where(swap, turned[0], angle[0]), np.where(swap, turned[1], angle[1])


@elementwise
def atan(x: Array) -> Array:
    size = np.minimum(np.abs(x), 2.0**900)
    high, low = _atan_ratio((size, np.zeros_like(x)), (np.ones_like(x), np.zeros_like(x)))
    return np.copysign(high + low, x)


@elementwise
def asin(x: Array) -> Array:
    size = np.abs(x)
    inside = np.minimum(size, 1.0)
    cosine = square_root(multiply(one_minus(inside), one_minus(-inside)))
    high, low = _atan_ratio((inside, np.zeros_like(x)), cosine)
    return np.where(size <= 1.0, np.copysign(high + low, x), np.nan)


@elementwise
def acos(x: Array) -> Array:
    inside = np.clip(x, -1.0, 1.0)
    half = _atan_ratio(square_root(one_minus(inside)), square_root(one_minus(-inside)))
    return np.where(np.abs(x) <= 1.0, 2.0 * (half[0] + half[1]), np.nan)


@elementwise
def atan2(y: Array, x: Array) -> Array:
    """The angle of the point (x, y), in (-pi, pi]."""
    y, x = np.broadcast_arrays(y, x)
    finite = np.isfinite(y) & np.isfinite(x)
    size = np.maximum(np.abs(y), np.abs(x))
    # To magnitudes near 1, exactly: products of pairs neither overflow nor lose their low parts.
    unit = np.where(finite & (size > 0.0), size, 1.0)
    exponent = -np.frexp(unit)[1]
    above = np.ldexp(np.where(finite, np.abs(y), np.where(np.isinf(y), 1.0, 0.0)), exponent)
    beside = np.ldexp(np.where(finite, np.abs(x), np.where(np.isinf(x), 1.0, 0.0)), exponent)
    zero = np.zeros_like(above)
    origin = (above == 0.0) & (beside == 0.0)
    angle = _atan_ratio((above, zero), (np.where(origin, 1.0, beside), zero))
    slope = np.abs(y) / np.abs(x)  # the angle itself, where it is tiny
    ahead = np.where(slope < 2.0**-60, slope, angle[0] + angle[1])
    back = add(_PI, negate(angle))
    value = np.where(np.signbit(x), back[0] + back[1], ahead)
    return np.where(np.isnan(x) | np.isnan(y), np.nan, np.copysign(value, y))
