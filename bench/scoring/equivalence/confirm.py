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

from bench.expression import Expression, compile_expression, numbers
from bench.expression.program import compile_program
from bench.scoring.equivalence.law import Law
from bench.scoring.equivalence.precise import NotFinite, Point, Precise, Value
from bench.scoring.equivalence.slopes import precise_slopes, shortest_step, slopes
from bench.scoring.equivalence.variants import Variant

Array = NDArray[np.float64]

_GUARD_DIGITS = 20
_SLACK = 10
_FRESH = 8
_MOST_STEPS = 24
_CUT = 1e-12
_MODES = (False, True)
"""First steps relative to the constants' sizes, then to their effects: tiny ones of huge ones."""
_MOST_IN_FULL = 24
_PRECEDENCE = (1.0, 0.1, 0.01)
"""Constants differ in how easily they move, so that of two that are multiplied one becomes 0."""
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
    goal = pair.context.mpf(10) ** (_SLACK - digits)
    before, mode = None, 0
    for _ in range(_MOST_STEPS):
        misfit = pair.misfit(used)
        worst = max((abs(value) for value in misfit), default=goal)
        if worst <= goal:
            return _at_fresh_points(pair, rows[count : count + _FRESH], count)
        if not pair.movable or not pair.within_literals():
            return _refuted(pair, used, misfit)
        if before is not None and worst > before / 10:
            mode += 1
            if mode == len(_MODES) and pair.visible(rows[:count], misfit):
                return _refuted(pair, used, misfit)
            if mode > len(_MODES):
                return _refuted(pair, used, misfit)
        if perf_counter() > deadline:
            break
        if mode < len(_MODES):
            pair.improve(rows[:count], used, misfit, by_effect=_MODES[mode])
        elif len(pair.movable) <= _MOST_IN_FULL:
            pair.improve_in_full(used, misfit)
        else:
            break
        before = worst
    return Confirmation("open", pair.constants, float(worst), count, digits)


def _at_fresh_points(pair: _Pair, rows: Array, used: int) -> Confirmation:
    points = [pair.truth.point(pair.law.names, row) for row in rows]
    misfit = pair.misfit(points)
    worst = max((abs(value) for value in misfit), default=pair.context.zero)
    total = used + len(points)
    if worst > pair.context.mpf(10) ** (2 * _SLACK - pair.digits):
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
        self.prediction = Precise(variant.expression, digits + _GUARD_DIGITS)
        self.truth = Precise(law.expression, digits + _GUARD_DIGITS)
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

    def improve(
        self, rows: Array, points: Sequence[Point], misfit: Sequence[Value], *, by_effect: bool
    ) -> None:
        """One Gauss-Newton step in float64, the shortest relative to the constants' sizes.

        With ``by_effect``, relative to the sizes of their effects.
        """
        largest = max(abs(value) for value in misfit)
        target = np.array([float(value / largest) for value in misfit])
        truth = np.abs([_float(self.truth, point) for point in points])
        J = np.concatenate([self._slopes(rows, side) for side in (0, 1)])
        J = J / np.where(truth == 0.0, 1.0, truth)
        # Near a pole a row is huge, and would drown the others: a consistent system may be weighed.
        size = np.max(np.abs(J), axis=0, initial=0.0)
        weight = 1.0 / np.where(size > 0.0, size, 1.0)
        usable = np.isfinite(J).all(axis=0)
        J, target = (J * weight)[:, usable], (target * weight)[usable]
        unit = self._units(1.0 / np.linalg.norm(J, axis=1) if by_effect else self._sizes())
        step = unit * np.linalg.lstsq((J * unit[:, None]).T, -target, rcond=_CUT)[0]
        self._move([largest * self.context.mpf(move) for move in step.tolist()])

    def improve_in_full(self, points: Sequence[Point], misfit: Sequence[Value]) -> None:
        """The same step to many digits, for functions that cancel in float64."""
        truth = [abs(self.truth(point)) or self.context.one for point in points]
        rows = [
            *precise_slopes(self.prediction, self._free, points),
            *([-x for x in row] for row in precise_slopes(self.truth, self._fixed, points)),
        ]
        rows = [[value / size for value, size in zip(row, truth, strict=True)] for row in rows]
        units = [self.context.mpf(unit) for unit in self._units(self._sizes()).tolist()]
        self._move(shortest_step(self.context, rows, [-value for value in misfit], units))

    def _move(self, step: Sequence[Value]) -> None:
        for (side, position), move in zip(self._movable_literals(), step, strict=True):
            side.literals[position] += move

    def _movable_literals(self) -> list[tuple[Precise, int]]:
        free = [(self.prediction, position) for position in self._free]
        return free + [(self.truth, position) for position in self._fixed]

    def _sizes(self) -> Array:
        """The constants' sizes: now, or as written where they have become small."""
        now = np.array([float(side.literals[at]) for side, at in self._movable_literals()])
        written = np.concatenate([program.constants for program in self._programs])
        return np.fmax(np.abs(now), np.abs(written))

    def _units(self, sizes: Array) -> Array:
        """In what a step is measured: ``sizes``, some constants and the truth's less willingly."""
        unit = np.where(np.isfinite(sizes) & (sizes > 0.0), sizes, 1.0)
        unit *= np.resize(_PRECEDENCE, len(unit))
        unit[len(self._free) :] *= _RELUCTANCE
        return unit

    def _slopes(self, rows: Array, index: int) -> Array:
        side, positions = ((self.prediction, self._free), (self.truth, self._fixed))[index]
        at = np.array([float(side.literals[position]) for position in positions])
        return (-1.0 if index else 1.0) * slopes(self._programs[index], at, rows)

    def visible(self, rows: Array, misfit: Sequence[Value]) -> bool:
        """Whether float64 sees the same misfits: its slopes are good, and a stall is final."""
        values = []
        for side, positions, program in (
            (self.prediction, self._free, self._programs[0]),
            (self.truth, self._fixed, self._programs[1]),
        ):
            constants = [float(side.literals[position]) for position in positions]
            function = compile_expression(program.expression(constants), self.law.names)
            values.append(function(rows))
        seen = (values[0] - values[1]) / np.abs(values[1])
        true = np.array([float(value) for value in misfit])
        return bool(np.median(np.abs(seen - true)) < 0.1 * np.median(np.abs(true)))

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


def _float(side: Precise, point: Point) -> float:
    try:
        return float(side(point))
    except NotFinite:
        return np.nan


def _floats(expression: Expression) -> tuple[int, ...]:
    values = numbers(expression)
    return tuple(position for position, value in enumerate(values) if type(value) is float)
