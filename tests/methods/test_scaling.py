"""Powers of ten: decided from the data, undone in the formula."""

from __future__ import annotations

import numpy as np
import pytest

from bench import complexity, evaluate, numbers, parse
from methods.scaling import Scaling

RNG = np.random.default_rng(5)


def test_columns_near_one_are_left_alone(make_task):
    scaling = Scaling.of(make_task(RNG.uniform(0.01, 100, (50, 2)), RNG.uniform(1, 2, 50)))

    assert (scaling.columns, scaling.target) == ({"x0": 0, "x1": 0}, 0)


def test_the_exponent_is_that_of_the_typical_value(make_task):
    X = RNG.uniform(0.9, 1.1, (50, 2)) * [-1e-27, 3e20]
    scaling = Scaling.of(make_task(X, X[:, 0] * X[:, 1]))

    assert scaling.columns == {"x0": -27, "x1": 20}
    assert scaling.target == -7
    assert np.abs(scaling.X(X)).min() > 0.1 and np.abs(scaling.X(X)).max() < 10


def test_a_state_that_dies_away_is_not_magnified(make_task):
    decaying = np.exp(-np.linspace(0, 40, 50))
    scaling = Scaling.of(make_task(np.column_stack([decaying, -decaying]), decaying))

    assert (scaling.columns, scaling.target) == ({"x0": 0, "x1": 0}, 0)


@pytest.mark.parametrize(
    "text",
    ["2.5*x0*x1 + 0.5", "sin(3.0*x0)/x1", "sqrt(x0)*exp(-x1)", "(x0 + x1)**2 - 1.5", "log(x0)"],
)
def test_undone_a_formula_gives_the_raw_target(make_task, text):
    X = RNG.uniform(1, 3, (50, 2)) * [1e-27, 1e15]
    scaled = parse(text)
    scaling = Scaling({"x0": -27, "x1": 15}, 11)
    expected = 1e11 * evaluate(scaled, ("x0", "x1"), scaling.X(X))

    raw = scaling.undo(scaled)

    np.testing.assert_allclose(evaluate(raw, ("x0", "x1"), X), expected, rtol=1e-12)


def test_powers_of_ten_join_the_constants():
    raw = Scaling({"x0": -27, "x1": 3}, 0).undo(parse("2.5*x0*x1"))

    assert complexity(raw) == complexity(parse("2.5e24*x0*x1"))
    assert numbers(raw) == pytest.approx([2.5e24])


def test_zeros_have_no_magnitude(make_task):
    X = np.zeros((5, 1))

    assert Scaling.of(make_task(X, X[:, 0])) == Scaling({"x0": 0}, 0)
