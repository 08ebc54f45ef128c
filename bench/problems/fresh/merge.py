"""Constants that stand side by side, merged into one."""

from __future__ import annotations

import numpy as np

from bench.expression import Call, Expression, Number, evaluate, fold, numbers, symbols

_NO_INPUTS = np.empty((1, 0))


def rounded(value: float, digits: int) -> float:
    """``value`` to so many significant digits."""
    return float(f"{value:.{digits - 1}e}")


def merge_constants(law: Expression, digits: int) -> Expression:
    """``law`` with the constants of each sum and product as one number of so many digits.

    Only where one of them is a float: ``4*pi*x0`` and ``x0**(3/2)`` stay as they are, and
    ``4*pi*x0/1.25`` becomes ``10.053*x0``.
    """

    def call(node: Call, args: list[Expression]) -> Expression:
        whole = Call(node.op, tuple(args))
        if not symbols(whole):
            return _merged(whole, digits) or whole
        if node.op == "add":
            return _merge_sum(whole, digits)
        if node.op == "sub" and isinstance(args[1], Number) and args[1].value < 0:
            return _merge_sum(Call("add", (args[0], Number(-args[1].value))), digits)
        if node.op in ("mul", "div", "neg"):
            return _merge_product(whole, digits)
        return whole

    return fold(law, lambda leaf: leaf, call)


def _merge_sum(whole: Call, digits: int) -> Expression:
    constant, rest = _parted(whole.args)
    merged = _merged(_chain("add", constant), digits) if len(constant) > 1 else None
    return whole if merged is None else Call("add", (*rest, merged))


def _merge_product(whole: Call, digits: int) -> Expression:
    above, below = _factors(whole)
    (constant, rest), (divisor, rest_below) = _parted(above), _parted(below)
    if len(constant) + len(divisor) < 2:
        return whole
    merged = _merged(_over(constant, divisor), digits)
    return whole if merged is None else _over([merged, *rest], rest_below)


def _factors(node: Expression) -> tuple[list[Expression], list[Expression]]:
    """What a product of products and quotients multiplies, and what it divides by."""
    if isinstance(node, Call) and node.op == "mul":
        parts = [_factors(arg) for arg in node.args]
        return [f for above, _ in parts for f in above], [f for _, below in parts for f in below]
    if isinstance(node, Call) and node.op == "div":
        (above, below), (over, under) = map(_factors, node.args)
        return above + under, below + over
    if isinstance(node, Call) and node.op == "neg":
        above, below = _factors(node.args[0])
        return [Number(-1), *above], below
    return [node], []


def _parted(args: tuple[Expression, ...] | list[Expression]) -> tuple[list[Expression], ...]:
    constant = [arg for arg in args if not symbols(arg)]
    return constant, [arg for arg in args if symbols(arg)]


def _over(above: list[Expression], below: list[Expression]) -> Expression:
    top = _chain("mul", above) if above else Number(1)
    return Call("div", (top, _chain("mul", below))) if below else top


def _chain(op: str, args: list[Expression]) -> Expression:
    return args[0] if len(args) == 1 else Call(op, tuple(args))


def _merged(constant: Expression, digits: int) -> Expression | None:
    """The value of a constant with a float in it; None for one without, which stays exact."""
    if not any(isinstance(value, float) for value in numbers(constant)):
        return None
    return Number(rounded(float(evaluate(constant, [], _NO_INPUTS)[0]), digits))
