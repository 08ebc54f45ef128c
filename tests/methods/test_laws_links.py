"""Functions that a target is seen through: a bend must be there before it is fitted."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from methods.laws.algebra.linkfit import NEAR, left_of, seen_through_links
from methods.laws.algebra.links import sum_links

OPERATORS = frozenset({"exp", "log", "pow", "tanh", "sin", "mul", "add", "div"})


def data(seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Columns of a quadratic in two variables, (6, n), and a sum of three of them."""
    random = np.random.default_rng(seed)
    a, b = random.uniform(0.5, 3.0, (2, 80))
    base = np.array([np.ones(80), a, b, a * b, a**2, b**2])
    weights = random.uniform(0.2, 2.0, 3)
    return base, weights @ base[[1, 2, 3]]


@given(st.integers(0, 1000), st.sampled_from([1e-12, 1e-9, 1e-8, 1e-7, 3e-7]))
def test_a_sum_that_is_known_to_some_digits_is_seen_through_nothing(seed: int, off: float) -> None:
    base, y = data(seed)
    waves = np.sin(np.linspace(0.0, 7.0, 80)) * off * y.std()  # as of an integrator's tolerance
    y = y + waves
    straight = left_of(y, base)
    assert straight < NEAR
    for link in sum_links(y, OPERATORS):
        assert not list(seen_through_links(link, base, straight=straight))


@pytest.mark.parametrize("bend", [3.0, 0.1, 1e-3])
def test_a_bend_that_the_data_tell_is_found(bend: float) -> None:
    base, inside = data(3)
    scaled = bend * inside / np.ptp(inside)
    for y in (np.exp(scaled), np.tanh(scaled), 2.0 * np.log1p(scaled)):
        straight = left_of(y, base)
        found = [
            float(left_of(values, base))
            for link in sum_links(y, OPERATORS)
            for _, values in seen_through_links(link, base, straight=straight)
        ]
        # A power may run off to where squares overflow; what it leaves is then no number.
        assert found and np.nanmin(found) < NEAR
