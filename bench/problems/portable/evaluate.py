"""A tree's values with the same bits on every machine."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import reduce
from math import e, pi

import numpy as np

from bench.expression import OPERATORS, Call, Constant, Expression, Leaf, Number, Operator, fold
from bench.problems.portable import elementwise, exponential, hyperbolic, trigonometric
from bench.problems.portable.doubled import Array

_CONSTANTS = {"pi": pi, "e": e}


_FUNCTIONS: Mapping[str, Callable[..., Array]] = {
    **vars(exponential), **vars(hyperbolic), **vars(trigonometric), **vars(elementwise),
}  # fmt: skip


def evaluate_portably(expression: Expression, names: Sequence[str], X: Array) -> Array:
    """The values, shape (n,), of ``expression`` on the rows of ``X``, shape (n, d).

    Column j of ``X`` is the variable ``names[j]``. nan where the value is not real. Raises
    ValueError for a symbol that is not in ``names``, for the imaginary unit, and for an operator
    without a portable value, such as ``erf``.
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
        row = OPERATORS[node.op]
        function = function_of(row)
        return np.asarray(reduce(function, values) if row.chain else function(*values))

    with np.errstate(all="ignore"):
        value = fold(expression, leaf, call)
    return np.broadcast_to(value, len(X)).astype(np.float64)


def function_of(row: Operator) -> Callable[..., Array]:
    """The portable function of ``row``; raises ValueError where it has none."""
    if row.portable == "real":
        return row.real
    if not row.portable:
        known = ", ".join(name for name, other in OPERATORS.items() if other.portable)
        raise ValueError(
            f"'{row.name}' has no value that is the same on every machine, so that no data can be "
            f"made with it; these have: {known}"
        )
    return _FUNCTIONS[row.portable]
