"""The truth on its domain: everything that can be known of it before there is a prediction."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property, lru_cache

import numpy as np
from numpy.typing import NDArray

from bench.expression import (
    Call,
    Expression,
    Number,
    symbols,
)
from bench.expression.compiled.program import Program, compile_program
from bench.scoring.equivalence.forms.literals import odd_exponents, roles
from bench.scoring.equivalence.forms.variants import law_with_everything
from bench.scoring.equivalence.numerics.bounds import lost_digits, with_bound
from bench.scoring.equivalence.numerics.branches import margins
from bench.scoring.equivalence.numerics.compiled import compiled
from bench.scoring.equivalence.numerics.points import Region
from bench.scoring.equivalence.numerics.precise import NotFinite, Precise, Value
from bench.scoring.equivalence.numerics.quantiles import median, quantile
from bench.scoring.equivalence.numerics.slopes import slopes
from bench.scoring.equivalence.numerics.values import precisely, right_values
from bench.scoring.equivalence.search.beyond import decades_of, of_any_size, rescaled
from bench.scoring.equivalence.thresholds import SCALE_QUANTILE, TRUSTED

Array = NDArray[np.float64]
TruthAt = tuple[Mapping[str, float], Value]
"""A point, and the truth there."""

POINTS = 256
FRESH_POINTS = 96
WIDE_POINTS = 800
EDGE_POINTS = 4
_FEWEST = 24
_STEP = 1e-6
_SMALLEST, _LARGEST = 1e-290, 1e290
_MANY_BY_DIGITS = 0.5
_MOST_BY_DIGITS = 300
_DEPENDS = 1e-12


class NoValues(ValueError):
    """The truth has too few finite real values on the domain to be judged against."""


class OutOfRange(ValueError):
    """The truth's values are beyond what float64 holds; ``power`` of ten brings them in."""

    def __init__(self, power: int) -> None:
        super().__init__(f"values of about 1e{-power}")
        self.power = power


@dataclass(frozen=True, eq=False)
class LawOnDomain:
    """A true expression, points of its domain, and its values there.

    ``X`` (n, d) and ``y`` (n,) are the points at which it is compared, ``fresh`` (m, d) and
    ``fresh_y`` (m,) others at which an identity is confirmed; at all of them the truth is finite
    and real.
    ``needs_precision`` says that float64 has not the digits for it at most points; ``lost_digits``
    are those that cancel in it at the points of a confirmation.
    """

    expression: Expression
    region: Region
    X: Array
    y: Array
    fresh: Array
    fresh_y: Array
    needs_precision: bool = False
    lost_digits: int = 0
    _known: dict[tuple[int, bytes], Value] = field(default_factory=dict)
    _far_out: dict[float, tuple[Array, Array]] = field(default_factory=dict)

    @cached_property
    def names(self) -> tuple[str, ...]:
        return self.region.names

    @cached_property
    def many(self) -> tuple[Array, Array]:
        """Many points of the domain, and the values there; shapes (m, d) and (m,)."""
        X, y, inside = self._sampled
        return X[:inside], y[:inside]

    @cached_property
    def wide(self) -> tuple[Array, Array]:
        """Many points of the domain and of the ends of its ranges, and the values there.

        An identity is held against these before it is believed: a law may have a peak that few
        points meet. Shapes (m, d) and (m,).
        """
        X, y, _ = self._sampled
        return X, y

    @cached_property
    def _sampled(self) -> tuple[Array, Array, int]:
        """Points of the domain, then of the ends of its ranges; values; how many are of the first.

        Together, since an expression's cost at a thousand points is nearly that at one.
        """
        inside = self.region.draw(WIDE_POINTS, seed=2000)
        X = np.concatenate([inside, self.region.edges(EDGE_POINTS)])
        y = self.values(X)
        usable = np.isfinite(y)
        known = len(self.X) + int(usable[:WIDE_POINTS].sum())
        return np.concatenate([self.X, X[usable]]), np.concatenate([self.y, y[usable]]), known

    @cached_property
    def wider_box(self) -> tuple[Array, Array, NDArray[np.int64]]:
        """Points of the domain a quarter wider, values there, and the piece that each is of.

        Those beyond a pole of the law are left out.
        """
        region = self.region.widened()
        X = np.concatenate([region.draw(POINTS, seed=3000), region.edges(EDGE_POINTS)])
        y = self.values(X)
        usable = np.isfinite(y)
        for margin in {one for one in margins(self.expression, of_poles=True) if symbols(one)}:
            sides = [np.sign(compiled(margin, self.names)(at)) for at in (self.X, X)]
            if np.all(sides[0] == sides[0][0]):
                usable &= sides[1] == sides[0][0]
        return X[usable], y[usable], region.pieces(X[usable])

    @cached_property
    def rescaled(self) -> tuple[Array, Array]:
        """Points of the domain, and where they are taken beyond it (``search/beyond.py``)."""
        return rescaled(self.X, self.region.rules)

    @cached_property
    def beyond(self) -> LawOnDomain:
        """The law at those places."""
        X = self.rescaled[1]
        y = self.values(X)
        usable = np.isfinite(y)
        return replace(self, X=X[usable], y=y[usable], _far_out={})

    def of_any_size(self, *sides: Expression) -> tuple[Array, Array]:
        """The same, further out: as far as the numbers of ``sides`` ask for."""
        decades = decades_of(*sides)
        if decades not in self._far_out:
            self._far_out[decades] = of_any_size(self.X, self.region.rules, decades)
        return self._far_out[decades]

    @cached_property
    def program(self) -> Program:
        """The truth with its decimals free, which may give way; but not whole exponents.

        An exponent spelled as a fraction is free as its decimal would be.
        """
        odd = odd_exponents(self.expression)
        roles_of = enumerate(roles(self.expression))
        decimals = [at for at, role in roles_of if role == "decimal" or at in odd]
        return compile_program(self.expression, self.names, decimals)

    @cached_property
    def typical(self) -> float:
        """The median size of the values that are not 0."""
        size = np.abs(self.y[self.y != 0.0])
        return median(size) if len(size) else 1.0

    @cached_property
    def floor(self) -> float:
        """What values are measured in where the truth crosses 0: the 10 % quantile of its size.

        A term that matters on a tenth of the domain counts.
        """
        size = np.abs(self.y[self.y != 0.0])
        return quantile(size, SCALE_QUANTILE) if len(size) else 1.0

    @cached_property
    def scale(self) -> Array:
        """|y|, but at least ``floor``, shape (n,)."""
        return np.maximum(np.abs(self.y), self.floor)

    @cached_property
    def reach(self) -> Array:
        """By how much, to first order, the truth changes per relative change of a constant.

        At each point the largest of ``scale`` and of |c dy/dc| over the constants c: those that are
        written, however they are, and the factor 1 that every variable has. Shape (n,).
        """
        changes = [*self._by_variables(), *self._by_constants()]
        finite = [np.where(np.isfinite(change), change, 0.0) for change in changes]
        reach: Array = np.array([self.scale, *finite]).max(axis=0)
        return reach

    def _by_variables(self) -> list[Array]:
        changes = []
        function = compiled(self.expression, self.names)
        for column in range(len(self.names)):
            ends = []
            for factor in (1 - _STEP, 1 + _STEP):
                moved = self.X.copy()
                moved[:, column] *= factor
                ends.append(function(moved))
            changes.append(np.abs(ends[1] - ends[0]) / (2 * _STEP))
        return changes

    def _by_constants(self) -> Array:
        constants = law_with_everything(self.expression)
        program = compile_program(constants.expression, self.names, constants.movable)
        changes: Array = np.abs(slopes(program, program.constants, self.X))
        return changes * np.abs(program.constants)[:, None]

    def own_changes(self, value: Array, usable: NDArray[np.bool_]) -> Array:
        """The relative changes of the truth's own constants that best explain ``value``.

        They are those that are written, however they are, the factors 1 that are not, and a factor
        of the whole. Least squares of (value - y) / scale, the shortest solution.
        """
        J = self._by_own_constants
        rows = usable & np.isfinite(J).all(axis=0)
        misfit = (value - self.y) / self.scale
        rows &= np.isfinite(misfit)
        changes = np.linalg.lstsq(J[:, rows].T, misfit[rows], rcond=1e-9)[0]
        return np.asarray(changes, dtype=np.float64)

    @cached_property
    def _by_own_constants(self) -> Array:
        every = law_with_everything(self.expression)
        whole = Call("mul", (Number(1.0), every.expression))
        program = compile_program(whole, self.names, [0, *(at + 1 for at in every.movable)])
        at = program.constants
        return slopes(program, at, self.X) * at[:, None] / self.scale

    def values(self, X: Array) -> Array:
        """The truth at points, nan where it has no value that float64 can hold.

        Where float64 is right at most of them, it is left out where it is not.
        """
        bounded = with_bound(self.expression, self.names, X)
        trusted = bounded.bounds <= TRUSTED * np.abs(bounded.values)
        value = np.where(trusted, bounded.values, np.nan)
        if np.mean(trusted) < _MANY_BY_DIGITS * np.mean(np.isfinite(bounded.values)):
            rows = np.flatnonzero(~trusted)[:_MOST_BY_DIGITS]
            value[rows] = right_values(self.expression, self.names, X[rows]).values
        return np.where(_usable(value), value, np.nan)

    def precise(self, digits: int) -> Precise:
        """The truth to so many digits."""
        return precisely(self.expression, digits)

    def precise_value(self, digits: int, row: Array) -> Value:
        """The truth at a point, to so many digits, worked out once. Raises NotFinite."""
        key = digits, row.tobytes()
        if key not in self._known:
            side = self.precise(digits)
            self._known[key] = side(side.point(self.names, row.tolist()))
        return self._known[key]

    def lacking(self, present: frozenset[str]) -> tuple[str, Array] | None:
        """A variable outside ``present``, and two points, (2, d), that differ in it alone.

        The truth differs between them. None where it depends on no such variable to 12 digits.
        """
        for name in sorted(symbols(self.expression) - present):
            if name not in self._dependence:
                self._dependence[name] = self._two_points(name)
            points = self._dependence[name]
            if points is not None:
                return name, points
        return None

    @cached_property
    def _dependence(self) -> dict[str, Array | None]:
        return {}

    def _two_points(self, name: str) -> Array | None:
        """Of the domain; where it does not matter there and the data leave it free, of anywhere."""
        column = self.names.index(name)
        points = self._apart_by(column, self.X)
        if points is None and not self.region.ties:
            points = self._apart_by(column, self.of_any_size(self.expression)[1], certain=True)
        return points

    def _apart_by(self, column: int, X: Array, *, certain: bool = False) -> Array | None:
        """Two points between which the column matters; ``certain``: to float64 as well.

        Far out an exponential underflows to many digits too, and its sign is no 0.
        """
        moved = X.copy()
        moved[:, column] = np.roll(moved[:, column], 1)
        function = compiled(self.expression, self.names)
        with np.errstate(all="ignore"):
            change = np.abs(function(moved) - function(X))
            share = change / np.maximum(np.abs(function(X)), self.floor)
        share = np.where(np.isfinite(share), share, 0.0)
        if certain:
            doubt = sum(with_bound(self.expression, self.names, at).bounds for at in (moved, X))
            share = np.where(change > doubt, share, -1.0)
        for row in np.argsort(-share)[: min(3, int(np.sum(share >= 0.0)))].tolist():
            points = np.stack([X[row], moved[row]])
            try:
                first, second = (self.precise_value(50, point) for point in points)
            except NotFinite:
                continue
            if abs(first - second) > _DEPENDS * max(abs(first), self.floor):
                return points
        return None


def law_on(expression: Expression, region: Region) -> LawOnDomain:
    """The truth ``expression`` on ``region``; kept, since it is asked for once per prediction.

    Raises NoValues, and OutOfRange.
    """
    return _law(expression, region)


@lru_cache(maxsize=256)
def _law(expression: Expression, region: Region) -> LawOnDomain:
    drawn = [region.draw(count, seed) for count, seed in _DRAWS]
    worked = right_values(expression, region.names, np.concatenate(drawn))
    parts: list[tuple[Array, Array]] = []
    bounds: Array = np.zeros(0)
    first = 0
    for (count, seed), X in zip(_DRAWS, drawn, strict=True):
        rows = slice(first, first + len(X))
        first += len(X)
        y, real = worked.values[rows], _usable(worked.values[rows])
        bounds = worked.bounds[rows][real]
        if real.sum() < _ENOUGH * count:
            _check_range(expression, region, X)
            X, y, bounds = _drawn_again(expression, region, count, seed)
            real = np.ones(len(X), dtype=np.bool_)
        parts.append((X[real], y[real]))
    (X, y), (fresh, fresh_y) = parts
    many = float(np.mean(worked.precisely[: len(drawn[0])])) > _MANY_BY_DIGITS
    lost = lost_digits(bounds, fresh_y)
    return LawOnDomain(expression, region, X, y, fresh, fresh_y, many, lost)


_DRAWS = ((POINTS, 0), (FRESH_POINTS, 1000))
"""How many points are drawn for a comparison, and for a confirmation, and their seeds."""
_ENOUGH = 0.75


def _drawn_again(
    expression: Expression, region: Region, count: int, seed: int
) -> tuple[Array, Array, Array]:
    """Of 16 times as many points those at which the truth has a value, ``count`` at most.

    With the values there, and the bounds on their errors. Raises NoValues, and OutOfRange.
    """
    for attempt in (1, 2):
        X = region.draw(16 * count, seed + attempt)
        worked = right_values(expression, region.names, X)
        real = np.flatnonzero(_usable(worked.values))[:count]
        if len(real) >= (_ENOUGH * count if attempt == 1 else _FEWEST):
            return X[real], worked.values[real], worked.bounds[real]
        _check_range(expression, region, X)
    raise NoValues(f"the truth is finite and real at {len(real)} of {len(X)} points of the domain")


def _check_range(expression: Expression, region: Region, X: Array) -> None:
    """Raise OutOfRange where the values exist, and float64 has not the range for them."""
    side = precisely(expression, 50)
    powers = []
    for row in X[:_FEWEST].tolist():
        try:
            value = side(side.point(region.names, row))
        except NotFinite:
            continue
        if value != 0:
            powers.append(round(float(side.context.log(abs(value), 10))))
    if len(powers) > _FEWEST // 2 and abs(np.median(powers)) > 289:
        raise OutOfRange(-int(np.median(powers)))


def _usable(value: Array) -> NDArray[np.bool_]:
    """Where a value is finite, and has the digits of a float64."""
    size = np.abs(value)
    usable: NDArray[np.bool_] = np.isfinite(value) & (
        (value == 0.0) | ((size > _SMALLEST) & (size < _LARGEST))
    )
    return usable
