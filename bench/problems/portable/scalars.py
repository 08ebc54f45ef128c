"""sin, cos, exp, log and power of one float, with the same bits on every machine.

The functions for arrays cost a millisecond a call however short the array is; an integrator calls
for one number at a time. These cost about a microsecond. They use operations that IEEE 754 rounds
exactly, in a fixed order, and are within two units in the last place of the true value.
"""

from __future__ import annotations

import math

from bench.problems.portable import exponential, trigonometric
from bench.problems.portable.constants import cut, fixed_pi

_TWO_OVER_PI = 2.0 / (fixed_pi(200) / (1 << 200))
_QUARTER_TURN = cut(fixed_pi(200) // 2, 200, 33, 33, 33)
_LN2 = (0.6931471803691238, 1.9082149292705877e-10)
"""ln 2 in two parts: the product of the first with a whole number up to 2**20 is exact."""
_LOG2_E = 1.4426950408889634
_ROOT_HALF = 0.7071067811865476
_MODERATE = 2.0**20

_SIN = tuple((-1) ** k / math.factorial(2 * k + 1) for k in range(9, -1, -1))
_COS = tuple((-1) ** k / math.factorial(2 * k) for k in range(9, -1, -1))
_EXP = tuple(1 / math.factorial(k) for k in range(14, -1, -1))
_ATANH = tuple(2 / (2 * k + 1) for k in range(12, 0, -1))
"""Taylor's coefficients, the highest power first."""


def sin(x: float) -> float:
    """The sine; nan of what is not finite."""
    if not abs(x) < _MODERATE:
        return float(trigonometric.sin(x))
    quadrant, rest = _reduced(x)
    value = _cosine(rest) if quadrant & 1 else _sine(rest)
    return -value if quadrant & 2 else value


def cos(x: float) -> float:
    """The cosine; nan of what is not finite."""
    if not abs(x) < _MODERATE:
        return float(trigonometric.cos(x))
    quadrant, rest = _reduced(x)
    value = _sine(rest) if quadrant & 1 else _cosine(rest)
    return -value if quadrant in (1, 2) else value


def exp(x: float) -> float:
    """The exponential, inf where it overflows."""
    if not -700.0 < x < 700.0:
        return float(exponential.exp(x))
    count = round(x * _LOG2_E)
    rest = (x - count * _LN2[0]) - count * _LN2[1]
    value = 0.0
    for coefficient in _EXP:
        value = value * rest + coefficient
    return math.ldexp(value, count)


def log(x: float) -> float:
    """The natural logarithm; nan below 0, -inf at 0."""
    if not 0.0 < x < math.inf:
        return float(exponential.log(x))
    mantissa, count = math.frexp(x)
    if mantissa < _ROOT_HALF:
        mantissa, count = 2.0 * mantissa, count - 1
    part = (mantissa - 1.0) / (mantissa + 1.0)
    square, series = part * part, 0.0
    for coefficient in _ATANH:
        series = (series + coefficient) * square
    return count * _LN2[0] + (2.0 * part + (part * series + count * _LN2[1]))


def power(base: float, exponent: float) -> float:
    """``base**exponent``, nan where that is not real."""
    if base > 0.0 and abs(exponent) < _MODERATE:
        return exp(exponent * log(base))
    return float(exponential.power(base, exponent))


def _reduced(x: float) -> tuple[int, float]:
    """The quadrant, 0 to 3, and what is left of ``x`` beyond it (Cody and Waite's reduction)."""
    turns = round(x * _TWO_OVER_PI)
    rest = x
    for part in _QUARTER_TURN:
        rest -= turns * part
    return turns & 3, rest


def _sine(x: float) -> float:
    square, value = x * x, 0.0
    for coefficient in _SIN:
        value = value * square + coefficient
    return value * x


def _cosine(x: float) -> float:
    square, value = x * x, 0.0
    for coefficient in _COS:
        value = value * square + coefficient
    return value
