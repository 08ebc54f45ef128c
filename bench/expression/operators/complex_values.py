"""Values of operators on arrays of complex128."""

from __future__ import annotations

import numpy as np

from bench.expression.operators.operator_row import Array, Function


def on_cut(function: Function) -> Function:
    """``function`` with arguments on a branch cut taken from above, as mathematics does.

    -(x + 0j) has the imaginary part -0.0, from which NumPy would go to the other side of the cut.
    """
    return lambda *arguments: function(*(argument + 0 for argument in arguments))


def of_reals(function: Function) -> Function:
    """``function`` of the real line, nan off it."""
    return lambda *arguments: function(*map(_real_part, arguments)) + 0j


def _real_part(z: Array) -> Array:
    value: Array = np.where(z.imag == 0, z.real, np.nan)
    return value


def cube_root(z: Array) -> Array:
    value: Array = np.where(z.imag == 0, np.cbrt(z.real), np.power(z + 0, 1 / 3))
    return value


def sign(z: Array) -> Array:
    length = np.abs(z)
    value: Array = z / np.where(length == 0, 1, length)
    return value


def analytic_quotient(a: Array, b: Array) -> Array:
    return a / np.sqrt(1.0 + b * b)
