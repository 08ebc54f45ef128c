"""gplearn: true functions, a clock, and a seed that decides."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest

from bench import Budget, evaluate, parse, symbols
from methods.gplearn import GPLearn

RNG = np.random.default_rng(11)
SMALL = GPLearn(population=100)


@pytest.fixture(scope="module", autouse=True)
def _imported():
    """On no test's clock, as a worker has it, and late: it takes most of a second."""
    import gplearn.genetic  # noqa: F401


def _power_law(make_task, **more):
    X = 10 ** RNG.uniform(-1, 1, (100, 2)) * [1e-27, 1e3]
    return make_task(X, 2 * X[:, 0] * X[:, 1], **more)


def test_finds_a_product_of_far_apart_units(make_task, error_of):
    task = _power_law(make_task, budget=Budget(seconds=120))  # it stops at the law

    discovery = GPLearn(population=300).discover(task)

    assert error_of(discovery, task) < 1e-9
    assert symbols(parse(discovery.best.expression)) == {"x0", "x1"}


def test_what_it_says_is_what_it_computed(make_task):
    X = RNG.uniform(-2, 2, (80, 2))
    y = np.sin(X[:, 0]) + X[:, 1] ** 2 + 0.1 * RNG.normal(size=80)
    task = make_task(X, y, budget=Budget(seconds=60, evaluations=500))

    front = SMALL.discover(task).front

    assert len(front) > 1
    for candidate in front:
        values = evaluate(parse(candidate.expression), task.names, X)
        error = np.sqrt(np.mean((values - y) ** 2)) / np.std(y)
        assert error == pytest.approx(candidate.loss, rel=1e-9)


def test_the_seed_decides(make_task):
    X = RNG.uniform(-2, 2, (50, 2))
    task = make_task(X, np.exp(X[:, 0]) - X[:, 1], budget=Budget(seconds=60, evaluations=300))
    other = dataclasses.replace(task, seed=1)

    assert SMALL.discover(task) == SMALL.discover(task)
    assert SMALL.discover(task) != SMALL.discover(other)


def test_it_reports_what_is_better_and_ends_in_time(make_task):
    reports = []
    X = RNG.uniform(-2, 2, (100, 3))
    y = RNG.normal(size=100)
    task = make_task(
        X, y, budget=Budget(seconds=3), on_report=lambda text, loss: reports.append(loss)
    )

    SMALL.discover(task)  # without the clock, noise would be searched for ever

    assert reports == sorted(reports, reverse=True) and len(reports) > 1


def test_edge_cases_have_a_finite_answer(make_task, error_of, edge_case):
    task = make_task(*edge_case, budget=Budget(seconds=30, evaluations=200))

    assert np.isfinite(error_of(SMALL.discover(task), task))


def test_an_unknown_function_is_refused():
    with pytest.raises(ValueError, match="no function 'sine'; choose from"):
        GPLearn(functions=("add", "sine"))
