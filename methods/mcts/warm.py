"""Imported for its effect: the search's compiled code loaded, or compiled at the first time ever.

Compiling takes a minute, which belongs before a run's clock and not on it.
"""

from __future__ import annotations

import numpy as np

import methods.warm  # noqa: F401
from bench import Budget, Task, Variable
from methods.mcts.method import MCTS, RSRM

_X = np.linspace(1.0, 2.0, 12)[:, None]
_TASK = Task(_X, np.sqrt(_X[:, 0]) / (1.0 + _X[:, 0]), (Variable("x0"),), budget=Budget(1.0))
for _method in (MCTS(rows=12), RSRM(rows=12, generations=1, descents=1, population=20)):
    _method.discover(_TASK)
