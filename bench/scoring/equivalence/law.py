"""The truth on its domain: everything that can be known of it before there is a prediction."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property, lru_cache

import numpy as np
from numpy.typing import NDArray

from bench.expression import (
    Call,
    Expression,
    Number,
    fold,
    numbers,
    replace_numbers,
    symbols,
)
from bench.expression.compiled.program import compile_program
from bench.problems import Domain
from bench.scoring.equivalence.numerics.needs_precision import (
    Function,
    function_of,
    needs_digits,
)
from bench.scoring.equivalence.numerics.points import Rule, draw, draw_edges, rules_of
from bench.scoring.equivalence.numerics.precise import NotFinite, Precise
from bench.scoring.equivalence.numerics.slopes import slopes

Array = NDArray[np.float64]
TruthAt = tuple[Mapping[str, float], str]
"""A point, and the truth there in decimal."""

POINTS = 256
FRESH_POINTS = 96
WIDE_POINTS = 800
EDGE_POINTS = 4
_FEWEST = 24
_STEP = 1e-6
_DENORMAL = 1e-290


class NoValues(ValueError):
    """The truth has too few finite real values on the domain to be judged against."""


@dataclass(frozen=True, eq=False)
class LawOnDomain:
    """A true expression, points of its domain, and its values there.

    ``X`` (n, d) and ``y`` (n,) are the points at which it is compared, ``fresh`` (m, d) others at
    which an identity is confirmed; at all of them the truth is finite and real. ``needs_precision``
    says that float64 has not the digits for it, and values are worked out otherwise.
    """

    expression: Expression
    names: tuple[str, ...]
    X: Array
    y: Array
    fresh: Array
    rules: tuple[Rule, ...]
    constraints: tuple[str, ...]
    needs_precision: bool = False

    @cached_property
    def wide(self) -> tuple[Array, Array]:
        """Many points, the ends of the ranges among them, and the values there; (m, d) and (m,).

        An identity is held against these before it is believed: a law may have a peak that few
        points meet.
        """
        X = np.concatenate(
            [
                self.X,
                draw(self.rules, self.constraints, WIDE_POINTS, seed=2000),
                draw_edges(self.rules, self.constraints, EDGE_POINTS),
            ]
        )
        y = self._function(X)
        usable = _usable(y)
        return X[usable], y[usable]

    @cached_property
    def scale(self) -> Array:
        """|y|, but where it crosses zero a tenth of the points' smallest typical size, shape (n,).

        The floor is the 10 % quantile of |y|: a term that matters on a tenth of the domain counts.
        """
        size = np.abs(self.y)
        floor = np.quantile(size, 0.1) or np.max(size) or 1.0
        return np.maximum(size, floor)

    @cached_property
    def reach(self) -> Array:
        """By how much, to first order, the truth changes per relative change of a constant.

        At each point the largest of ``scale`` and of |c dy/dc| over the constants c: those that are
        written, and the factor 1 that every variable has. Shape (n,).
        """
        changes = [*self._by_variables(), *self._by_literals()]
        finite = [np.where(np.isfinite(change), change, 0.0) for change in changes]
        reach: Array = np.array([self.scale, *finite]).max(axis=0)
        return reach

    def _by_variables(self) -> list[Array]:
        changes = []
        for column in range(len(self.names)):
            ends = []
            for factor in (1 - _STEP, 1 + _STEP):
                moved = self.X.copy()
                moved[:, column] *= factor
                ends.append(self._function(moved))
            changes.append(np.abs(ends[1] - ends[0]) / (2 * _STEP))
        return changes

    def _by_literals(self) -> list[Array]:
        changes = []
        for position, value in enumerate(numbers(self.expression)):
            if type(value) is float:
                ends = [
                    self._compiled(replace_numbers(self.expression, {position: value * factor}))(
                        self.X
                    )
                    for factor in (1 - _STEP, 1 + _STEP)
                ]
                changes.append(np.abs(ends[1] - ends[0]) / (2 * _STEP))
        return changes

    def own_changes(self, value: Array, usable: NDArray[np.bool_]) -> Array:
        """The relative changes of the truth's own constants that best explain ``value``.

        They are the floats that are written, a factor of the whole, and one of every term of every
        sum. Least squares of (value - y) / scale, the shortest solution.
        """
        J = self._by_own_constants
        rows = usable & np.isfinite(J).all(axis=0)
        misfit = (value - self.y) / self.scale
        rows &= np.isfinite(misfit)
        changes = np.linalg.lstsq(J[:, rows].T, misfit[rows], rcond=1e-9)[0]
        return np.asarray(changes, dtype=np.float64)

    @cached_property
    def _by_own_constants(self) -> Array:
        program = compile_program(_with_factors(self.expression), self.names)
        at = program.constants
        return slopes(program, at, self.X) * at[:, None] / self.scale

    @cached_property
    def _function(self) -> Function:
        return self._compiled(self.expression)

    def _compiled(self, expression: Expression) -> Function:
        return function_of(expression, self.names, needs_precision=self.needs_precision)

    def precise(self, digits: int) -> Precise:
        """The truth to so many digits."""
        return _precise(self.expression, digits)

    def lacking(
        self, present: frozenset[str], digits: int
    ) -> tuple[str, tuple[TruthAt, ...]] | None:
        """A variable outside ``present``, and two points that differ in it alone with the truth.

        None where the truth, on this domain, depends on variables of ``present`` only.
        """
        for name in sorted(symbols(self.expression) - present):
            if name not in self._dependence:
                self._dependence[name] = self._two_points(name, digits)
            points = self._dependence[name]
            if points is not None:
                return name, points
        return None

    @cached_property
    def _dependence(self) -> dict[str, tuple[TruthAt, ...] | None]:
        return {}

    def _two_points(self, name: str, digits: int) -> tuple[TruthAt, ...] | None:
        column = self.names.index(name)
        moved = self.X.copy()
        moved[:, column] = np.roll(moved[:, column], 1)
        change = np.abs(self._function(moved) - self.y) / self.scale
        row = int(np.argmax(np.where(np.isfinite(change), change, 0.0)))
        truth = self.precise(digits)
        points = [truth.point(self.names, X[row]) for X in (self.X, moved)]
        try:
            first, second = (truth(point) for point in points)
        except NotFinite:
            return None
        if abs(first - second) <= abs(first) * 1e-12:
            return None
        return tuple(
            (dict(zip(self.names, X[row].tolist(), strict=True)), truth.text(value))
            for X, value in ((self.X, first), (moved, second))
        )


def law_on(expression: Expression, domain: Domain) -> LawOnDomain:
    """The truth ``expression`` on ``domain``; kept, since it is asked for once per prediction.

    Raises NoValues.
    """
    return _law(expression, rules_of(domain), domain.constraints)


@lru_cache(maxsize=256)
def _law(
    expression: Expression, rules: tuple[Rule, ...], constraints: tuple[str, ...]
) -> LawOnDomain:
    names = tuple(name for name, _ in rules)
    precisely = needs_digits(expression, names, draw(rules, constraints, _FEWEST, 0))
    function = function_of(expression, names, needs_precision=precisely)

    def valid(count: int, seed: int) -> tuple[Array, Array]:
        """About ``count`` points at which the truth is finite and real, and its values."""
        asked = count
        for attempt in range(3):
            X = draw(rules, constraints, asked, seed + attempt)
            value = function(X)
            real = _usable(value)
            if real.sum() >= 0.75 * count or (attempt == 2 and real.sum() >= _FEWEST):
                return X[real][:count], value[real][:count]
            asked = count * 16
        raise NoValues(
            f"the truth is finite and real at {real.sum()} of {asked} points of the domain"
        )

    X, y = valid(POINTS, seed=0)
    fresh, _ = valid(FRESH_POINTS, seed=1000)
    return LawOnDomain(expression, names, X, y, fresh, rules, constraints, precisely)


def _usable(value: Array) -> NDArray[np.bool_]:
    """Where a value is finite, and has the digits of a float64."""
    usable: NDArray[np.bool_] = np.isfinite(value) & ((value == 0.0) | (np.abs(value) > _DENORMAL))
    return usable


def _with_factors(expression: Expression) -> Expression:
    """The tree with a factor 1.0 before it and before every term of its sums."""

    def factor(node: Expression) -> Expression:
        return Call("mul", (Number(1.0), node))

    def call(node: Call, args: list[Expression]) -> Expression:
        return Call(node.op, tuple(map(factor, args) if node.op in ("add", "sub") else args))

    return factor(fold(expression, lambda leaf: leaf, call))


@lru_cache(maxsize=256)
def _precise(expression: Expression, digits: int) -> Precise:
    return Precise(expression, digits)
