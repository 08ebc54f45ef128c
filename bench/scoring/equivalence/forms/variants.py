"""The forms of a prediction whose constants are moved to make it the law."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import cached_property, lru_cache

import numpy as np
from numpy.typing import NDArray

from bench.expression import (
    OPERATORS,
    Call,
    Constant,
    Expression,
    Leaf,
    Number,
    evaluate,
    fold,
    numbers,
    postorder,
    symbols,
)
from bench.scoring.equivalence.forms.gathered import Gathered
from bench.scoring.equivalence.forms.literals import exponents, roles
from bench.scoring.equivalence.forms.written import written
from bench.scoring.equivalence.thresholds import DENOMINATORS, EXPONENT_SLACK

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Variant:
    """A prediction, or what it stands for, and which of its numbers may move.

    ``free`` and ``held`` are positions among ``numbers(expression)``: of those that may go
    anywhere on their side of 0, and of those that may move within the tolerance. ``either`` are
    the free ones that may go to the other side of 0 too, since they are sums of several;
    ``given`` is the position of one that is not the prediction's, and moves as it may.
    ``snapped`` lists the exponents that were replaced, as (written, taken for); ``dropped`` what
    was left out as dispensable, as text; ``exponents`` the positions in constant exponents.
    """

    expression: Expression
    free: tuple[int, ...]
    held: tuple[int, ...] = ()
    either: frozenset[int] = frozenset()
    given: int | None = None
    snapped: tuple[tuple[float, float], ...] = ()
    dropped: tuple[str, ...] = ()
    exponents: frozenset[int] = frozenset()

    @cached_property
    def movable(self) -> tuple[int, ...]:
        """The positions of all that may move, in the order of the text."""
        return tuple(sorted(self.free + self.held))

    @cached_property
    def constants(self) -> Array:
        """The movable numbers' values as written, shape (k,); not to be written to."""
        values = numbers(self.expression)
        return np.array([float(values[position]) for position in self.movable])


def variant_of(expression: Expression, *, factors: bool = False) -> Variant:
    """The expression as it is, its decimals free; with ``factors``, its whole factors as well."""
    wanted = ("decimal", "factor") if factors else ("decimal",)
    free = tuple(at for at, role in enumerate(roles(expression)) if role in wanted)
    return Variant(expression, free, exponents=exponents(expression))


@lru_cache(maxsize=256)
def with_plain_exponents(expression: Expression) -> Variant:
    """``x**1.0006`` as ``x``, ``x**0.4998`` as ``x**(1/2)``: fractions of denominator up to 4."""
    snapped: list[tuple[float, float]] = []

    def call(node: Call, args: list[Expression]) -> Expression:
        if node.op == "pow" and isinstance(args[1], Number) and type(args[1].value) is float:
            plain = plain_exponent(args[1].value)
            if plain is not None:
                if float(plain) != args[1].value:
                    snapped.append((args[1].value, float(plain)))
                args[1] = _fraction(plain)
        changed = any(new is not old for new, old in zip(args, node.args, strict=True))
        return Call(node.op, tuple(args)) if changed else node

    variant = variant_of(fold(expression, lambda leaf: leaf, call))
    return replace(variant, snapped=tuple(snapped))


def with_given(variant: Variant, op: str, constant: float) -> Variant:
    """The variant times, or plus, a constant that is not its own."""
    expression = Call(op, (variant.expression, Number(constant)))
    last = len(numbers(expression)) - 1
    return replace(
        variant,
        expression=expression,
        free=(*variant.free, last),
        either=variant.either | {last},
        given=last,
    )


def plain_exponent(value: float) -> Fraction | None:
    """The fraction of the smallest denominator within ``EXPONENT_SLACK`` of ``value``."""
    if abs(value) > 100:
        return None
    for denominator in DENOMINATORS:
        near = Fraction(round(value * denominator), denominator)
        # Thirds and quarters lie close together: a fitted one is nearer than a twentieth.
        if abs(value - near) <= EXPONENT_SLACK / denominator and near != 0:
            return near
    return None


def _fraction(value: Fraction) -> Expression:
    if value.denominator == 1:
        return Number(value.numerator)
    return Call("div", (Number(value.numerator), Number(value.denominator)))


def collected(variant: Variant) -> Variant | None:
    """The variant with like terms drawn together, if that makes it a good deal shorter.

    A constant that is the sum of several may change its sign without any of them doing so.
    """
    if len(variant.free) < _MANY_TERMS:
        return None
    gathered = Gathered()
    expression = written(gathered, gathered.node(variant.expression))
    found = variant_of(expression)
    if len(found.free) > len(variant.free) * _SHORTER:
        return None
    return replace(found, either=frozenset(found.free), snapped=variant.snapped)


_MANY_TERMS = 8
_SHORTER = 0.75


def with_everything(variant: Variant) -> Variant:
    """The variant with all its constants as numbers that may move, those not written among them.

    What stands for one constant, as ``1/3`` and ``sqrt(2)*pi``, becomes one number, and every term
    of a sum and every argument of a function that has no number of its own before it gets the
    factor 1. They move within the tolerance. Whole exponents stay, for where their base is
    negative there is no value beside them.
    """
    numbered = _Numbered(variant)
    tree = fold(variant.expression, numbered.leaf, numbered.call)
    if not _has_number(tree):
        tree = _times(numbered.number(1.0), tree)
    order = [node for node in postorder(tree) if isinstance(node, Number)]
    before = [numbered.position[id(node)] for node in order]
    free = tuple(at for at, position in enumerate(before) if position in set(variant.free))
    held = tuple(at for at, node in enumerate(order) if at not in free and numbered.moves(node))
    either = frozenset(at for at, position in enumerate(before) if position in variant.either)
    given = None if variant.given is None else before.index(variant.given)
    return replace(
        variant, expression=tree, free=free, held=held, either=either, given=given,
        exponents=exponents(tree),
    )  # fmt: skip


@lru_cache(maxsize=256)
def law_with_everything(law: Expression) -> Variant:
    """A law with one number for each of its constants, however they are spelled."""
    return with_everything(Variant(law, ()))


@lru_cache(maxsize=256)
def values_of(law: Expression) -> tuple[float, ...]:
    """The values of a law's constants: of its numbers, and of what stands for one, as ``3/2``."""
    found = [float(value) for value in numbers(law) if value != 0]
    for node in postorder(law):
        if isinstance(node, Call) and node.op != "piecewise" and symbols(node):
            fixed = [arg for arg in node.args if not symbols(arg)]
            composed = [arg for arg in fixed if not isinstance(arg, Number)]
            if node.op == "mul" and len(fixed) > 1:
                composed = [Call("mul", tuple(fixed))]
            with np.errstate(all="ignore"):
                values = [float(evaluate(one, [], np.zeros((1, 0)))[0]) for one in composed]
            found += [value for value in values if math.isfinite(value) and value != 0]
    return tuple(found)


class _Numbered:
    """Takes a variant's tree and gives it with numbers for all its constants (``with_everything``).

    ``position`` is, by identity, what each number was among those of the variant; -1: none.
    """

    def __init__(self, variant: Variant) -> None:
        self.position: dict[int, int] = {}
        self._free = frozenset(variant.free) | {variant.given}
        self._kept: list[Number] = []  # so that no two numbers share their identity
        self._fixed: set[int] = set()
        self._counter = iter(range(len(numbers(variant.expression))))

    def number(self, value: int | float, position: int = -1) -> Number:
        self._kept.append(Number(value))
        self.position[id(self._kept[-1])] = position
        return self._kept[-1]

    def moves(self, number: Number) -> bool:
        """Whether a number that is not free may move within the tolerance."""
        return number.value != 0 and id(number) not in self._fixed

    def leaf(self, node: Leaf) -> Expression:
        if isinstance(node, Number):
            return self.number(node.value, next(self._counter))
        if isinstance(node, Constant) and node.name in _NAMED:
            return self.number(_NAMED[node.name])
        return node

    def call(self, node: Call, args: list[Expression]) -> Expression:
        value = self._one_number(node, args)
        if value is not None:
            return self.number(value)
        if node.op == "pow":
            self._fixed.update(id(arg) for arg in args[1:] if _is_whole(arg))
        if node.op in ("mul", "div"):
            return self._with_one_factor(node.op, args)
        if node.op in _SUMS or not (node.op in _HOMOGENEOUS or _one_sided_power(node, args)):
            args = [arg if _has_number(arg) else _times(self.number(1.0), arg) for arg in args]
        return Call(node.op, tuple(args))

    def _with_one_factor(self, op: str, args: list[Expression]) -> Expression:
        """A product or quotient that begins with one number for those in it that are not free."""
        held, parts = [], list(args)
        for at, arg in enumerate(args):
            first = arg.args[0] if isinstance(arg, Call) and arg.op == "mul" else arg
            if isinstance(first, Number) and first.value and not self._is_free(first):
                held.append(1.0 / first.value if op == "div" and at else first.value)
                parts[at] = _without_first(arg)
        factor = math.prod(held)
        if not held or not math.isfinite(factor) or factor == 0:
            return Call(op, tuple(args))
        number = self.number(factor)
        if op == "mul":
            return Call("mul", (number, *(part for part in parts if part != Number(1))))
        if parts[0] == Number(1):
            return Call("div", (number, parts[1]))
        quotient = parts[0] if parts[1] == Number(1) else Call("div", tuple(parts))
        return Call("mul", (number, quotient))

    def _one_number(self, node: Call, args: list[Expression]) -> float | None:
        """The value of a call on constants none of which is free."""
        if node.op == "piecewise":
            return None
        values = [arg.value for arg in args if isinstance(arg, Number) and not self._is_free(arg)]
        if len(values) < len(args):
            return None
        with np.errstate(all="ignore"):
            value = float(OPERATORS[node.op].apply([np.asarray(float(one)) for one in values]))
        return value if math.isfinite(value) and value != 0 else None

    def _is_free(self, number: Number) -> bool:
        return self.position[id(number)] in self._free


def _without_first(arg: Expression) -> Expression:
    """A product without the number it begins with."""
    if not isinstance(arg, Call):
        return Number(1)
    return arg.args[1] if len(arg.args) == 2 else Call("mul", arg.args[1:])


def _is_whole(node: Expression) -> bool:
    return isinstance(node, Number) and float(node.value).is_integer()


_NAMED = {"pi": math.pi, "e": math.e}
_SUMS = frozenset({"add", "sub"})
_HOMOGENEOUS = frozenset({"mul", "div", "neg", "sqrt", "cbrt", "abs", "sign"})
"""Operators before which a factor of an argument may stand as well, or has no effect at all."""


def _one_sided_power(node: Call, args: list[Expression]) -> bool:
    """Whether base or exponent of a power is constant: a factor of the other is none of its own."""
    return node.op == "pow" and (isinstance(args[0], Number) or not symbols(node.args[1]))


def _times(factor: Number, node: Expression) -> Expression:
    return Call("mul", (factor, node))


def _has_number(node: Expression) -> bool:
    """Whether a number stands before ``node``, or before every term of it, or it is one."""
    stack = [node]
    while stack:
        part = stack.pop()
        if isinstance(part, Number) or (isinstance(part, Call) and part.op in _SUMS):
            return True
        if isinstance(part, Call) and part.op in ("mul", "div", "neg"):
            stack.extend(part.args)
    return False


def without_zero_products(expression: Expression) -> Expression:
    """The tree with products by a literal zero as 0, whatever else is multiplied.

    ``0.0*exp(1e4/x)`` is no number in float64 where the exponential overflows.
    """

    def call(node: Call, args: list[Expression]) -> Expression:
        if node.op == "mul" and any(isinstance(arg, Number) and arg.value == 0 for arg in args):
            return Number(0)
        return Call(node.op, tuple(args))

    return fold(expression, lambda leaf: leaf, call)
