"""An expression without its guards: what only keeps a value defined, and is no part of the law.

``max(x, 1e-10)``, ``d + 1e-9``, ``where(abs(d) < eps, eps, d)``, ``clip(z, -50, 50)``. A judge
calls the guarded form another law than the law, so both are fitted, and the plain one is kept
where it is no worse.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from bench.expression import Call, Expression, Number, fold, symbols
from bench.expression.compiled.evaluate import evaluate

TINY = 1e-3
"""Numbers up to this size are guards beside anything else."""
HUGE = 10.0
"""Bounds from this size on keep an exponential finite."""

_UNDEFINED_BELOW_0 = frozenset({"sqrt", "log", "log2", "log10"})
_BELOW = frozenset({"lt", "le"})
_ABOVE = frozenset({"gt", "ge"})
_TURNED = {"lt": "gt", "le": "ge", "gt": "lt", "ge": "le", "eq": "eq", "ne": "ne"}


def without_guards(expression: Expression) -> Expression:
    """The main branch of ``expression``: it itself where it has no guard."""
    return fold(expression, lambda leaf: leaf, _bare)


def _bare(node: Call, args: list[Expression]) -> Expression:
    match node.op:
        case "add":
            return _rest("add", [arg for arg in args if not _is_shift(arg)], node, args)
        case "sub" if _is_shift(args[1]):
            return args[0]
        case "max":
            return _rest("max", [arg for arg in args if not _bounds(arg, 1.0)], node, args)
        case "min":
            return _rest("min", [arg for arg in args if not _bounds(arg, -1.0)], node, args)
        case "piecewise":
            return _main_branch(node, args)
        case "pow" if not _is_whole(args[1]):
            args = [_unprotected(args[0]), args[1]]
        case op if op in _UNDEFINED_BELOW_0:
            args = [_unprotected(args[0])]
    return _rebuilt(node, args)


def _rest(
    op: str, kept: Sequence[Expression], node: Call, args: Sequence[Expression]
) -> Expression:
    if not kept or len(kept) == len(args):
        return _rebuilt(node, args)
    return kept[0] if len(kept) == 1 else Call(op, tuple(kept))


def _rebuilt(node: Call, args: Sequence[Expression]) -> Expression:
    same = all(new is old for new, old in zip(args, node.args, strict=True))
    return node if same else Call(node.op, tuple(args))


def _number(tree: Expression) -> float | None:
    """The value of a tree without symbols."""
    if isinstance(tree, Number):
        return float(tree.value)
    if symbols(tree):
        return None
    value = float(evaluate(tree, (), np.empty((1, 0)))[0])
    return value if math.isfinite(value) else None


def _is_shift(tree: Expression) -> bool:
    """Whether it is a tiny number, perhaps with the sign of something."""
    if isinstance(tree, Call) and tree.op == "mul":
        factors = [arg for arg in tree.args if not (isinstance(arg, Call) and arg.op == "sign")]
        return len(factors) == 1 < len(tree.args) and _is_shift(factors[0])
    value = _number(tree)
    return value is not None and 0 < abs(value) <= TINY


def _bounds(tree: Expression, sign: float) -> bool:
    """Whether it is a bound of ``max`` (sign 1) or ``min`` (-1) that only keeps a value defined."""
    value = _number(tree)
    return value is not None and (0 < sign * value <= TINY or sign * value <= -HUGE)


def _is_whole(tree: Expression) -> bool:
    value = _number(tree)
    return value is not None and value.is_integer()


def _unprotected(tree: Expression) -> Expression:
    """What stands in ``abs(...)`` or ``max(..., 0)`` before an undefined value would come."""
    if isinstance(tree, Call) and tree.op == "abs":
        return tree.args[0]
    if isinstance(tree, Call) and tree.op == "max":
        kept = [arg for arg in tree.args if _number(arg) != 0]
        if len(kept) == 1:
            return kept[0]
    return tree


def _main_branch(node: Call, args: list[Expression]) -> Expression:
    *cases, otherwise = args
    if all(_number(value) is not None for value in (*cases[::2], otherwise)):
        return _rebuilt(node, args)  # a step, not a guard
    kept: list[Expression] = []
    for value, condition in zip(cases[::2], cases[1::2], strict=True):
        assert isinstance(condition, Call)
        guarded = _guarded_side(condition)
        if guarded == "there" and _yields(value, condition):
            continue
        if guarded == "otherwise" and _yields(otherwise, condition) and len(cases) == 2:
            return value
        kept += (value, condition)
    if len(kept) == len(cases):
        return _rebuilt(node, args)
    return Call("piecewise", (*kept, otherwise)) if kept else otherwise


def _guarded_side(condition: Call) -> str:
    """Where the guard of a piecewise stands: ``there`` under the condition, or ``otherwise``."""
    tested = _tested(condition)
    if tested is None:
        return ""
    op, _, limit = tested
    if op in ("eq", "ne"):
        return "there" if op == "eq" else "otherwise"
    near_0 = abs(limit) <= TINY
    if near_0 or limit <= -HUGE:
        return "there" if op in _BELOW else "otherwise"
    if limit >= HUGE:
        return "there" if op in _ABOVE else "otherwise"
    return ""


def _tested(condition: Call) -> tuple[str, Expression, float] | None:
    """A comparison with a number, that number last."""
    if condition.op not in _TURNED:
        return None
    left, right = condition.args
    limit = _number(right)
    if limit is not None:
        return condition.op, left, limit
    limit = _number(left)
    return None if limit is None else (_TURNED[condition.op], right, limit)


def _yields(guard: Expression, condition: Call) -> bool:
    """Whether ``guard`` may give way: it holds at single points, or is a number."""
    tested = _tested(condition)
    assert tested is not None
    op, left, _ = tested
    of_size = isinstance(left, Call) and left.op == "abs"
    return of_size or op in ("eq", "ne") or _number(guard) is not None or _is_shift(guard)
