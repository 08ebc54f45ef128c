"""What a Problem can say, and that the problems that ship keep what they say."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from bench.expression import evaluate, parse
from bench.problems import Problem, Target, Variable, dataset_names, load_dataset
from bench.problems.difficulty import difficulty
from bench.problems.sources.dynamics import System
from bench.problems.sources.simulated import Simulated

SUMS = (
    "srsd",
    "srsd_dummy",
    "classic",
    "llmsrbench",
    "fresh_synth",
    "fresh_transform",
    "find_numeric",
    "constants",
    "pcf",
    "pcf_families",
)
"""Datasets of which every problem is in another, or made from a seed."""
NOISY = "vml_regression"
"""Its training rows have noise, as published."""


def lotka_volterra() -> Problem:
    """Two targets, and a column for time on which one of them depends."""
    rates = {"x": "x*(1.5 - y) + 0.1*sin(t)", "y": "y*(x - 3)"}
    variables = tuple(Variable(f"x{j}", symbol) for j, symbol in enumerate(("t", "x", "y")))
    return Problem(
        dataset="made",
        version="1",
        name="lotka-volterra",
        variables=variables,
        targets=(
            Target(Variable("dx", "dx_dt"), "x1*(1.5 - x2) + 0.1*sin(x0)"),
            Target(Variable("dy", "dy_dt"), "x2*(x1 - 3)"),
        ),
        source=Simulated(System(rates, ((2.0, 1.0), (1.0, 3.0)), 5.0, 50, 4)),
        time="x0",
    )


def test_a_system_has_several_targets_and_a_column_of_time() -> None:
    system = lotka_volterra()
    with pytest.raises(ValueError, match=r"has 2 targets \(dx, dy\); choose one"):
        _ = system.target
    rows = [system.of_target(name).data() for name in ("dx", "dy")]
    np.testing.assert_array_equal(rows[0].train.X, rows[1].train.X)
    assert set(np.linspace(0, 5, 50)) >= set(rows[0].train.X[:, system.names.index("x0")])
    for target, data in zip(system.targets, rows, strict=True):
        law = parse(target.truth or "", system.variables)
        values = evaluate(law, system.names, data.test.X)
        np.testing.assert_allclose(data.test.y, values, rtol=1e-12, atol=1e-15)


def test_one_target_of_a_system_is_a_problem_like_any_other() -> None:
    one = lotka_volterra().of_target("dy")
    assert (one.truth, one.time, one.name) == ("x2*(x1 - 3)", "x0", "lotka-volterra")
    assert one.domain.variables[0].sampling is not None
    assert difficulty(one)["dummies"] == 1
    with pytest.raises(KeyError, match="dz"):
        lotka_volterra().of_target("dz")


def test_a_domain_without_rules_is_the_box_around_the_training_inputs() -> None:
    problem = load_dataset("nguyen").problems[0]
    bare = replace(problem.variables[0], sampling=None)
    X = problem.data().train.X
    (variable,) = replace(problem, variables=(bare,), source=Kept(problem)).domain.variables
    assert variable.sampling is not None
    assert (variable.sampling.low, variable.sampling.high) == (X.min(), X.max())


class Kept:
    """The data of another problem."""

    def __init__(self, problem: Problem) -> None:
        self.problem = problem

    def data(self, problem: Problem, seed: int) -> object:
        return self.problem.data(seed)


@pytest.mark.parametrize("name", sorted(set(dataset_names()) - {*SUMS, "fresh_system"}))
def test_every_law_fits_its_own_data(name: str) -> None:
    """Evaluated by NumPy in another order of operations, but for what is known to be flawed."""
    for problem in load_dataset(name, exclude=["flawed"]).problems:
        if problem.kind != "table" or problem.truth is None:
            continue
        law = parse(problem.truth, problem.variables)
        for split, table in problem.data().splits.items():
            if name == NOISY and split == "train":
                continue
            error = evaluate(law, problem.names, table.X) - table.y
            share = np.mean(error**2) / np.var(table.y) if np.var(table.y) else np.max(abs(error))
            assert share < 1e-6, (problem.id, split, share)
