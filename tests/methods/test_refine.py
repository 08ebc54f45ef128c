"""Refining: constants to rounding error, and nothing left that does nothing."""

from __future__ import annotations

import math

import numpy as np
import pytest

from bench import complexity, numbers, parse, symbols
from methods.refine import Refiner, criterion, line, simpler

RNG = np.random.default_rng(2)
X = RNG.uniform(1, 3, (200, 2))


def _refiner(y, late=False):
    return Refiner(("x0", "x1"), X, y, lambda: late)


def test_constants_are_fitted_to_rounding_error():
    refiner = _refiner(1.5 * np.exp(-0.7 * X[:, 0]) + X[:, 1])

    fitted = refiner.fitted(parse("1.4*exp(-0.6*x0) + 1.1*x1"))

    assert fitted.exact
    assert numbers(fitted.expression) == pytest.approx((1.5, -0.7, 1.0), rel=1e-10)


def test_what_does_nothing_goes():
    refiner = _refiner(2.0 * X[:, 0] * X[:, 1])
    start = refiner.fitted(parse("2.1*x0*x1 + 0.001*sin(x0) + 0.01"))

    short = refiner.shortened(start)

    assert complexity(short.expression) == 5
    assert symbols(short.expression) == {"x0", "x1"}
    assert short.exact


def test_an_exponent_near_an_integer_becomes_one():
    refiner = _refiner(3.0 * X[:, 0] ** 2 / X[:, 1])
    start = refiner.fitted(parse("3.01*x0**1.999/x1"))

    short = refiner.shortened(start)

    assert sorted(numbers(short.expression)) == pytest.approx([2, 3], abs=1e-12)
    assert 2 in numbers(short.expression)


def test_past_its_deadline_it_changes_nothing():
    refiner = _refiner(X[:, 0], late=True)
    expression = parse("1.5*x0 + 0.5")

    assert refiner.shortened(refiner.fitted(expression)).expression == expression


def test_the_line_through_points_is_exact():
    f = X[:, 0]

    assert line(f, 3 - 2 * f) == pytest.approx((3.0, -2.0), rel=1e-12)
    assert line(np.ones(5), np.arange(5.0)) == (2.0, 0.0)
    assert line(np.full(5, math.nan), np.arange(5.0)) == (2.0, 0.0)


def test_simpler_formulas_are_one_change_away():
    found = set(simpler(parse("sin(x0) + 1.995*x1")))

    assert found == {
        parse(text)
        for text in ("1.995*x1", "sin(x0)", "x0 + 1.995*x1", "sin(x0) + x1", "sin(x0) + 1.995",
                     "sin(x0) + 2*x1")
    }  # fmt: skip


def test_on_few_noisy_rows_a_long_formula_that_fits_the_noise_does_not_pay():
    assert criterion(10, 1.06e-2, 7) < criterion(10, 6.6e-4, 24)
    assert criterion(10, 1e-15, 24) < criterion(10, 1e-6, 7)
