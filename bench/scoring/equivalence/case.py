"""One prediction before one law: what is computed once, whichever rules ask for it."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property
from time import thread_time
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from bench.expression import Constant, Expression, postorder, symbols
from bench.scoring.equivalence.forms.variants import Variant, without_zero_products
from bench.scoring.equivalence.law import LawOnDomain
from bench.scoring.equivalence.numerics.bounds import lost_digits, with_bound
from bench.scoring.equivalence.numerics.compiled import compiled
from bench.scoring.equivalence.numerics.precise import NotFinite, Precise
from bench.scoring.equivalence.numerics.quantiles import median
from bench.scoring.equivalence.numerics.values import precise_float, precisely
from bench.scoring.equivalence.numerics.witnesses import (
    Sides,
    sides_of,
    two_points,
    witness_at,
)
from bench.scoring.equivalence.search.nearest import typical
from bench.scoring.equivalence.thresholds import FAR, IDENTICAL, SHARE, THREE_DIGITS, TRUSTED
from bench.scoring.equivalence.verdict import JudgeLimits, Witness

if TYPE_CHECKING:
    from bench.scoring.equivalence.search.identity import Identity

Array = NDArray[np.float64]
Mask = NDArray[np.bool_]

_WITNESSES_TRIED = 5
_FEWEST = 24
_ENOUGH = 64
_CLEARLY = 10.0


class Case:
    """A prediction, the law it is held against, and the clock.

    ``values`` are the prediction's at the points of the law, nan where it has none or it is not
    worked out yet (``complete``); ``trusted`` are the points at which float64 is right about it.
    ``found`` keeps what was found of its forms, ``refuted`` what was last refuted of
    each.
    """

    def __init__(
        self, prediction: Expression, law: LawOnDomain, limits: JudgeLimits, started: float
    ) -> None:
        self.law, self.limits = law, limits
        self.deadline = started + limits.seconds
        self.found: dict[tuple[Variant, str], Identity | None] = {}
        self.refuted: dict[Variant, Identity] = {}
        self._forms: list[Variant] = []
        self._witnesses: dict[tuple[float, ...], Witness | None] = {}
        self.prediction = prediction
        self.values: Array = compiled(prediction, law.names)(law.X)
        if not np.isfinite(self.values).all():
            self.prediction = without_zero_products(prediction)
            self.values = compiled(self.prediction, law.names)(law.X)
        self.trusted: Mask = np.isfinite(self.values)
        self.overflowed: Mask = np.zeros_like(self.trusted)
        self._doubtful: Mask = np.zeros_like(self.trusted)
        if not (self.trusted.all() and np.max(np.abs(self._misfit(self.values))) < IDENTICAL):
            self._look_closely()
        if not self.enough_points():
            self.complete()

    def _look_closely(self) -> None:
        """Tell where float64 is right about the prediction."""
        law = self.law
        bounded = with_bound(self.prediction, law.names, law.X)
        with np.errstate(invalid="ignore"):
            close = bounded.bounds <= TRUSTED * law.scale
        finite = np.isfinite(self.values)
        self.trusted, self.overflowed = finite & close, bounded.overflowed
        self._doubtful = np.where(finite, ~close, bounded.overflowed)
        self.values = np.where(self.trusted, self.values, np.nan)

    def complete(self) -> None:
        """Work out the values at which float64 is not right, as long as there is time.

        Not if the values that are right refute already.
        """
        law = self.law
        if not self._doubtful.any():
            return
        apart = np.abs(self.values - law.y) > _CLEARLY * self.limits.tolerance * law.reach
        if self.trusted.sum() >= _ENOUGH and np.mean(apart) > 2.0 * (1.0 - SHARE):
            return
        for row in np.flatnonzero(self._doubtful).tolist():
            if self.late:
                return
            point = law.X[row].tolist()
            self.values[row] = precise_float(self.prediction, law.names, point, law.typical)
            self._doubtful[row] = False

    def _misfit(self, values: Array) -> Array:
        """(p - t) / scale at the points at which float64 is right."""
        misfit: Array = ((values - self.law.y) / self.law.scale)[self.trusted]
        return misfit

    @property
    def usable(self) -> Mask:
        """The points at which the prediction has a value."""
        return np.isfinite(self.values)

    @cached_property
    def needs_precision(self) -> bool:
        """Whether float64 is right about the prediction at too few points to fit constants to."""
        return int(self.trusted.sum()) < _FEWEST

    def enough_points(self) -> bool:
        """Whether the prediction has values at enough points to be judged."""
        return int(self.usable.sum()) >= _FEWEST

    @cached_property
    def lost_digits(self) -> int:
        """Digits that cancel in either side at the points of a confirmation."""
        law = self.law
        own = with_bound(self.prediction, law.names, law.fresh)
        return max(lost_digits(own.bounds, law.fresh_y), law.lost_digits)

    @cached_property
    def fresh(self) -> Array:
        """Points for the confirmation: new ones first, at which the prediction has a value."""
        function = compiled(self.prediction, self.law.names)
        fresh = self.law.fresh[np.isfinite(function(self.law.fresh))]
        rows: Array = np.concatenate([fresh, self.law.X[self.usable]])
        return rows

    @cached_property
    def precise(self) -> Precise:
        return precisely(self.prediction, self.limits.digits)

    @cached_property
    def sides(self) -> Sides:
        """Prediction and truth to any number of digits."""
        return sides_of(self.prediction, self.law.expression)

    @property
    def late(self) -> bool:
        return thread_time() > self.deadline

    @cached_property
    def far(self) -> bool:
        """Whether the constants are not fitted at all: a fitted prediction starts near its best."""
        return typical(self._misfit(self.values)) > FAR

    def forms(self) -> Iterator[Variant]:
        """The forms of the prediction whose constants are moved, made as they are asked for."""
        index = 0
        while True:
            if index == len(self._forms):
                following = next(self._more_forms, None)
                if following is None:
                    return
                self._forms.append(following)
            yield self._forms[index]
            index += 1

    @cached_property
    def _more_forms(self) -> Iterator[Variant]:
        from bench.scoring.equivalence.search.identity import forms_of

        return forms_of(self)

    def residual(self, expression: Expression) -> float:
        """The typical misfit of a form of the prediction."""
        if self.needs_precision:
            return np.inf
        return typical(self._misfit(compiled(expression, self.law.names)(self.law.X)))

    def within_reach(self, residual: float) -> bool:
        """Whether constants within the tolerance may explain such a residual."""
        tolerance = max(self.limits.tolerance, THREE_DIGITS)
        return residual <= 3.0 * tolerance * median(self.law.reach / self.law.scale)

    def undefined(self) -> Witness | None:
        """A point of the domain at which the prediction has no finite real value, if there is one.

        An overflow in float64 alone is none: the value is asked for in mpmath.
        """
        rows = np.flatnonzero(~self.usable & (~self._doubtful | self.overflowed))
        if any(
            isinstance(node, Constant) and node.name == "I" for node in postorder(self.prediction)
        ):
            rows = np.arange(1)
        for row in rows[:_WITNESSES_TRIED]:
            point = self.law.X[row].tolist()
            try:
                self.precise(self.precise.point(self.law.names, point))
            except NotFinite:
                return self._witness(point)
        return None

    def apart(self, excess: Array, allowed: Array) -> tuple[int, Witness] | None:
        """The row of the greatest ``excess`` at which the two really are that far apart.

        In precise arithmetic, further than ``allowed``; both of shape (n,).
        """
        order = np.argsort(-np.where(self.usable, excess, -np.inf))
        for row in order[:_WITNESSES_TRIED].tolist():
            point = self.law.X[row]
            try:
                truth = self.law.precise_value(self.limits.digits, point)
                value = self.precise(self.precise.point(self.law.names, point.tolist()))
            except NotFinite:
                continue
            if abs(value - truth) > allowed[row]:
                witness = self._witness(point.tolist())
                if witness is not None:
                    return row, witness
        return None

    def _witness(self, row: list[float]) -> Witness | None:
        """The point, looked at once, whichever rules ask."""
        key = tuple(row)
        if key not in self._witnesses:
            names, shown = self.law.names, self.limits.shown
            self._witnesses[key] = witness_at(self.sides, names, row, shown=shown)
        return self._witnesses[key]

    def lacking(self) -> tuple[str, Witness] | None:
        """A variable that the truth depends on and the prediction lacks, with two points."""
        found = self.law.lacking(symbols(self.prediction))
        if found is None:
            return None
        name, points = found
        witness = two_points(self.sides, self.law.names, points, shown=self.limits.shown)
        return None if witness is None else (name, witness)
