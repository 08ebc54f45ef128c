"""A tree's values with the same bits on every machine."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import reduce
from math import e, pi

import numpy as np

from bench.expression import Call, Constant, Expression, Leaf, Number, fold
from bench.problems.portable import exponential, hyperbolic, trigonometric
from bench.problems.portable.doubled import Array

_CONSTANTS = {"pi": pi, "e": e}


def _chain(operation: Callable[[Array, Array], Array]) -> Callable[..., Array]:
    return lambda *arguments: reduce(operation, arguments)


_OPERATIONS: Mapping[str, Callable[..., Array]] = {
    "add": _chain(np.add),
    "mul": _chain(np.multiply),
    "sub": np.subtract,
    "div": np.divide,
    "neg": np.negative,
    "pow": exponential.power,
    "sqrt": np.sqrt,
    "abs": np.abs,
    "sign": np.sign,
    "min": _chain(np.minimum),
    "max": _chain(np.maximum),
    "aq": lambda a, b: a / np.sqrt(1.0 + b * b),
    "sin": trigonometric.sin,
    "cos": trigonometric.cos,
    "tan": trigonometric.tan,
    "asin": trigonometric.asin,
    "acos": trigonometric.acos,
    "atan": trigonometric.atan,
    "sinh": hyperbolic.sinh,
    "cosh": hyperbolic.cosh,
    "tanh": hyperbolic.tanh,
    "asinh": hyperbolic.asinh,
    "acosh": hyperbolic.acosh,
    "atanh": hyperbolic.atanh,
    "exp": exponential.exp,
    "log": exponential.log,
    "log10": exponential.log10,
    "log2": exponential.log2,
    "cbrt": exponential.cbrt,
}


def evaluate_portably(expression: Expression, names: Sequence[str], X: Array) -> Array:
    """The values, shape (n,), of ``expression`` on the rows of ``X``, shape (n, d).

    Column j of ``X`` is the variable ``names[j]``. nan where the value is not real. Raises
    ValueError for a symbol that is not in ``names`` and for the imaginary unit.
    """
    columns = {name: np.ascontiguousarray(X[:, j]) for j, name in enumerate(names)}

    def leaf(node: Leaf) -> Array:
        if isinstance(node, Number):
            return np.array(node.value, dtype=np.float64)
        table = _CONSTANTS if isinstance(node, Constant) else columns
        if node.name not in table:
            raise ValueError(f"'{node.name}' has no real value here; known: {', '.join(columns)}")
        return np.asarray(table[node.name], dtype=np.float64)

    def call(node: Call, values: list[Array]) -> Array:
        return np.asarray(_OPERATIONS[node.op](*values))

    with np.errstate(all="ignore"):
        value = fold(expression, leaf, call)
    return np.broadcast_to(value, len(X)).astype(np.float64)
