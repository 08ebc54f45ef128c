"""How answers to tables are scored: numbers on the splits, then the law, where it is known."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from bench.expression import (
    Expression,
    ParseError,
    Reading,
    compile_expression,
    parse,
    read,
)
from bench.kinds.table.metrics import NUMERIC
from bench.method import Answer
from bench.problems.data import Data
from bench.problems.identifiable.stored import rivals_digest
from bench.problems.problem import Problem
from bench.scoring.cdm.rows import LOOKS
from bench.scoring.cdm.typesetting import warm_up
from bench.scoring.comparing import Claim, nothing_compared
from bench.scoring.ned.form_cache import FormCache
from bench.scoring.numeric import NumericScore, nmse, numeric_score, same_values
from bench.scoring.scorecard import SOLE, Comparison, Scorecard
from bench.scoring.steps import Item, NoAnswer, Scheme, ScoringLimits, ScoringStep
from bench.scoring.used_variables import VariableUse, variable_use

Values = NDArray[np.float64]

NO_FORMULA = "a black box: it has no formula"


@dataclass(frozen=True)
class TableSubject:
    """An answer to a table, made ready: what the metrics of ``table`` look at.

    ``truth`` is None where the law is not known, ``reading`` where the answer is a black box: what
    its predictor said, and no formula.
    """

    item: Item
    reading: Reading | None
    truth: Expression | None
    forms: FormCache
    limits: ScoringLimits

    @property
    def prediction(self) -> Expression:
        """What was read, with decimals for constants without a value; raises NoAnswer where the
        answer has no formula."""
        if self.reading is None:
            raise NoAnswer(NO_FORMULA)
        return self.reading.filled

    @property
    def problem(self) -> Problem:
        problem: Problem = self.item.problem
        return problem

    @cached_property
    def data(self) -> Data:
        """The problem's data, or those that were given in their place."""
        data: Data = self.item.problem_data()
        return data

    @property
    def steps(self) -> tuple[ScoringStep, ...]:
        numeric = ScoringStep(NUMERIC, self._variables, prepare=lambda: self.data)
        if self.truth is None or self.reading is None:
            return (numeric,)
        claim = Claim(
            self.prediction, self.truth, lambda: self.problem.domain, self.forms, self.limits,
            r2=_r2, reading=self.reading,
        )  # fmt: skip
        looks = (ScoringStep(LOOKS, prepare=warm_up),) if self.limits.cdm else ()
        return (numeric, *claim.steps, *looks)

    @cached_property
    def test(self) -> NumericScore:
        """How well the predicted values match those of the test split."""
        return numeric_score(self.data.test.y, self.predicted(self.data.test.X))

    @cached_property
    def ood(self) -> NumericScore | None:
        """The same out of the domain; None where the problem has no such split."""
        ood = self.data.ood
        return None if ood is None else numeric_score(ood.y, self.predicted(ood.X))

    @cached_property
    def variables(self) -> VariableUse | None:
        """The variables used, missed and needless; None where the law is not known."""
        if self.truth is None or self.reading is None:
            return None
        return variable_use(self.prediction, self.truth, self.problem.names, self.data.test.X)

    def predicted(self, X: Values) -> Values:
        """The prediction's values at the rows of ``X``, shape (n, d): shape (n,)."""
        return self._values(X)

    @cached_property
    def _values(self) -> Callable[[Values], Values]:
        if self.reading is None:
            return self._kept_values
        if self.reading.constants:  # a template has no values
            return lambda X: np.full(len(X), np.nan)
        return compile_expression(self.prediction, self.problem.names)

    @cached_property
    def predictor_values(self) -> Values | None:
        """What the answer's own predictor says at the test inputs; None where it kept none."""
        found = self.item.predicted.get("test")
        fits = found is not None and len(found) == len(self.data.test.y)
        return found if fits else None

    @cached_property
    def test_of_predictor(self) -> NumericScore | None:
        """How well that matches the test split."""
        found = self.predictor_values
        return None if found is None else numeric_score(self.data.test.y, found)

    @cached_property
    def ood_of_predictor(self) -> NumericScore | None:
        """The same out of the domain; None where the problem has no such split, too."""
        ood, found = self.data.ood, self.item.predicted.get("ood")
        if ood is None or found is None or len(found) != len(ood.y):
            return None
        return numeric_score(ood.y, found)

    @cached_property
    def text_gap(self) -> float | None:
        """The mean square of text less predictor over the target's variance; None without both."""
        if self.predictor_values is None or self.reading is None:
            return None
        y = self.data.test.y
        return nmse(y, y + self.predicted(self.data.test.X) - self.predictor_values)

    @cached_property
    def text_differs(self) -> bool | None:
        """Whether the text's values are other ones than the predictor's; None without either."""
        if self.predictor_values is None or self.reading is None:
            return None
        return not same_values(self.predicted(self.data.test.X), self.predictor_values)

    def _kept_values(self, X: Values) -> Values:
        """What a black box said at the inputs of one of the splits that it was asked about."""
        for name, values in self.item.predicted.items():
            table = self.data.splits.get(name)
            if table is not None and table.X is X and len(values) == len(X):
                return values
        return np.full(len(X), np.nan)

    def _variables(self, card: Scorecard) -> Scorecard:
        if self.reading is None:
            truth = self.truth
            compared = {} if truth is None else {SOLE: nothing_compared(truth, NO_FORMULA)}
            return card.but(comparisons=compared)
        if self.truth is None:
            return card.compared(SOLE, read_as=self.reading.told) if self.reading.steps else card
        return card.compared(SOLE, variables=self.variables)


def _r2(card: Scorecard) -> float | None:
    # Where the numeric step was cut short, its values are the worst and no measurement.
    return card.values["r2"] if NUMERIC in card.seconds else None


def _ready(item: Item, forms: FormCache, limits: ScoringLimits) -> TableSubject:
    problem: Problem = item.problem
    truth = None if problem.truth is None else parse(problem.truth, problem.variables)
    black_box = item.answer == "" and item.predicted
    reading = None if black_box else readable(item.answer, problem)
    return TableSubject(item, reading, truth, forms, limits)


def readable(answer: Answer | None, problem: Problem) -> Reading:
    """The reading of ``answer``; raises NoAnswer, with the reason."""
    if answer is None:
        raise NoAnswer("no expression")
    if not isinstance(answer, str):
        raise NoAnswer(f"no expression: {len(answer)} of them where one is asked for")
    try:
        return read(answer, problem.variables)
    except ParseError as error:
        raise NoAnswer(f"no expression: {error}") from None


def _failed(item: Item, why: str) -> dict[str, Comparison]:
    problem: Problem = item.problem
    if problem.truth is None:
        return {}
    return {SOLE: nothing_compared(parse(problem.truth, problem.variables), why)}


SCHEME = Scheme("table", _ready, _failed, rivals_digest)
