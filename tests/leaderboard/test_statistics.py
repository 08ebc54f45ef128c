"""Intervals over problems, against SciPy's bootstrap, known coverage and what must hold of them."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bench.leaderboard.statistics.intervals import Floats, intervals, wilson


def interval(
    values: Floats | list[float], problems: list[int] | None = None, share: bool = False
) -> tuple[float, float]:
    """That of one measure; without ``problems`` each run is of one of its own."""
    column = np.array(values, float)
    numbers = np.arange(len(column)) if problems is None else np.array(problems)
    low, high = intervals(column[:, None], numbers, np.array([share]))[:, 0]
    return float(low), float(high)


@pytest.mark.parametrize(("solved", "problems"), [(15, 30), (3, 40), (45, 50), (60, 120)])
def test_one_seed_gives_scipys_percentile_bootstrap(solved: int, problems: int) -> None:
    from scipy import stats  # here: importing it takes each collecting process a second

    values = np.array([1.0] * solved + [0.0] * (problems - solved))
    theirs = stats.bootstrap(
        (values,), np.mean, n_resamples=2000, method="percentile", rng=np.random.default_rng(0)
    ).confidence_interval
    assert interval(values, share=True) == pytest.approx((theirs.low, theirs.high), abs=1e-12)


@given(st.lists(st.floats(0, 1), min_size=2, max_size=40), st.integers(2, 5))
def test_seeds_that_agree_say_no_more_than_one(values: list[float], seeds: int) -> None:
    low, high = interval(values)
    assert min(values) - 1e-12 <= low <= high <= max(values) + 1e-12
    again = interval(np.repeat(values, seeds), list(np.repeat(range(len(values)), seeds)))
    half = (max(values) - min(values)) / 2
    assert again == pytest.approx((low, high), abs=0.2 * half + 1e-12)


def test_seeds_that_differ_widen_what_problems_say() -> None:
    agreed = interval([0.5] * 40, list(np.repeat(range(20), 2)))
    differ = interval([0.0, 1.0] * 20, list(np.repeat(range(20), 2)))
    assert agreed == (0.5, 0.5)
    # The mean of 20 problems, each the mean of two fair coins.
    half = 1.96 * math.sqrt(0.25 / 2 / 20)
    assert differ[1] - differ[0] == pytest.approx(2 * half, rel=0.25)


def test_the_interval_holds_the_mean_of_all_problems_as_often_as_it_says() -> None:
    rng = np.random.default_rng(3)
    held = 0
    for _ in range(200):
        chance = rng.beta(2, 2, size=60)
        runs = rng.random((60, 4)) < chance[:, None]
        low, high = interval(runs.ravel().astype(float), list(np.repeat(range(60), 4)), True)
        held += low <= 0.5 <= high
    assert held / 200 >= 0.88  # 95 % but for chance; two levels err on the wide side


@given(st.integers(2, 300), st.booleans())
def test_where_all_agree_the_interval_is_wilsons(problems: int, solved: bool) -> None:
    from scipy import stats  # here: importing it takes each collecting process a second

    low, high = interval([float(solved)] * problems, share=True)
    theirs = stats.binomtest(problems * solved, problems).proportion_ci(method="wilson")
    assert (low, high) == pytest.approx((theirs.low, theirs.high), abs=1e-12)
    assert interval([float(solved)] * problems) == (float(solved), float(solved))


@given(st.integers(0, 50), st.integers(1, 50))
def test_wilson_is_scipys(yes: int, more: int) -> None:
    from scipy import stats  # here: importing it takes each collecting process a second

    theirs = stats.binomtest(yes, yes + more).proportion_ci(method="wilson")
    assert wilson(yes, yes + more) == pytest.approx((theirs.low, theirs.high), abs=1e-12)


def test_runs_without_a_value_are_left_out_of_that_measure_alone() -> None:
    values = np.array([[1.0, 0.0], [0.0, np.nan], [1.0, 1.0], [0.0, 0.0], [1.0, np.nan]])
    found = intervals(values, np.arange(5), np.array([True, True]))
    assert tuple(found[:, 0]) == interval(values[:, 0], share=True)
    assert tuple(found[:, 1]) == interval([0.0, 1.0, 0.0], share=True)


def test_two_levels_are_those_of_a_resampling_run_by_run() -> None:
    rng = np.random.default_rng(5)
    runs = rng.random((100, 3)) < rng.beta(1, 1, size=(100, 1))
    drawn = runs[rng.integers(100, size=(2000, 100))]
    means = np.take_along_axis(drawn, rng.integers(3, size=drawn.shape), axis=2).mean(axis=(1, 2))
    found = interval(runs.ravel().astype(float), list(np.repeat(range(100), 3)), True)
    assert found == pytest.approx(tuple(np.quantile(means, [0.025, 0.975])), abs=0.02)


@pytest.mark.parametrize("size", [1e-310, 1e200, 1e308, math.inf])
def test_values_past_all_measure_make_no_noise(size: float) -> None:
    low, high = interval([0.0, size, size, -size, size, 0.0], [0, 0, 1, 1, 2, 2])
    assert math.isnan(low) or -size <= low <= high <= size


def test_problems_weigh_by_their_runs() -> None:
    values, problems = [1.0] * 10 + [0.0], [0] * 10 + [1]
    assert interval(values, problems, True) == (0.0, 1.0)


def test_one_problem_says_nothing_about_others() -> None:
    assert all(map(math.isnan, interval([1.0, 0.0], [0, 0])))
    assert all(map(math.isnan, interval([])))


def test_many_problems_are_resampled_in_bounded_memory() -> None:
    values = np.random.default_rng(0).integers(0, 2, 5000).astype(float)
    low, high = interval(values)
    half = 1.96 * 0.5 / math.sqrt(5000)
    assert low == pytest.approx(values.mean() - half, abs=0.2 * half)
    assert high == pytest.approx(values.mean() + half, abs=0.2 * half)
