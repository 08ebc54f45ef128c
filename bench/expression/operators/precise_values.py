"""Values of operators to many digits: from an mpmath context to a function of its numbers.

mpmath itself is not imported here. A condition is the context's one, zero, or nan where undefined.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from bench.expression.operators.operator_row import Operator

Value = Any  # an mpmath mpf or mpc; mpmath has no types
Precise = Callable[[Any], Callable[..., Value]]

LARGEST_MAGNITUDE = 10**12
"""Bits of the exponent beyond which a value counts as infinite."""
LARGEST_EXPONENT = 40
LARGEST_ANGLE = 5_000
"""Bits of the arguments up to which exponentials, and periodic functions, are worked out."""


def plain(function: Callable[..., Value]) -> Precise:
    """A function that works on the numbers of any context."""
    return lambda context: function


def power(context: Any) -> Callable[[Value, Value], Value]:
    def value(base: Value, exponent: Value) -> Value:
        if base != 0 and abs(context.mag(base)) * abs(exponent) > LARGEST_MAGNITUDE:
            raise OverflowError("a power beyond all bounds")
        return base**exponent

    return value


def exponential(context: Any) -> Callable[[Value], Value]:
    def value(a: Value) -> Value:
        if a < -LARGEST_MAGNITUDE:
            return context.zero
        if context.mag(a) > LARGEST_EXPONENT:
            raise OverflowError("an exponential beyond all bounds")
        return context.exp(a)

    return value


def cube_root(context: Any) -> Callable[[Value], Value]:
    return lambda a: -context.cbrt(-a) if a < 0 else context.cbrt(a)


def logarithm(base: str) -> Precise:
    """The logarithm to a base whose own logarithm the context calls ``base``."""
    return lambda context: lambda a: context.log(a) / getattr(context, base)


def analytic_quotient(context: Any) -> Callable[[Value, Value], Value]:
    return lambda a, b: a / context.sqrt(1 + b * b)


def rectified(context: Any) -> Callable[[Value], Value]:
    return lambda a: a if a > 0 else context.zero


def comparison(holds: Callable[[Value, Value], bool]) -> Precise:
    return lambda context: lambda a, b: context.one if holds(a, b) else context.zero


def conjunction(context: Any) -> Callable[[Value, Value], Value]:
    return lambda a, b: context.zero if a == 0 or b == 0 else a * b


def disjunction(context: Any) -> Callable[[Value, Value], Value]:
    return lambda a, b: context.one if a == 1 or b == 1 else a + b


def piecewise(context: Any) -> Callable[..., Value]:
    def value(*arguments: Value) -> Value:
        for chosen, condition in zip(arguments[:-1:2], arguments[1::2], strict=True):
            if condition != 0:
                return chosen if condition == 1 else context.nan
        return arguments[-1]

    return value


def precise_function(row: Operator, context: Any) -> Callable[..., Value]:
    """The value of an operator in ``context``, of any number of arguments.

    Raises ArithmeticError or ValueError where there is none, or only at great cost.
    """
    precise = row.precise or row.name
    function = getattr(context, precise) if isinstance(precise, str) else precise(context)
    if row.most_bits is not None:
        function = _guarded(context, function, row.most_bits)
    return _in_turn(function) if row.chain else function


def _guarded(context: Any, function: Callable[..., Value], bits: int) -> Callable[..., Value]:
    """``function`` for arguments up to 2**bits, beyond which it would take its time."""

    def call(*values: Value) -> Value:
        for value in values:
            if value != 0 and context.mag(value) > bits:
                raise OverflowError(f"an argument of more than {bits} binary digits")
        return function(*values)

    return call


def _in_turn(function: Callable[[Value, Value], Value]) -> Callable[..., Value]:
    def call(first: Value, *rest: Value) -> Value:
        for value in rest:
            first = function(first, value)
        return first

    return call
