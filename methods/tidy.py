"""Gather the constants of a formula, so that none stands where another does its work.

Engines that weigh every variable and scale every tree return ``0.5*(2.0*x0*(3.0*x1)) + 0.0``.
Each subtree is folded to a pair *c, rest* with the value ``c*rest``; products multiply the *c*,
sums hand the *c* of their first term upwards, and what has no variable becomes one number. The
value stays the same to rounding.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

import numpy as np

from bench import Call, Expression, Number, Symbol, complexity, evaluate, fold

_ULPS = 1e-15
"""A factor as near to 1 as that is 1 and rounding error."""

Pair = tuple[float, Expression | None]
"""The value ``c*rest``; ``rest`` None stands for 1."""


def gather(expression: Expression, weight: Callable[[str], float] = lambda name: 1.0) -> Expression:
    """``expression`` with its constants gathered, every symbol ``s`` read as ``weight(s)*s``."""

    def leaf(node: Expression) -> Pair:
        match node:
            case Number(value=value):
                return float(value), None
            case Symbol(name=name):
                return weight(name), node
        return 1.0, node

    c, rest = fold(expression, leaf, _call)
    return min((_expanded(c, rest), _joined(c, rest)), key=complexity)


def total(terms: Sequence[Expression]) -> Expression:
    """The sum of one or more ``terms``, with ``-`` where the constant of a term is negative."""
    result = terms[0]
    for term in terms[1:]:
        c, rest = _split(term)
        result = Call("sub", (result, _joined(-c, rest))) if c < 0 else Call("add", (result, term))
    return result


def _call(node: Call, args: list[Pair]) -> Pair:
    """The pair of a call; where gathering would leave the floats' range, the call as it is."""
    if all(rest is None for _, rest in args):
        value = _number(node.op, [c for c, _ in args])
        if value is not None:
            return value, None
    with np.errstate(all="ignore"):
        c, rest = _gathered(node.op, args)
    if _normal(c) or (c == 0 and rest is None):
        return c, rest
    return 1.0, Call(node.op, tuple(_joined(*arg) for arg in args))


def _gathered(op: str, args: list[Pair]) -> Pair:
    match op, args:
        case "add", _:
            return _sum(args)
        case "sub", [left, (c, rest)]:
            return _sum([left, (-c, rest)])
        case "mul", _:
            return math.prod(c for c, _ in args), _product([r for _, r in args if r is not None])
        case "div", [(a, above), (b, below)] if b != 0:
            return a / b, above if below is None else Call("div", (above or Number(1), below))
        case "neg", [(c, rest)]:
            return -c, rest
        case "pow", [(c, base), (k, None)] if base is not None:
            if k == 1:
                return c, base
            if c > 0 or k.is_integer():
                exponent = Number(int(k) if k.is_integer() else k)
                return float(np.float64(c) ** k), Call("pow", (base, exponent))
        case "sqrt", [(c, rest)] if c > 0 and rest is not None:
            return math.sqrt(c), Call("sqrt", (rest,))
        case "abs", [(c, rest)] if rest is not None:
            return abs(c), Call("abs", (rest,))
    return 1.0, Call(op, tuple(_joined(*arg) for arg in args))


def _sum(terms: list[Pair]) -> Pair:
    """A sum with the constant of its first term that has variables handed upwards."""
    flat = [part for term in terms for part in _terms(*term)]
    offset = math.fsum(c for c, rest in flat if rest is None)
    merged: dict[Expression, float] = {}
    for c, rest in flat:
        if rest is not None:
            merged[rest] = merged.get(rest, 0.0) + c
    parts = [(c, rest) for rest, c in merged.items() if c != 0]
    if not parts:
        return offset, None
    first = parts[0][0]
    scaled = [c / first for c, _ in parts] + ([offset / first] if offset else [])
    if not all(map(_normal, scaled)):
        first, scaled = 1.0, [c for c, _ in parts] + ([offset] if offset else [])
    rests: list[Expression | None] = [rest for _, rest in parts] + ([None] if offset else [])
    return first, total([_joined(c, rest) for c, rest in zip(scaled, rests, strict=True)])


def _terms(c: float, rest: Expression | None) -> list[Pair]:
    """The terms of ``c*rest``, more than one where ``rest`` is a sum."""
    if not isinstance(rest, Call) or rest.op not in ("add", "sub"):
        return [(c, rest)]
    signs = [1.0] * len(rest.args) if rest.op == "add" else [1.0, -1.0]
    parts = []
    for sign, arg in zip(signs, rest.args, strict=True):
        k, inner = _split(arg)
        parts.append((c * sign * k, inner))
    return parts


def _split(expression: Expression) -> Pair:
    match expression:
        case Number(value=value):
            return float(value), None
        case Call(op="mul", args=(Number(value=value), *rest)):
            return float(value), _product(rest)
        case Call(op="neg", args=(arg,)):
            return -1.0, arg
    return 1.0, expression


def _expanded(c: float, rest: Expression | None) -> Expression:
    """``c*rest`` with ``c`` multiplied into the terms of a sum."""
    terms = [(k, part) for k, part in _terms(c, rest)]
    if len(terms) < 2 or not all(_normal(k) for k, _ in terms):
        return _joined(c, rest)
    return total([_joined(k, part) for k, part in terms])


def _product(factors: list[Expression]) -> Expression | None:
    if len(factors) < 2:
        return factors[0] if factors else None
    return Call("mul", tuple(factors))


def _joined(c: float, rest: Expression | None) -> Expression:
    """``c*rest`` as an expression."""
    if rest is None:
        return Number(c)
    if abs(abs(c) - 1) < _ULPS:
        return rest if c > 0 else Call("neg", (rest,))
    if isinstance(rest, Call) and rest.op == "div" and rest.args[0] == Number(1):
        return Call("div", (Number(c), rest.args[1]))
    if isinstance(rest, Call) and rest.op == "mul":
        return Call("mul", (Number(c), *rest.args))
    return Call("mul", (Number(c), rest))


def _number(op: str, values: list[float]) -> float | None:
    call = Call(op, tuple(Number(value) for value in values))
    value = float(evaluate(call, (), np.zeros((1, 0)))[0])
    return value if math.isfinite(value) else None


def _normal(c: float) -> bool:
    """Whether ``c`` is far from where doubles overflow or lose digits."""
    return math.isfinite(c) and 1e-290 < abs(c) < 1e290
