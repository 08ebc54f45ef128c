"""Two methods and many, on the same runs: against statsmodels' figures, SciPy and by hand."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bench.leaderboard.statistics.paired import holm, paired_difference
from bench.leaderboard.statistics.ranks import ranks

shares = st.lists(st.tuples(st.booleans(), st.booleans()), min_size=1, max_size=40)


@given(shares)
def test_one_seed_is_mcnemars_exact_test(pairs: list[tuple[bool, bool]]) -> None:
    first, second = np.array(pairs, float).T
    found = paired_difference(first, second, np.arange(len(pairs)), share=True)
    won, lost = sum(a > b for a, b in pairs), sum(a < b for a, b in pairs)
    assert (found.won, found.lost, found.tied) == (won, lost, len(pairs) - won - lost)
    # Two-sided: twice the smaller tail of a fair coin, at most 1.
    tail = sum(math.comb(won + lost, k) for k in range(min(won, lost) + 1)) / 2 ** (won + lost)
    assert found.p == pytest.approx(min(1.0, 2 * tail), abs=1e-12)
    assert found.difference == pytest.approx((won - lost) / len(pairs))
    other = paired_difference(second, first, np.arange(len(pairs)), share=True)
    assert (other.difference, other.p) == (-found.difference, found.p)
    if len(pairs) > 1:
        assert found.low - 1e-12 <= found.difference <= found.high + 1e-12


def test_several_seeds_are_a_signed_rank_test_of_problems() -> None:
    first = np.array([1, 1, 1, 0, 1, 1, 0, 0, 1, 1, 1, 1], float)
    second = np.array([0, 0, 1, 0, 0, 0, 1, 0, 0, 1, 0, 0], float)
    problems = np.repeat(range(6), 2)
    from scipy import stats  # here: importing it takes each collecting process a second

    found = paired_difference(first, second, problems, share=True)
    means = np.array([1.0, 0.0, 1.0, -0.5, 0.5, 1.0])
    assert found.test == "signed-rank" and (found.won, found.lost, found.tied) == (4, 1, 1)
    assert found.p == pytest.approx(stats.wilcoxon(means[means != 0]).pvalue)


def test_thirds_that_cancel_are_a_tie() -> None:
    first = np.array([0.1, 0.2, 0.3])
    found = paired_difference(first, first[::-1].copy(), np.zeros(3, int), share=False)
    assert (found.tied, found.p) == (1, 1.0)


@pytest.mark.parametrize(("first", "second"), [(1, 1), (0, 0), (1, 0), (0, 1)])
def test_where_no_run_differs_the_interval_is_not_a_point(first: int, second: int) -> None:
    n = 12
    found = paired_difference(np.full(n, float(first)), np.full(n, float(second)),
                              np.arange(n), share=True)  # fmt: skip
    assert found.high - found.low > 0.1
    assert found.low <= found.difference == first - second <= found.high


def test_no_runs_in_common_is_no_difference() -> None:
    found = paired_difference(np.empty(0), np.empty(0), np.empty(0, int), share=True)
    assert found.problems == 0 and math.isnan(found.p) and found.test == "none"


def test_holm_as_it_is_worked_in_textbooks() -> None:
    assert holm([0.01, 0.04, 0.03, 0.005]) == pytest.approx([0.03, 0.06, 0.06, 0.02])
    assert holm([0.6, 0.9]) == pytest.approx([1.0, 1.0])
    found = holm([0.01, math.nan, 0.04])
    assert found[[0, 2]] == pytest.approx([0.02, 0.04]) and math.isnan(found[1])


@given(st.lists(st.floats(0, 1), max_size=20))
def test_holm_never_makes_smaller_and_keeps_the_order(p: list[float]) -> None:
    found = holm(p)
    assert (found >= np.array(p) - 1e-15).all() and (found <= 1).all()
    assert (np.diff(found[np.argsort(p, kind="stable")]) >= 0).all()


# Demsar 2006, table 6 and section 3.2.5: four classifiers on 14 data sets, areas under the curve.
DEMSAR = np.array([
    (0.763, 0.768, 0.771, 0.798), (0.599, 0.591, 0.590, 0.569), (0.954, 0.971, 0.968, 0.967),
    (0.628, 0.661, 0.654, 0.657), (0.882, 0.888, 0.886, 0.898), (0.936, 0.931, 0.916, 0.931),
    (0.661, 0.668, 0.609, 0.685), (0.583, 0.583, 0.563, 0.625), (0.775, 0.838, 0.866, 0.875),
    (1.000, 1.000, 1.000, 1.000), (0.940, 0.962, 0.965, 0.962), (0.619, 0.666, 0.614, 0.669),
    (0.972, 0.981, 0.9751, 0.975), (0.957, 0.978, 0.946, 0.970),
])  # fmt: skip


def test_ranks_are_those_of_the_paper_that_taught_them() -> None:
    from scipy import stats

    found = ranks(DEMSAR, higher_is_better=True)
    assert found is not None
    assert found.mean == pytest.approx((3.143, 2.000, 2.893, 1.964), abs=6e-4)
    assert found.critical == pytest.approx(1.25, abs=5e-3)  # 1.25 by the paper's table of q
    assert found.p == pytest.approx(stats.friedmanchisquare(*DEMSAR.T).pvalue)


def test_sets_of_methods_that_cannot_be_told_apart() -> None:
    rng = np.random.default_rng(0)
    values = np.array([0.0, 0.0, 3.0, 3.1]) + rng.normal(0, 0.2, (60, 4))
    found = ranks(values, higher_is_better=False)
    assert found is not None
    assert [sorted(one) for one in found.alike] == [[0, 1], [2, 3]]


def test_ties_everywhere_and_too_few_say_nothing() -> None:
    tied = ranks(np.ones((5, 4)), higher_is_better=True)
    assert tied is not None and tied.p == 1.0 and tied.alike == ((0, 1, 2, 3),)
    assert ranks(np.ones((5, 2)), True) is None and ranks(np.ones((1, 4)), True) is None
