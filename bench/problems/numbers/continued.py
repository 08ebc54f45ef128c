"""Polynomial continued fractions in exact integers, by product trees.

p_n = a(n) p_(n-1) + b(n) p_(n-2), the same for q, with p_(-1) = 1, p_0 = a(0), q_(-1) = 0 and
q_0 = 1 (Shalyt et al. 2024, arXiv:2412.16818, section 2). The integers are GMP's.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, TypeAlias

from gmpy2 import mpz

Polynomial = tuple[int, ...]
"""Coefficients of falling powers."""
Pair: TypeAlias = tuple[Any, Any]
_Matrix: TypeAlias = tuple[Any, Any, Any, Any]

_LEAF = 8
_FIRST_DEPTH, _MOST_DEPTH = 200, 20_000


class TooSlow(ValueError):
    """A continued fraction does not converge to so many digits."""


def polynomial_at(coefficients: Sequence[int], n: int) -> int:
    """The value of a polynomial at ``n``."""
    value = 0
    for coefficient in coefficients:
        value = value * n + coefficient
    return value


def convergents(a: Polynomial, b: Polynomial, depths: Sequence[int]) -> list[Pair]:
    """p_n and q_n at ``depths`` n, rising, from 0: exact integers, not in lowest terms."""
    one, zero = mpz(1), mpz(0)
    state = (mpz(polynomial_at(a, 0)), one, one, zero)
    found, at = [], 1
    for depth in depths:
        state = _times(state, _product(a, b, at, depth + 1))
        found.append((state[0], state[2]))
        at = depth + 1
    return found


def limit_scaled(a: Polynomial, b: Polynomial, digits: int) -> int:
    """floor(L * 10**digits) of the limit L, up to one unit.

    Raises TooSlow where two convergents, one twice as deep, do not agree at a depth of 20,000.
    """
    depth = _FIRST_DEPTH
    while depth <= _MOST_DEPTH:
        (p, q), (P, Q) = convergents(a, b, [depth, 2 * depth])
        if q and Q and abs(p * Q - P * q) * 10 ** (digits + 2) < abs(q * Q):
            return int(P * 10**digits // Q)
        depth *= 2
    raise TooSlow(f"the continued fraction of a = {a}, b = {b} has no {digits} digits")


def _product(a: Polynomial, b: Polynomial, low: int, high: int) -> _Matrix:
    """The product of the steps from ``low`` to before ``high``: [[a(n), 1], [b(n), 0]] each."""
    if high - low > _LEAF:
        middle = (low + high) // 2
        return _times(_product(a, b, low, middle), _product(a, b, middle, high))
    w, x, y, z = mpz(1), mpz(0), mpz(0), mpz(1)
    for n in range(low, high):
        an, bn = polynomial_at(a, n), polynomial_at(b, n)
        w, x, y, z = an * w + bn * x, w, an * y + bn * z, y
    return w, x, y, z


def _times(one: _Matrix, other: _Matrix) -> _Matrix:
    w, x, y, z = one
    a, b, c, d = other
    return w * a + x * c, w * b + x * d, y * a + z * c, y * b + z * d
