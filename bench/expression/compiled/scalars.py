"""The functions of floats that the operator table's texts may name, beside ``math``."""

from __future__ import annotations

import math

import numpy as np

from bench.expression.compiled.compiling import compiled

LN2, LN10 = math.log(2.0), math.log(10.0)
TWO_PER_ROOT_PI = 2.0 / math.sqrt(math.pi)

_LEAST = 10.0
_BERNOULLI = (1 / 12, -1 / 120, 1 / 252, -1 / 240, 1 / 132, -691 / 32760, 1 / 12)
"""B(2k) / 2k, the coefficients of the asymptotic series of digamma."""


@compiled
def power(base: float, exponent: float) -> float:
    """``base**exponent``, nan where that is not real."""
    # The commonest exponents: ten times faster and no less exact than pow.
    if exponent == 2.0:
        return base * base
    if exponent == 1.0:
        return base
    if exponent == 3.0:
        return base * base * base
    if exponent == -1.0:
        return 1.0 / base
    return math.pow(base, exponent)


@compiled
def power_by_base(base: float, exponent: float) -> float:
    """The derivative of ``base**exponent``; 0 where it is not finite."""
    slope = exponent * power(base, exponent - 1.0)
    return slope if math.isfinite(slope) else 0.0


@compiled
def power_by_exponent(base: float, value: float) -> float:
    """The same by the exponent.

    nan for a negative base: with an exponent that moves, the power leaves the reals.
    """
    return value * math.log(base) if base != 0.0 else 0.0


@compiled
def cube_root(a: float) -> float:
    """The real root, as NumPy has it."""
    root = math.copysign(abs(a) ** (1.0 / 3.0), a)
    if root == 0.0 or math.isinf(a):
        return root
    # One step of Newton's: pow with a rounded third is off by several last places.
    return root - (root * root * root - a) / (3.0 * root * root)


@compiled
def sign(a: float) -> float:
    """-1, 0 or 1; of -0.0 it is 0.0, as NumPy has it."""
    return math.copysign(1.0, a) if abs(a) > 0.0 else a + 0.0


@compiled
def gamma_function(a: float) -> float:
    """Euler's; nan at 0, -1, -2, ..."""
    if a <= 0.0 and np.floor(a) == a:
        return math.nan
    return math.gamma(a)


@compiled
def digamma(a: float) -> float:
    """The logarithmic derivative of gamma.

    By recurrence and the asymptotic series (Abramowitz and Stegun, 6.3.5 and 6.3.18); by
    reflection (6.3.7) for negative ``a``.
    """
    if a <= 0.0:
        if np.floor(a) == a:
            return math.nan
        return digamma_of_positive(1.0 - a) - math.pi / math.tan(math.pi * a)
    return digamma_of_positive(a)


@compiled
def digamma_of_positive(a: float) -> float:
    """``digamma`` for a > 0."""
    value = 0.0
    while a < _LEAST:
        value -= 1.0 / a
        a += 1.0
    square, power_of_a = 1.0 / (a * a), 1.0
    for coefficient in _BERNOULLI:
        power_of_a *= square
        value -= coefficient * power_of_a
    return value + math.log(a) - 0.5 / a


@compiled
def per_square(part: float, a: float, b: float) -> float:
    """``part/(a**2 + b**2)``, without overflow; 0 where both are 0."""
    length = math.hypot(a, b)
    return part / length / length if length > 0.0 else 0.0


@compiled
def compared(a: float, b: float, holds: bool) -> float:
    """1.0 or 0.0; nan where ``a`` or ``b`` is."""
    if math.isnan(a) or math.isnan(b):
        return math.nan
    return 1.0 if holds else 0.0


@compiled
def conjunction(a: float, b: float) -> float:
    """Kleene's: false if one is false, whatever the other."""
    return 0.0 if a == 0.0 or b == 0.0 else a * b


@compiled
def disjunction(a: float, b: float) -> float:
    """Kleene's: true if one is true, whatever the other."""
    return 1.0 if a == 1.0 or b == 1.0 else a + b
