"""Rates: the right-hand sides of a system as a function of one time and one state.

Expressions become functions of floats, one for each node. Arithmetic is in the order of the tree,
and functions are the portable ones wherever there are such: the same bits on every machine.
"""

from __future__ import annotations

import math
import operator
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np

from bench.expression import OPERATORS, Call, Constant, Expression, Leaf, Number, Operator, fold
from bench.problems.portable import scalars
from bench.problems.portable.evaluate import function_of
from bench.problems.systems.data import Trajectory

Point = Sequence[float]
Value = Callable[[Point], float]
System = Callable[[float, list[float]], list[float]]
Drive = Callable[[float], list[float]]

_CONSTANTS = {"pi": math.pi, "e": math.e}
_LARGEST_POWER = 16
_LONG_CHAIN = 50
"""Operands; fewer are nested, which is faster."""


def rates_of(
    laws: Mapping[str, Expression], names: Sequence[str], drive: Drive | None = None
) -> System:
    """The rates of the states as a function of time and states, in the order of ``laws``.

    ``laws`` are in ``names``: those of the states, then of what ``drive`` gives at a time (inputs,
    and time itself). A rate that is not real, overflows, or is nested too deep is nan. Raises
    ValueError for another symbol.
    """
    values = [value_of(law, names) for law in laws.values()]

    def rates(time: float, states: list[float]) -> list[float]:
        point = states if drive is None else [*states, *drive(time)]
        try:
            return [value(point) for value in values]
        except (ArithmeticError, ValueError, RecursionError):
            return [math.nan] * len(values)

    return rates


def driven(
    laws: Mapping[str, Expression],
    names: Sequence[str],
    inputs: bool,
    timed: bool,
    along: Trajectory | None,
) -> System:
    """``rates_of``, driven by the inputs of ``along`` (linear between its times, the nearest beyond
    them) and, where ``timed``, by time itself; what has ``inputs`` needs a trajectory."""
    if not inputs and not timed:
        return rates_of(laws, names)
    u = along.u if inputs and along is not None else None
    pairs = [] if u is None or along is None else [(along.t, column) for column in u.T]

    def drive(time: float) -> list[float]:
        values = [float(np.interp(time, *pair)) for pair in pairs]
        return [*values, time] if timed else values

    return rates_of(laws, names, drive)


def value_of(law: Expression, names: Sequence[str]) -> Value:
    """``law`` as a function of one point: a float for each of ``names``."""

    def leaf(node: Leaf) -> _ScalarNode:
        if isinstance(node, Number):
            return _ScalarNode.of(_as_float(node))
        if isinstance(node, Constant):
            return _ScalarNode.of(_CONSTANTS.get(node.name, math.nan))
        if node.name not in names:
            raise ValueError(f"the expression has {node.name!r}; known are {', '.join(names)}")
        return _ScalarNode(operator.itemgetter(names.index(node.name)))

    return fold(law, leaf, _call).value


@dataclass(frozen=True, slots=True)
class _ScalarNode:
    """A function of a point; ``known`` is its value where that is the same at all points."""

    value: Value
    known: float | None = None

    @classmethod
    def of(cls, number: float) -> _ScalarNode:
        return cls(lambda point: number, number)


def _call(node: Call, nodes: list[_ScalarNode]) -> _ScalarNode:
    row = OPERATORS[node.op]
    if not row.chain:
        return _applied(row, nodes)
    if len(nodes) > _LONG_CHAIN:
        return _ScalarNode(_long_chain(row, [node.value for node in nodes]))
    total = nodes[0]
    for one in nodes[1:]:
        total = _applied(row, [total, one])
    return total


def _long_chain(row: Operator, values: Sequence[Value]) -> Value:
    """One operand after another: the bits of calls within calls, which would be nested too deep."""
    of_two = _function(row, [_ScalarNode(operator.itemgetter(k)) for k in (0, 1)])
    first, *others = values

    def value(point: Point) -> float:
        total = first(point)
        for one in others:
            total = of_two((total, one(point)))
        return total

    return value


def _applied(row: Operator, nodes: list[_ScalarNode]) -> _ScalarNode:
    value = _function(row, nodes)
    if all(one.known is not None for one in nodes):
        try:
            return _ScalarNode.of(value(()))
        except (ArithmeticError, ValueError):
            return _ScalarNode.of(math.nan)
    return _ScalarNode(value)


def _function(row: Operator, nodes: list[_ScalarNode]) -> Value:
    a = nodes[0].value
    if row.name == "pow" and nodes[1].known in _WHOLE_POWERS:
        return partial(_whole_power, a, int(nodes[1].known or 0))
    if row.name in _BINARY:
        return _BINARY[row.name](a, nodes[1].value)
    if row.name in _UNARY:
        function = _UNARY[row.name]
        return lambda point: function(a(point))
    values = [one.value for one in nodes]
    apply = function_of(row) if row.portable else row.real
    return lambda point: _quietly(apply, [one(point) for one in values])


_WHOLE_POWERS = {float(n) for n in range(-_LARGEST_POWER, _LARGEST_POWER + 1)}
_BINARY: Mapping[str, Callable[[Value, Value], Value]] = {
    "add": lambda a, b: lambda p: a(p) + b(p),
    "sub": lambda a, b: lambda p: a(p) - b(p),
    "mul": lambda a, b: lambda p: a(p) * b(p),
    "div": lambda a, b: lambda p: a(p) / b(p),
    "pow": lambda a, b: lambda p: scalars.power(a(p), b(p)),
}
_UNARY: Mapping[str, Callable[[float], float]] = {
    "neg": operator.neg, "abs": abs, "sqrt": math.sqrt, "sin": scalars.sin, "cos": scalars.cos,
    "exp": scalars.exp, "log": scalars.log, "tan": lambda x: scalars.sin(x) / scalars.cos(x),
}  # fmt: skip


def _whole_power(base: Value, exponent: int, point: Point) -> float:
    factor, value = base(point), 1.0
    for _ in range(abs(exponent)):
        value *= factor
    return value if exponent >= 0 else 1.0 / value


def _quietly(apply: Callable[..., object], arguments: list[float]) -> float:
    with np.errstate(all="ignore"):
        return float(apply(*map(np.float64, arguments)))  # type: ignore[arg-type]


def _as_float(node: Number) -> float:
    try:
        return float(node.value)
    except OverflowError:
        return math.inf if node.value > 0 else -math.inf
