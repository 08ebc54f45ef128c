"""The kind ``table``: the task a method gets, and what is an answer to it."""

from __future__ import annotations

import numpy as np
import pytest

from bench import Budget, Discovery, Task, Variable
from bench.clock import Clock
from bench.kinds import Conditions, kind_named, kind_names, kind_of
from bench.problems.data import Data, Table
from bench.problems.problem import Problem, Target

X = np.arange(6.0).reshape(3, 2)
Y = np.ones(3)
A, B = Variable("a"), Variable("b")


@pytest.mark.parametrize(
    ("X", "y", "variables", "sentence"),
    [
        (Y, Y, (A,), r"X has shape \(3,\); it must be \(n, d\)"),
        (X, X, (A, B), r"y has shape \(3, 2\); it must be \(n,\)"),
        (X, Y[:2], (A, B), "X has 3 rows and y has 2 values"),
        (X, Y, (A,), r"X has 2 columns, and there are 1 variables \(a\)"),
        (X, Y, (), "X has 2 columns, and there are 0 variables; name each"),
        (X, Y, (A, A), "two variables are called 'a'"),
        (X, Y, ("a", "b"), "variables holds 'a', which is no Variable"),
    ],
)
def test_a_task_whose_parts_do_not_match_is_refused(X, y, variables, sentence) -> None:
    with pytest.raises(ValueError, match=sentence):
        Task(X, y, variables)


def test_a_report_is_passed_on_as_text() -> None:
    told: list[object] = []
    task = Task(X, Y, (A, B), on_report=lambda answer, loss: told.append((answer, loss)))
    task.report(2.5, 0.1)
    task.report({"a": 1})
    assert told == [("2.5", 0.1), ({"a": "1"}, None)]


class Source:
    def data(self, problem: Problem, seed: int) -> Data:
        return Data({"train": Table(X, Y + seed), "test": Table(X + 100, Y)})


PROBLEM = Problem("toy", "1", "p", (A, B), (Target(Variable("y", "F"), "a*b"),), Source())  # type: ignore[arg-type]


def test_a_problem_comes_back_as_a_task_that_says_nothing_of_the_truth() -> None:
    kind = kind_of(PROBLEM)
    conditions = Conditions(disclosure="full")
    told = kind.told(PROBLEM, conditions)
    arrays = kind.arrays(PROBLEM, PROBLEM.data(2), conditions)
    assert not {"a*b", "toy", "p"} & set(str(told).replace("'", " ").split())
    task = kind.task(told, arrays, seed=7, budget=Budget(), on_report=print, clock=Clock())
    assert (task.names, task.seed, task.target.symbol) == (("a", "b"), 7, "F")
    np.testing.assert_array_equal(task.X, X)
    np.testing.assert_array_equal(task.y, Y + 2)


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        ("a*b + 2", None),
        ("a*speed", "speed"),
        ("a*(", "("),
        ({"a": "b"}, r"one expression is asked for, not 1 by name (a)"),
        ({}, "one expression is asked for, not 0 by name (none)"),
    ],
)
def test_an_answer_is_one_expression_in_the_variables(answer, reason) -> None:
    kind = kind_of(PROBLEM)
    found = kind.refusal(answer, kind.told(PROBLEM, Conditions()))
    assert found is None if reason is None else reason in (found or "")


def test_a_kind_that_is_not_there_is_named() -> None:
    assert "table" in kind_names()
    with pytest.raises(LookupError, match="kind 'tabel' not found; there is table"):
        kind_named("tabel")


def test_a_discovery_holds_one_expression_or_several() -> None:
    one = Discovery.of(Variable("x").name)
    several = Discovery.of({"x": "v", "v": -1.5})
    assert (one.best.expression, one.best.text) == ("x", "x")
    assert several.best.expression == {"x": "v", "v": "-1.5"}
    assert several.best.text == "x = v, v = -1.5"
