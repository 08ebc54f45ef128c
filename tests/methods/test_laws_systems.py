"""Laws of systems: what `laws` finds of them by the reduction to tables, as every method takes
part."""

from __future__ import annotations

from typing import Any

import pytest

from bench import Budget, SystemTask, judge
from bench.clock import Clock
from bench.kinds import Conditions, kind_of
from bench.kinds.system.reduction import reduced
from bench.problems import load_dataset
from methods.laws import Laws

pytestmark = pytest.mark.usefixtures("kernels")

SYSTEMS = ["ode3", "ode23", "ode31", "ode32", "ode40", "ode52"]
"""Logistic growth, an overdamped pendulum, an epidemic, a cubic oscillator, van der Pol's, and
three states."""


def posed(name: str) -> tuple[Any, SystemTask]:
    """A system without noise, and the task that it is given as."""
    (problem,) = load_dataset("odebench", only=[name]).problems
    kind: Any = kind_of(problem)
    conditions = Conditions()
    task = kind.task(
        kind.told(problem, conditions), kind.arrays(problem, problem.data(), conditions), seed=0,
        budget=Budget.of_cpu(60.0), clock=Clock(), on_report=lambda answer, loss: None,
    )  # fmt: skip
    return problem, task


@pytest.mark.parametrize("name", SYSTEMS)
def test_every_rate_is_found(name: str) -> None:
    problem, task = posed(name)
    found = reduced(Laws(), task).best.expression
    assert isinstance(found, dict)
    for state, law in problem.laws.items():
        assert judge(found[state], str(law))["skeleton"].answer == "yes", (state, found)


def test_what_the_target_is_off_by_is_not_searched_for() -> None:
    """Told it, a search ends at the law; untold, it goes on to fit the error until it is late."""
    _, task = posed("ode40")
    for table in task.tables():
        assert 0.0 < table.y_error < 1e-6
        Laws().discover(table)
    assert task.remaining().share > 0.5
