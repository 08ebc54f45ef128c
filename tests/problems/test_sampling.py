"""Drawing rows and points of a domain, and the conditions they obey."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from bench.expression import ParseError
from bench.problems import Domain, Problem, Sampling, Target, Variable, sample_domain
from bench.problems.sources.constraints import parse_constraint
from bench.problems.sources.sampling import Drawn, SamplingError, derive_seed, draw_variable

VARIABLES = (
    Variable("x0", sampling=Sampling("uniform", -1, 3)),
    Variable("x1", sampling=Sampling("log_uniform", 1e-3, 1e3, "both")),
    Variable("x2", sampling=Sampling("integer", 2, 5)),
    Variable("x3", sampling=Sampling("grid", 0, 1, count=5)),
    Variable("x4", sampling=Sampling("log_uniform", 1, 10, "negative")),
)


def problem(truth: str, **changes: object) -> Problem:
    plain = Problem(
        "d", "1", "p", VARIABLES[:2], (Target(truth=truth),), Drawn({"train": 50, "test": 5}, {})
    )
    return replace(plain, **changes)  # type: ignore[arg-type]


def test_points_of_a_domain_obey_ranges_signs_integers_and_constraints() -> None:
    domain = Domain(VARIABLES, ("x0 + x2 > 3", "x1 != 0"))
    X = sample_domain(domain, 4000, seed=1)
    assert X.shape == (4000, 5)
    assert X[:, 0].min() >= -1 and X[:, 0].max() <= 3
    assert np.abs(X[:, 1]).min() >= 1e-3 and np.abs(X[:, 1]).max() <= 1e3
    assert 0.45 < (X[:, 1] < 0).mean() < 0.55
    assert 0.45 < (np.abs(X[:, 1]) < 1).mean() < 0.55
    assert set(np.unique(X[:, 2])) == {2, 3, 4}
    assert set(np.unique(X[:, 3])) == {0, 0.25, 0.5, 0.75, 1}
    assert (X[:, 4] < 0).all() and (X[:, 0] + X[:, 2] > 3).all()


def test_a_seed_fixes_the_points_and_more_of_them_begin_alike() -> None:
    domain = Domain(VARIABLES)
    np.testing.assert_array_equal(sample_domain(domain, 9, 5), sample_domain(domain, 9, 5))
    assert not np.array_equal(sample_domain(domain, 9, 5), sample_domain(domain, 9, 6))


def test_a_domain_that_admits_nothing_is_an_error_and_no_hang() -> None:
    with pytest.raises(SamplingError, match="only 0 are admitted and 10 are needed"):
        sample_domain(Domain(VARIABLES, ("x0 > 4",)), 10)
    with pytest.raises(SamplingError, match="'x0' has no sampling rule"):
        sample_domain(Domain((Variable("x0"),)), 10)


def test_rows_without_a_real_finite_target_are_drawn_again() -> None:
    data = problem("log(x0)/(x1 + 1)").data()
    assert (data.train.X[:, 0] > 0).all() and np.isfinite(data.train.y).all()
    huge = problem("1e38*10**x1").data()
    assert (np.abs(huge.train.y) <= np.finfo(np.float32).max).all()
    with pytest.raises(SamplingError, match=r"problem 'd/p': of .* rows drawn only 0"):
        problem("sqrt(-1 - x1**2)").data()


def test_splits_do_not_depend_on_each_other_s_sizes() -> None:
    small = problem("x0*x1")
    large = problem("x0*x1", source=Drawn({"train": 500, "test": 5}, {}))
    np.testing.assert_array_equal(small.data().test.X, large.data().test.X)
    assert not set(small.data().train.X[:, 1]) & set(small.data().test.X[:, 1])


def test_grids_take_every_combination() -> None:
    grid = Sampling("grid", 0, 1, count=3)
    rules = {"train": (grid, grid), "test": (grid, replace(grid, count=2))}
    data = problem("x0 + x1", source=Drawn({}, rules)).data()
    assert len(data.train) == 9 and len(data.test) == 6
    assert set(map(tuple, data.test.X)) == {(a, b) for a in (0, 0.5, 1) for b in (0, 1)}


def test_magnitudes_span_their_decades_evenly() -> None:
    u = (np.arange(1000) + 0.5) / 1000
    values = draw_variable(Sampling("log_uniform", 1e-30, 1e30), u, u)
    np.testing.assert_allclose(np.log10(values), -30 + 60 * u, atol=1e-12)
    assert values[0] >= 1e-30 and values[-1] <= 1e30


def test_seeds_are_derived_from_every_part() -> None:
    seeds = {derive_seed(*parts) for parts in [("a", "b"), ("ab",), ("a", "b", 0), ("a", "b", 1)]}
    assert len(seeds) == 4 and all(0 <= seed < 2**128 for seed in seeds)


@pytest.mark.parametrize(
    ("text", "held"),
    [
        ("x0 != 0", [False, True, True]),
        ("1 - x0**2 >= 0", [True, True, False]),
        ("x0 == 2*1", [False, False, True]),
        ("sqrt(x0 - 1) <= 0", [False, True, False]),  # not real at 0: not satisfied
        ("x0 < 1", [True, False, False]),
    ],
)
def test_constraints_hold_where_they_say(text: str, held: list[bool]) -> None:
    constraint = parse_constraint(text, ("x0",))
    X = np.array([[0.0], [1.0], [2.0]])
    assert constraint.holds(("x0",), X).tolist() == held
    assert parse_constraint(str(constraint), ("x0",)) == constraint


@pytest.mark.parametrize(
    "text", ["x0", "x0 = 1", "0 < x0 < 1", "x0 > ", "x7 > 0", "__import__('os') != 0", "x0 => 1"]
)
def test_what_is_no_constraint_is_refused(text: str) -> None:
    with pytest.raises(ParseError):
        parse_constraint(text, ("x0",))
