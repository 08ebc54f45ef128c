"""Values to as many digits as wanted, by mpmath: what confirms an identity and a witness.

Decimal literals are taken at their word: ``0.1`` is one tenth here, not the float next to it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from typing import Any

import mpmath

from bench.expression import OPERATORS, Call, Constant, Expression, Number, Operator, Symbol
from bench.expression.operators.precise_values import precise_function
from bench.expression.tree import postorder

Value = Any  # an mpmath mpf or mpc; mpmath has no types
Point = Mapping[str, float]


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
        nodes = list(postorder(expression))
        branches = any(isinstance(node, Call) and OPERATORS[node.op].branches for node in nodes)
        functions = _branching(digits) if branches else _functions(digits)
        for node in nodes:
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
    return {name: precise_function(row, context) for name, row in OPERATORS.items()}


@lru_cache(maxsize=8)
def _branching(digits: int) -> dict[str, Callable[..., Value]]:
    """The same with nan where there is no value: it may stand in a branch that is not taken."""
    context, functions = _context(digits), _functions(digits)
    return {name: _or_nan(context, row, functions[name]) for name, row in OPERATORS.items()}


def _or_nan(context: Any, row: Operator, function: Callable[..., Value]) -> Callable[..., Value]:
    def call(*values: Value) -> Value:
        if not row.branches and any(value != value for value in values):
            return context.nan
        try:
            value = function(*values)
        except (ArithmeticError, ValueError):
            return context.nan
        return context.nan if type(value) is context.mpc else value

    return call
