"""Scorecards: what is in them, what failures look like, and that they survive JSON."""

from __future__ import annotations

import json
import math
from dataclasses import replace

import pytest
from scoring_problems import problem

from bench.kinds import item_of
from bench.kinds.metrics import metrics_of
from bench.method import Answer
from bench.problems import load_dataset
from bench.running.results.judging import judge_of
from bench.scoring import (
    Comparison,
    FormCache,
    Scorecard,
    ScoringLimits,
    VariableUse,
    Verdict,
    Witness,
    score,
)

FORMS = FormCache()


def scored(expression: Answer | None, truth: str | None = "x0*x1**2") -> Scorecard:
    card = score(item_of(expression, problem(truth)), forms=FORMS)
    assert Scorecard.from_dict(json.loads(json.dumps(card.as_dict(), allow_nan=False))) == card
    assert card.judge_version == judge_of("table", ScoringLimits(seconds=math.inf))
    assert card.values.keys() | set(card.lost) == {metric.name for metric in metrics_of("table")}
    return card


def answers(card: Scorecard) -> tuple[str | None, ...]:
    return tuple(card.answer_by(rule) for rule in ("srbench_relative", "exact", "skeleton"))


@pytest.mark.parametrize("text", ["x0*x1**2", "m*c**2", "x1*x0*x1 + 0*x2"])
def test_the_truth_scores_best_however_it_is_written(text: str) -> None:
    card = scored(text)
    assert answers(card) == ("yes", "yes", "yes")
    best = {"ned": 0.0, "accuracy": 1.0, "acc_tau": 1.0, "finite": 1.0, "ood_accuracy": 1.0,
            "symbolic_exact": 1.0, "undecided_exact": 0.0, "variables_right": 1.0, "dummies": 0.0,
            "r2": pytest.approx(1.0), "nmse": pytest.approx(0.0)}  # fmt: skip
    assert {name: card.values[name] for name in best} == best
    assert card.comparison.variables == VariableUse(right=("x0", "x1"))
    assert not card.failure and not card.limits_hit and not card.lost
    steps = {"numeric", "verdicts", "truth_form", "edit_distance", "cdm", "afterwards"}
    assert set(card.seconds) == steps


def test_complexity_is_that_of_the_expression() -> None:
    assert scored("x0*x1**2").values["complexity"] == 5
    assert scored("x0 + x1 + x2").values["complexity"] == 5


@pytest.mark.parametrize(
    ("text", "consistent"),
    [("m_0/sqrt(1 - 1.2e-17*v**2)", 1.0), ("m_0 + v", 0.0), ("m_0*v", 0.0)],
)
def test_units_are_checked_where_they_are_known(text: str, consistent: float) -> None:
    lorentz = load_dataset("srsd_medium")["feynman-i.10.7"]
    card = score(item_of(text, lorentz), forms=FORMS)
    assert card.values["dimensionally_consistent"] == consistent
    card = scored("x0")
    assert card.values["dimensionally_consistent"] is None and not card.lost


def test_a_wrong_law_scores_by_how_wrong_it_is() -> None:
    card = scored("x0*x1 + x2")
    assert answers(card) == ("no", "no", "no")
    assert card.values["ned"] is not None and 0.0 < card.values["ned"] < 1.0
    assert card.comparison.variables == VariableUse(right=("x0", "x1"), dummy=("x2",))
    assert card.values["dummies"] == 1.0
    assert all(verdict.reason for verdict in card.comparison.verdicts.values())


@pytest.mark.parametrize("text", [None, "", "x0*(", "x7", "nan", "__import__('os')", {"y": "x0"}])
def test_no_expression_is_the_worst_score(text: str | dict[str, str] | None) -> None:
    card = scored(text)
    assert card.failure.startswith("no expression")
    assert answers(card) == ("no", "no", "no")
    worst = {"ned": 1.0, "r2": -math.inf, "nmse": math.inf, "finite": 0.0, "accuracy": 0.0,
             "symbolic_exact": 0.0, "undecided_exact": 0.0, "complexity": None}  # fmt: skip
    assert {name: card.values[name] for name in worst} == worst
    assert {"ood_accuracy", "variables_right", "dimensionally_consistent"} <= set(card.lost)


def test_an_undefined_prediction_fails_where_it_is_undefined() -> None:
    card = scored("log(x0 - 2)")
    assert card.values["finite"] is not None and 0.0 < card.values["finite"] < 1.0
    assert card.values["r2"] == -math.inf
    assert answers(card) == ("no", "no", "no")


def test_without_a_truth_there_are_numbers_only() -> None:
    card = scored("x0", truth=None)
    assert card.values["r2"] == 1.0
    none = ("ned", "symbolic_exact", "undecided_exact", "variables_right", "dummies")
    assert [card.values[name] for name in none] == [None] * len(none)
    assert not card.comparisons and not card.lost
    assert set(card.seconds) == {"numeric", "cdm", "afterwards"}
    assert not scored(None, truth=None).comparisons


def test_data_may_be_given() -> None:
    item = item_of("x0", problem())
    given = replace(item, data=problem("x0").data(seed=5))
    assert score(given, forms=FORMS).values["r2"] == 1.0
    assert score(item, forms=FORMS).values["r2"] != 1.0


def test_the_version_tells_settings_apart() -> None:
    settings = (
        ScoringLimits(),
        ScoringLimits(seconds=20.0),
        ScoringLimits(tolerance=1e-2),
        ScoringLimits(prove=True),
    )
    assert len({judge_of("table", limits) for limits in settings}) == len(settings)


def card_with(**answers: str) -> Scorecard:
    """A card of several expressions, each with its answer by one rule."""
    comparisons = {
        name: Comparison({"rule": Verdict(answer, "failure", "said so")})  # type: ignore[arg-type]
        for name, answer in answers.items()
    }
    return Scorecard("toy/p", "states", {}, "3", comparisons=comparisons)


@pytest.mark.parametrize(
    ("parts", "whole"),
    [
        ({}, None),
        ({"u": "yes", "v": "yes"}, "yes"),
        ({"u": "yes", "v": "undecided"}, "undecided"),
        ({"u": "undecided", "v": "no"}, "no"),
        ({"u": "yes", "v": "not_applicable"}, "yes"),
        ({"u": "not_applicable", "v": "not_applicable"}, "not_applicable"),
    ],
)
def test_an_answer_of_several_expressions_is_as_good_as_its_worst(
    parts: dict[str, str], whole: str | None
) -> None:
    assert card_with(**parts).answer_by("rule") == whole
    assert card_with(**parts).answer_by("another") is None


def test_evidence_survives_json() -> None:
    witness = Witness({"x0": 1.0}, "1.0", "2.0", Witness({"x0": 3.0}, "no value", "2.0"), "far")
    verdict = Verdict(
        "no", "difference", "apart", {"distance": "inf", "moved": [1, 2]}, witness, 0.5
    )
    card = Scorecard(
        "toy/p", "states", {"u": "v", "v": "-u"}, "3",
        values={"r2": -math.inf, "nmse": math.inf, "none": None, "rate": 1.0}, lost=("ood",),
        comparisons={"u": Comparison({"exact": verdict}, variables=VariableUse(("u",)))},
        seconds={"numeric of u": 0.1}, limits_hit=("verdicts of v: time-out",),
    )  # fmt: skip
    text = json.dumps(card.as_dict(), allow_nan=False)
    assert Scorecard.from_dict(json.loads(text)) == card


@pytest.mark.parametrize("change", [{"values": 3}, {"values": {"r2": "x"}}, {"comparisons": None},
                                    {"lost": 1}, {"colour": "red"}])  # fmt: skip
def test_what_is_no_scorecard_is_refused(change: dict[str, object]) -> None:
    plain = {**scored("x0").as_dict(), **change}
    with pytest.raises((KeyError, TypeError, ValueError, AttributeError)):
        Scorecard.from_dict(plain)
