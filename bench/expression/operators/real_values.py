"""Real values of operators, on arrays of float64, where NumPy has no function for them."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from bench.expression.operators.operator_row import Array, Function


def power(base: Array, exponent: Array) -> Array:
    # The commonest exponents, several times faster and no less exact than pow.
    value: Array
    if np.ndim(exponent) == 0 and exponent in (-1, 2, 3):
        value = 1.0 / base if exponent == -1 else base * base
        return value * base if exponent == 3 else value
    value = np.power(base, exponent)
    return value


def analytic_quotient(a: Array, b: Array) -> Array:
    """The analytic quotient of Ni, Drieberg and Rockett (2013)."""
    return a / np.hypot(1.0, b)


def rectified(a: Array) -> Array:
    value: Array = np.maximum(a, 0.0)
    return value


def error_function(a: Array) -> Array:
    from scipy.special import erf  # NumPy has none

    value: Array = erf(a)
    return value


def gamma_function(a: Array) -> Array:
    """nan at 0, -1, -2, ..."""
    from scipy.special import gamma

    pole = np.isreal(a) & (np.real(a) <= 0.0) & (np.floor(np.real(a)) == a)
    return np.where(pole, np.nan, gamma(np.where(pole, 1.0, a)))[()]


def comparison(holds: Callable[[Array, Array], Array]) -> Function:
    """1.0 or 0.0; nan where an operand is nan: what is not there is not smaller either."""

    def compared(a: Array, b: Array) -> Array:
        return np.where(np.isnan(a) | np.isnan(b), np.nan, holds(a, b))[()]

    return compared


def conjunction(a: Array, b: Array) -> Array:
    """Kleene's: false if one is false, whatever the other."""
    return np.where((a == 0.0) | (b == 0.0), 0.0, a * b)[()]


def disjunction(a: Array, b: Array) -> Array:
    """Kleene's: true if one is true, whatever the other."""
    return np.where((a == 1.0) | (b == 1.0), 1.0, a + b)[()]


def negation(a: Array) -> Array:
    return 1.0 - a


def piecewise(*arguments: Array) -> Array:
    """The value before the first condition that is true; nan behind an undefined condition."""
    value = arguments[-1]
    for i in range(len(arguments) - 3, -1, -2):
        chosen, condition = arguments[i], arguments[i + 1]
        value = np.where(condition == 1.0, chosen, np.where(condition == 0.0, value, np.nan))[()]
    return value
