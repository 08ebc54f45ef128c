"""Is what looks like an identity one? Decided to tens of digits, at points not used before.

A refit in float64 ends at 1e-16 for the true structure, and sometimes at 1e-13 for a mere
approximation with enough constants. Here the constants are improved to ``digits`` digits by
Gauss-Newton steps, their residuals in mpmath, their Jacobian in float64: each step gains eight
digits or so on the true structure, and none on anything else. Then the two are compared at points
that took no part.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from time import perf_counter
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from bench.expression import Expression, numbers
from bench.expression.adjoint import backward
from bench.expression.kernel import forward, mark
from bench.expression.program import Program, compile_program
from bench.scoring.equivalence.law import Law
from bench.scoring.equivalence.precise import NotFinite, Point, Precise, Value
from bench.scoring.equivalence.variants import Variant

Array = NDArray[np.float64]

_GUARD_DIGITS = 15
_FRESH = 8
_MOST_STEPS = 12
_CUT = 1e-12
_LITERAL = 1e-12
"""How far, relatively, a float of the truth may be from the number that it stands for."""
_RELUCTANCE = 1e-4
"""The truth's floats move this much less willingly than the prediction's."""


@dataclass(frozen=True, eq=False)
class Confirmation:
    """``refuted``: no constants near these are an identity; ``open``: the time ran out.

    ``constants`` are the prediction's free ones after improvement; ``residual`` is the largest
    |p - t| / |t| that remains, over ``points`` points; ``witness`` one at which it remains.
    """

    status: Literal["confirmed", "refuted", "open"]
    constants: Array
    residual: float
    points: int
    digits: int
    witness: Mapping[str, Any] | None = None


def confirm(
    variant: Variant, constants: Array, law: Law, rows: Array, digits: int, deadline: float
) -> Confirmation:
    """Whether ``variant``, with constants near ``constants``, is the law at points ``rows``.

    ``rows``, shape (m, d), are points of the domain at which both are finite.
    """
    pair = _Pair(variant, constants, law, digits)
    count = min(len(rows) - _FRESH, max(8, 2 * len(pair.movable) + 4))
    used = [pair.truth.point(law.names, row) for row in rows[:count]]
    goal = pair.context.mpf(10) ** (_GUARD_DIGITS - digits)
    before = None
    for _ in range(_MOST_STEPS):
        misfit = pair.misfit(used)
        worst = max((abs(value) for value in misfit), default=goal)
        if worst <= goal:
            return _at_fresh_points(pair, rows[count : count + _FRESH], count)
        stalled = before is not None and worst > before / 10
        if stalled or not pair.movable or not pair.within_literals():
            return _refuted(pair, used, misfit)
        if perf_counter() > deadline:
            return Confirmation("open", pair.constants, float(worst), count, digits)
        pair.improve(rows[:count], misfit)
        before = worst
    return Confirmation("open", pair.constants, float(worst), count, digits)


def _at_fresh_points(pair: _Pair, rows: Array, used: int) -> Confirmation:
    points = [pair.truth.point(pair.law.names, row) for row in rows]
    misfit = pair.misfit(points)
    worst = max((abs(value) for value in misfit), default=pair.context.zero)
    total = used + len(points)
    if worst > pair.context.mpf(10) ** (2 * _GUARD_DIGITS - pair.digits):
        return _refuted(pair, points, misfit)
    return Confirmation("confirmed", pair.constants, float(worst), total, pair.digits)


def _refuted(pair: _Pair, points: Sequence[Point], misfit: Sequence[Value]) -> Confirmation:
    row = max(range(len(misfit)), key=lambda index: abs(misfit[index]))
    worst = float(abs(misfit[row]))
    witness = pair.witness(points[row])
    return Confirmation("refuted", pair.constants, worst, len(points), pair.digits, witness)


class _Pair:
    """Prediction and truth to many digits, with the constants of both that may move.

    A float of the truth, such as 0.333333333333333, stands for a number known to its digits only:
    it may move too, by ``_LITERAL``.
    """

    def __init__(self, variant: Variant, constants: Array, law: Law, digits: int) -> None:
        self.law, self.digits = law, digits
        self.prediction = Precise(variant.expression, digits)
        self.truth = Precise(law.expression, digits)
        self.context = self.truth.context
        self._free = variant.free
        self._fixed = _floats(law.expression)
        self.movable = (*self._free, *self._fixed)
        self._programs = (
            compile_program(variant.expression, law.names, self._free),
            compile_program(law.expression, law.names, self._fixed),
        )
        written = variant.constants
        for position, value, start in zip(self._free, constants, written, strict=True):
            if value != start:  # a constant that has not moved keeps its decimal value
                self.prediction.literals[position] = self.context.mpf(float(value))
        self._given = [self.truth.literals[position] for position in self._fixed]

    @property
    def constants(self) -> Array:
        values = [float(self.prediction.literals[position]) for position in self._free]
        return np.array(values, dtype=np.float64)

    def misfit(self, points: Sequence[Point]) -> list[Value]:
        """(p - t) / |t| at each point; a point where either is not finite has misfit 1."""
        values = []
        for point in points:
            try:
                truth = self.truth(point)
                difference = self.prediction(point) - truth
            except NotFinite:
                values.append(self.context.one)
                continue
            values.append(difference / abs(truth) if truth else difference)
        return values

    def within_literals(self) -> bool:
        """Whether the truth's floats are still the numbers that were written."""
        moved = zip(self._fixed, self._given, strict=True)
        return all(
            abs(self.truth.literals[position] - given) <= _LITERAL * abs(given)
            for position, given in moved
        )

    def improve(self, rows: Array, misfit: Sequence[Value]) -> None:
        """One Gauss-Newton step, the shortest relative to the constants' sizes."""
        largest = max(abs(value) for value in misfit)
        target = np.array([float(value / largest) for value in misfit])
        slopes = []
        sizes = []
        sides = ((self.prediction, 1.0, 1.0), (self.truth, -1.0, _RELUCTANCE))
        for program, (side, sign, ease) in zip(self._programs, sides, strict=True):
            at = np.array([float(side.literals[position]) for position in program.positions])
            size = ease * np.fmax(np.abs(at), np.abs(program.constants))
            size[size == 0.0] = ease
            slopes.append(sign * _jacobian(program, at, rows) * size[:, None])
            sizes.append(size)
        truth = np.abs([float(self.truth(self.truth.point(self.law.names, row))) for row in rows])
        J = np.concatenate(slopes) / np.where(truth == 0.0, 1.0, truth)
        # Near a pole a row is huge, and would drown the others: a consistent system may be weighed.
        weight = 1.0 / np.fmax(np.max(np.abs(J), axis=0, initial=0.0), 1.0)
        usable = np.isfinite(J).all(axis=0)
        J, target = (J * weight)[:, usable], (target * weight)[usable]
        step = np.linalg.lstsq(J.T, -target, rcond=_CUT)[0]
        step *= np.concatenate(sizes)
        count = len(self._free)
        for side, positions, moves in (
            (self.prediction, self._free, step[:count]),
            (self.truth, self._fixed, step[count:]),
        ):
            for position, move in zip(positions, moves, strict=True):
                side.literals[position] += largest * self.context.mpf(float(move))

    def witness(self, point: Point) -> dict[str, Any]:
        """The point, and both values with the constants as they are now."""
        return {
            "point": {name: float(value) for name, value in point.items()},
            "prediction": _text(self.prediction, point),
            "truth": _text(self.truth, point),
        }


def _text(side: Precise, point: Point) -> str:
    try:
        return side.text(side(point))
    except NotFinite as error:
        return str(error)


def _floats(expression: Expression) -> tuple[int, ...]:
    values = numbers(expression)
    return tuple(position for position, value in enumerate(values) if type(value) is float)


def _jacobian(program: Program, constants: Array, rows: Array) -> Array:
    """Derivatives by the free numbers, shape (k, m), at points ``rows``."""
    values = program.numbers.copy()
    values[program.free] = constants
    length = len(program.tokens)
    V, G = np.empty((length, len(rows))), np.empty((length, len(rows)))
    J = np.empty((len(values), len(rows)))
    active = np.empty(length, np.bool_)
    mark(program.tokens, length, program.right, program.free, active)
    forward(program.tokens, length, program.right, np.ascontiguousarray(rows.T), values, V)
    backward(program.tokens, length, program.right, active, V, G, J)
    slopes: Array = J[program.free]
    return slopes
