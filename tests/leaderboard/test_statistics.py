"""Intervals over problems, against SciPy's bootstrap and what must hold of them."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from bench.leaderboard.statistics import interval


@pytest.mark.parametrize(("solved", "problems"), [(15, 30), (3, 40), (45, 50), (60, 120)])
def test_agrees_with_scipys_percentile_bootstrap(solved: int, problems: int) -> None:
    values = np.array([1.0] * solved + [0.0] * (problems - solved))
    theirs = stats.bootstrap(
        (values,), np.mean, n_resamples=20_000, method="percentile", rng=np.random.default_rng(1)
    ).confidence_interval
    low, high = interval(values, np.ones(problems))
    step = 1.01 / problems  # means are multiples of this
    assert low == pytest.approx(theirs.low, abs=step)
    assert high == pytest.approx(theirs.high, abs=step)


@given(st.lists(st.floats(0, 1), min_size=2, max_size=40), st.integers(1, 5))
def test_holds_the_mean_and_does_not_shrink_with_more_seeds_alike(
    values: list[float], seeds: int
) -> None:
    sums = np.array(values)
    low, high = interval(sums, np.ones(len(values)))
    assert min(values) - 1e-12 <= low <= high <= max(values) + 1e-12
    again = interval(sums * seeds, np.full(len(values), float(seeds)))
    assert again == pytest.approx((low, high), abs=1e-12)


def test_problems_weigh_by_their_runs() -> None:
    low, high = interval(np.array([10.0, 0.0]), np.array([10.0, 1.0]))
    assert (low, high) == (0.0, 1.0)
    few = np.array([8.0, *[0.0] * 19])
    assert interval(few, np.array([8.0, *[1.0] * 19]))[1] > interval(few / 8, np.ones(20))[1]


def test_one_problem_says_nothing_about_others() -> None:
    assert all(map(math.isnan, interval(np.array([1.0]), np.array([1.0]))))


def test_many_problems_are_resampled_in_bounded_memory() -> None:
    rng = np.random.default_rng(0)
    values = rng.integers(0, 2, 5000).astype(float)
    low, high = interval(values, np.ones(5000))
    half = 1.96 * 0.5 / math.sqrt(5000)
    assert low == pytest.approx(values.mean() - half, abs=0.2 * half)
    assert high == pytest.approx(values.mean() + half, abs=0.2 * half)
