"""TermLists without constants of their own: functions of one variable, and products of two.

A function of one variable is any operator of any operator of it, times a power of it: so the list
of terms follows from the operators, and is nobody's choice.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from heapq import nsmallest
from itertools import combinations, product

import numpy as np

from bench import Call, Expression, Number, Symbol
from methods.laws.algebra.atoms import fingerprint
from methods.mcts.language.tokens import Floats

LARGEST = 1e8
"""Values beyond it, or all below its inverse, are of no use beside others in float64."""
_POWERS = (1, 2, 3, -1)
"""Of the variable that a function of it is multiplied by."""


@dataclass(frozen=True)
class TermColumn:
    """A term, its values on the rows (n,), and what it costs: a node for each operator it names."""

    expression: Expression
    values: Floats
    nodes: int


Unary = tuple[str, int, Callable[[Floats], Floats], Callable[[Expression], Expression]]


def _plain(op: str) -> Callable[[Expression], Expression]:
    return lambda inner: Call(op, (inner,))


def _power(exponent: int) -> Callable[[Expression], Expression]:
    return lambda inner: Call("pow", (inner, Number(exponent)))


def _one_more(inner: Expression) -> Expression:
    return Call("add", (inner, Number(1)))


_THIRD = Call("div", (Number(1), Number(3)))

_UNARY: tuple[Unary, ...] = (
    ("square", 1, np.square, _power(2)),
    ("cube", 1, lambda v: v**3, _power(3)),
    ("inv", 1, np.reciprocal, lambda inner: Call("div", (Number(1), inner))),
    ("abs", 1, np.abs, _plain("abs")),
    ("sqrt", 1, np.sqrt, _plain("sqrt")),
    ("cbrt", 1, lambda v: v ** (1 / 3), lambda inner: Call("pow", (inner, _THIRD))),
    ("sin", 1, np.sin, _plain("sin")),
    ("cos", 1, np.cos, _plain("cos")),
    ("tanh", 1, np.tanh, _plain("tanh")),
    ("exp", 1, np.exp, _plain("exp")),
    ("exp", 2, lambda v: np.exp(-v), lambda inner: Call("exp", (Call("neg", (inner,)),))),
    ("log", 1, np.log, _plain("log")),
    ("log", 2, np.log1p, lambda inner: Call("log", (_one_more(inner),))),
    ("inv", 2, lambda v: 1 / (1 + v), lambda inner: Call("div", (Number(1), _one_more(inner)))),
)  # fmt: skip
"""An operator, and the same of ``-x`` and ``1 + x`` where it tells them apart."""


def single(name: str, values: Floats, operators: frozenset[str], depth: int) -> list[TermColumn]:
    """Distinct functions of one variable, smallest first: ``depth`` operators, times a power.

    Where the variable changes its sign, its size is a variable of its own.
    """
    variable = TermColumn(Symbol(name), values, 1)
    layers = [[variable]]
    if "abs" in operators and values.min() < 0 < values.max():
        layers[0].append(TermColumn(Call("abs", (variable.expression,)), np.abs(values), 2))
    for _ in range(depth):
        layers.append(list(_distinct(_applied(layers[-1], operators))))
    functions = [one for layer in layers for one in layer]
    multiplied = (_times(_raised(variable, k), one) for one in functions for k in _POWERS)
    return sorted(_distinct([*functions, *multiplied]), key=lambda one: one.nodes)


def products(groups: Sequence[Sequence[TermColumn]], most: int) -> list[TermColumn]:
    """Products of functions of two variables, smallest first; at most about ``most``."""
    pairs = (pair for two in combinations(groups, 2) for pair in product(*two))
    smallest = nsmallest(most, pairs, key=lambda pair: pair[0].nodes + pair[1].nodes)
    return list(_distinct(_times(*pair) for pair in smallest))


def distinct(columns: Iterable[TermColumn]) -> list[TermColumn]:
    """Those that are usable, and of those alike up to scale and offset the first."""
    return list(_distinct(columns))


def _applied(columns: Sequence[TermColumn], operators: frozenset[str]) -> Iterator[TermColumn]:
    with np.errstate(all="ignore"):
        for one, (op, price, function, write) in product(columns, _UNARY):
            if op in operators:
                yield TermColumn(write(one.expression), function(one.values), one.nodes + price)


def _raised(one: TermColumn, power: int) -> TermColumn:
    if power == 1:
        return one
    with np.errstate(all="ignore"):
        raised = one.values**power
        return TermColumn(Call("pow", (one.expression, Number(power))), raised, one.nodes + 1)


def _times(one: TermColumn, other: TermColumn) -> TermColumn:
    with np.errstate(all="ignore"):
        both = Call("mul", (one.expression, other.expression))
        return TermColumn(both, one.values * other.values, one.nodes + other.nodes + 1)


def _distinct(columns: Iterable[TermColumn]) -> Iterator[TermColumn]:
    seen: set[bytes] = set()
    for one in columns:
        largest = np.max(np.abs(one.values))
        if not 1 / LARGEST < largest < LARGEST:  # nor is nan
            continue
        key = fingerprint(one.values)
        if key is not None and key not in seen:
            seen.add(key)
            yield one
