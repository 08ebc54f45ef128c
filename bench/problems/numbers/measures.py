"""Measures of a polynomial continued fraction that need no name for its limit.

Shalyt et al. (2024, arXiv:2412.16818, section 3): the irrationality measure that the fraction
itself proves, how its denominators grow in lowest terms, and how fast it converges. All from exact
integers.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from gmpy2 import gcd

from bench.problems.numbers.continued import Polynomial, convergents, polynomial_at

_FACTORIAL = 0.05
"""Growth like n! counts from here."""
_FAR = 10**9
"""Where the eigenvalues of a step are taken for those of all."""
_BITS = 64


@dataclass(frozen=True)
class Measures:
    """Of a fraction with the limit L and the convergents p/q, q in lowest terms.

    ``delta``: |L - p/q| = 1/q^(1 + delta); ``naive`` is the same with q as the recursion has it.
    ln q = ``growth`` n + ``factorial`` n ln n, and ln |L - p/q| = ``polynomial`` ln n +
    ``exponential`` n + ``super_exponential`` n ln n, fitted at five depths. ``predicted`` is the
    delta that follows from the growth and the eigenvalues of a step; nan where those are complex.
    """

    delta: float
    naive: float
    predicted: float
    growth: float
    factorial: float
    polynomial: float
    exponential: float
    super_exponential: float


def measured(a: Polynomial, b: Polynomial, depth: int = 2000) -> Measures | None:
    """The measures at half of ``depth``, its limit being the convergent there; None where it ends
    or a denominator is 0. A depth counts convergents from p_0."""
    half = depth // 2
    depths = [6, half // 8, half // 4, half // 2, half]
    *shown, (P, Q) = convergents(a, b, [one - 1 for one in (*depths, depth)])
    growth, gaps = [], []
    for p, q in shown:
        apart = abs(P * q - p * Q)
        if not (q and Q and apart):
            return None
        growth.append(_log(q // gcd(p, q)))
        gaps.append(_log(apart) - _log(Q) - _log(q))
    if growth[-1] <= 0:
        return None
    n = np.array(depths, dtype=np.float64)
    linear, factorial = _fitted([n, n * np.log(n)], growth)
    if abs(factorial) < _FACTORIAL:
        (linear,), factorial = _fitted([n], growth), 0.0
    polynomial, exponential, beyond = _fitted([np.log(n), n, n * np.log(n)], gaps)
    return Measures(
        -gaps[-1] / growth[-1] - 1, -gaps[-1] / _log(shown[-1][1]) - 1,
        _predicted(a, b, linear, factorial), linear, factorial, polynomial, exponential, beyond,
    )  # fmt: skip


def _fitted(columns: Sequence[Any], values: Sequence[float]) -> list[float]:
    """The least-squares coefficients of ``columns``."""
    solved = np.linalg.lstsq(np.column_stack(columns), np.array(values), rcond=None)
    found: list[float] = solved[0].tolist()
    return found


def _predicted(a: Polynomial, b: Polynomial, linear: float, factorial: float) -> float:
    """ln |l1/l2| over the growth of a step, less 1, of the eigenvalues l1 and l2 of the step
    x -> a x + b: of l1 + l2 = a and l1 l2 = -b the larger alone is free of cancellation."""
    an, bn = polynomial_at(a, _FAR), polynomial_at(b, _FAR)
    square, grown = an * an + 4 * bn, linear + factorial * math.log(_FAR)
    if square < 0 or bn == 0 or grown <= 0:
        return math.nan
    larger = (abs(an) + math.sqrt(square)) / 2
    return math.log(larger * larger / abs(bn)) / grown - 1


def _log(n: Any) -> float:
    """ln |n| of a whole number of any size."""
    beyond = max(0, int(abs(n).bit_length()) - _BITS)
    return math.log(int(abs(n) >> beyond)) + beyond * math.log(2)
