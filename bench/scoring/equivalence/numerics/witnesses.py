"""Witnesses: points at which two sides really differ, with both values in decimal."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from math import ceil

import numpy as np
from numpy.typing import NDArray

from bench.expression import Expression
from bench.scoring.equivalence.numerics.precise import NotFinite, Precise, Value
from bench.scoring.equivalence.numerics.values import precisely
from bench.scoring.equivalence.verdict import Witness

Sides = Callable[[int], tuple[Precise, Precise]]
"""Prediction and truth to so many digits."""

SHOWN = 20
"""Digits of a value in a witness, at least."""
_DIGITS = (50, 200, 800)
_GUARD = 60


def sides_of(prediction: Expression, truth: Expression) -> Sides:
    """Two expressions with their literals as they are written."""
    return lambda digits: (precisely(prediction, digits), precisely(truth, digits))


def witness_at(
    sides: Sides, names: Sequence[str], row: Sequence[float], note: str = "", shown: int = SHOWN
) -> Witness | None:
    """The point with both values; None where more digits make them equal."""
    found = texts_at(sides, names, row, shown)
    if found[0] == found[1]:
        return None
    return Witness(dict(zip(names, row, strict=True)), *found, note=note)


def texts_at(
    sides: Sides, names: Sequence[str], row: Sequence[float], shown: int = SHOWN
) -> tuple[str, str]:
    """Both values in decimal, to as many digits as tell them apart, ``shown`` at least.

    They are equal where the gap between them is one of rounding: it shrinks as digits are added.
    Where there is no value, the text says why.
    """
    for digits in _DIGITS:
        if 2 * digits < shown + _GUARD:
            continue
        rough, fine = (_values(sides(count), names, row) for count in (digits, 2 * digits))
        if any(isinstance(value, str) for value in fine):
            first, second = (_text(value, shown) for value in fine)
            return first, second
        if any(isinstance(value, str) for value in rough):
            continue  # there is a value by a hair, or none
        gaps = [abs(pair[0] - pair[1]) for pair in (rough, fine)]
        if gaps[1] == 0:
            continue  # cosh(200) and exp(200)/2 are one to 170 digits
        largest = max(map(abs, fine))
        if abs(gaps[0] - gaps[1]) <= gaps[1] / 100:
            needed = 3 + ceil(float(-_log10(gaps[1] / largest)))
            first, second = (_text(value, max(shown, needed)) for value in fine)
            return first, second
    text = _text(fine[1], shown)
    return text, text


def varies_between(expression: Expression, names: Sequence[str], rows: NDArray[np.float64]) -> bool:
    """Whether the value really differs between two points, shape (2, d), where it has one."""
    for digits in _DIGITS:
        gaps = []
        for count in (digits, 2 * digits):
            side = precisely(expression, count)
            try:
                first, second = (side(side.point(names, row)) for row in rows.tolist())
            except NotFinite:
                return False
            gaps.append(abs(first - second))
        if gaps[1] != 0 and abs(gaps[0] - gaps[1]) <= gaps[1] / 100:
            return True
    return False


def _values(
    sides: tuple[Precise, Precise], names: Sequence[str], row: Sequence[float]
) -> tuple[Value, Value]:
    values = []
    for side in sides:
        try:
            values.append(side(side.point(names, row)))
        except NotFinite as error:
            values.append(str(error))
    return values[0], values[1]


def _log10(value: Value) -> Value:
    return value.context.log(value, 10)


def _text(value: Value, digits: int) -> str:
    return value if isinstance(value, str) else str(value.context.nstr(value, digits))


def two_points(
    sides: Sides,
    names: Sequence[str],
    rows: NDArray[np.float64],
    note: str = "",
    shown: int = SHOWN,
) -> Witness | None:
    """A witness with both of ``rows``, shape (2, d): it begins with one at which the sides differ.

    None where they differ at neither.
    """
    ends: list[tuple[Mapping[str, float], str, str]] = []
    for row in rows.tolist():
        prediction, truth = texts_at(sides, names, row, shown)
        ends.append((dict(zip(names, row, strict=True)), prediction, truth))
    first, second = sorted(ends, key=lambda end: end[1] == end[2])
    if first[1] == first[2]:
        return None
    witness = Witness(*first, note=note)
    return witness if second[1] == second[2] else replace(witness, beside=Witness(*second))
