"""SINDy, run for real where pysindy is installed."""

from __future__ import annotations

import importlib.util
from typing import Any

import numpy as np
import pytest

from bench import SystemTask, Trajectory, Variable
from bench.expression import parse
from bench.kinds.system.terms import terms
from bench.problems import load_dataset
from methods.systems.sindy import Sindy

pytestmark = pytest.mark.skipif(
    importlib.util.find_spec("pysindy") is None, reason="the engine pysindy is not installed"
)


def posed(name: str) -> tuple[Any, SystemTask]:
    problem: Any = load_dataset("odebench", only=[name], points=512).problems[0]
    return problem, SystemTask(problem.data().shown, problem.states)


@pytest.mark.parametrize("name", ["ode3", "ode24", "ode32"])
def test_a_sparse_polynomial_system_is_found(name: str) -> None:
    problem, task = posed(name)
    found = Sindy(thresholds=(0.005, 0.05), estimate="differences").discover(task).best.expression
    assert isinstance(found, dict)
    for state, law in problem.laws.items():
        assert terms(parse(found[state], problem.variables)) == terms(law), state


def test_sines_are_found_where_they_are_offered() -> None:
    problem, task = posed("ode28")  # x1' = -0.9*sin(x0)
    found = Sindy(degree=1, frequencies=1, thresholds=(0.1,)).discover(task).best.expression
    assert isinstance(found, dict)
    path = task.integrated(found, problem.data().held_back[0])
    assert np.abs(path - problem.data().held_back[0].x).max() < 0.01


def test_an_ensemble_is_the_same_for_the_same_seed() -> None:
    _, task = posed("ode24")
    method = Sindy(degree=1, ensemble=5, thresholds=(0.1,))
    assert method.discover(task).best == method.discover(task).best


def test_inputs_are_columns_of_the_library() -> None:
    t = np.linspace(0.0, 5.0, 200)
    u = np.sin(3.0 * t)[:, None]
    x = ((1.0 - np.cos(3.0 * t)) / 3.0)[:, None]
    task = SystemTask((Trajectory(t, x, u),), (Variable("x0"),), (Variable("x1"),))
    found = Sindy(degree=1, thresholds=(0.1,)).discover(task).best.expression
    assert isinstance(found, dict)
    assert terms(parse(found["x0"], task.variables)) == {"x1"}
