"""Trees put together from values, whose size is counted while they grow.

A program of n lines may stand for an expression of 2**n nodes; parts are shared, so that one that
is refused has cost little.
"""

from __future__ import annotations

import math

import numpy as np

from bench.expression import (
    OPERATORS,
    Call,
    Constant,
    Number,
    Symbol,
    is_condition,
    size,
    symbols,
)
from bench.expression.compiled.evaluate import evaluate
from bench.expression.names import Function
from bench.models.programs.refusals import ProgramError
from bench.models.programs.values import Predicate, Value

MOST_NODES = 2_000
_LONGEST_INTEGER = 10**18

_COMPARED = {
    "lt": float.__lt__, "le": float.__le__, "gt": float.__gt__, "ge": float.__ge__,
    "eq": float.__eq__, "ne": float.__ne__,
}  # fmt: skip


def number(value: int | float) -> Value:
    """A literal. Raises ProgramError for one beyond the range of float64."""
    try:
        known = float(value)
    except OverflowError:
        known = math.inf
    if not math.isfinite(known):
        raise ProgramError("a number beyond the range of float64; write a finite one")
    long = isinstance(value, int) and abs(value) > _LONGEST_INTEGER
    return Value(Number(known if long else value), 1, known)


def constant(name: str) -> Value:
    """``pi`` or ``e``."""
    return Value(Constant(name), 1, {"pi": math.pi, "e": math.e}[name])


def variable(name: str) -> Value:
    """A variable or a parameter."""
    return Value(Symbol(name), 1)


def negative(value: Value) -> Value:
    """``-value``; of a literal the literal with the other sign."""
    tree = value.tree
    if isinstance(tree, Number) and tree.value != 0:
        return number(-tree.value)
    return call("neg", value)


def call(op: str, *args: Value) -> Value:
    """An operator applied to values, of which none is a condition."""
    nodes = _counted(1 + sum(arg.nodes for arg in args))
    tree = Call(op, tuple(arg.tree for arg in args))
    known = [arg.known for arg in args if arg.known is not None]
    if len(known) < len(args):
        return Value(tree, nodes)
    with np.errstate(all="ignore"):
        value = float(OPERATORS[op].apply([np.asarray(one) for one in known]))
    return Value(tree, nodes, _finite(value, tree))


def compared(op: str, left: Value, right: Value) -> Predicate | bool:
    """A comparison; of two numbers whether it holds."""
    if left.known is not None and right.known is not None:
        return _COMPARED[op](left.known, right.known)
    nodes = _counted(1 + left.nodes + right.nodes)
    return Predicate(Call(op, (left.tree, right.tree)), nodes)


def joined(op: str, conditions: list[Predicate | bool]) -> Predicate | bool:
    """``and`` or ``or`` of conditions, of which some hold or fail whatever the data."""
    decides = op == "or"
    if any(one is decides for one in conditions):
        return decides
    open_ones = [one for one in conditions if isinstance(one, Predicate)]
    if not open_ones:
        return not decides
    if len(open_ones) == 1:
        return open_ones[0]
    nodes = _counted(1 + sum(one.nodes for one in open_ones))
    return Predicate(Call(op, tuple(one.tree for one in open_ones)), nodes)


def opposite(condition: Predicate | bool) -> Predicate | bool:
    """``not condition``."""
    if isinstance(condition, bool):
        return not condition
    return Predicate(Call("not", (condition.tree,)), _counted(1 + condition.nodes))


def choice(condition: Predicate | bool, value: Value, otherwise: Value) -> Value:
    """``value`` where the condition holds, else ``otherwise``."""
    if isinstance(condition, bool):
        return value if condition else otherwise
    if value.tree == otherwise.tree:
        return value
    nodes = _counted(1 + condition.nodes + value.nodes + otherwise.nodes)
    return Value(Call("piecewise", (value.tree, condition.tree, otherwise.tree)), nodes)


def applied(function: Function, args: list[Value | Predicate]) -> Value | Predicate:
    """A function of the grammar. Raises ProgramError for a wrong number or kind of arguments."""
    if len(args) < function.least or len(args) > (function.most or len(args)):
        raise ProgramError(f"{function.spelling} takes {function.arity_words}, {len(args)} given")
    _counted(sum(arg.nodes for arg in args))
    try:
        tree = function.build(tuple(arg.tree for arg in args))
    except ValueError as error:
        raise ProgramError(str(error)) from None
    nodes = _counted(size(tree))
    if is_condition(tree):
        return Predicate(tree, nodes)
    if symbols(tree):
        return Value(tree, nodes)
    return Value(tree, nodes, _finite(float(evaluate(tree, (), np.empty((1, 0)))[0]), tree))


def _counted(nodes: int) -> int:
    if nodes > MOST_NODES:
        raise ProgramError(
            f"the expression has more than {MOST_NODES} nodes when local variables are put in; "
            "write a shorter one"
        )
    return nodes


def _finite(value: float, tree: object) -> float:
    if not math.isfinite(value):
        raise ProgramError(f"a constant without a finite value: '{str(tree)[:60]}'")
    return value
