"""The operators an expression may use: one table, read by every other file of this room.

For each: its canonical name, how many arguments it takes, its value on float64 and on complex128
arrays, and the SymPy class that stands for it. (Its derivative is in ``kernel.py``, next to its
value there.)
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
    ``add``, ``mul``, ``min``, ``max``). ``leaves_reals`` says that real arguments may have a value
    that is not real: ``real`` is nan there, and ``complex`` is not.
    """

    name: str
    least: int
    most: int | None
    real: Function
    complex: Function
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
    value: Array
    if np.ndim(exponent) == 0 and exponent in (-1, 2, 3):
        value = 1.0 / base if exponent == -1 else base * base
        return value * base if exponent == 3 else value
    value = np.power(base, exponent)
    return value


def _on_cut(function: Function) -> Function:
    """``function`` with arguments on a branch cut taken from above, as mathematics does.

    -(x + 0j) has the imaginary part -0.0, from which NumPy would go to the other side of the cut.
    """
    return lambda *arguments: function(*(argument + 0 for argument in arguments))


def _real_part(z: Array) -> Array:
    value: Array = np.where(z.imag == 0, z.real, np.nan)
    return value


def _complex_minimum(a: Array, b: Array) -> Array:
    return np.minimum(_real_part(a), _real_part(b)) + 0j


def _complex_maximum(a: Array, b: Array) -> Array:
    return np.maximum(_real_part(a), _real_part(b)) + 0j


def _complex_cbrt(z: Array) -> Array:
    value: Array = np.where(z.imag == 0, np.cbrt(z.real), np.power(z + 0, 1 / 3))
    return value


def _complex_sign(z: Array) -> Array:
    length = np.abs(z)
    value: Array = z / np.where(length == 0, 1, length)
    return value


def _aq(a: Array, b: Array) -> Array:
    """The analytic quotient of Ni, Drieberg and Rockett (2013)."""
    return a / np.hypot(1.0, b)


def _complex_aq(a: Array, b: Array) -> Array:
    return a / np.sqrt(1.0 + b * b)


def _entire(name: str, real: Function) -> Operator:
    """A function of one argument that is real on all reals and has no branch cut."""
    return Operator(name, 1, 1, real, real, name)


def _cut(name: str, real: Function, sympy: str | None = None) -> Operator:
    """A function of one argument whose value may leave the reals."""
    return Operator(name, 1, 1, real, _on_cut(real), sympy or name, leaves_reals=True)


_TABLE = (
    Operator("add", 2, None, np.add, np.add, "Add"),
    Operator("mul", 2, None, np.multiply, np.multiply, "Mul"),
    Operator("sub", 2, 2, np.subtract, np.subtract, "Add"),
    Operator("div", 2, 2, np.divide, np.divide, "Mul"),
    Operator("pow", 2, 2, _power, _on_cut(np.power), "Pow", leaves_reals=True),
    Operator("neg", 1, 1, np.negative, np.negative, "Mul"),
    _entire("sin", np.sin),
    _entire("cos", np.cos),
    _entire("tan", np.tan),
    _cut("asin", np.arcsin),
    _cut("acos", np.arccos),
    Operator("atan", 1, 1, np.arctan, _on_cut(np.arctan), "atan"),
    _entire("sinh", np.sinh),
    _entire("cosh", np.cosh),
    _entire("tanh", np.tanh),
    Operator("asinh", 1, 1, np.arcsinh, _on_cut(np.arcsinh), "asinh"),
    _cut("acosh", np.arccosh),
    _cut("atanh", np.arctanh),
    _entire("exp", np.exp),
    _cut("log", np.log),
    _cut("log10", np.log10, "log"),
    _cut("log2", np.log2, "log"),
    _cut("sqrt", np.sqrt, "Pow"),
    Operator("cbrt", 1, 1, np.cbrt, _complex_cbrt, "Pow"),
    Operator("abs", 1, 1, np.abs, np.abs, "Abs"),
    Operator("sign", 1, 1, np.sign, _complex_sign, "sign"),
    Operator("min", 2, None, np.minimum, _complex_minimum, "Min"),
    Operator("max", 2, None, np.maximum, _complex_maximum, "Max"),
    Operator("aq", 2, 2, _aq, _complex_aq, "Mul"),
)

OPERATORS: Mapping[str, Operator] = {operator.name: operator for operator in _TABLE}

INFIX = frozenset({"add", "sub", "mul", "div", "pow", "neg"})
FUNCTIONS = tuple(name for name in OPERATORS if name not in INFIX)
