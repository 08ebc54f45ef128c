"""The constants that an expression cannot be written without."""

from __future__ import annotations

from math import e, inf, pi, ulp

import numpy as np

from bench.expression import Constant
from bench.scoring.equivalence.forms.exact_numbers import Value
from bench.scoring.equivalence.forms.nodes import (
    AmountNode,
    NameNode,
    Node,
    Nodes,
    ProductNode,
    SumNode,
)

_TINIEST = ulp(0.0)
_NAMED = {"pi": pi, "e": e}


def needed(nodes: Nodes, node: Node) -> list[float]:
    """The constants without which ``node`` cannot be written, named ones multiplied in.

    Of ``x/(4*pi) + 2*y`` they are 1/(4*pi) and 2; whole exponents are none.
    """
    found: list[float] = []
    for one in nodes.upwards(node):
        match nodes.kinds[one]:
            case AmountNode(number):
                found.append(_in_float64(number))
            case SumNode(number, terms):
                found += [_in_float64(number)]
                found += [_in_float64(own) * _constant(nodes, t) for t, own in terms]
            case ProductNode():
                found.append(_constant(nodes, one))
    return found


def _constant(nodes: Nodes, node: Node) -> float:
    """The product of all factors of ``node`` that are constant."""
    kind = nodes.kinds[node]
    if not isinstance(kind, ProductNode):
        return 1.0
    value = _in_float64(kind.number)
    for base, exponent in kind.factors:
        power = nodes.number(exponent)
        match nodes.kinds[base]:
            case NameNode(Constant(name)) if name in _NAMED and power is not None:
                value *= _in_float64_to(_NAMED[name], power)
            case AmountNode(number) if number > 0 and power is not None:
                value *= _in_float64_to(_in_float64(number), power)
    return value


def _in_float64(value: Value) -> float:
    """The nearest float64; infinite beyond its range."""
    try:
        return float(value)
    except OverflowError:
        return inf if value > 0 else -inf


def _in_float64_to(base: float, power: Value) -> float:
    """A positive number to a power: infinite beyond the range of float64, and never 0."""
    with np.errstate(all="ignore"):
        return max(float(np.float64(base) ** np.float64(_in_float64(power))), _TINIEST)
