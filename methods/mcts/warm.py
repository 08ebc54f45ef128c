"""Imported for its effect: the search's compiled code loaded, or compiled at the first time ever.

Compiling takes a minute or two, which belong before a run's clock and not on it.
"""

from __future__ import annotations

import numpy as np

import methods.warm  # noqa: F401
from bench import Budget, Task, Variable
from methods.mcts.method import MCTS, RSRM

_X = np.random.default_rng(0).uniform(1.0, 2.0, (12, 2))
_Y = np.random.default_rng(1).uniform(1.0, 2.0, 12)  # no law, so that nothing ends early
_BUDGET = Budget(seconds=3600.0, evaluations=1000)
_TASK = Task(_X, _Y, (Variable("x0"), Variable("x1")), budget=_BUDGET)

for _method in (
    MCTS(simulations=10, max_tokens=9),
    RSRM(library=20, descents=1, simulations=10, max_tokens=9, population=20, generations=2),
):
    _method.discover(_TASK)
