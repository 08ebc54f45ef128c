"""linear and polynomial: exact where the law is a polynomial, sound in any units."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bench import complexity, evaluate, numbers, parse, symbols
from methods.least_squares import monomials
from methods.linear import Linear
from methods.polynomial import Polynomial

RNG = np.random.default_rng(3)


def test_linear_gives_what_numpy_gives(make_task):
    X = RNG.normal(size=(50, 3))
    y = X @ [1.0, -2.0, 0.5] + RNG.normal(size=50)
    expected, *_ = np.linalg.lstsq(np.column_stack([np.ones(50), X]), y, rcond=None)

    found = parse(Linear().discover(make_task(X, y)).best.expression)

    basis = np.vstack([np.zeros(3), np.eye(3)])
    values = evaluate(found, ("x0", "x1", "x2"), basis)
    np.testing.assert_allclose(values - [0, *[values[0]] * 3], expected, rtol=1e-10)


@pytest.mark.parametrize("scale", [1e-27, 1.0, 1e27])
def test_polynomial_recovers_a_polynomial_in_any_units(make_task, error_of, scale):
    X = RNG.uniform(1, 3, (300, 2)) * [scale, 1 / scale]
    y = 5.5 * X[:, 0] ** 2 * X[:, 1] - 2e-3 * X[:, 0]
    task = make_task(X, y)

    discovery = Polynomial(degree=3).discover(task)

    assert error_of(discovery, task) < 1e-12
    assert complexity(parse(discovery.best.expression)) <= 13  # no term that is rounding error


def test_of_collinear_columns_the_first_stays(make_task):
    x = RNG.uniform(1, 3, 40)
    task = make_task(np.column_stack([x, 2 * x, np.ones(40)]), 3 * x)

    found = parse(Linear().discover(task).best.expression)

    assert symbols(found) == {"x0"}
    assert numbers(found) == pytest.approx([3.0])


def test_powers_beyond_doubles_stay_scaled(make_task, error_of):
    X = RNG.uniform(1, 3, (100, 1)) * 1e32
    task = make_task(X, (X[:, 0] / 1e32) ** 12)

    assert error_of(Polynomial(degree=12).discover(task), task) < 1e-9


@pytest.mark.parametrize("method", [Linear(), Polynomial()], ids=["linear", "polynomial"])
def test_edge_cases_have_a_finite_answer(method, make_task, error_of, edge_case):
    task = make_task(*edge_case)

    assert np.isfinite(error_of(method.discover(task), task))


def test_a_negative_degree_is_refused():
    with pytest.raises(ValueError, match="degree is -1"):
        Polynomial(degree=-1)


@given(variables=st.integers(0, 6), degree=st.integers(0, 5), most=st.integers(1, 200))
@settings(deadline=None)
def test_monomials_are_distinct_and_no_more_than_asked(variables, degree, most):
    terms = monomials(variables, degree, most)

    assert len(set(terms)) == len(terms) <= max(most, 1)
    assert terms[0] == (0,) * variables
    assert all(sum(powers) <= degree for powers in terms)
