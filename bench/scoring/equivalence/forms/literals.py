"""What each number of a prediction may do: move freely, within the tolerance, or not at all.

``skeleton`` frees decimals, and integers that are written factors. All other constants move within
the tolerance of ``exact`` only: integers elsewhere, fractions, named constants, and the factors 1
that are not written.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from functools import lru_cache
from typing import Literal

import numpy as np

from bench.expression import Call, Expression, Number, evaluate, numbers, symbols
from bench.scoring.equivalence.thresholds import DENOMINATORS

Role = Literal["decimal", "factor", "held", "nothing"]
"""``nothing`` is 0: a term that is not there, and what is not there cannot move."""

_CHAIN = frozenset({"mul", "div", "neg"})


@lru_cache(maxsize=512)
def roles(expression: Expression) -> tuple[Role, ...]:
    """The role of each number, in the order of ``bench.expression.numbers``."""
    found: list[Role] = []
    stack: list[tuple[Expression, _Place]] = [(expression, _PLAIN)]
    while stack:
        node, place = stack.pop()
        if isinstance(node, Number):
            found.append(_role(node.value, place))
        elif isinstance(node, Call):
            stack.extend(reversed(list(_places(node, place))))
    return tuple(found)


@lru_cache(maxsize=512)
def exponents(expression: Expression) -> frozenset[int]:
    """The positions of the numbers that stand in an exponent in which there is no variable."""
    found: set[int] = set()
    position = 0
    stack: list[tuple[Expression, bool]] = [(expression, False)]
    while stack:
        node, inside = stack.pop()
        if isinstance(node, Number):
            if inside:
                found.add(position)
            position += 1
        elif isinstance(node, Call):
            marks = [inside] * len(node.args)
            if node.op == "pow" and not symbols(node.args[1]):
                marks[1] = True
            stack.extend(reversed(list(zip(node.args, marks, strict=True))))
    return frozenset(found)


@lru_cache(maxsize=512)
def odd_exponents(expression: Expression) -> frozenset[int]:
    """The position of one number in every constant exponent that is no literal and not plain.

    ``x**(120001/10000)`` is spelled with whole numbers, and is no power that carries structure.
    """
    found: set[int] = set()
    position = 0
    stack: list[tuple[Expression, bool]] = [(expression, False)]
    wanted = False
    while stack:
        node, odd = stack.pop()
        wanted = wanted or odd
        if isinstance(node, Number):
            if wanted and node.value != 0:
                found.add(position)
                wanted = False
            position += 1
        elif isinstance(node, Call):
            marks = [False] * len(node.args)
            if node.op == "pow":
                marks[1] = _is_odd(node.args[1])
            stack.extend(reversed(list(zip(node.args, marks, strict=True))))
    return frozenset(found)


def _is_odd(exponent: Expression) -> bool:
    if not isinstance(exponent, Call) or symbols(exponent):
        return False
    if any(_role(value, "exponent") == "decimal" for value in numbers(exponent)):
        return False
    with np.errstate(all="ignore"):
        value = float(evaluate(exponent, [], np.zeros((1, 0)))[0])
    return math.isfinite(value) and not is_plain(value)


def is_plain(value: float) -> bool:
    """Whether an exponent is, to rounding, whole or a fraction of a small denominator."""
    return any(abs(value * d - round(value * d)) < 1e-9 for d in DENOMINATORS)


_Place = Literal["plain", "exponent", "above", "above a whole number", "below", "alone"]
"""Where a node stands: in a product above or below the line, or elsewhere.

A whole number that is the only number, or all there is, of its product is no factor of anything.
"""
_PLAIN: _Place = "plain"


def _role(value: int | float, place: _Place) -> Role:
    if value == 0:
        return "nothing"
    if isinstance(value, float):
        return "held" if place == "exponent" and value.is_integer() else "decimal"
    return "factor" if place == "above" and abs(value) > 1 else "held"


def _places(node: Call, place: _Place) -> Iterable[tuple[Expression, _Place]]:
    if place == "exponent":
        return ((arg, place) for arg in node.args)
    if node.op == "pow":
        inside: _Place = "plain" if symbols(node.args[1]) else "exponent"
        return zip(node.args, (_PLAIN, inside), strict=True)
    if node.op not in _CHAIN:
        return ((arg, _PLAIN) for arg in node.args)
    if place == _PLAIN:
        place = _place_of_product(node)
    if node.op == "div":
        return zip(node.args, (place, _beyond_the_line(place)), strict=True)
    return ((arg, place) for arg in node.args)


def _beyond_the_line(place: _Place) -> _Place:
    return "above" if place == "below" else "below"


def _place_of_product(node: Call) -> _Place:
    """Where the numbers of a product stand: whether it has a whole number below the line."""
    above: list[Expression] = []
    below: list[Expression] = []
    stack: list[tuple[Expression, bool]] = [(node, True)]
    while stack:
        part, up = stack.pop()
        if isinstance(part, Call) and part.op in _CHAIN:
            sides = [up, not up] if part.op == "div" else [up] * len(part.args)
            stack.extend(zip(part.args, sides, strict=True))
        else:
            (above if up else below).append(part)
    if any(isinstance(part, Number) and _whole(part.value) for part in below):
        return "above a whole number"
    if all(isinstance(part, Number) for part in above + below):
        return "alone"
    return "above"


def _whole(value: int | float) -> bool:
    return isinstance(value, int) and abs(value) > 1
