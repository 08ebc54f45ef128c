"""The operators an expression may use: one table, read by every other file of this room.

For each: its canonical name, how many arguments it takes, its value on float64 and on complex128
arrays, its partial derivatives, and the SymPy class that stands for it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

# Scalars and arrays of float64 or complex128 alike: NumPy's stubs do not say that of a ufunc.
Array = NDArray[Any]
Function = Callable[..., Array]


@dataclass(frozen=True, slots=True)
class Operator:
    """One operator.

    ``real`` and ``complex`` take as many arrays as there are arguments (two, for the chains
    ``add``, ``mul``, ``min``, ``max``). ``partials[k](*arguments, value)`` is the derivative by
    argument k, on float64. ``leaves_reals`` says that real arguments may have a value that is not
    real: ``real`` is nan there, and ``complex`` is not.
    """

    name: str
    least: int
    most: int | None
    real: Function
    complex: Function
    partials: tuple[Function, ...]
    sympy: str
    leaves_reals: bool = False

    def takes(self, count: int) -> bool:
        """Whether the operator can be applied to ``count`` arguments."""
        return self.least <= count and (self.most is None or count <= self.most)

    @property
    def arity_words(self) -> str:
        """``1 argument``, ``2 arguments``, ``2 arguments or more``."""
        plural = "" if self.least == 1 else "s"
        more = " or more" if self.most is None else ""
        return f"{self.least} argument{plural}{more}"


def _power(base: Array, exponent: Array) -> Array:
    # The commonest exponents, several times faster and no less exact than pow.
    if np.ndim(exponent) == 0:
        if exponent == 2:
            return base * base
        if exponent == 3:
            return base * base * base
        if exponent == -1:
            return 1.0 / base
    return np.power(base, exponent)


def _power_by_exponent(base: Array, exponent: Array, value: Array) -> Array:
    return np.where(base == 0, 0.0, value * np.log(base))


def _on_cut(function: Function) -> Function:
    """``function`` with arguments on a branch cut taken from above, as mathematics does.

    -(x + 0j) has the imaginary part -0.0, from which NumPy would go to the other side of the cut.
    """
    return lambda *arguments: function(*(argument + 0 for argument in arguments))


def _real_part(z: Array) -> Array:
    return np.where(z.imag == 0, z.real, np.nan)


def _complex_minimum(a: Array, b: Array) -> Array:
    return np.minimum(_real_part(a), _real_part(b)) + 0j


def _complex_maximum(a: Array, b: Array) -> Array:
    return np.maximum(_real_part(a), _real_part(b)) + 0j


def _complex_cbrt(z: Array) -> Array:
    return np.where(z.imag == 0, np.cbrt(z.real), np.power(z + 0, 1 / 3))


def _complex_sign(z: Array) -> Array:
    size = np.abs(z)
    return np.where(size == 0, 0, z / np.where(size == 0, 1, size))


def _unary(
    name: str,
    real: Function,
    derivative: Function,
    *,
    complex: Function | None = None,
    sympy: str | None = None,
    leaves_reals: bool = False,
) -> Operator:
    on_complex = complex or (_on_cut(real) if leaves_reals else real)
    return Operator(name, 1, 1, real, on_complex, (derivative,), sympy or name, leaves_reals)


_LN2, _LN10 = np.log(2.0), np.log(10.0)

_TABLE = (
    Operator("add", 2, None, np.add, np.add, (lambda a, b, v: 1.0, lambda a, b, v: 1.0), "Add"),
    Operator("mul", 2, None, np.multiply, np.multiply, (lambda a, b, v: b, lambda a, b, v: a), "Mul"),
    Operator("sub", 2, 2, np.subtract, np.subtract, (lambda a, b, v: 1.0, lambda a, b, v: -1.0), "Add"),
    Operator("div", 2, 2, np.divide, np.divide, (lambda a, b, v: 1.0 / b, lambda a, b, v: -v / b), "Mul"),
    Operator(
        "pow", 2, 2, _power, _on_cut(np.power),
        (lambda a, b, v: b * _power(a, b - 1.0), _power_by_exponent), "Pow", leaves_reals=True,
    ),
    _unary("neg", np.negative, lambda a, v: -1.0, sympy="Mul"),
    _unary("sin", np.sin, lambda a, v: np.cos(a)),
    _unary("cos", np.cos, lambda a, v: -np.sin(a)),
    _unary("tan", np.tan, lambda a, v: 1.0 + v * v),
    _unary("asin", np.arcsin, lambda a, v: 1.0 / np.sqrt(1.0 - a * a), leaves_reals=True),
    _unary("acos", np.arccos, lambda a, v: -1.0 / np.sqrt(1.0 - a * a), leaves_reals=True),
    _unary("atan", np.arctan, lambda a, v: 1.0 / (1.0 + a * a), complex=_on_cut(np.arctan)),
    _unary("sinh", np.sinh, lambda a, v: np.cosh(a)),
    _unary("cosh", np.cosh, lambda a, v: np.sinh(a)),
    _unary("tanh", np.tanh, lambda a, v: 1.0 - v * v),
    _unary("asinh", np.arcsinh, lambda a, v: 1.0 / np.hypot(a, 1.0), complex=_on_cut(np.arcsinh)),
    _unary(
        "acosh", np.arccosh, lambda a, v: 1.0 / np.sqrt((a - 1.0) * (a + 1.0)), leaves_reals=True
    ),
    _unary("atanh", np.arctanh, lambda a, v: 1.0 / (1.0 - a * a), leaves_reals=True),
    _unary("exp", np.exp, lambda a, v: v),
    _unary("log", np.log, lambda a, v: 1.0 / a, leaves_reals=True),
    _unary("log10", np.log10, lambda a, v: 1.0 / (a * _LN10), sympy="log", leaves_reals=True),
    _unary("log2", np.log2, lambda a, v: 1.0 / (a * _LN2), sympy="log", leaves_reals=True),
    _unary("sqrt", np.sqrt, lambda a, v: 0.5 / v, sympy="Pow", leaves_reals=True),
    _unary("cbrt", np.cbrt, lambda a, v: 1.0 / (3.0 * v * v), complex=_complex_cbrt, sympy="Pow"),
    _unary("abs", np.abs, lambda a, v: np.sign(a), complex=np.abs, sympy="Abs"),
    _unary("sign", np.sign, lambda a, v: 0.0, complex=_complex_sign),
    Operator(
        "min", 2, None, np.minimum, _complex_minimum,
        (lambda a, b, v: np.where(a <= b, 1.0, 0.0), lambda a, b, v: np.where(a <= b, 0.0, 1.0)),
        "Min",
    ),
    Operator(
        "max", 2, None, np.maximum, _complex_maximum,
        (lambda a, b, v: np.where(a >= b, 1.0, 0.0), lambda a, b, v: np.where(a >= b, 0.0, 1.0)),
        "Max",
    ),
    Operator(  # the analytic quotient of Ni, Drieberg and Rockett (2013): a / sqrt(1 + b**2)
        "aq", 2, 2,
        lambda a, b: a / np.hypot(1.0, b),
        lambda a, b: a / np.sqrt(1.0 + b * b),
        (lambda a, b, v: 1.0 / np.hypot(1.0, b), lambda a, b, v: -v * b / (1.0 + b * b)),
        "Mul",
    ),
)  # fmt: skip

OPERATORS: Mapping[str, Operator] = {operator.name: operator for operator in _TABLE}

INFIX = frozenset({"add", "sub", "mul", "div", "pow", "neg"})
FUNCTIONS = tuple(name for name in OPERATORS if name not in INFIX)
