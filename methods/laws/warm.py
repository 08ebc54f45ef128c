"""The compiled code of ``laws`` and ``rsrm_laws``, loaded or, at the first time ever, compiled."""

from __future__ import annotations

from functools import cache

import numpy as np

from bench import Budget, Task, Variable
from methods.laws.combined import RSRMLaws
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
    RSRMLaws(
        library=20, descents=1, simulations=10, max_tokens=9, population=20, generations=2
    ).discover(task)
