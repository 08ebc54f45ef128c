"""linear and polynomial: exact where the law is a polynomial, sound in any units."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from bench import Budget, complexity, evaluate, numbers, parse, symbols
from methods import least_squares
from methods.least_squares import fit_polynomial, monomials
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
    assert terms[0] == ()
    assert all(len(term) <= degree for term in terms)


METHODS = [Linear(), Polynomial(), Polynomial(degree=8)]


@given(
    data=st.data(),
    rows=st.integers(1, 9),
    columns=st.integers(1, 4),
    method=st.sampled_from(METHODS),
)
@settings(
    deadline=None, max_examples=300, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_any_finite_data_have_a_finite_answer(make_task, data, rows, columns, method):
    numbers = st.floats(allow_nan=False, allow_infinity=False)
    X = data.draw(arrays(np.float64, (rows, columns), elements=numbers))
    y = data.draw(arrays(np.float64, rows, elements=numbers))
    task = make_task(X, y)

    values = evaluate(parse(method.discover(task).best.expression), task.names, X)

    assert np.isfinite(values).all()


@pytest.mark.parametrize("method", METHODS[:2], ids=["linear", "polynomial"])
@pytest.mark.parametrize("size", [1e-308, 1e300, 1.7e308])
def test_targets_at_the_edge_of_doubles_are_fitted(make_task, method, size):
    x = np.linspace(-1, 1, 40)
    task = make_task(x[:, None], size * (0.5 * x + 0.3))

    values = evaluate(parse(method.discover(task).best.expression), task.names, task.X)

    np.testing.assert_allclose(values / size, task.y / size, atol=1e-9)


@pytest.mark.parametrize(("rows", "columns"), [(50, 2000), (40, 6000), (60_000, 30)])
def test_large_tables_are_answered_and_reported_early(make_task, rows, columns):
    X = RNG.normal(size=(rows, columns))
    reports = []
    task = make_task(
        X, 3 + 2 * X[:, 1] - X[:, -1], on_report=lambda text, loss: reports.append(text)
    )

    found = [parse(method.discover(task).best.expression, task.variables) for method in METHODS[:2]]

    errors = [np.mean((evaluate(one, task.names, X) - task.y) ** 2) for one in found]
    assert errors[0] < 1e-20
    assert errors[1] <= np.var(task.y) * (1 + 1e-9)
    assert [float(text) for text in reports] == pytest.approx([np.mean(task.y)] * 2)


def test_what_cannot_be_solved_at_once_is_solved_step_by_step_in_its_time(make_task):
    X = RNG.normal(size=(900, 400))
    y = 3 + 2 * X[:, 1] - X[:, -1]
    for seconds, worst in ((0.0, 1.0), (0.05, 1.0), (100.0, 1e-20)):
        task = make_task(X, y, budget=Budget(seconds=seconds))
        terms = monomials(400, 1, 401)
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(least_squares, "_OPERATIONS_A_SECOND", 0.0)
            found = fit_polynomial(task, terms)
        error = np.mean((evaluate(found, task.names, X) - y) ** 2)
        assert error <= worst * np.var(y) * (1 + 1e-9)


@pytest.mark.parametrize("rows", [1, 40, 201, 5000])
def test_rows_in_blocks_give_what_all_at_once_give(make_task, rows):
    X = RNG.uniform(1, 3, (rows, 2))
    task = make_task(X, np.sin(X[:, 0]) * X[:, 1])
    names = task.names
    whole = evaluate(parse(Polynomial().discover(task).best.expression), names, X)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(least_squares, "_BLOCK_CELLS", 500)
        blocks = evaluate(parse(Polynomial().discover(task).best.expression), names, X)
    np.testing.assert_allclose(blocks, whole, rtol=1e-8)
