"""Proofs, modulo a prime, that polynomials have no common factor or none at all.

Fits with decimal constants seldom have factors, and SymPy spends most of its time with
polynomials on finding that out: their coefficients have hundreds of digits. With all variables
but one set to numbers, modulo a prime, what is left is small. If the leading coefficient does not
vanish there, a factor keeps its degree. So where the small ones have no factor of positive degree,
the large ones have none that holds that variable (K. O. Geddes, S. R. Czapor, G. Labahn:
Algorithms for Computer Algebra. Kluwer 1992, sections 7.4 and 8.1).

A proof may fail to be found, which says nothing; one that is found does not depend on luck.
Polynomials are SymPy's dense ones over the integers: ``f`` in ``u + 1`` variables is the list of
its coefficients in the first, highest power first, each in ``u`` variables, and not zero.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from typing import Any

PRIME = 2**31 - 1
_MOST_DEGREE = 8
_COPRIME_TRIES = 2
_IRREDUCIBLE_TRIES = 24  # a generic cubic is irreducible at a third of all points

Residues = list[int]
"""A polynomial in one variable modulo ``PRIME``: highest power first, no leading zeros."""


def certainly_coprime(f: Any, g: Any, u: int) -> bool:
    """Whether a proof was found that ``f`` and ``g`` have no common factor but a number."""
    from sympy.polys.densebasic import dmp_degree_list

    points = _points(u)
    degrees = list(zip(dmp_degree_list(f, u), dmp_degree_list(g, u), strict=True))
    if any(of_g < 0 for _, of_g in degrees):
        return False
    return all(
        any(_no_common_factor(f, g, u, i, next(points)) for _ in range(_COPRIME_TRIES))
        for i, (of_f, of_g) in enumerate(degrees)
        if of_f > 0 and of_g > 0
    )


def certainly_irreducible(f: Any, u: int) -> bool:
    """Whether a proof was found that ``f`` has no factor but itself and numbers; ``u`` > 0."""
    from sympy.polys.densebasic import dmp_degree_list, dmp_swap
    from sympy.polys.domains import ZZ

    points = _points(u)
    degree, i = min(
        ((degree, i) for i, degree in enumerate(dmp_degree_list(f, u)) if degree > 0),
        default=(0, 0),
    )
    if not 0 < degree <= _MOST_DEGREE or not _is_primitive(dmp_swap(f, 0, i, u, ZZ), u, points):
        return False
    for _ in range(_IRREDUCIBLE_TRIES if degree > 1 else 0):
        part = _in_one_variable(f, u, i, next(points))
        if len(part) == degree + 1 and _has_no_factor(part):
            return True
    return degree == 1


def _points(u: int) -> Iterator[list[int]]:
    rng = random.Random(u)
    while True:
        yield [rng.randrange(1, PRIME) for _ in range(u + 1)]


def _no_common_factor(f: Any, g: Any, u: int, i: int, point: list[int]) -> bool:
    """Whether ``point`` shows that no common factor holds the variable ``i``."""
    from sympy.polys.densebasic import dmp_degree_in

    a, b = _in_one_variable(f, u, i, point), _in_one_variable(g, u, i, point)
    return len(a) == dmp_degree_in(f, i, u) + 1 and bool(b) and _common_degree(a, b) == 0


def _is_primitive(f: Any, u: int, points: Iterator[list[int]]) -> bool:
    """Whether no factor lacks the first variable: it would divide each coefficient in it."""
    from sympy.polys.densearith import dmp_add, dmp_mul_ground
    from sympy.polys.densebasic import dmp_zero
    from sympy.polys.domains import ZZ

    mixed = dmp_zero(u - 1)
    for coefficient, weight in zip(f[1:], _endless(points), strict=False):
        mixed = dmp_add(mixed, dmp_mul_ground(coefficient, ZZ(weight), u - 1, ZZ), u - 1, ZZ)
    return certainly_coprime(f[0], mixed, u - 1)


def _endless(points: Iterator[list[int]]) -> Iterator[int]:
    for point in points:
        yield from point


def _in_one_variable(f: Any, u: int, i: int, point: list[int]) -> Residues:
    """``f`` in its variable ``i``, the others at ``point``."""
    if i == 0:
        return _stripped([_value(c, u - 1, point[1:]) for c in f] if u else [int(c) for c in f])
    total: Residues = []
    for coefficient in f:
        part = _in_one_variable(coefficient, u - 1, i - 1, point[1:])
        total = _sum([point[0] * value for value in total], part)
    return _stripped(total)


def _value(f: Any, u: int, point: list[int]) -> int:
    total = 0
    for c in f:
        total = (total * point[0] + (_value(c, u - 1, point[1:]) if u else int(c))) % PRIME
    return total


def _has_no_factor(f: Residues) -> bool:
    """Whether ``f`` is irreducible: no root of it lies in a field of up to half its degree."""
    power = [1, 0]
    for _ in range((len(f) - 1) // 2):
        power = _to_the_prime(power, f)
        difference = _stripped(_sum(power, [-1, 0]))
        if not difference or _common_degree(f, difference) > 0:
            return False
    return True


def _to_the_prime(base: Residues, modulus: Residues) -> Residues:
    result: Residues = [1]
    for digit in bin(PRIME)[2:]:
        result = _product(result, result, modulus)
        if digit == "1":
            result = _product(result, base, modulus)
    return result


def _product(a: Residues, b: Residues, modulus: Residues) -> Residues:
    result = [0] * (len(a) + len(b) - 1)
    for i, left in enumerate(a):
        for j, right in enumerate(b):
            result[i + j] += left * right
    return _remainder(_stripped(result), modulus)


def _common_degree(a: Residues, b: Residues) -> int:
    while b:
        a, b = b, _remainder(a, b)
    return len(a) - 1


def _remainder(a: Residues, b: Residues) -> Residues:
    a, inverse = list(a), pow(b[0], -1, PRIME)
    for k in range(len(a) - len(b) + 1):
        if quotient := a[k] * inverse % PRIME:
            for j, coefficient in enumerate(b):
                a[k + j] = (a[k + j] - quotient * coefficient) % PRIME
    return _stripped(a[max(0, len(a) - len(b) + 1) :])


def _sum(a: Residues, b: Residues) -> Residues:
    """The sum, before it is stripped."""
    size = max(len(a), len(b))
    left, right = [0] * (size - len(a)) + a, [0] * (size - len(b)) + b
    return [x + y for x, y in zip(left, right, strict=True)]


def _stripped(a: Residues) -> Residues:
    reduced = [value % PRIME for value in a]
    first = next((k for k, value in enumerate(reduced) if value), len(reduced))
    return reduced[first:]
