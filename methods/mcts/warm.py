"""The search's compiled code, loaded or, at the first time ever, compiled.

Compiling takes a minute or two, which belong before a run's clock and not on it.
"""

from __future__ import annotations

from functools import cache

import numpy as np

from bench import Budget, Task, Variable
from methods import warm
from methods.mcts.method import MCTS, RSRM


@cache
def searching() -> None:
    """Search a little, once in a process, on no law, so that nothing ends early."""
    warm.fitting()
    X = np.random.default_rng(0).uniform(1.0, 2.0, (12, 2))
    y = np.random.default_rng(1).uniform(1.0, 2.0, 12)
    budget = Budget(seconds=3600.0, evaluations=1000)
    task = Task(X, y, (Variable("x0"), Variable("x1")), budget=budget)
    for method in (
        MCTS(simulations=10, max_tokens=9),
        RSRM(descents=1, simulations=10, max_tokens=9, population=20, generations=2),
    ):
        method.discover(task)
