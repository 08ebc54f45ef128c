"""Dimensional consistency: does an expression add metres to seconds?

The unit of every node of an expression is a vector of exponents of (m, s, kg, K, V), linear in the
unknown units of its constants: products add units, quotients subtract them, a power with a constant
exponent scales them, sums, minima and maxima need equal ones, and functions need arguments that
have none. Whether units of the constants exist that satisfy it all is a linear system, solved
exactly in rational arithmetic.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction
from functools import reduce

from bench.expression import (
    OPERATORS,
    Call,
    Constant,
    Expression,
    Number,
    Symbol,
    fold,
    parse,
    symbols,
)
from bench.problems.problem import Problem
from bench.problems.variable import BASE_UNITS, Unit

_Vector = tuple[Fraction, ...]
_ZERO: _Vector = (Fraction(0),) * len(BASE_UNITS)
_CONSTANTS = {"pi": Fraction(math.pi), "e": Fraction(math.e)}
_FINEST_EXPONENT = 1000  # 0.3333333333333333 is a third; no law has an exponent of k/1001


@dataclass(frozen=True, slots=True)
class ConstantUnit:
    """The unit a constant would have to carry: ``position`` counts the numbers of the text."""

    position: int
    value: float
    unit: Unit


@dataclass(frozen=True, slots=True)
class UnitCheck:
    """The answer of ``check_units``.

    ``consistent`` is None where a unit that is needed to tell is not known. ``constants`` are those
    that would have to carry a unit for it, empty where none has to; where several share one burden
    (``2.5*0.3*x0``), the last in the text carries it. ``where`` and ``reason`` say what fails.
    """

    consistent: bool | None
    constants: tuple[ConstantUnit, ...] = ()
    where: str = ""
    reason: str = ""

    def __str__(self) -> str:
        if not self.consistent:
            verdict = "inconsistent" if self.consistent is False else "unknown"
            return f"{verdict}: {self.reason}" + (f", in {self.where}" if self.where else "")
        needs = [f"{c.value!r} carries {unit_text(c.unit)}" for c in self.constants]
        return "consistent" + (f" if {', '.join(needs)}" if needs else "")


def check_units(expression: Expression | str, problem: Problem) -> UnitCheck:
    """Whether ``expression`` has the unit of the problem's target, and is consistent throughout.

    Integers, ``pi`` and ``e`` are pure numbers; any other literal may stand for a measured
    constant and carry a unit. Whether it works without such units is asked first. Raises ParseError
    for text that does not parse.
    """
    tree = parse(expression, problem.variables) if isinstance(expression, str) else expression
    units = {variable.name: variable.unit for variable in problem.variables}
    for name in sorted(symbols(tree)):
        if units.get(name) is None:
            return UnitCheck(None, reason=f"the unit of {name} is not known")
    known = {name: _exact(unit) for name, unit in units.items() if unit is not None}
    target = problem.target.variable.unit
    wanted = None if target is None else _exact(target)
    pure = _Check(known, free=False).run(tree, wanted)
    return pure if pure.consistent else _Check(known, free=True).run(tree, wanted)


def unit_text(unit: Sequence[float | Fraction]) -> str:
    """A unit as text: ``kg*m**2/s**2``; ``1`` for none."""
    above: list[str] = []
    below: list[str] = []
    for base, power in sorted(zip(BASE_UNITS, _exact(unit), strict=True)):
        if power:
            size = abs(power)
            exponent = f"{size}" if size.denominator == 1 else f"({size})"
            (above if power > 0 else below).append(base if size == 1 else f"{base}**{exponent}")
    divisor = below[0] if len(below) == 1 else f"({'*'.join(below)})"
    return "*".join(above or ["1"]) + (f"/{divisor}" if below else "")


@dataclass(frozen=True, slots=True)
class _LinearUnit:
    """A unit, linear in those of the constants, and the node's value where that is a constant.

    ``unknown`` maps positions of constants to the power in which their units come in.
    """

    known: _Vector = _ZERO
    unknown: Mapping[int, Fraction] = field(default_factory=dict)
    value: Fraction | None = None

    def plus(self, other: _LinearUnit, factor: Fraction = Fraction(1)) -> _LinearUnit:
        """The unit of ``self * other**factor``."""
        known = tuple(a + factor * b for a, b in zip(self.known, other.known, strict=True))
        unknown = dict(self.unknown)
        for position, power in other.unknown.items():
            unknown[position] = unknown.get(position, Fraction(0)) + factor * power
        return _LinearUnit(known, {position: power for position, power in unknown.items() if power})


_NONE = _LinearUnit()


class _Inconsistent(Exception):
    def __init__(self, where: Expression, reason: str) -> None:
        super().__init__(reason)
        self.where, self.reason = where, reason


class _Check:
    """One pass over a tree: the forms of its nodes, and the equations they must satisfy."""

    def __init__(self, units: dict[str, _Vector], *, free: bool) -> None:
        self.units = units
        self.free = free
        self.values: list[int | float] = []
        self.system = _System()

    def run(self, tree: Expression, target: _Vector | None) -> UnitCheck:
        try:
            form = fold(tree, self.leaf, self.call)
            if target is not None:
                self.alike(tree, form, _LinearUnit(target), "the target is in {1}, this in {0}")
        except _Inconsistent as failure:
            return UnitCheck(False, where=str(failure.where), reason=failure.reason)
        needs = tuple(
            ConstantUnit(position, self.values[position], tuple(float(power) for power in unit))
            for position, unit in sorted(self.system.solution().items())
            if any(unit) and self.values[position] != 0
        )
        return UnitCheck(True, needs)

    def leaf(self, node: Number | Constant | Symbol) -> _LinearUnit:
        if isinstance(node, Symbol):
            return _LinearUnit(self.units[node.name])
        if isinstance(node, Constant):
            return _LinearUnit(value=_CONSTANTS.get(node.name))
        position = len(self.values)
        self.values.append(node.value)
        # Nothing has any unit: 0 + x0.
        carries = node.value == 0 or (self.free and not _is_count(node.value))
        unknown = {position: Fraction(1)} if carries else {}
        return _LinearUnit(unknown=unknown, value=Fraction(node.value))

    def call(self, node: Call, args: list[_LinearUnit]) -> _LinearUnit:
        return replace(self.unit(node, args), value=_value(node, args))

    def unit(self, node: Call, args: list[_LinearUnit]) -> _LinearUnit:
        row = OPERATORS[node.op]
        first, *others = args
        match row.units:
            case "same" | "none":
                return first if row.units == "same" else _NONE
            case "alike" | "compared":
                self.all_alike(node, first, others)
                return first if row.units == "alike" else _NONE
            case "choice":
                self.all_alike(node, first, args[2::2])
                return first
            case "product":
                return reduce(_LinearUnit.plus, args)
            case "quotient":
                return first.plus(args[1], Fraction(-1))
            case "root":
                return _NONE.plus(first, Fraction(1, row.degree))
            case "power":
                return self.power(node, first, args[1])
            case "first":  # a / sqrt(1 + b**2)
                self.pure(node, args[1])
                return first
            case "pure":
                self.pure(node, first)
                return _NONE

    def all_alike(self, node: Call, first: _LinearUnit, others: Sequence[_LinearUnit]) -> None:
        for other in others:
            self.alike(node, first, other, "{0} and {1} do not go together")

    def power(self, node: Call, base: _LinearUnit, exponent: _LinearUnit) -> _LinearUnit:
        self.pure(node, exponent)
        if exponent.value is not None:
            return _NONE.plus(base, exponent.value.limit_denominator(_FINEST_EXPONENT))
        self.pure(node, base)
        return _NONE

    def pure(self, node: Call, argument: _LinearUnit) -> None:
        role = "a power with a variable in it" if node.op == "pow" else node.op
        self.alike(node, argument, _NONE, role + " of something in {0}")

    def alike(self, where: Expression, one: _LinearUnit, other: _LinearUnit, reason: str) -> None:
        gap = one.plus(other, Fraction(-1))
        if not self.system.add(gap.unknown, tuple(-power for power in gap.known)):
            units = [unit_text(form.known) for form in (one, other)]
            raise _Inconsistent(where, reason.format(*units))


class _System:
    """Linear equations between units, kept in echelon form; the right-hand sides are units."""

    def __init__(self) -> None:
        self.rows: dict[int, tuple[dict[int, Fraction], _Vector]] = {}

    def add(self, weights: Mapping[int, Fraction], right: _Vector) -> bool:
        """Take one more equation; False where it contradicts those before."""
        weights = dict(weights)
        # The pivot of a row is its last position. New constants come last: most rows need no work.
        while weights and (pivot := max(weights)) in self.rows:
            row, unit = self.rows[pivot]
            factor = weights[pivot]
            for index, weight in row.items():
                weights[index] = weights.get(index, Fraction(0)) - factor * weight
            weights = {index: weight for index, weight in weights.items() if weight}
            right = tuple(a - factor * b for a, b in zip(right, unit, strict=True))
        if not weights:
            return not any(right)
        head = weights[pivot]
        scaled = {index: weight / head for index, weight in weights.items()}
        self.rows[pivot] = scaled, tuple(power / head for power in right)
        return True

    def solution(self) -> dict[int, _Vector]:
        """Units that satisfy all equations, none for those that no equation ties down."""
        found: dict[int, _Vector] = {}
        for pivot in sorted(self.rows):
            row, unit = self.rows[pivot]
            for index, weight in row.items():
                if index in found and index != pivot:
                    unit = tuple(a - weight * b for a, b in zip(unit, found[index], strict=True))
            found[pivot] = unit
        return found


def _value(node: Call, args: list[_LinearUnit]) -> Fraction | None:
    """The value of a constant sub-expression as exponents are written: ``-3/2``, ``2*0.5``."""
    values = [arg.value for arg in args if arg.value is not None]
    if len(values) < len(args):
        return None
    match node.op:
        case "neg":
            return -values[0]
        case "add":
            return sum(values, Fraction(0))
        case "sub":
            return values[0] - values[1]
        case "mul":
            return math.prod(values, start=Fraction(1))
        case "div" if values[1]:
            return values[0] / values[1]
    return None


def _is_count(value: int | float) -> bool:
    # Beyond 2**53 an integer is what is left of a float: SRSD writes 2 pi / 1.05e-34 that way.
    return isinstance(value, int) and abs(value) <= 2**53


def _exact(unit: Sequence[float | Fraction]) -> _Vector:
    return tuple(Fraction(power).limit_denominator(_FINEST_EXPONENT) for power in unit)
