"""The compiled code of ``laws`` and ``rsrm_laws``, loaded or, at the first time ever, compiled."""

from __future__ import annotations

from functools import cache

import numpy as np

from bench import Budget, Symbol, Task, Variable
from methods.laws.combined import RSRMLaws
from methods.laws.systems.following import RatePrograms
from methods.mcts import warm


@cache
def solving() -> None:
    """Solve a little, once in a process, on no law, so that nothing ends early."""
    import scipy.spatial  # noqa: F401  # what tells noise needs it

    warm.searching()
    X = np.random.default_rng(0).uniform(1.0, 2.0, (12, 2))
    y = np.random.default_rng(1).uniform(1.0, 2.0, 12)
    budget = Budget(seconds=3600.0, evaluations=1000)
    task = Task(X, y, (Variable("x0"), Variable("x1")), budget=budget)
    following()
    RSRMLaws(
        library=20, descents=1, simulations=10, max_tokens=9, population=20, generations=2
    ).discover(task)


def following() -> None:
    """What integrates systems: once, on no system."""
    import scipy.interpolate  # noqa: F401  # what smooths trajectories needs it

    column = np.ones((1, 1))
    RatePrograms.of([Symbol("x0")], ["x0"]).path(column, column[:0], np.empty((2, 0, 1)), column)
