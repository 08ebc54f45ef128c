"""How answers about oracles are scored: numbers at FIND's points, then the law."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from bench.expression import Call, Expression, Number, compile_expression
from bench.kinds.oracle.metrics import NUMERIC
from bench.kinds.oracle.posing import CORRUPTED, LAW, VALUE, parts
from bench.problems.oracles.problem import OracleData, OracleProblem
from bench.problems.oracles.served import Corrupted, even
from bench.scoring.comparing import Claim, nothing_compared
from bench.scoring.ned.form_cache import FormCache
from bench.scoring.numeric import nmse
from bench.scoring.scorecard import SOLE, Comparison, Scorecard
from bench.scoring.steps import Item, NoAnswer, Scheme, ScoringLimits, ScoringStep

Array = NDArray[np.float64]

PUBLISHED, FLOOR_DEGREE, FLOOR_POINTS = 0.1, 5, 256
"""FIND's bound on the error relative to the sum of squares; and the polynomial that reaches it."""
_FINE = 4097
NO_FORMULA = "a black box: it has no formula"


@dataclass(frozen=True)
class OracleSubject:
    """An answer about an oracle, made ready: what the metrics of ``oracle`` look at.

    ``answer`` is empty where it has no formula: what its predictor said is all there is.
    """

    item: Item
    answer: Mapping[str, Expression]
    forms: FormCache
    limits: ScoringLimits

    @property
    def problem(self) -> OracleProblem:
        problem: OracleProblem = self.item.problem
        return problem

    @cached_property
    def data(self) -> OracleData:
        """The problem's data, or those that were given in their place."""
        data: OracleData = self.item.problem_data()
        return data

    @property
    def steps(self) -> tuple[ScoringStep, ...]:
        numeric = ScoringStep(NUMERIC, self._formless, prepare=lambda: self.data)
        if not self.answer:
            return (numeric,)
        claim = Claim(
            self.answer[LAW], self.problem.law, lambda: self.problem.domain, self.forms,
            self.limits, r2=lambda card: 1.0 - self.nmse,
        )  # fmt: skip
        return (numeric, *claim.steps)

    @property
    def whole(self) -> Expression:
        """What the answer says is served: its law, and its value where it says corrupted."""
        if CORRUPTED not in self.answer:
            return self.answer[LAW]
        inside = Call("gt", (self.answer[CORRUPTED], Number(0)))
        return Call("piecewise", (self.answer[VALUE], inside, self.answer[LAW]))

    @cached_property
    def find_success(self) -> bool:
        """FIND's rule on what is served, but for what is random: see ``published_success``."""
        served = self._values(self.whole) if self.answer else self._kept_values
        return published_success(self.data.served, served)

    @cached_property
    def find_floor(self) -> bool:
        """Whether the floor would pass it: a polynomial through even questions."""
        return floor_passes(self.problem, self.data)

    @cached_property
    def nmse(self) -> float:
        """The error of the law over the variance of what is served, where that is clean."""
        clean = self.data.clean
        law = self._values(self.answer[LAW]) if self.answer else self._kept_values
        return nmse(self.data.served[clean], law[clean])

    @cached_property
    def overlap(self) -> float | None:
        """Of where the answer says corrupted and where it is so, intersection over union on the
        law's range; None where nothing is corrupted."""
        serving = self.problem.serving
        if not isinstance(serving, Corrupted):
            return None
        x = even(self.problem.limits, _FINE)
        true = serving.inside(x)
        said = self.answer.get(CORRUPTED)
        found = np.zeros(len(x), bool) if said is None else values_of(said, x) > 0
        return float((true & found).sum()) / max(1.0, float((true | found).sum()))

    def _values(self, expression: Expression) -> Array:
        return values_of(expression, self.data.x)

    @property
    def _kept_values(self) -> Array:
        found = self.item.predicted.get("test", np.empty(0))
        return found if found.shape == self.data.x.shape else np.full(len(self.data.x), np.nan)

    def _formless(self, card: Scorecard) -> Scorecard:
        if self.answer:
            return card
        return card.but(comparisons={SOLE: nothing_compared(self.problem.law, NO_FORMULA)})


def values_of(expression: Expression, x: Array) -> Array:
    """The values of an expression in ``x0`` at ``x`` (n,)."""
    return compile_expression(expression, ["x0"])(x[:, None])


def published_success(y: Array, predicted: Array) -> bool:
    """FIND's rule: sum (y - p)^2 < 0.1 sum y^2 (arXiv:2309.03886, section 4).

    Points where ``y`` is no finite number are left out. Where ``predicted`` is none, it fails, in
    which this is stricter; where all of ``y`` is 0, what is 0 passes, which there is 0/0.
    """
    finite = np.isfinite(y)
    with np.errstate(all="ignore"):
        error = float(((y[finite] - predicted[finite]) ** 2).sum())
        size = float((y[finite] ** 2).sum())
    return error < PUBLISHED * size or error == size == 0.0


def floor_passes(problem: OracleProblem, data: OracleData) -> bool:
    """Whether a least-squares polynomial of degree 5 through 256 even questions passes FIND's
    rule on ``problem``, whatever its law is."""
    low, high = -128.0, 128.0
    x = even((low, high), FLOOR_POINTS)
    y = problem.served(x)
    finite = np.isfinite(y)
    degree = min(FLOOR_DEGREE, int(finite.sum()) - 1)
    if degree < 0:
        return False
    fitted = np.polynomial.Polynomial.fit(x[finite], y[finite], degree, domain=[low, high])
    return published_success(data.served, np.asarray(fitted(data.x)))


def _ready(item: Item, forms: FormCache, limits: ScoringLimits) -> OracleSubject:
    problem: OracleProblem = item.problem
    if item.answer is None:
        raise NoAnswer("no expression")
    if item.answer == "" and item.predicted:
        return OracleSubject(item, {}, forms, limits)
    try:
        answer = parts(item.answer, problem.variables)
    except ValueError as error:
        raise NoAnswer(f"no expression: {error}") from None
    return OracleSubject(item, answer, forms, limits)


def _failed(item: Item, why: str) -> dict[str, Comparison]:
    problem: OracleProblem = item.problem
    return {SOLE: nothing_compared(problem.law, why)}


SCHEME = Scheme("oracle", _ready, _failed)
