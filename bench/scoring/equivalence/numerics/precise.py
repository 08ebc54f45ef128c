"""Values to as many digits as wanted, by mpmath: what confirms an identity and a witness.

Decimal literals are taken at their word: ``0.1`` is one tenth here, not the float next to it.
Sums, products, quotients and whole powers are left to mpmath's inner functions, which take half the
time of its numbers' operators.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from typing import Any, Self

import mpmath
from mpmath import libmp

from bench.expression import OPERATORS, Call, Expression, Number, Operator, Symbol
from bench.expression.operators.precise_values import precise_function
from bench.expression.tree import postorder

Value = Any  # an mpmath mpf or mpc; mpmath has no types
Raw = Any  # what is inside an mpf
Point = Mapping[str, Value]

_LARGEST_POWER = 64
"""Whole exponents up to which a power is a matter of multiplication."""
_Step = tuple[Callable[..., Raw] | None, Any]


class NotFinite(ArithmeticError):
    """The value does not exist, or is beyond every number that occurs in physics."""


class Precise:
    """``expression`` as a function of a point, with numbers that can be moved.

    ``literals`` are the expression's numbers in the order of the text. ``digits`` decimal digits
    are carried.
    """

    def __init__(self, expression: Expression, digits: int) -> None:
        self.context = _context(digits)
        self.literals: list[Value] = []
        self._steps: list[_Step] = []
        self._ops: list[str] = []
        nodes = list(postorder(expression))
        branches = any(isinstance(node, Call) and OPERATORS[node.op].branches for node in nodes)
        functions = _branching(digits) if branches else _functions(digits)
        for node in nodes:
            self._ops.append(node.op if isinstance(node, Call) else "")
            if isinstance(node, Call):
                self._steps.append((functions[node.op], len(node.args)))
            elif isinstance(node, Number):
                self._steps.append((None, len(self.literals)))
                self.literals.append(_literal(digits, str(node.value)))
            elif isinstance(node, Symbol):
                self._steps.append((None, node.name))
            elif node.name == "I":
                self._steps.append((_imaginary, 0))
            else:
                constant = {"pi": self.context.pi, "e": self.context.e}[node.name]
                self._steps.append((None, ((+constant)._mpf_,)))

    def copy(self) -> Self:
        """The same function with numbers of its own."""
        other = object.__new__(type(self))
        other.context, other._steps, other._ops = self.context, self._steps, self._ops
        other.literals = list(self.literals)
        return other

    def __call__(self, point: Point, literals: Sequence[Value] | None = None) -> Value:
        """The value at ``point``, in real arithmetic.

        Raises NotFinite where there is none, as in 1/0 or in the root of -1, though another root
        of -1 may stand beside it, and where it is beyond all bounds.
        """
        numbers = self.literals if literals is None else literals
        stack: list[Raw] = []
        try:
            for function, operand in self._steps:
                if function is not None:
                    if operand == 2:
                        last = stack.pop()
                        stack[-1] = function(stack[-1], last)
                    elif operand == 1:
                        stack[-1] = function(stack[-1])
                    else:
                        first = len(stack) - operand
                        args = stack[first:]
                        del stack[first:]
                        stack.append(function(*args))
                elif type(operand) is int:
                    stack.append(numbers[operand]._mpf_)
                elif type(operand) is str:
                    stack.append(point[operand]._mpf_)
                else:
                    stack.append(operand[0])
        except NotFinite:
            raise
        except (ArithmeticError, ValueError) as error:
            raise NotFinite(str(error) or type(error).__name__) from None
        value = self.context.make_mpf(stack[0])
        if not self.context.isfinite(value):
            raise NotFinite("not a finite number")
        return value

    def slopes(self, point: Point, positions: Sequence[int]) -> list[Value]:
        """Derivatives by the numbers at ``positions`` of ``literals``, to half the digits.

        Backwards through the operators, so that all of them cost little more than a few values.
        Raises NotFinite.
        """
        values, parts, literal = self._tape(point)
        wanted, active = frozenset(positions), [False] * len(values)
        for at, args in enumerate(parts):
            active[at] = literal[at] in wanted or any(active[arg] for arg in args)
        slope: list[Raw] = [libmp.fzero] * len(values)
        slope[-1] = libmp.fone
        bits, found = self.context.prec, dict.fromkeys(positions, self.context.zero)
        for at in reversed(range(len(values))):
            if literal[at] in wanted:
                found[literal[at]] = self.context.make_mpf(slope[at])
            if not active[at] or slope[at] == libmp.fzero:
                continue
            args = [values[arg] for arg in parts[at]]
            for index, arg in enumerate(parts[at]):
                if active[arg]:
                    partial = self._partial(at, args, index, values[at])
                    slope[arg] = libmp.mpf_mul(slope[at], partial, bits, "n")
        return [found[position] for position in positions]

    def _tape(self, point: Point) -> tuple[list[Raw], list[list[int]], list[int]]:
        """Of every step its value, the steps it is made of, and which literal it is; -1: none."""
        values: list[Raw] = []
        parts: list[list[int]] = []
        literal: list[int] = []
        stack: list[int] = []
        try:
            for function, operand in self._steps:
                args: list[int] = []
                if function is not None:
                    first = len(stack) - operand
                    args = stack[first:]
                    del stack[first:]
                    values.append(function(*[values[arg] for arg in args]))
                elif type(operand) is int:
                    values.append(self.literals[operand]._mpf_)
                else:
                    values.append(point[operand]._mpf_ if type(operand) is str else operand[0])
                literal.append(operand if function is None and type(operand) is int else -1)
                parts.append(args)
                stack.append(len(values) - 1)
        except NotFinite:
            raise
        except (ArithmeticError, ValueError) as error:
            raise NotFinite(str(error) or type(error).__name__) from None
        return values, parts, literal

    def _partial(self, step: int, args: list[Raw], index: int, value: Raw) -> Raw:
        """The derivative of one step by one of its arguments."""
        bits = self.context.prec
        match self._ops[step]:
            case "add":
                return libmp.fone
            case "sub":
                return libmp.fnone if index else libmp.fone
            case "neg":
                return libmp.fnone
            case "div" if index == 0:
                return libmp.mpf_div(libmp.fone, args[1], bits, "n")
        size = libmp.mpf_abs(args[index])
        unit = size if libmp.mpf_gt(size, libmp.fone) else libmp.fone
        change = libmp.mpf_shift(unit, -bits // 2)
        function = self._steps[step][0]
        assert function is not None
        moved = list(args)
        # Exactly, the sum of two numbers far apart would have all the digits between them.
        moved[index] = libmp.mpf_add(args[index], change, 2 * bits, "n")
        try:
            there = function(*moved)
        except (ArithmeticError, ValueError) as error:
            raise NotFinite(str(error) or type(error).__name__) from None
        partial = libmp.mpf_div(libmp.mpf_sub(there, value, bits, "n"), change, bits, "n")
        return libmp.fzero if partial == libmp.fnan else partial  # a condition, or no branch taken

    def point(self, names: Sequence[str], row: Sequence[float]) -> dict[str, Value]:
        """A row of float64 as exact values by name."""
        make = self.context.make_mpf
        return {name: make(libmp.from_float(x)) for name, x in zip(names, row, strict=True)}

    def text(self, value: Value, digits: int = 20) -> str:
        """A value in decimal."""
        text: str = self.context.nstr(value, digits)
        return text


def _imaginary() -> Raw:
    raise NotFinite("not real: the imaginary unit in its course")


@lru_cache(maxsize=64)
def _context(digits: int) -> Any:
    context = mpmath.MPContext()  # not mpmath.mp: its precision belongs to whoever else uses it
    context.dps = digits
    return context


@lru_cache(maxsize=4096)
def _literal(digits: int, text: str) -> Value:
    return _context(digits).mpf(text)


@lru_cache(maxsize=64)
def _functions(digits: int) -> dict[str, Callable[..., Raw]]:
    """Every operator on raw numbers; raises where it has no real value."""
    context = _context(digits)
    plain = {name: precise_function(row, context) for name, row in OPERATORS.items()}
    functions = {name: _of_raw(context, function) for name, function in plain.items()}
    bits = context.prec
    return functions | {
        "add": _in_turn(libmp.mpf_add, bits),
        "mul": _in_turn(libmp.mpf_mul, bits),
        "sub": lambda a, b: libmp.mpf_sub(a, b, bits, "n"),
        "div": lambda a, b: libmp.mpf_div(a, b, bits, "n"),
        "neg": libmp.mpf_neg,
        "pow": _power(bits, functions["pow"]),
    }


def _in_turn(function: Callable[..., Raw], bits: int) -> Callable[..., Raw]:
    def call(first: Raw, *rest: Raw) -> Raw:
        for value in rest:
            first = function(first, value, bits, "n")
        return first

    return call


def _power(bits: int, general: Callable[[Raw, Raw], Raw]) -> Callable[[Raw, Raw], Raw]:
    def call(base: Raw, exponent: Raw) -> Raw:
        sign, mantissa, power, _ = exponent
        if mantissa and 0 <= power <= 6:
            whole = int(mantissa << power)
            if whole <= _LARGEST_POWER:
                return libmp.mpf_pow_int(base, -whole if sign else whole, bits, "n")
        return general(base, exponent)

    return call


def _of_raw(context: Any, function: Callable[..., Value]) -> Callable[..., Raw]:
    make, real, complex_ = context.make_mpf, context.mpf, context.mpc

    def call(*values: Raw) -> Raw:
        value = function(*map(make, values))
        if type(value) is real:
            return value._mpf_
        if type(value) is complex_:
            raise NotFinite(f"not real: {context.nstr(value, 8)} in its course")
        return real(value)._mpf_

    return call


@lru_cache(maxsize=64)
def _branching(digits: int) -> dict[str, Callable[..., Raw]]:
    """The same with nan where there is no value: it may stand in a branch that is not taken."""
    context = _context(digits)
    return {
        name: _of_raw(context, _or_nan(context, row, precise_function(row, context)))
        for name, row in OPERATORS.items()
    }


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
