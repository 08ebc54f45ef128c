"""Values to as many digits as wanted, by mpmath: what confirms an identity and a witness.

Decimal literals are taken at their word: ``0.1`` is one tenth here, not the float next to it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from typing import Any

import mpmath

from bench.expression import Call, Constant, Expression, Number, Symbol
from bench.expression.tree import postorder

Value = Any  # an mpmath mpf or mpc; mpmath has no types
Point = Mapping[str, float]

_LARGEST_MAGNITUDE = 10**12
"""Bits of the exponent beyond which a value counts as infinite."""
_LARGEST_EXPONENT = 40
_LARGEST_ANGLE = 5_000
"""Bits of the arguments up to which exponentials, and periodic functions, are worked out."""


class NotFinite(ArithmeticError):
    """The value does not exist, or is beyond every number that occurs in physics."""


class Precise:
    """``expression`` as a function of a point, with numbers that can be moved.

    ``literals`` are the expression's numbers in the order of the text. ``digits`` decimal digits
    are carried.
    """

    def __init__(self, expression: Expression, digits: int) -> None:
        self.context = _context(digits)
        self._complex = self.context.mpc
        self.literals: list[Value] = []
        self._steps: list[tuple[Callable[..., Value] | None, Any]] = []
        functions = _functions(digits)
        for node in postorder(expression):
            if isinstance(node, Call):
                self._steps.append((functions[node.op], len(node.args)))
            elif isinstance(node, Number):
                self._steps.append((None, len(self.literals)))
                self.literals.append(self.context.mpf(str(node.value)))
            elif isinstance(node, Symbol):
                self._steps.append((None, node.name))
            else:
                self._steps.append((None, self._constant(node)))

    def _constant(self, node: Constant) -> tuple[Value]:
        context = self.context
        return ({"pi": +context.pi, "e": +context.e, "I": context.mpc(0, 1)}[node.name],)

    def __call__(
        self, point: Mapping[str, Value], literals: Sequence[Value] | None = None
    ) -> Value:
        """The value at ``point``, in real arithmetic.

        Raises NotFinite where there is none, as in 1/0 or in the root of -1, though another root
        of -1 may stand beside it, and where it is beyond all bounds.
        """
        numbers = self.literals if literals is None else literals
        stack: list[Value] = []
        try:
            for function, operand in self._steps:
                if function is not None:
                    args = stack[-operand:]
                    del stack[-operand:]
                    stack.append(function(*args))
                elif type(operand) is int:
                    stack.append(numbers[operand])
                elif type(operand) is str:
                    stack.append(point[operand])
                else:
                    stack.append(operand[0])
                if type(stack[-1]) is self._complex:
                    raise NotFinite(f"not real: {self.text(stack[-1], 8)} in its course")
        except (ArithmeticError, ValueError) as error:
            raise NotFinite(str(error) or type(error).__name__) from None
        if not self.context.isfinite(stack[0]):
            raise NotFinite("not a finite number")
        return stack[0]

    def point(self, names: Sequence[str], row: Sequence[float]) -> dict[str, Value]:
        """A row of float64 as exact values by name."""
        return {name: self.context.mpf(float(x)) for name, x in zip(names, row, strict=True)}

    def text(self, value: Value, digits: int = 20) -> str:
        """A value in decimal."""
        text: str = self.context.nstr(value, digits)
        return text


@lru_cache(maxsize=8)
def _context(digits: int) -> Any:
    context = mpmath.MPContext()  # not mpmath.mp: its precision belongs to whoever else uses it
    context.dps = digits
    return context


@lru_cache(maxsize=8)
def _functions(digits: int) -> dict[str, Callable[..., Value]]:
    context = _context(digits)
    table: dict[str, Callable[..., Value]] = {
        "add": _in_turn(lambda a, b: a + b),
        "mul": _in_turn(lambda a, b: a * b),
        "min": min,
        "max": max,
        "sub": lambda a, b: a - b,
        "div": lambda a, b: a / b,
        "neg": lambda a: -a,
        "pow": _power(context),
        "exp": _exp(context),
        "cbrt": lambda a: -context.cbrt(-a) if a < 0 else context.cbrt(a),
        "abs": abs,
        "log10": lambda a: context.log(a) / context.ln10,
        "log2": lambda a: context.log(a) / context.ln2,
        "aq": lambda a, b: a / context.sqrt(1 + b * b),
    }
    for name in ("sinh", "cosh"):
        table[name] = _guarded(context, getattr(context, name), _LARGEST_EXPONENT)
    for name in ("sin", "cos", "tan", "tanh"):
        table[name] = _guarded(context, getattr(context, name), _LARGEST_ANGLE)
    for name in ("asin", "acos", "atan", "asinh", "acosh", "atanh", "log", "sqrt", "sign"):
        table[name] = getattr(context, name)
    return table


def _guarded(
    context: Any, function: Callable[[Value], Value], bits: int
) -> Callable[[Value], Value]:
    """``function`` for arguments up to 2**bits, beyond which it would take its time."""

    def call(value: Value) -> Value:
        if value != 0 and context.mag(value) > bits:
            raise OverflowError(f"an argument of more than {bits} binary digits")
        return function(value)

    return call


def _in_turn(function: Callable[[Value, Value], Value]) -> Callable[..., Value]:
    def call(first: Value, *rest: Value) -> Value:
        for value in rest:
            first = function(first, value)
        return first

    return call


def _power(context: Any) -> Callable[[Value, Value], Value]:
    def power(base: Value, exponent: Value) -> Value:
        if base != 0 and abs(context.mag(base)) * abs(exponent) > _LARGEST_MAGNITUDE:
            raise OverflowError("a power beyond all bounds")
        return base**exponent

    return power


def _exp(context: Any) -> Callable[[Value], Value]:
    bounded = _guarded(context, context.exp, _LARGEST_EXPONENT)

    def exp(value: Value) -> Value:
        return context.zero if value < -_LARGEST_MAGNITUDE else bounded(value)

    return exp
