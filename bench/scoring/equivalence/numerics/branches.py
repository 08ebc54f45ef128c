"""Where an expression leaves its branch: zeros of denominators, ends of domains, jumps and kinks.

Two analytic functions that agree on a piece of the domain agree wherever a path leads on which
neither meets such a place. So what differs at the end of an unbroken path is another function, and
what differs beyond a break may be the same one: ``sqrt(x**2)`` is ``x`` up to 0 and no further.

Every such place is a zero of an expression, its margin: the denominator, the argument of a
logarithm, the difference of the arguments of ``max``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from bench.expression import (
    Call,
    Constant,
    Expression,
    Number,
    postorder,
    symbols,
)
from bench.scoring.equivalence.numerics.compiled import compiled

Array = NDArray[np.float64]
Args = tuple[Expression, ...]

DIP = 4.0
"""A margin that falls to less than this part of what it is on both sides may touch zero there.

Between two of equally spaced steps the square of what crosses zero falls to a ninth.
"""
_ONE = Number(1)


def _first(args: Args) -> list[Expression]:
    return [args[0]]


def _last(args: Args) -> list[Expression]:
    return [args[-1]]


def _differences(args: Args) -> list[Expression]:
    return [Call("sub", pair) for pair in combinations(args, 2)]


def _unit(args: Args) -> list[Expression]:
    return [Call(op, (_ONE, args[0])) for op in ("add", "sub")]


def _whole(value: Expression) -> Expression:
    return Call("sin", (Call("mul", (Constant("pi"), value)),))


def _power(args: Args) -> list[Expression]:
    base, exponent = args
    natural = isinstance(exponent, Number) and exponent.value > 0 and exponent.value % 1 == 0
    return [] if natural else [base]


_MARGINS: dict[str, Callable[[Args], list[Expression]]] = {
    "div": _last,
    "pow": _power,
    "min": _differences,
    "max": _differences,
    "asin": _unit,
    "acos": _unit,
    "atanh": _unit,
    "acosh": lambda args: [Call("sub", (args[0], _ONE))],
    "tan": lambda args: [Call("cos", args)],
    "floor": lambda args: [_whole(args[0])],
    "ceil": lambda args: [_whole(args[0])],
    "mod": lambda args: [_whole(Call("div", args)), args[1]],
    "gamma": lambda args: [Call("max", (args[0], _whole(args[0])))],
    "atan2": list,
    **dict.fromkeys(("log", "log2", "log10", "sqrt", "cbrt", "abs", "sign", "relu"), _first),
    **dict.fromkeys(("lt", "le", "gt", "ge", "eq", "ne"), _differences),
}
_POLES = frozenset({"div", "pow", "log", "log2", "log10", "tan", "atanh", "gamma"})


def margins(expression: Expression, *, of_poles: bool = False) -> list[Expression]:
    """The margins of every operator in ``expression``, factor by factor.

    ``of_poles``: only those at whose zeros the value has no bounds. Expressions of one shape have
    as many, in the same order.
    """
    found: list[Expression] = []
    for node in postorder(expression):
        if not isinstance(node, Call) or node.op not in _MARGINS:
            continue
        if of_poles and (node.op not in _POLES or (node.op == "pow" and _positive(node.args[1]))):
            continue
        found += _factors(_MARGINS[node.op](node.args))
    return found


def _factors(nodes: Iterable[Expression]) -> list[Expression]:
    """Expressions one of which is zero wherever one of ``nodes`` is."""
    found: list[Expression] = []
    stack = list(nodes)
    while stack:
        node = stack.pop()
        if isinstance(node, Call) and node.op == "mul":
            stack.extend(node.args)
        elif isinstance(node, Call) and (
            node.op in ("neg", "sqrt", "cbrt", "abs", "div")
            or (node.op == "pow" and _positive(node.args[1]))
        ):
            stack.append(node.args[0])
        else:
            found.append(node)
    return found


def _positive(exponent: Expression) -> bool:
    return isinstance(exponent, Number) and exponent.value > 0


def unbroken(expressions: Sequence[Expression], names: Sequence[str], path: Array) -> bool:
    """Whether no margin changes sign, or seems to touch zero, along the rows of ``path``."""
    for margin in {margin for one in expressions for margin in margins(one) if symbols(margin)}:
        value = compiled(margin, names)(path)
        size = np.abs(value)
        if not (np.isfinite(size).all() and (np.all(value > 0.0) or np.all(value < 0.0))):
            return False
        before = np.maximum.accumulate(size)
        after = np.maximum.accumulate(size[::-1])[::-1]
        if np.any(np.minimum(before, after) > DIP * size):
            return False
    return True


def changes_sign(
    expression: Expression, names: Sequence[str], X: Array, pieces: NDArray[np.int64]
) -> bool:
    """Whether the value has both signs, or is 0, at rows of ``X`` of one connected piece.

    ``pieces``, shape (n,), numbers the piece of the domain that each row is of.
    """
    value = compiled(expression, names)(X)
    for piece in np.unique(pieces):
        there = value[pieces == piece]
        if np.any(there >= 0.0) and np.any(there <= 0.0):
            return True
    return False
