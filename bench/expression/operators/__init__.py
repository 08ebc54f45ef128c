"""The operators an expression may use: one table, read by whatever needs a thing per operator.

An operator is one row of ``table.py``; what a row holds is said in ``definition.py``.
"""

from __future__ import annotations

from collections.abc import Mapping

from bench.expression.operators.operator_row import Array, Operator
from bench.expression.operators.table import TABLE

OPERATORS: Mapping[str, Operator] = {operator.name: operator for operator in TABLE}

INFIX = frozenset(operator.name for operator in TABLE if operator.infix)
"""Those that are written with a sign."""
FUNCTIONS = tuple(operator.name for operator in TABLE if not operator.infix)
CONDITIONS = frozenset(operator.name for operator in TABLE if operator.gives == "condition")
"""Those whose value is true or false."""

__all__ = ["CONDITIONS", "FUNCTIONS", "INFIX", "OPERATORS", "Array", "Operator"]
