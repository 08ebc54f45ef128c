"""A prediction and a truth to many digits, and the constants of both that may move."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from bench.expression import Expression, replace_numbers
from bench.expression.compiled.program import Program, compile_program
from bench.scoring.equivalence.forms.variants import Variant
from bench.scoring.equivalence.law import LawOnDomain
from bench.scoring.equivalence.numerics.compiled import compiled
from bench.scoring.equivalence.numerics.precise import (
    NotFinite,
    Point,
    Precise,
    Value,
)
from bench.scoring.equivalence.numerics.slopes import precise_slopes, shortest_step, slopes
from bench.scoring.equivalence.numerics.values import precisely
from bench.scoring.equivalence.numerics.witnesses import witness_at
from bench.scoring.equivalence.search.nearest import TRUTHS, willingness
from bench.scoring.equivalence.verdict import JudgeLimits, Witness

Array = NDArray[np.float64]

_CUT = 1e-12
_ROUNDING = 1e-13
_MOST_IN_FULL = 24
_PRECEDENCE = (1.0, 0.1, 0.01)
"""Constants differ in how easily they move, so that of two that are multiplied one becomes 0."""
_TRIFLE = 1e-12
_NOTHING = 1e-30
"""What is smaller than this part of the law's typical size may be 0: more digits tell."""


@dataclass(frozen=True, slots=True)
class Step:
    """How a Gauss-Newton step is made: of all that serve, it is the shortest.

    Short relative to the constants' sizes, or, ``by_effect``, to their effects: for tiny effects
    of huge constants. ``truth_moves``: the truth's decimals may give way. ``in_full``: with slopes
    and algebra in mpmath, for functions that cancel in float64.
    """

    by_effect: bool = False
    truth_moves: bool = False
    in_full: bool = False


class TwoSides:
    """Prediction and truth to many digits, with the constants of both that may move.

    A decimal of the truth, such as 0.333333333333333, stands for a number known to its digits
    only: it may move too.
    """

    def __init__(
        self,
        variant: Variant,
        constants: Array,
        law: LawOnDomain,
        limits: JudgeLimits,
        guard: int,
        truths: Array | None = None,
    ) -> None:
        self.variant, self.law, self.limits, self.guard = variant, law, limits, guard
        self.digits = limits.digits
        self.prediction = precisely(variant.expression, self.digits + guard).copy()
        self.truth = law.precise(self.digits + guard).copy()
        self.context = self.truth.context
        self.free = variant.movable
        self.fixed = law.program.positions
        self._points: dict[bytes, Point] = {}
        self._expressions: dict[tuple[bytes, bytes], tuple[Expression, Expression]] = {}
        self._least = self.context.mpf(_NOTHING * law.typical)
        self._written = list(self.prediction.literals)
        self._given = list(self.truth.literals)
        self.given_truths = law.program.constants
        self._set(self.prediction, self.free, constants, variant.constants)
        if truths is not None:
            self._set(self.truth, self.fixed, truths, self.given_truths)

    @cached_property
    def _programs(self) -> tuple[Program, Program]:
        own = compile_program(self.variant.expression, self.law.names, self.free)
        return own, self.law.program

    def _set(self, side: Precise, positions: Sequence[int], values: Array, written: Array) -> None:
        for position, value, start in zip(positions, values, written, strict=True):
            if value != start:  # a constant that has not moved keeps its decimal value
                side.literals[position] = self.context.mpf(float(value))

    @property
    def count(self) -> int:
        """How many constants may move."""
        return len(self.free) + len(self.fixed)

    def goal(self, slack: int) -> Value:
        """What counts as nothing: all digits but ``slack`` agree."""
        return self.context.mpf(10) ** (slack - self.digits)

    def can(self, step: Step) -> bool:
        """Whether there is a constant for such a step to move, and not too many."""
        count = self.count if step.truth_moves else len(self.free)
        return 0 < count <= (_MOST_IN_FULL if step.in_full else count)

    @property
    def constants(self) -> Array:
        """The prediction's movable constants in float64, shape (k,)."""
        return np.array([float(self.prediction.literals[at]) for at in self.free])

    @property
    def truths(self) -> Array:
        """The truth's movable constants in float64, shape (m,)."""
        return np.array([float(self.truth.literals[at]) for at in self.fixed])

    @property
    def as_written(self) -> bool:
        """Whether no constant has moved."""
        return self.literals == (self._written, self._given)

    @property
    def finite(self) -> bool:
        """Whether all constants are numbers that float64 can hold."""
        return bool(np.isfinite(self.constants).all() and np.isfinite(self.truths).all())

    @property
    def literals(self) -> tuple[list[Value], list[Value]]:
        """All numbers of both sides, to be set again."""
        return list(self.prediction.literals), list(self.truth.literals)

    @literals.setter
    def literals(self, values: tuple[list[Value], list[Value]]) -> None:
        self.prediction.literals, self.truth.literals = list(values[0]), list(values[1])

    def expressions(self) -> tuple[Expression, Expression]:
        """Both sides with their constants as they are now, in float64."""
        constants, truths = self.constants, self.truths
        key = constants.tobytes(), truths.tobytes()
        if key not in self._expressions:
            own = _moved(self.variant.expression, self.free, constants, self.variant.constants)
            law = _moved(self.law.expression, self.fixed, truths, self.given_truths)
            self._expressions[key] = own, law
        return self._expressions[key]

    def misfit(self, rows: Array) -> list[Value]:
        """(p - t) / |t| at each point; 1 at a point where either is not finite."""
        values = []
        for row in rows:
            try:
                truth = self._truth_at(row)
                difference = self.prediction(self._point(row)) - truth
            except NotFinite:
                values.append(self.context.one)
                continue
            values.append(difference / self._size(truth, row))
        return values

    def _truth_at(self, row: Array) -> Value:
        if self.truth.literals == self._given:
            return self.law.precise_value(self.digits + self.guard, row)
        return self.truth(self._point(row))

    def _size(self, truth: Value, row: Array) -> Value:
        """What a misfit is measured in: |t|, or the law's typical size where t is 0 to rounding.

        ``sin(pi*n)`` is 1e-70 to 70 digits, and 0 in truth.
        """
        if abs(truth) > self._least:
            return abs(truth)
        finer = self.law.precise(3 * (self.digits + self.guard)).copy()
        finer.literals = [finer.context.mpf(value) for value in self.truth.literals]
        if self.truth.literals == self._given:
            finer = self.law.precise(3 * (self.digits + self.guard))
        again = finer(finer.point(self.law.names, row.tolist()))
        if abs(again) <= abs(truth) * _NOTHING:
            return self.context.mpf(self.law.typical)
        return abs(truth)

    def _point(self, row: Array) -> Point:
        key = row.tobytes()
        if key not in self._points:
            self._points[key] = self.truth.point(self.law.names, row.tolist())
        return self._points[key]

    def settle(self) -> None:
        """Set constants that are zero but for a trifle to zero.

        Of ``(exp(c*x) - 1)/c`` smaller c come ever closer to x, and none is x: at 0 there is no
        value.
        """
        for position in self.free:
            value, written = self.prediction.literals[position], self._written[position]
            if abs(value) <= _TRIFLE * abs(written):
                self.prediction.literals[position] = self.context.zero

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
        truth = np.abs([self._float(row) for row in rows])
        J = np.concatenate([self._slopes(rows, side) for side in (0, 1)])
        J = J / np.where(truth == 0.0, self.law.typical, truth)
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
        points = [self._point(row) for row in rows]
        slope = [
            *precise_slopes(self.prediction, self.free, points),
            *([-x for x in row] for row in precise_slopes(self.truth, self.fixed, points)),
        ]
        truth = [self._size_or_one(point) for point in points]
        units = self._units(self._sizes(), truth_moves=step.truth_moves).tolist()
        effects = [
            [value / size * unit for value, size in zip(row, truth, strict=True)]
            for row, unit in zip(slope, units, strict=True)
        ]
        moves = shortest_step(self.context, effects, [-value for value in misfit])
        return [move * unit for move, unit in zip(moves, units, strict=True)]

    def _size_or_one(self, point: Point) -> Value:
        """|t|; 1 where it is 0, or the constants as they are now leave no value."""
        try:
            return abs(self.truth(point)) or self.context.one
        except NotFinite:
            return self.context.one

    def _movable_literals(self) -> list[tuple[Precise, int]]:
        free = [(self.prediction, position) for position in self.free]
        return free + [(self.truth, position) for position in self.fixed]

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
        unit[: len(self.free)] *= willingness(self.variant)
        unit[len(self.free) :] *= TRUTHS if truth_moves else 0.0
        return unit

    def _slopes(self, rows: Array, index: int) -> Array:
        at = (self.constants, self.truths)[index]
        return (-1.0 if index else 1.0) * slopes(self._programs[index], at, rows)

    def _float(self, row: Array) -> float:
        try:
            return float(self._truth_at(row))
        except NotFinite:
            return np.nan

    def visible(self, rows: Array, misfit: Sequence[Value]) -> bool:
        """Whether float64 sees the same misfits: its slopes are good, and a stall is final."""
        values = [compiled(side, self.law.names)(rows) for side in self.expressions()]
        with np.errstate(all="ignore"):
            seen = (values[0] - values[1]) / np.abs(values[1])
        true = np.array([float(value) for value in misfit])
        error, size = np.median(np.abs(seen - true)), np.median(np.abs(true))
        return bool(size > _ROUNDING and error < 0.1 * size)

    def doubtful(self, count: int) -> Array:
        """The points, of very many, at which float64 sees the two furthest apart; (count, d)."""
        X, y = self.law.wide
        values = compiled(self.expressions()[0], self.law.names)(X)
        with np.errstate(all="ignore"):
            apart = np.abs(values - y) / np.where(y == 0.0, self.law.typical, np.abs(y))
        apart = np.where(values == y, 0.0, np.where(np.isfinite(apart), apart, np.inf))
        rows: Array = X[np.argpartition(apart, -count)[-count:]]
        return rows

    def to_digits(self, digits: int) -> tuple[Precise, Precise]:
        """Both sides to so many digits, with their constants as they are now."""
        copies = []
        for side, expression in (
            (self.prediction, self.variant.expression),
            (self.truth, self.law.expression),
        ):
            copy = precisely(expression, digits).copy()
            written = precisely(expression, self.digits + self.guard).literals
            for at, (value, before) in enumerate(zip(side.literals, written, strict=True)):
                if value != before:
                    copy.literals[at] = copy.context.mpf(value)
            copies.append(copy)
        return copies[0], copies[1]

    def witness(self, row: Array, note: str) -> Witness | None:
        """The point, and both values with the constants as they are now; None if they are equal."""
        return witness_at(self.to_digits, self.law.names, row.tolist(), note, self.limits.shown)


def _moved(
    expression: Expression, positions: Sequence[int], values: Array, written: Array
) -> Expression:
    if np.array_equal(values, written):
        return expression
    return replace_numbers(expression, dict(zip(positions, values.tolist(), strict=True)))
