"""Numeric metrics against scikit-learn's and against their definitions, at any magnitude."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray
from sklearn.metrics import r2_score

from bench.scoring import (
    NumericScore,
    accuracy,
    accuracy_within,
    finite_share,
    nmse,
    numeric_score,
    r2,
)

Values = NDArray[np.float64]
RNG = np.random.default_rng(0)
Y = RNG.normal(3.0, 2.0, 200)
NEAR = Y + RNG.normal(0.0, 0.5, 200)


def test_r2_is_that_of_scikit_learn() -> None:
    for predicted in (NEAR, Y, -Y, np.zeros(200), Y + 1e-9, 1e6 * Y):
        assert r2(Y, predicted) == pytest.approx(r2_score(Y, predicted), rel=1e-12)
        assert nmse(Y, predicted) == pytest.approx(np.mean((predicted - Y) ** 2) / np.var(Y))


@given(st.integers(-290, 290))
def test_scale_does_not_matter(exponent: int) -> None:
    scale = 10.0**exponent
    assert r2(scale * Y, scale * NEAR) == pytest.approx(r2(Y, NEAR), rel=1e-9)
    assert accuracy_within(scale * Y, scale * 1.0999 * Y)
    assert not accuracy_within(scale * Y, scale * 1.1001 * Y)


def test_small_targets_do_not_underflow() -> None:
    y = np.array([1e-27, 2e-27, 3e-27])
    assert r2(y, y) == 1.0
    assert r2(y, np.zeros(3)) == pytest.approx(-6.0)
    assert nmse(1e-300 * Y, 1e-300 * NEAR) == pytest.approx(nmse(Y, NEAR))


def test_a_large_mean_does_not_swallow_the_spread() -> None:
    y = 1e9 + np.linspace(0.0, 1.0, 50)
    assert r2(y, y) == 1.0
    assert r2(y, np.full(50, y.mean())) == pytest.approx(0.0, abs=1e-6)


def test_a_wild_prediction_is_as_bad_as_it_can_be_told() -> None:
    assert nmse(Y, np.full(200, 1e200)) == math.inf
    assert r2(1e-300 * Y, np.full(200, 1e300)) == -math.inf


@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf])
def test_one_point_that_is_not_finite_spoils_all(bad: float) -> None:
    predicted = Y.copy()
    predicted[7] = bad
    assert numeric_score(Y, predicted) == NumericScore(finite_share=0.995)
    assert not accuracy(Y, predicted)
    assert not accuracy_within(Y, predicted)
    assert finite_share(predicted) == 0.995


def test_constant_targets() -> None:
    y = np.full(10, 4.2)
    assert (r2(y, y), nmse(y, y)) == (1.0, 0.0)
    assert r2(y, y * (1 + 2e-16)) == 1.0
    assert r2(y, y + 0.1) == -math.inf
    assert nmse(np.zeros(4), np.zeros(4)) == 0.0
    assert nmse(np.zeros(4), np.array([0.0, 0.0, 0.0, 1e-300])) == math.inf


def test_acc_tau_is_about_every_point() -> None:
    y = np.array([1.0, -2.0, 0.0, 1e-30])
    assert accuracy_within(y, np.array([1.09, -2.19, 0.0, 0.91e-30]))
    assert not accuracy_within(y, np.array([1.0, -2.0, 1e-300, 1e-30]))
    assert not accuracy_within(y, np.array([1.0, -2.0, 0.0, 0.89e-30]))
    assert accuracy_within(y, y + 0.4 * np.abs(y), tau=0.5)
    assert not accuracy_within(np.array([1.7e308]), np.array([-1.7e308]))


def test_acc_tau_is_about_all_points_and_not_most() -> None:
    y = np.linspace(1.0, 2.0, 1000)
    predicted = y.copy()
    predicted[500] *= 1.2  # 99.9 % of the points are right
    assert not accuracy_within(y, predicted)
    assert accuracy_within(np.delete(y, 500), np.delete(predicted, 500))


def test_accuracy_needs_more_than_three_nines() -> None:
    y = np.array([-1.0, 1.0])
    assert accuracy(y, y * (1 - 0.031))
    assert not accuracy(y, y * (1 - 0.032))


@pytest.mark.parametrize("shape", [(3,), (4, 1), (0,)])
def test_shapes_must_agree(shape: tuple[int, ...]) -> None:
    with pytest.raises(ValueError, match="shape"):
        nmse(np.zeros(0 if shape == (0,) else 4), np.zeros(shape))
