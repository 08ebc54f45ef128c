"""Methods that ask: jumps by bisection, sines of any frequency, and what is corrupted."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
import pytest

from bench import Budget, OracleTask, Variable, evaluate, parse
from methods.oracles.active import Active
from methods.oracles.answers import Answers, first_questions, jumps
from methods.oracles.floor import EvenPolynomial, NearestNeighbour

Array = np.ndarray
X = np.linspace(-127.0, 127.0, 501)


def task(function: Callable[[Array], Array], questions: int = 256, batch: int = 64) -> OracleTask:
    """A task whose oracle is ``function``, which counts on its own."""
    domain = np.array([[-128.0, 128.0]])
    return OracleTask(
        (Variable("x0"),), domain, questions, batch, asks=lambda points: function(points[:, 0]),
        seed=3, budget=Budget(30.0),
    )  # fmt: skip


def line(x: Array) -> Array:
    return 3.0 * x + 2.0


def wave(x: Array) -> Array:
    return 4.0 * np.sin(2.0 * np.pi * (x - 0.3) / 1.7) + 1.0


def step(x: Array) -> Array:
    return np.where(x < 17.3, 2.0, -11.5)


@pytest.mark.parametrize("function", [line, wave, step], ids=lambda one: str(one.__name__))
def test_active_finds_lines_waves_and_steps_without_its_search(
    function: Callable[[Array], Array],
) -> None:
    answer = Active().discover(task(function)).best.expression
    assert isinstance(answer, str)
    values = evaluate(parse(answer), ["x0"], X[:, None])
    np.testing.assert_allclose(values, function(X), atol=1e-4)


@pytest.mark.parametrize(("low", "high"), [(-30.0, 20.0), (-200.0, -50.0), (60.0, 200.0)])
def test_active_tells_what_is_corrupted(low: float, high: float) -> None:
    rng = np.random.default_rng(1)

    def function(x: Array) -> Array:
        inside = (low <= x) & (x <= high)
        return np.where(inside, 2.0 + 0.1 * rng.standard_normal(len(x)), line(x))

    answer = Active().discover(task(function)).best.expression
    assert isinstance(answer, dict)
    np.testing.assert_allclose(evaluate(parse(answer["law"]), ["x0"], X[:, None]), line(X))
    said = evaluate(parse(answer["corrupted"]), ["x0"], X[:, None]) > 0
    assert np.mean(said == ((low <= X) & (high >= X))) > 0.99
    assert float(answer["value"]) == pytest.approx(2.0, abs=0.1)


def test_jumps_are_found_where_they_are_and_slopes_are_none() -> None:
    answers = Answers(task(step))
    answers.ask(first_questions(answers.task, 64))
    assert jumps(answers, 8, 12) == pytest.approx([17.3], abs=0.01)
    for smooth in (line, lambda x: x**5, lambda x: 30.0 * np.tanh(x)):
        answers = Answers(task(smooth))
        answers.ask(first_questions(answers.task, 64))
        assert jumps(answers, 8, 12) == []


def test_noise_alone_is_answered_by_a_constant() -> None:
    rng = np.random.default_rng(2)
    answer = Active(rounds=1).discover(task(lambda x: 5.0 + rng.standard_normal(len(x)), 7))
    assert parse(str(answer.best.expression))


@pytest.mark.parametrize("questions", [1, 2, 3, 5, 10])
@pytest.mark.parametrize("method", [Active(), EvenPolynomial(), NearestNeighbour()], ids=str)
def test_few_questions_are_no_fault(method: object, questions: int) -> None:
    asked = task(line, questions)
    found = method.discover(asked)  # type: ignore[attr-defined]
    assert asked.left >= 0 and (found.predict or found.best.expression)


@pytest.mark.parametrize("method", [Active(), EvenPolynomial(), NearestNeighbour()], ids=str)
def test_a_function_without_values_is_no_fault(method: object) -> None:
    found = method.discover(task(lambda x: np.full(len(x), math.nan), 12))  # type: ignore[attr-defined]
    assert found.predict or found.best.expression == "0" or parse(str(found.best.expression))


def test_the_controls_ask_evenly() -> None:
    values = NearestNeighbour().discover(task(step, 129)).predict
    assert values is not None
    np.testing.assert_array_equal(values(np.array([[16.9], [17.1], [18.9]])), [2.0, -11.5, -11.5])
    cubic = EvenPolynomial().discover(task(lambda x: x**3 - 2.0)).best.text
    np.testing.assert_allclose(evaluate(parse(cubic), ["x0"], X[:, None]), X**3 - 2.0, atol=1e-5)
