"""Scorecards: what is in them, what failures look like, and that they survive JSON."""

from __future__ import annotations

import json
import math

import pytest
from scoring_problems import problem

from bench.problems import load_dataset
from bench.scoring import FormCache, Scorecard, ScoringLimits, VariableUse, score

FORMS = FormCache()


def scored(expression: str | None, truth: str | None = "x0*x1**2") -> Scorecard:
    card = score(expression, problem(truth), forms=FORMS)
    assert Scorecard.from_dict(json.loads(json.dumps(card.as_dict(), allow_nan=False))) == card
    assert card.judge_version == ScoringLimits(seconds=math.inf).version
    return card


def answers(card: Scorecard) -> tuple[str | None, ...]:
    return tuple(card.answer(rule) for rule in ("srbench_relative", "exact", "skeleton"))


@pytest.mark.parametrize("text", ["x0*x1**2", "m*c**2", "x1*x0*x1 + 0*x2"])
def test_the_truth_scores_best_however_it_is_written(text: str) -> None:
    card = scored(text)
    assert answers(card) == ("yes", "yes", "yes")
    assert card.ned == 0.0
    assert card.test.r2 == pytest.approx(1.0)
    assert card.test.accurate and card.test.within_tau and card.test.finite_share == 1.0
    assert card.ood is not None and card.ood.accurate
    assert card.variables == VariableUse(right=("x0", "x1"))
    assert not card.failure and not card.limits_hit
    assert set(card.seconds) == {"numeric", "verdicts", "truth_form", "edit_distance"}


def test_complexity_is_that_of_the_expression() -> None:
    assert scored("x0*x1**2").complexity == 5
    assert scored("x0 + x1 + x2").complexity == 5


@pytest.mark.parametrize(
    ("text", "consistent"),
    [("m_0/sqrt(1 - 1.2e-17*v**2)", True), ("m_0 + v", False), ("m_0*v", False)],
)
def test_units_are_checked_where_they_are_known(text: str, consistent: bool) -> None:
    lorentz = load_dataset("srsd_medium")["feynman-i.10.7"]
    assert score(text, lorentz, forms=FORMS).dimensionally_consistent is consistent
    assert scored("x0").dimensionally_consistent is None


def test_a_wrong_law_scores_by_how_wrong_it_is() -> None:
    card = scored("x0*x1 + x2")
    assert answers(card) == ("no", "no", "no")
    assert card.ned is not None and 0.0 < card.ned < 1.0
    assert card.variables == VariableUse(right=("x0", "x1"), dummy=("x2",))
    assert all(verdict["reason"] for verdict in card.verdicts.values())


@pytest.mark.parametrize("text", [None, "", "x0*(", "x7", "nan", "__import__('os')"])
def test_no_expression_is_the_worst_score(text: str | None) -> None:
    card = scored(text)
    assert card.failure.startswith("no expression")
    assert (card.ned, card.test.r2, card.test.nmse) == (1.0, -math.inf, math.inf)
    assert answers(card) == ("no", "no", "no")
    assert card.complexity is None and card.test.finite_share == 0.0


def test_an_undefined_prediction_fails_where_it_is_undefined() -> None:
    card = scored("log(x0 - 2)")
    assert 0.0 < card.test.finite_share < 1.0
    assert card.test.r2 == -math.inf
    assert answers(card) == ("no", "no", "no")


def test_without_a_truth_there_are_numbers_only() -> None:
    card = scored("x0", truth=None)
    assert card.test.r2 == 1.0
    assert (card.ned, card.variables, card.verdicts) == (None, None, {})
    assert set(card.seconds) == {"numeric"}
    assert scored(None, truth=None).verdicts == {}


def test_data_may_be_given() -> None:
    given = problem().data(seed=5)
    assert score("x0*x1**2", problem(), given, forms=FORMS).test.r2 == 1.0


def test_the_version_tells_settings_apart() -> None:
    versions = {
        limits.version
        for limits in (
            ScoringLimits(),
            ScoringLimits(seconds=20.0),
            ScoringLimits(tolerance=1e-2),
            ScoringLimits(prove=True),
        )
    }
    assert len(versions) == 4
