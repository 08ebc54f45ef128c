"""A law solved for one of its inputs."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from typing import Any

from bench.expression import (
    Call,
    Constant,
    Expression,
    Number,
    Symbol,
    fold,
    from_sympy,
    substitute,
    symbols,
    to_sympy,
)

_HIGHEST_DEGREE = 2
_PI = Constant("pi")


def solve_for(law: Expression, target: str, pivot: str) -> list[Expression]:
    """The branches of ``pivot`` as a function of ``target`` and the other inputs of ``law``.

    Operators are undone from the outside in as long as the pivot is in one argument; where it is
    in several, what is left is solved by SymPy if it, or its square, is a rational equation of
    degree one or two in the pivot. A branch satisfies ``law = target`` where it is real, at least
    up to the signs that squaring loses: check it on points. Empty where no solution is found.
    """
    branches: list[tuple[Expression, Expression]] = [(law, Symbol(target))]
    solved: list[Expression] = []
    while branches:
        node, value = branches.pop(0)
        if node == Symbol(pivot):
            solved.append(value)
            continue
        if not isinstance(node, Call):
            continue
        inside = [index for index, arg in enumerate(node.args) if pivot in symbols(arg)]
        if len(inside) == 1:
            undone = _undo(node, inside[0], value)
            branches += [(node.args[inside[0]], other) for other in undone]
        elif inside:
            solved += _solve_rational(node, value, pivot)
    return solved


def _undo(node: Call, index: int, value: Expression) -> list[Expression]:
    """What the argument ``index`` must be for ``node`` to be ``value``: every branch of it."""
    rest = node.args[:index] + node.args[index + 1 :]
    match node.op:
        case "add":
            return [Call("sub", (value, _chain("add", rest)))]
        case "sub":
            return [Call("add", (value, *rest)) if index == 0 else Call("sub", (*rest, value))]
        case "mul":
            return [Call("div", (value, _chain("mul", rest)))]
        case "div":
            return [Call("mul", (value, *rest)) if index == 0 else Call("div", (*rest, value))]
        case "pow":
            return _undo_power(index, rest[0], value)
    inverse = _INVERSES.get(node.op)
    return inverse(value) if inverse else []


def _undo_power(index: int, other: Expression, value: Expression) -> list[Expression]:
    if index == 1:
        return [Call("div", (Call("log", (value,)), Call("log", (other,))))]
    exponent = _rational(other)
    if exponent is None:
        return [Call("pow", (value, Call("div", (Number(1), other))))]
    if exponent == 0:
        return []
    if exponent == 2:
        root: Expression = Call("sqrt", (value,))
    else:
        root = Call("pow", (value, _as_expression(1 / exponent)))
    return [root, Call("neg", (root,))] if exponent.numerator % 2 == 0 else [root]


def _rational(node: Expression) -> Fraction | None:
    """A constant exponent, ``3`` or ``-3/2``; None for anything else."""
    if isinstance(node, Number):
        return Fraction(node.value).limit_denominator(1000)
    if isinstance(node, Call) and node.op in ("div", "neg"):
        parts = [part for part in map(_rational, node.args) if part is not None]
        if len(parts) == 1 and node.op == "neg":
            return -parts[0]
        if len(parts) == 2 and parts[1]:
            return parts[0] / parts[1]
    return None


def _as_expression(value: Fraction) -> Expression:
    if value.denominator == 1:
        return Number(value.numerator)
    return Call("div", (Number(value.numerator), Number(value.denominator)))


def _solve_rational(node: Call, value: Expression, pivot: str) -> list[Expression]:
    import sympy

    floats, named = _named_floats(node)
    unknown, right = sympy.Symbol(pivot), sympy.Symbol("value")
    left = to_sympy(named)
    for equation in (left - right, left**2 - right**2):
        polynomial = _polynomial(equation, unknown)
        if polynomial is not None and 1 <= polynomial.degree() <= _HIGHEST_DEGREE:
            roots = sorted(sympy.solve(polynomial.as_expr(), unknown), key=sympy.default_sort_key)
            return [substitute(from_sympy(root), floats | {"value": value}) for root in roots]
    return []


def _named_floats(node: Expression) -> tuple[dict[str, Expression], Expression]:
    """The floats of ``node`` by names, and ``node`` written in these names.

    SymPy would turn floats into quotients of large integers on the way.
    """
    floats: dict[str, Expression] = {}

    def leaf(node: Expression) -> Expression:
        if not isinstance(node, Number) or isinstance(node.value, int):
            return node
        name = f"float{len(floats)}"
        floats[name] = node
        return Symbol(name)

    named = fold(node, leaf, lambda call, args: Call(call.op, tuple(args)))
    return floats, named


def _polynomial(equation: Any, unknown: Any) -> Any:
    """The numerator of ``equation`` as a polynomial in ``unknown``; None where it is none."""
    import sympy

    numerator = sympy.expand(sympy.numer(sympy.together(equation)))
    try:
        return sympy.Poly(numerator, unknown)
    except sympy.PolynomialError:
        return None


def _chain(op: str, args: tuple[Expression, ...]) -> Expression:
    return args[0] if len(args) == 1 else Call(op, args)


def _by(op: str) -> Callable[[Expression], list[Expression]]:
    return lambda value: [Call(op, (value,))]


def _power(exponent: int) -> Callable[[Expression], list[Expression]]:
    return lambda value: [Call("pow", (value, Number(exponent)))]


def _even(op: str) -> Callable[[Expression], list[Expression]]:
    return lambda value: [Call(op, (value,)), Call("neg", (Call(op, (value,)),))]


def _sine(value: Expression) -> list[Expression]:
    angle = Call("asin", (value,))
    return [angle, Call("sub", (_PI, angle))]


_INVERSES: dict[str, Callable[[Expression], list[Expression]]] = {
    "neg": _by("neg"),
    "sqrt": _power(2),
    "cbrt": _power(3),
    "exp": _by("log"),
    "log": _by("exp"),
    "sin": _sine,
    "cos": _even("acos"),
    "tan": _by("atan"),
    "asin": _by("sin"),
    "acos": _by("cos"),
    "atan": _by("tan"),
    "sinh": _by("asinh"),
    "cosh": _even("acosh"),
    "tanh": _by("atanh"),
}
