"""A variable as a method is told of it, both ways: plain JSON, and no more than is disclosed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from bench.kinds.kind import Disclosure
from bench.problems.variable import Variable


def disclosed(variable: Variable, disclosure: Disclosure) -> list[Any]:
    """A variable as JSON: name, symbol, meaning, unit."""
    symbol = variable.symbol if disclosure != "blind" else ""
    if disclosure != "full":
        return [variable.name, symbol, "", None]
    unit = None if variable.unit is None else list(variable.unit)
    return [variable.name, symbol, variable.meaning, unit]


def variable_told(item: Sequence[Any]) -> Variable:
    """The variable that ``disclosed`` told of."""
    name, symbol, meaning, unit = item
    return Variable(name, symbol, meaning, None if unit is None else tuple(unit))
