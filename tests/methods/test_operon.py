"""operon: what it says is what it computes, in raw units, by the seed, within its limits."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest

from bench import Budget, complexity, evaluate, numbers, parse
from methods.operon import Operon
from methods.operon.search import SYMBOLS, Generation, SearchSettings, search

RNG = np.random.default_rng(23)
SMALL = Operon(population=200, evaluations=4000)
PATIENT = Budget(seconds=60)


def _settings(**changes):
    return dataclasses.replace(
        SearchSettings(
            operators=("add", "sub", "mul", "div", "sin"),
            population=100,
            max_length=20,
            max_depth=8,
            tournament=5,
            local_iterations=1,
            mutation_probability=0.25,
            seed=1,
            threads=1,
            max_seconds=60,
        ),
        **changes,
    )


def test_finds_a_law_in_far_apart_units_with_its_constant(make_task, error_of):
    X = 10 ** RNG.uniform(-1, 1, (200, 3)) * [1e-27, 1e5, 1.0]
    y = 6.67430e-11 * X[:, 0] * X[:, 1] / X[:, 2] ** 2
    task = make_task(X, y, budget=Budget(seconds=20))

    discovery = Operon(operators=("add", "sub", "mul", "div")).discover(task)

    assert error_of(discovery, task) < 1e-12
    found = parse(discovery.best.expression)
    assert [c for c in numbers(found) if c != 2] == pytest.approx([6.67430e-11], rel=1e-12)
    assert complexity(found) <= 11


@pytest.mark.parametrize("operator", sorted(SYMBOLS))
def test_every_operator_comes_out_as_operon_computes_it(operator):
    # R2 as Operon saw it, in float32, against R2 of the exported expression.
    X = RNG.uniform(0.2, 0.9, (80, 2))
    y = X[:, 0] + X[:, 1] ** 2 + 0.3 * RNG.normal(size=80)
    operators = tuple(dict.fromkeys(("add", "mul", operator)))

    front = search(X, y, ("a", "b"), _settings(operators=operators), lambda after: after.number < 5)

    assert front
    for found in front:
        values = evaluate(found.expression, ("a", "b"), X)
        r2 = np.corrcoef(values, y)[0, 1] ** 2 if np.ptp(values) else 0.0
        assert 1 - found.error == pytest.approx(r2, abs=2e-3)


def test_the_seed_decides_for_any_number_of_threads(make_task):
    X = RNG.uniform(-2, 2, (100, 2))
    y = np.sin(X[:, 0]) * X[:, 1] + 0.1 * RNG.normal(size=100)
    task = make_task(X, y, budget=PATIENT)
    two = dataclasses.replace(task, budget=dataclasses.replace(PATIENT, threads=2))

    one = SMALL.discover(task)

    assert SMALL.discover(task) == one
    assert SMALL.discover(two) == one
    assert SMALL.discover(dataclasses.replace(task, seed=1)) != one


def test_a_budget_of_evaluations_ends_the_search():
    seen = []

    def go_on(generation: Generation) -> bool:
        seen.append(generation.evaluations)
        return generation.evaluations < 500

    X = RNG.uniform(size=(50, 2))
    search(X, RNG.normal(size=50), ("a", "b"), _settings(), go_on)

    assert 500 <= seen[-1] <= 700
    assert seen == sorted(seen)


def test_what_a_callback_raises_comes_through():
    def fail(generation: Generation) -> bool:
        raise KeyError("mine")

    with pytest.raises(KeyError, match="mine"):
        search(RNG.uniform(size=(20, 1)), RNG.normal(size=20), ("a",), _settings(), fail)


def test_it_reports_ever_better_formulas(make_task):
    reports = []
    X = RNG.uniform(-2, 2, (200, 2))
    y = np.exp(np.sin(X[:, 0])) * X[:, 1] + 0.01 * RNG.normal(size=200)
    task = make_task(
        X, y, budget=PATIENT, on_report=lambda text, loss: reports.append((parse(text), loss))
    )

    SMALL.discover(task)

    losses = [loss for _, loss in reports]
    assert len(losses) > 1
    assert losses == sorted(losses, reverse=True)


def test_on_noise_the_answer_stays_short(make_task):
    X = RNG.uniform(1, 3, (300, 2))
    y = X[:, 0] * X[:, 1] * (1 + 0.05 * RNG.normal(size=300))

    discovery = SMALL.discover(make_task(X, y, budget=PATIENT))

    assert complexity(parse(discovery.best.expression)) <= 9


def test_the_front_gains_accuracy_with_length(make_task):
    X = RNG.uniform(1, 3, (100, 2))
    front = SMALL.discover(make_task(X, np.sin(X[:, 0] * X[:, 1]), budget=PATIENT)).front

    lengths = [candidate.complexity for candidate in front]
    losses = [candidate.loss for candidate in front]
    assert lengths == sorted(set(lengths))
    assert losses == sorted(set(losses), reverse=True)


def test_edge_cases_have_a_finite_answer(make_task, error_of, edge_case):
    task = make_task(*edge_case, budget=PATIENT)

    assert np.isfinite(error_of(Operon(population=100, evaluations=1000).discover(task), task))


def test_an_unknown_operator_is_refused():
    with pytest.raises(ValueError, match="no operator 'max'; choose from"):
        Operon(operators=("add", "max"))
