"""Measures of a polynomial continued fraction that need no name for its limit.

Shalyt et al. (2024, arXiv:2412.16818, section 3): the irrationality measure that the fraction
itself proves, and how its denominators grow, in lowest terms. All from exact integers.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
from gmpy2 import gcd

from bench import convergents

Polynomial = tuple[int, ...]

_FACTORIAL = 0.05
"""Growth like n! counts from here."""
_BITS = 64


@dataclass(frozen=True)
class Measures:
    """``delta``: |L - p/q| = 1/q^(1 + delta), in lowest terms; ``naive``: as the recursion has q.

    ln q = ``growth`` n + ``factorial`` n ln n, fitted at five depths.
    """

    delta: float
    naive: float
    growth: float
    factorial: float


def measured(a: Polynomial, b: Polynomial, depth: int = 2000) -> Measures | None:
    """The measures at half of ``depth``, its limit being the convergent there; None where it ends
    or a denominator is 0. A depth counts convergents from p_0."""
    half = depth // 2
    depths = [6, half // 8, half // 4, half // 2, half]
    *shown, (P, Q) = convergents(a, b, [one - 1 for one in (*depths, depth)])
    growth, gap = [], 0.0
    for p, q in shown:
        apart = abs(P * q - p * Q)
        if not (q and Q and apart):
            return None
        growth.append(_log(q // gcd(p, q)))
        gap = _log(apart) - _log(Q) - _log(q)
    if growth[-1] <= 0:
        return None
    n = np.array(depths, dtype=np.float64)
    fitted = np.linalg.lstsq(np.column_stack([n, n * np.log(n)]), np.array(growth), rcond=None)[0]
    linear, factorial = fitted.tolist()
    if abs(factorial) < _FACTORIAL:
        linear, factorial = float(n @ np.array(growth) / (n @ n)), 0.0
    return Measures(-gap / growth[-1] - 1, -gap / _log(shown[-1][1]) - 1, linear, factorial)


def _log(n: Any) -> float:
    """ln |n| of a whole number of any size."""
    beyond = max(0, int(abs(n).bit_length()) - _BITS)
    return math.log(int(abs(n) >> beyond)) + beyond * math.log(2)
