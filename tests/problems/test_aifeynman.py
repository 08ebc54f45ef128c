"""AI Feynman: names, ranges, data by the laws, and units that fit."""

from __future__ import annotations

import numpy as np
import pytest

from bench.expression import evaluate, parse
from bench.problems import Problem, load_dataset
from bench.problems.units import check_units

DATASETS = {name: load_dataset(name) for name in ("aifeynman", "aifeynman_bonus")}
ALL = [problem for dataset in DATASETS.values() for problem in dataset.problems]


def test_names_as_in_the_database() -> None:
    first, bonus = DATASETS["aifeynman"], DATASETS["aifeynman_bonus"]
    assert len(first) == 100
    assert first["I.12.1"].truth == "x0*x1"
    assert [problem.name for problem in bonus.problems] == [f"test_{k}" for k in range(1, 21)]


def test_every_law_can_be_told_in_a_sentence() -> None:
    assert all(problem.meaning for problem in ALL)


def test_a_problem_in_full() -> None:
    problem = DATASETS["aifeynman"]["I.26.2"]
    assert problem.truth == "asin(x0*sin(x1))"
    assert problem.formula == "arcsin(n*sin(theta2))"
    assert [v.symbol for v in problem.variables] == ["n", "theta2"]
    ranges = [(v.sampling.low, v.sampling.high) for v in problem.variables if v.sampling]
    assert ranges == [(0, 1), (1, 5)]


@pytest.mark.parametrize("problem", ALL, ids=lambda problem: problem.name)
def test_the_formula_is_the_truth_in_symbols(problem: Problem) -> None:
    assert problem.truth is not None
    by_symbol = {variable.symbol: variable.name for variable in problem.variables}
    assert parse(problem.formula, by_symbol) == parse(problem.truth, problem.variables)


@pytest.mark.parametrize("problem", ALL, ids=lambda problem: problem.name)
def test_every_law_has_the_unit_of_its_target(problem: Problem) -> None:
    assert problem.truth is not None
    check = check_units(problem.truth, problem)
    assert check.consistent and not check.constants, str(check)


@pytest.mark.parametrize("name", ["I.9.18", "I.26.2", "II.6.15a"])
def test_data_by_the_law_in_the_ranges(name: str) -> None:
    problem = DATASETS["aifeynman"][name]
    data = problem.data()
    assert (len(data.train), len(data.test)) == (7500, 2500)
    assert problem.truth is not None
    law = parse(problem.truth, problem.variables)
    assert np.allclose(evaluate(law, problem.names, data.test.X), data.test.y, rtol=1e-12)
    for j, variable in enumerate(problem.variables):
        assert variable.sampling is not None
        assert data.train.X[:, j].min() >= variable.sampling.low
        assert data.train.X[:, j].max() <= variable.sampling.high
