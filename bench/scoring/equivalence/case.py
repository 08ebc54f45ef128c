"""One prediction before one law: what is computed once, whichever rules ask for it."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from time import thread_time
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from bench.expression import Constant, Expression, compile_expression, replace_numbers, symbols
from bench.expression.tree import postorder
from bench.scoring.equivalence.confirm import SLACK, Confirmation, confirm
from bench.scoring.equivalence.law import LawOnDomain
from bench.scoring.equivalence.numerics.needs_precision import (
    UNTRUSTED,
    function_of,
    needs_digits,
)
from bench.scoring.equivalence.numerics.precise import NotFinite, Precise
from bench.scoring.equivalence.numerics.two_sides import GUARD, GUARD_IF_NEEDED
from bench.scoring.equivalence.refit import NEAR, Refit, refit, refit_from_afar, typical
from bench.scoring.equivalence.variants import (
    EXPONENT_SLACK,
    MOST_CONSTANTS,
    Variant,
    is_plain,
    variants_of,
    with_plain_exponents,
    without_zero_products,
)
from bench.scoring.equivalence.verdict import JudgeLimits, Witness

Array = NDArray[np.float64]

IDENTICAL = 1e-9
_WITNESSES_TRIED = 5
_WORST_NOISE = 1e-2
_FAR = 0.05
_NOISE_POINTS = 9
_FEWEST = 24


@dataclass(frozen=True, eq=False)
class Identity:
    """Whether constants exist that make the prediction the law, as far as was looked.

    ``start`` and ``end`` are the constants of ``variant`` as written and as they make it the law.
    """

    status: Literal["confirmed", "refuted", "open"]
    reason: str
    variant: Variant
    start: Array
    end: Array
    evidence: Mapping[str, Any]
    witness: Witness | None = None


class Case:
    """A prediction, the law it is held against, and the clock."""

    def __init__(
        self, prediction: Expression, law: LawOnDomain, limits: JudgeLimits, started: float
    ) -> None:
        self.prediction = prediction
        self.law = law
        self.limits = limits
        self.deadline = started + limits.seconds
        self.values: Array = compile_expression(prediction, law.names)(law.X)
        if not self.enough_points():
            self.prediction = without_zero_products(prediction)
            self.values = compile_expression(self.prediction, law.names)(law.X)
        self.needs_precision = self._needs_precision()
        if self.needs_precision:
            self.values = self.values_of(self.prediction)
        self._identities: dict[tuple[Expression, bool], Identity] = {}

    def _needs_precision(self) -> bool:
        """Whether float64 has not the digits for the prediction, as far as that can matter."""
        usable = self.usable
        if not usable.any() or typical(self._misfit(self.values)) < UNTRUSTED:
            return False  # the law's values are right, and so are these
        return needs_digits(self.prediction, self.law.names, self.law.X[usable])

    def values_of(self, expression: Expression) -> Array:
        """The values of a form of the prediction at the points ``law.X``."""
        function = function_of(expression, self.law.names, needs_precision=self.needs_precision)
        return function(self.law.X)

    def _misfit(self, values: Array) -> Array:
        """(p - t) / scale at the usable points."""
        misfit: Array = ((values - self.law.y) / self.law.scale)[self.usable]
        return misfit

    @cached_property
    def precise(self) -> Precise:
        return Precise(self.prediction, self.limits.digits)

    @property
    def usable(self) -> NDArray[np.bool_]:
        """The points at which the prediction has a value in float64."""
        return np.isfinite(self.values)

    @property
    def late(self) -> bool:
        return thread_time() > self.deadline

    def undefined(self) -> Witness | None:
        """A point of the domain at which the prediction has no finite real value, if there is one.

        An overflow in float64 alone is none: the value is asked for in mpmath.
        """
        rows = np.flatnonzero(~self.usable)
        if any(
            isinstance(node, Constant) and node.name == "I" for node in postorder(self.prediction)
        ):
            rows = np.arange(1)
        for row in rows[:_WITNESSES_TRIED]:
            point = self.precise.point(self.law.names, self.law.X[row])
            try:
                self.precise(point)
            except NotFinite:
                return self.witness(self.law.X[row].tolist())
        return None

    def enough_points(self) -> bool:
        """Whether the prediction has values in float64 at enough points to be judged."""
        return int(self.usable.sum()) >= _FEWEST

    def witness(self, row: list[float]) -> Witness:
        """The point ``row`` with both values there, to 20 digits.

        Raises ValueError where they are equal.
        """
        truth = self.law.precise(self.limits.digits)
        point = truth.point(self.law.names, row)
        return Witness(
            dict(zip(self.law.names, row, strict=True)),
            self._text(self.precise, point),
            self._text(truth, point),
        )

    def apart(self, distances: Array, count: int = 5) -> tuple[int, Witness] | None:
        """The row of the greatest distance at which the two really differ, of the first few."""
        for row in np.argsort(-distances)[:count].tolist():
            if distances[row] > 1.0:
                with contextlib.suppress(ValueError):
                    return row, self.witness(self.law.X[row].tolist())
        return None

    def lacking(self) -> tuple[str, Witness] | None:
        """A variable that the truth depends on and the prediction lacks, with two points."""
        found = self.law.lacking(symbols(self.prediction), self.limits.digits)
        if found is None:
            return None
        name, points = found
        ends = []
        for point, truth in points:
            exact = self.precise.point(tuple(point), tuple(point.values()))
            ends.append((point, self._text(self.precise, exact), truth))
        first, second = sorted(ends, key=lambda end: end[1] == end[2])
        beside = None if second[1] == second[2] else Witness(*second)
        return name, Witness(*first, beside=beside)

    @staticmethod
    def _text(side: Precise, point: Mapping[str, Any]) -> str:
        try:
            return side.text(side(point))
        except NotFinite as error:
            return str(error)

    def identity(self, expression: Expression, *, thorough: bool = False) -> Identity:
        """Whether constants exist that make ``expression`` the law.

        ``thorough`` also moves integers, and starts from afar; without it, constants are sought
        near those that are written. What was settled before is not done again.
        """
        key = (expression, thorough)
        if key not in self._identities:
            known = self._identities.get((expression, False))
            if known is None or (thorough and known.status == "refuted"):
                self._identities[key] = self._identify(expression, known, thorough)
            else:
                self._identities[key] = known
        return self._identities[key]

    def _identify(self, expression: Expression, known: Identity | None, thorough: bool) -> Identity:
        best = known
        for attempt in self._attempts(expression, thorough):
            if attempt.status != "refuted":
                return attempt
            if best is None or attempt.evidence["residual"] < best.evidence["residual"]:
                best = attempt
        return best or _unfitted(expression)

    def _attempts(self, expression: Expression, thorough: bool) -> Iterator[Identity]:
        usable = self.law.X[self.usable]
        columns = {name: usable[:, k] for k, name in enumerate(self.law.names)}
        for variant in variants_of(expression, columns, integers=thorough):
            yield self._attempt(variant, self._refit(variant))
            if thorough and self._far and not self.late:
                again = refit_from_afar(variant, self.law, self.usable, self.deadline)
                if again is not None and again.residual < NEAR:
                    yield self._attempt(variant, again)

    @cached_property
    def _far(self) -> bool:
        """Whether the constants are not fitted at all: a fitted prediction starts near its best."""
        return typical(self._misfit(self.values)) > _FAR

    def _refit(self, variant: Variant) -> Refit:
        """Where the constants go; where they are, if that is an identity to all appearance."""
        written = variant.constants
        residual = typical(self._misfit(self.values_of(variant.expression)))
        if residual < IDENTICAL or not variant.free or self.needs_precision:  # no slopes
            return Refit(written, residual, 0, True)
        return refit(variant, self.law, self.usable, self.deadline)

    def _attempt(self, variant: Variant, found: Refit) -> Identity:
        start = variant.constants
        evidence = {"residual": found.residual, "iterations": found.iterations}
        near = self.needs_precision or found.residual < NEAR
        if not near and found.residual > self._noise(variant, found):
            if not found.finished:
                reason = f"the time ended at a relative residual of {found.residual:.2g}"
                return Identity("open", reason, variant, start, found.constants, evidence)
            reason = f"refitted constants leave a relative residual of {found.residual:.2g}"
            return Identity("refuted", reason, variant, start, found.constants, evidence)
        outcome = confirm(
            variant, found.constants, self.law, self._fresh, self.limits.digits, self.deadline,
            guard=GUARD_IF_NEEDED if self.needs_precision else GUARD,
        )  # fmt: skip
        evidence |= {"digits": outcome.digits, "points": outcome.points}
        evidence |= {"residual": outcome.residual, "residual in float64": found.residual}
        return _identity(variant, start, outcome, evidence)

    def _noise(self, variant: Variant, found: Refit) -> float:
        """What float64 makes of the prediction's values: a residual below that says nothing.

        ``exp(1e-12*x) - 1`` has four digits. Ten times the typical error at a few points.
        """
        if found.residual > _WORST_NOISE:
            return 0.0
        moved = dict(zip(variant.free, found.constants.tolist(), strict=True))
        expression = replace_numbers(variant.expression, moved)
        rows = self.law.X[self.usable][:_NOISE_POINTS]
        values = compile_expression(expression, self.law.names)(rows)
        precise = Precise(expression, self.limits.digits)
        errors = []
        for row, value, scale in zip(rows, values, self.law.scale[self.usable], strict=False):
            try:
                error = value - precise(precise.point(self.law.names, row))
            except NotFinite:
                continue
            errors.append(float(abs(error)) / scale)
        return 10.0 * float(np.median(errors)) if errors else 0.0

    @cached_property
    def _fresh(self) -> Array:
        """Points for the confirmation: new ones first, at which the prediction has a value."""
        function = compile_expression(self.prediction, self.law.names)
        fresh = self.law.fresh[np.isfinite(function(self.law.fresh))]
        rows: Array = np.concatenate([fresh, self.law.X[self.usable]])
        return rows


def _unfitted(expression: Expression) -> Identity:
    variant = with_plain_exponents(expression)
    reason = f"{len(variant.free)} constants matter; at most {MOST_CONSTANTS} are refitted"
    start = variant.constants
    return Identity("open", reason, variant, start, start, {})


def _identity(
    variant: Variant, start: Array, outcome: Confirmation, evidence: dict[str, Any]
) -> Identity:
    end = outcome.constants
    if outcome.status == "refuted":
        reason = (
            f"the best constants leave a relative difference of {outcome.residual:.2g} "
            f"to {outcome.digits} digits"
        )
        return Identity("refuted", reason, variant, start, end, evidence, outcome.witness)
    if outcome.status == "open":
        reason = f"the time ended at a relative difference of {outcome.residual:.2g}"
        return Identity("open", reason, variant, start, end, evidence)
    for position, before, after in zip(variant.free, start, end, strict=True):
        fixed = position in variant.exponents and is_plain(after)
        if fixed and abs(after - before) > EXPONENT_SLACK:
            reason = f"an exponent of {before:.6g} would have to become {after:.6g}"
            return Identity("refuted", reason, variant, start, end, evidence)
    reason = f"equal to the truth to {outcome.digits - SLACK} digits at {outcome.points} points" + (
        ", its constants refitted" if evidence["iterations"] else ""
    )
    return Identity("confirmed", reason, variant, start, end, evidence)
