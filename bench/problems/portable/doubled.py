"""Arithmetic on pairs of doubles (high, low): about 100 significant bits.

The error-free transforms are those of Dekker (Numerische Mathematik 18, 1971) and Knuth (The Art
of Computer Programming 2, section 4.2.2). They need no fused multiply-add, which NumPy does not
offer, and hold for magnitudes below 2**995.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
Pair = tuple[Array, Array]

_SPLITTER = 134217729.0  # 2**27 + 1


def two_sum(a: Array, b: Array) -> Pair:
    """``a + b`` rounded, and the error of that rounding, exactly."""
    total = a + b
    from_b = total - a
    return total, (a - (total - from_b)) + (b - from_b)


def two_product(a: Array, b: Array) -> Pair:
    """``a * b`` rounded, and the error of that rounding, exactly."""
    product = a * b
    scaled = a * _SPLITTER
    a_high = scaled - (scaled - a)
    a_low = a - a_high
    scaled = b * _SPLITTER
    b_high = scaled - (scaled - b)
    b_low = b - b_high
    error = ((a_high * b_high - product) + a_high * b_low + a_low * b_high) + a_low * b_low
    return product, error


def add(x: Pair, y: Pair) -> Pair:
    high, error = two_sum(x[0], y[0])
    return two_sum(high, error + (x[1] + y[1]))


def negate(x: Pair) -> Pair:
    return -x[0], -x[1]


def multiply(x: Pair, y: Pair) -> Pair:
    high, error = two_product(x[0], y[0])
    return two_sum(high, error + (x[0] * y[1] + x[1] * y[0]))


def divide(x: Pair, y: Pair) -> Pair:
    quotient = x[0] / y[0]
    product, error = two_product(quotient, y[0])
    rest = ((x[0] - product) - error) + (x[1] - quotient * y[1])
    return two_sum(quotient, rest / y[0])


def square_root(x: Pair) -> Pair:
    """The root of a pair that is not negative; the root of zero is zero."""
    root = np.sqrt(x[0])
    square, error = two_product(root, root)
    rest = ((x[0] - square) - error) + x[1]
    return two_sum(root, np.where(root > 0, rest / np.where(root > 0, 2.0 * root, 1.0), 0.0))


def scale(x: Array, exponent: NDArray[np.int64]) -> Array:
    """``x * 2**exponent`` for exponents in -2044..2046, by two exact factors."""
    first = exponent >> 1
    return x * _power_of_two(first) * _power_of_two(exponent - first)


def _power_of_two(exponent: NDArray[np.int64]) -> Array:
    bits: NDArray[np.int64] = (exponent + 1023) << 52
    return bits.view(np.float64)
