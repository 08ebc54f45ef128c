"""The forms of a prediction whose constants are refitted to the truth."""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from fractions import Fraction
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bench.expression import (
    OPERATORS,
    Call,
    Constant,
    Expression,
    Number,
    Symbol,
    fold,
    numbers,
)
from bench.expression.tree import Leaf

Array = NDArray[np.float64]

EXPONENT_SLACK = 0.05
"""How far a fitted exponent may be from the integer or simple fraction that it stands for."""
_DENOMINATORS = (1, 2, 3, 4)
NEGLIGIBLE = (1e-3, 1e-2)
"""A term that is nowhere more than this share of the sum it stands in may be dropped."""
MOST_CONSTANTS = 150
"""A prediction with more constants that matter is not refitted."""
_MANY_CONSTANTS = 24


@dataclass(frozen=True)
class Variant:
    """A prediction, or what it stands for, and which of its numbers may move.

    ``free`` are positions among ``numbers(expression)``; ``snapped`` lists the exponents that were
    replaced, as (written, taken for).
    """

    expression: Expression
    free: tuple[int, ...]
    snapped: tuple[tuple[float, float], ...] = ()
    exponents: frozenset[int] = field(default=frozenset())

    @property
    def constants(self) -> Array:
        """The free numbers' values as written, shape (k,)."""
        values = numbers(self.expression)
        return np.array([values[position] for position in self.free], dtype=np.float64)


def floats_free(expression: Expression) -> Variant:
    """Every float may move, but for 0.0 and for exponents that are whole: ``x**2.0`` is ``x**2``.

    A term whose constant is 0.0 is not there, and what is not there cannot move.
    """
    values, exponents = numbers(expression), _exponents(expression)
    free = [
        position
        for position, value in enumerate(values)
        if type(value) is float
        and value != 0.0
        and not (position in exponents and value.is_integer())
    ]
    return Variant(expression, tuple(free), (), exponents)


def integers_free(expression: Expression) -> Variant:
    """Floats as in ``floats_free``, and the integers beyond 1 that are not in an exponent.

    ``2*x`` and ``3*x`` are one law with another constant; the 1 of ``1 - v**2/c**2`` is none.
    """
    base = floats_free(expression)
    more = [
        position
        for position, value in enumerate(numbers(expression))
        if type(value) is int and abs(value) > 1 and position not in base.exponents
    ]
    free = tuple(sorted({*base.free, *more}))
    return Variant(expression, free, (), base.exponents)


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
        return Call(node.op, tuple(args))

    variant = floats_free(fold(expression, lambda leaf: leaf, call))
    return Variant(variant.expression, variant.free, tuple(snapped), variant.exponents)


def plain_exponent(value: float) -> Fraction | None:
    """The fraction of the smallest denominator within ``EXPONENT_SLACK`` of ``value``."""
    if abs(value) > 100:
        return None
    for denominator in _DENOMINATORS:
        near = Fraction(round(value * denominator), denominator)
        # Thirds and quarters lie close together: a fitted one is nearer than a twentieth.
        if abs(value - near) <= EXPONENT_SLACK / denominator and near != 0:
            return near
    return None


def is_plain(value: float) -> bool:
    """Whether an exponent is, to rounding, whole or a fraction of a small denominator."""
    return any(abs(value * d - round(value * d)) < 1e-9 for d in _DENOMINATORS)


def _fraction(value: Fraction) -> Expression:
    if value.denominator == 1:
        return Number(value.numerator)
    return Call("div", (Number(value.numerator), Number(value.denominator)))


def without_negligible(
    expression: Expression, columns: dict[str, Array], share: float
) -> Expression:
    """The tree without the terms that are nowhere more than ``share`` of the sum they stand in.

    ``columns`` gives the variables' values at the points that count. A term may be negligible
    and yet grow without bounds elsewhere, or have an exponent that stops a refit.
    """

    def leaf(node: Leaf) -> tuple[Any, Expression]:
        if isinstance(node, Symbol):
            return columns[node.name], node
        if isinstance(node, Constant):
            return {"pi": math.pi, "e": math.e, "I": math.nan}[node.name], node
        return float(node.value), node

    def call(node: Call, parts: list[tuple[Any, Expression]]) -> tuple[Any, Expression]:
        value = OPERATORS[node.op].apply([part[0] for part in parts])
        args = [part[1] for part in parts]
        if node.op in ("add", "sub"):
            small = [_small(part[0], value, share) for part in parts]
            return value, _sum_without(node, args, small)
        return value, Call(node.op, tuple(args))

    with np.errstate(all="ignore"):
        return fold(expression, leaf, call)[1]


def without_zero_products(expression: Expression) -> Expression:
    """The tree with products by a literal zero as 0, whatever else is multiplied.

    ``1e-4450*exp(1e4/x)`` is read as ``0.0*exp(1e4/x)``, and 0*inf is no number in float64.
    """

    def call(node: Call, args: list[Expression]) -> Expression:
        if node.op == "mul" and any(isinstance(arg, Number) and arg.value == 0 for arg in args):
            return Number(0)
        return Call(node.op, tuple(args))

    return fold(expression, lambda leaf: leaf, call)


def _small(term: Any, total: Any, share: float) -> bool:
    return bool(np.all(np.abs(term) <= share * np.abs(total)))


def _sum_without(node: Call, args: list[Expression], small: list[bool]) -> Expression:
    if all(small):
        return Call(node.op, tuple(args))
    if node.op == "sub":
        if small[0]:
            return Call("neg", (args[1],))
        return args[0] if small[1] else Call("sub", tuple(args))
    kept = [arg for arg, negligible in zip(args, small, strict=True) if not negligible]
    return kept[0] if len(kept) == 1 else Call("add", tuple(kept))


def _exponents(expression: Expression) -> frozenset[int]:
    """The positions of the numbers that stand in an exponent in which there is no variable."""
    counter = itertools.count()
    found: set[int] = set()

    def leaf(node: Leaf) -> tuple[bool, tuple[int, ...]]:
        if isinstance(node, Number):
            return False, (next(counter),)
        return isinstance(node, Symbol), ()

    def call(node: Call, parts: list[tuple[bool, tuple[int, ...]]]) -> tuple[bool, tuple[int, ...]]:
        if node.op == "pow" and not parts[1][0]:
            found.update(parts[1][1])
        varies = any(part[0] for part in parts)
        # The numbers of a part that varies are in no constant exponent any more.
        return varies, () if varies else tuple(itertools.chain(*(part[1] for part in parts)))

    fold(expression, leaf, call)
    return frozenset(found)


def variants_of(
    expression: Expression, columns: dict[str, Array], *, integers: bool
) -> Iterator[Variant]:
    """The forms to try, the likeliest first, each once and none of more than ``MOST_CONSTANTS``.

    As it is, with exponents made plain; without its negligible terms (first, where there are
    many constants); with its exponents as fitted; with its integers free.
    """
    plain = with_plain_exponents(expression)
    pruned = (without_negligible(plain.expression, columns, share) for share in NEGLIGIBLE)
    forms: Iterable[Expression] = itertools.chain([plain.expression], pruned)
    if len(plain.free) > _MANY_CONSTANTS:
        forms = reversed(list(forms))
    seen: set[Expression] = set()
    for form in forms:
        if form not in seen:
            seen.add(form)
            yield from _if_few(replace(floats_free(form), snapped=plain.snapped))
    if plain.snapped:
        yield from _if_few(floats_free(expression))
    if integers:
        whole = replace(integers_free(plain.expression), snapped=plain.snapped)
        if whole.free != plain.free:
            yield from _if_few(whole)


def _if_few(variant: Variant) -> Iterator[Variant]:
    if len(variant.free) <= MOST_CONSTANTS:
        yield variant
