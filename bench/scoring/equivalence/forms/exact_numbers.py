"""Numbers that are exact as long as they are written so: integers and fractions, and floats."""

from __future__ import annotations

from fractions import Fraction
from math import isfinite

Value = int | Fraction | float
"""An integer where it is one: arithmetic and hashing of fractions are slow."""

_MOST_BITS = 2_000
"""Size up to which a power of exact numbers is worked out exactly."""


def plain(value: Value) -> Value:
    """A fraction that is an integer as one."""
    return int(value) if isinstance(value, Fraction) and value.denominator == 1 else value


def raised(base: Value, exponent: Value) -> Value | None:
    """``base**exponent`` where it is a number one would write: exact, or of floats.

    None for 0 to a negative power, for what is not real, for roots that are not rational, and
    for what is too large.
    """
    if isinstance(base, float) or isinstance(exponent, float):
        return _of_floats(float(base), float(exponent))
    if isinstance(exponent, int):
        bits = base.numerator.bit_length() + base.denominator.bit_length()
        if (base == 0 and exponent < 0) or bits * abs(exponent) > _MOST_BITS:
            return None
        return plain(Fraction(base) ** exponent)
    root = _root(Fraction(base), exponent.denominator)
    return None if root is None else raised(root, exponent.numerator)


def _of_floats(base: float, exponent: float) -> float | None:
    if base < 0 and not exponent.is_integer():
        return None
    try:
        value = base**exponent
    except (OverflowError, ZeroDivisionError):
        return None
    return value if isfinite(value) else None


def _root(value: Fraction, degree: int) -> Value | None:
    """The positive rational root of a positive number, if there is one."""
    if value < 0:
        return None
    parts = []
    for part in (value.numerator, value.denominator):
        try:
            near = round(part ** (1.0 / degree))
        except OverflowError:
            return None
        if near**degree != part:
            return None
        parts.append(near)
    return plain(Fraction(*parts))
