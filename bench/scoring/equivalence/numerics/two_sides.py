"""A prediction and a truth to many digits, and the constants of both that may move."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from bench.expression import Expression, compile_expression, numbers
from bench.expression.compiled.program import compile_program
from bench.scoring.equivalence.law import LawOnDomain
from bench.scoring.equivalence.numerics.precise import NotFinite, Point, Precise, Value
from bench.scoring.equivalence.numerics.slopes import precise_slopes, shortest_step, slopes
from bench.scoring.equivalence.variants import Variant
from bench.scoring.equivalence.verdict import Witness

Array = NDArray[np.float64]

GUARD, GUARD_IF_NEEDED = 20, 70
"""Digits carried beyond those that are compared; more where values cancel, and slopes with them."""
_CUT = 1e-12
_ROUNDING = 1e-13
_MOST_IN_FULL = 24
_PRECEDENCE = (1.0, 0.1, 0.01)
"""Constants differ in how easily they move, so that of two that are multiplied one becomes 0."""
_TRIFLE = 1e-12
_LITERAL = 1e-12
"""How far, relatively, a float of the truth may be from the number that it stands for."""
_RELUCTANCE = 1e-6
"""The truth's floats move this much less willingly than the prediction's."""


@dataclass(frozen=True, slots=True)
class Step:
    """How a Gauss-Newton step is made: of all that serve, it is the shortest.

    Short relative to the constants' sizes, or, ``by_effect``, to their effects: for tiny effects
    of huge constants. ``truth_moves``: the truth's floats may give way. ``in_full``: with slopes
    and algebra in mpmath, for functions that cancel in float64.
    """

    by_effect: bool = False
    truth_moves: bool = False
    in_full: bool = False


class TwoSides:
    """Prediction and truth to many digits, with the constants of both that may move.

    A float of the truth, such as 0.333333333333333, stands for a number known to its digits only:
    it may move too, by ``_LITERAL``.
    """

    def __init__(
        self, variant: Variant, constants: Array, law: LawOnDomain, digits: int, guard: int = GUARD
    ) -> None:
        self.law, self.digits = law, digits
        self.prediction = Precise(variant.expression, digits + guard)
        self.truth = Precise(law.expression, digits + guard)
        self.context = self.truth.context
        self._free = variant.free
        self._fixed = _floats(law.expression)
        self._programs = (
            compile_program(variant.expression, law.names, self._free),
            compile_program(law.expression, law.names, self._fixed),
        )
        self._written = list(self.prediction.literals)
        written = variant.constants
        for position, value, start in zip(self._free, constants, written, strict=True):
            if value != start:  # a constant that has not moved keeps its decimal value
                self.prediction.literals[position] = self.context.mpf(float(value))
        self._given = [self.truth.literals[position] for position in self._fixed]

    @property
    def movable(self) -> int:
        """How many constants may move."""
        return len(self._free) + len(self._fixed)

    def goal(self, slack: int) -> Value:
        """What counts as nothing: all digits but ``slack`` agree."""
        return self.context.mpf(10) ** (slack - self.digits)

    def can(self, step: Step) -> bool:
        """Whether there is a constant for such a step to move, and not too many."""
        count = self.movable if step.truth_moves else len(self._free)
        return 0 < count <= (_MOST_IN_FULL if step.in_full else count)

    @property
    def constants(self) -> Array:
        """The prediction's free constants in float64, shape (k,)."""
        values = [float(self.prediction.literals[position]) for position in self._free]
        return np.array(values, dtype=np.float64)

    @property
    def literals(self) -> tuple[list[Value], list[Value]]:
        """All numbers of both sides, to be set again."""
        return list(self.prediction.literals), list(self.truth.literals)

    @literals.setter
    def literals(self, values: tuple[list[Value], list[Value]]) -> None:
        self.prediction.literals, self.truth.literals = list(values[0]), list(values[1])

    def misfit(self, rows: Array) -> list[Value]:
        """(p - t) / |t| at each point; 1 at a point where either is not finite."""
        values = []
        for point in self._points(rows):
            try:
                truth = self.truth(point)
                difference = self.prediction(point) - truth
            except NotFinite:
                values.append(self.context.one)
                continue
            values.append(difference / abs(truth) if truth else difference)
        return values

    def _points(self, rows: Array) -> list[Point]:
        return [self.truth.point(self.law.names, row) for row in rows.tolist()]

    def settle(self) -> None:
        """Set constants that are zero but for a trifle to zero.

        Of ``(exp(c*x) - 1)/c`` smaller c come ever closer to x, and none is x: at 0 there is no
        value.
        """
        for position in self._free:
            value, written = self.prediction.literals[position], self._written[position]
            if abs(value) <= _TRIFLE * abs(written):
                self.prediction.literals[position] = self.context.zero

    def within_literals(self) -> bool:
        """Whether the truth's floats are still the numbers that were written."""
        moved = zip(self._fixed, self._given, strict=True)
        return all(
            abs(self.truth.literals[position] - given) <= _LITERAL * abs(given)
            for position, given in moved
        )

    def improve(self, rows: Array, misfit: Sequence[Value], step: Step, stretch: int = 1) -> None:
        """One Gauss-Newton step towards no misfit at ``rows``, ``stretch`` times as long."""
        moves = (
            self._in_full(rows, misfit, step)
            if step.in_full
            else self._by_floats(rows, misfit, step)
        )
        for (side, position), move in zip(self._movable_literals(), moves, strict=True):
            side.literals[position] += stretch * move

    def _by_floats(self, rows: Array, misfit: Sequence[Value], step: Step) -> list[Value]:
        largest = max(abs(value) for value in misfit)
        target = np.array([float(value / largest) for value in misfit])
        truth = np.abs([_float(self.truth, point) for point in self._points(rows)])
        J = np.concatenate([self._slopes(rows, side) for side in (0, 1)])
        J = J / np.where(truth == 0.0, 1.0, truth)
        sizes = 1.0 / np.linalg.norm(J, axis=1) if step.by_effect else self._sizes()
        unit = self._units(sizes, truth_moves=step.truth_moves)
        effects = J * unit[:, None]
        # Near a pole a row is huge, and would drown the others: a consistent system may be weighed.
        size = np.max(np.abs(effects), axis=0, initial=0.0)
        usable = np.isfinite(effects).all(axis=0) & (size > 0.0)
        effects, target = (effects / size)[:, usable], (target / size)[usable]
        moves = unit * np.linalg.lstsq(effects.T, -target, rcond=_CUT)[0]
        return [largest * self.context.mpf(move) for move in moves.tolist()]

    def _in_full(self, rows: Array, misfit: Sequence[Value], step: Step) -> list[Value]:
        points = self._points(rows)
        slope = [
            *precise_slopes(self.prediction, self._free, points),
            *([-x for x in row] for row in precise_slopes(self.truth, self._fixed, points)),
        ]
        truth = [abs(self.truth(point)) or self.context.one for point in points]
        units = self._units(self._sizes(), truth_moves=step.truth_moves).tolist()
        effects = [
            [value / size * unit for value, size in zip(row, truth, strict=True)]
            for row, unit in zip(slope, units, strict=True)
        ]
        moves = shortest_step(self.context, effects, [-value for value in misfit])
        return [move * unit for move, unit in zip(moves, units, strict=True)]

    def _movable_literals(self) -> list[tuple[Precise, int]]:
        free = [(self.prediction, position) for position in self._free]
        return free + [(self.truth, position) for position in self._fixed]

    def _sizes(self) -> Array:
        """The constants' sizes: now, or as written where they have become small."""
        now = np.array([float(side.literals[at]) for side, at in self._movable_literals()])
        written = np.concatenate([program.constants for program in self._programs])
        sizes: Array = np.fmax(np.abs(now), np.abs(written))
        return sizes

    def _units(self, sizes: Array, *, truth_moves: bool) -> Array:
        """In what a step is measured: ``sizes``, some constants and the truth's less willingly."""
        unit: Array = np.where(np.isfinite(sizes) & (sizes > 0.0), sizes, 1.0)
        unit *= np.resize(_PRECEDENCE, len(unit))
        unit[len(self._free) :] *= _RELUCTANCE if truth_moves else 0.0
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
        error, size = np.median(np.abs(seen - true)), np.median(np.abs(true))
        return bool(size > _ROUNDING and error < 0.1 * size)

    def doubtful(self, count: int) -> Array:
        """The points, of very many, at which float64 sees the two furthest apart; (count, d)."""
        X, y = self.law.wide
        values = compile_expression(self._programs[0].expression(self.constants), self.law.names)(X)
        with np.errstate(all="ignore"):
            apart = np.abs(values - y) / np.abs(y)
        apart = np.where(values == y, 0.0, np.where(np.isfinite(apart), apart, np.inf))
        rows: Array = X[np.argsort(apart)[len(apart) - count :]]
        return rows

    def witness(self, row: Array) -> Witness | None:
        """The point, and both values with the constants as they are now; None if they are equal."""
        point = self.truth.point(self.law.names, row.tolist())
        values = (_text(self.prediction, point), _text(self.truth, point))
        if values[0] == values[1]:
            return None
        where = dict(zip(self.law.names, row.tolist(), strict=True))
        return Witness(where, *values, note="with the best constants found")


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
