"""Arithmetic on unevaluated sums of two doubles, about 32 digits, in IEEE operations only.

A number is a pair (high, low) of float64 arrays with |low| at most half an ulp of high. The error
terms of a sum and of a product are exact (Dekker, Numerische Mathematik 18, 1971; Knuth, TAOCP 2,
section 4.2.2). Nothing but + - * / and sqrt is used, which every processor rounds alike: the same
bits come out everywhere.
"""

from __future__ import annotations

from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
Pair = tuple[Array, Array]

_SPLITTER = 134217729.0  # 2**27 + 1


def pair_of(value: Fraction) -> Pair:
    """A rational number as a pair of scalars."""
    high = float(value)
    return np.float64(high), np.float64(float(value - Fraction(high)))  # type: ignore[return-value]


def two_sum(a: Array, b: Array) -> Pair:
    """a + b and its rounding error, both exact."""
    total = a + b
    virtual = total - a
    return total, (a - (total - virtual)) + (b - virtual)


def _quick_two_sum(a: Array, b: Array) -> Pair:
    """As ``two_sum``, for |a| >= |b|."""
    total = a + b
    return total, b - (total - a)


def two_product(a: Array, b: Array) -> Pair:
    """a * b and its rounding error, both exact for |a|, |b| below 1e299."""
    product = a * b
    a_high, a_low = _split(a)
    b_high, b_low = _split(b)
    error = ((a_high * b_high - product) + a_high * b_low + a_low * b_high) + a_low * b_low
    return product, error


def _split(a: Array) -> Pair:
    scaled = _SPLITTER * a
    high = scaled - (scaled - a)
    return high, a - high


def add(a: Pair, b: Pair) -> Pair:
    high, error = two_sum(a[0], b[0])
    low, error_low = two_sum(a[1], b[1])
    high, error = _quick_two_sum(high, error + low)
    return _quick_two_sum(high, error + error_low)


def negative(a: Pair) -> Pair:
    return -a[0], -a[1]


def subtract(a: Pair, b: Pair) -> Pair:
    return add(a, negative(b))


def multiply(a: Pair, b: Pair) -> Pair:
    high, error = two_product(a[0], b[0])
    return _quick_two_sum(high, error + (a[0] * b[1] + a[1] * b[0]))


def divide(a: Pair, b: Pair) -> Pair:
    first = a[0] / b[0]
    rest = subtract(a, multiply((first, np.zeros_like(first)), b))
    second = rest[0] / b[0]
    rest = subtract(rest, multiply((second, np.zeros_like(second)), b))
    high, low = _quick_two_sum(first, second)
    return _quick_two_sum(high, low + rest[0] / b[0])


def sqrt(a: Pair) -> Pair:
    root = np.sqrt(a[0])
    square = two_product(root, root)
    rest = subtract(a, square)[0]
    with np.errstate(divide="ignore", invalid="ignore"):
        correction = np.where(root > 0, rest / (2.0 * root), 0.0)
    return _quick_two_sum(root, correction)


def scale(a: Pair, exponent: Array | int) -> Pair:
    """a * 2**exponent, exact but where it leaves the range of doubles."""
    return np.ldexp(a[0], exponent), np.ldexp(a[1], exponent)


def polynomial(x: Pair, coefficients: list[Pair]) -> Pair:
    """coefficients[0] + coefficients[1]*x + ..., by Horner's rule."""
    value = (np.broadcast_to(coefficients[-1][0], x[0].shape), np.zeros_like(x[0]))
    value = (value[0], value[1] + coefficients[-1][1])
    for coefficient in reversed(coefficients[:-1]):
        value = add(multiply(value, x), coefficient)
    return value
