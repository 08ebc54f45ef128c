"""Small problems for methods, and how well an answer fits one."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from bench import Budget, Discovery, Task, Variable, evaluate, parse

Array = NDArray[np.float64]


def _task(X: Array, y: Array, **more: Any) -> Task:
    X, y = np.array(X, dtype=float), np.array(y, dtype=float)
    X.flags.writeable = y.flags.writeable = False
    variables = tuple(Variable(f"x{j}") for j in range(X.shape[1]))
    return Task(X, y, variables, **{"budget": Budget(seconds=4), **more})


def _error(discovery: Discovery, task: Task) -> float:
    """RMSE of the answer over the target's RMS, from its text alone."""
    expression = parse(discovery.best.expression, task.variables)
    residual = evaluate(expression, task.names, task.X) - task.y
    size = float(np.sqrt(np.mean(task.y**2)))
    return float(np.sqrt(np.mean(residual**2))) / (size or 1.0)


@pytest.fixture
def make_task() -> Callable[..., Task]:
    """A task of data ``X`` (n, d) and ``y`` (n,), with variables x0, x1, ..."""
    return _task


@pytest.fixture
def error_of() -> Callable[[Discovery, Task], float]:
    """The relative error of a discovery on its task."""
    return _error


def _edge_cases() -> dict[str, tuple[Array, Array]]:
    rng = np.random.default_rng(7)
    X = rng.uniform(1.0, 3.0, (60, 2))
    wide = rng.uniform(1.0, 3.0, (60, 10))
    return {
        "one variable": (X[:, :1], 2 * X[:, 0] + 1),
        "one row": (X[:1], X[:1, 0]),
        "two rows": (X[:2], X[:2, 0]),
        "constant target": (X, np.full(60, 4.2)),
        "zero target": (X, np.zeros(60)),
        "ten columns": (wide, wide[:, 3] * wide[:, 7]),
        "constant column": (np.column_stack([X, np.ones(60)]), X[:, 0]),
        "huge and small units": (X * [1e27, 1e-27], 3e-11 * X[:, 0] * X[:, 1] * 1e-20),
        "zeros and signs": (np.where(X > 2, -X, 0.0), X[:, 0] - X[:, 1]),
    }


EDGE_CASES = _edge_cases()


@pytest.fixture(params=list(EDGE_CASES))
def edge_case(request: pytest.FixtureRequest) -> tuple[Array, Array]:
    """Data at the edge of what a method can be handed: (X, y)."""
    return EDGE_CASES[request.param]


@pytest.fixture
def edge_cases() -> dict[str, tuple[Array, Array]]:
    """All of them, by name."""
    return EDGE_CASES
