"""Pi, logarithms and arc tangents to any number of bits, by integer arithmetic.

No constant is typed in: each is summed from its series in fixed point and cut into doubles.
"""

from __future__ import annotations

from functools import cache
from math import isqrt

import numpy as np

from bench.problems.portable.doubled import Array, Pair

BITS = 200
"""Binary digits of the constants that functions are built on: more than a pair of doubles has."""

_GUARD = 32


def _odd_series(numerator: int, denominator: int, bits: int, alternate: bool) -> int:
    """The sum of x**(2k+1)/(2k+1), x = numerator/denominator, in fixed point.

    With alternating signs that is atan(x), without atanh(x).
    """
    power = (numerator << bits) // denominator
    total, k, sign = 0, 1, 1
    while power:
        total += sign * (power // k)
        power = power * numerator**2 // denominator**2
        k += 2
        sign = -sign if alternate else 1
    return total


@cache
def fixed_pi(bits: int) -> int:
    """floor-like pi * 2**bits, by Machin's formula 16 atan(1/5) - 4 atan(1/239)."""
    work = bits + _GUARD
    machin = 16 * _odd_series(1, 5, work, True) - 4 * _odd_series(1, 239, work, True)
    return machin >> _GUARD


@cache
def fixed_log(numerator: int, denominator: int, bits: int) -> int:
    """log(numerator/denominator) * 2**bits, from 2 atanh((n - d)/(n + d))."""
    work = bits + _GUARD
    rise, run = numerator - denominator, numerator + denominator
    series = _odd_series(abs(rise), run, work, False) * 2 >> _GUARD
    return series if rise >= 0 else -series


@cache
def fixed_atan(numerator: int, denominator: int, bits: int) -> int:
    """atan(numerator/denominator) * 2**bits for a ratio from 0 to 1."""
    work = bits + _GUARD
    if 2 * numerator <= denominator:
        return _odd_series(numerator, denominator, work, True) >> _GUARD
    # atan(x) = pi/4 - atan((1 - x)/(1 + x)): the series is slow near 1.
    rest = _odd_series(denominator - numerator, denominator + numerator, work, True)
    return (fixed_pi(work) // 4 - rest) >> _GUARD


def cut(fixed: int, bits: int, *widths: int) -> tuple[float, ...]:
    """The value fixed / 2**bits as a sum of doubles.

    Each width gives a part of that many bits (so that its product with a small integer is
    exact); one last part holds the next 53 bits.
    """
    parts: list[float] = []
    for width in widths:
        step = max(fixed.bit_length() - width, 0)
        chunk = fixed >> step << step
        parts.append(chunk / (1 << bits))
        fixed -= chunk
    parts.append(fixed / (1 << bits))
    return tuple(parts)


def pairs(values: list[int], bits: int) -> tuple[Array, Array]:
    """Fixed-point values as two arrays of doubles, high parts and low parts."""
    cuts = [cut(value, bits, 53) for value in values]
    return np.array([high for high, _ in cuts]), np.array([low for _, low in cuts])


def fixed_root_of_two(index: int, bits: int) -> int:
    """2**(index/32) * 2**bits."""
    work = bits + _GUARD
    root = 2 << work
    for _ in range(5):
        root = isqrt(root << work)
    total = 1 << work
    for _ in range(index):
        total = total * root >> work
    return total >> _GUARD


def one(fixed: int) -> Pair:
    """A single value of ``BITS`` binary digits as a pair."""
    high, low = cut(fixed, BITS, 53)
    return np.asarray(high), np.asarray(low)
