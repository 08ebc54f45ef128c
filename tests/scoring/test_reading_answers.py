"""Answers as people and engines write them are scored; the scorecard says what was read."""

from __future__ import annotations

import math

import pytest

import bench
from bench.cli import main
from bench.kinds import Conditions, kind_of
from bench.scoring import judge_pairs, pair
from bench.scoring.scorecard import Scorecard

WRITTEN = (
    "y = x0**3 + x0^2 + x0", r"x_{0}^{3} + x_{0}^{2} + x_{0}", "x₀³ + x₀² + x₀",
    "add(add(cube(X0), square(X0)), X0)", "x[0]**3 + x[0]**2 + x[0]", "lambda x: x**3 + x**2 + x",
    "(x_0 add ((x_0)**2 add (x_0)**3))",
)  # fmt: skip


def judged(prediction: str, truth: str, *names: str) -> Scorecard:
    one = pair(prediction, truth, variables=names)
    assert not one.fault
    return next(judge_pairs([one]))


@pytest.mark.parametrize("answer", WRITTEN)
def test_an_answer_is_scored_as_it_is_read(answer: str) -> None:
    card = bench.score(answer, bench.load("nguyen")["Nguyen-1"])
    assert (card.answer_by("exact"), card.values["ned"], card.values["r2"]) == ("yes", 0.0, 1.0)
    assert card.answer == answer
    assert card.comparison.read_as
    assert Scorecard.from_dict(card.as_dict()) == card


def test_text_in_the_strict_grammar_is_not_told_again() -> None:
    card = bench.score("x0**3 + x0**2 + x0", bench.load("nguyen")["Nguyen-1"])
    assert card.comparison.read_as == ""


def test_two_readings_are_no_answer() -> None:
    card = bench.score("x0(x0 + 1)", bench.load("nguyen")["Nguyen-1"])
    assert "two readings" in card.failure
    assert card.answer_by("exact") == "no"


def test_a_run_is_invalid_where_the_reader_refuses() -> None:
    problem = bench.load("nguyen")["Nguyen-1"]
    kind = kind_of(problem)
    told = kind.told(problem, Conditions(disclosure="blind"))
    assert all(kind.refusal(answer, told) is None for answer in WRITTEN)
    for answer in ("x0(x0 + 1)", "1/2x0", "sin x0 x0", "x0 = 2", "the law is unknown"):
        assert kind.refusal(answer, told)


def test_a_template_is_judged_by_its_skeleton_alone() -> None:
    card = bench.score("C*x0**3 + C*x0**2 + C*x0", bench.load("nguyen")["Nguyen-1"])
    assert card.answer_by("skeleton") == "yes"
    assert card.answer_by("exact") == "no"
    assert "a template has no constants" in card.comparison.verdicts["exact"].reason
    assert card.values["r2"] == -math.inf
    other = bench.score("C*x0**3 + C", bench.load("nguyen")["Nguyen-1"])
    assert other.answer_by("skeleton") == "no"


@pytest.mark.parametrize(
    ("template", "law"),
    [
        ("c[0]*x*sin(c[1]*y)", "2.5*x*sin(3.1*y)"),
        ("params[0]*exp(-params[1]*x) + params[2]", "0.3*exp(-2.5*x) + 7.5"),
        ("c[0]*x**c[1]", "4*x**2"),
    ],
)
def test_the_constants_of_a_template_are_found(template: str, law: str) -> None:
    assert judged(template, law).answer_by("skeleton") == "yes"


def test_a_pair_takes_its_variables_from_the_truth() -> None:
    for written in (r"\frac{x_0}{x_{1}}", "X0/X1", "x[0]/x[1]", "x₀ ÷ x₁"):
        assert judged(written, "x0/x1").answer_by("exact") == "yes"
    assert judged("m*c", "m").answer_by("skeleton") == "no", "c is a variable, no free constant"


def test_a_truth_without_constants_is_at_fault() -> None:
    one = pair("2*x", "c[0]*x")
    assert "the truth is a template: c0 have no value" in one.fault


def test_judge_says_what_was_read(capsys: pytest.CaptureFixture[str]) -> None:
    law = "beta*S*I - gamma*I"
    assert main(["judge", law, law]) == 0
    out = capsys.readouterr().out
    assert "'I' is read as the imaginary unit" in out
    assert "--variables" in out
    assert main(["judge", law, law, "--variables", "beta,S,I,gamma"]) == 0
    assert "imaginary" not in capsys.readouterr().out
    assert main(["judge", "y = 2x0", "x0*2"]) == 0
    assert "2*x0" in capsys.readouterr().out
