"""What a page shows of an answer to a table: true and predicted values at test rows."""

from __future__ import annotations

from typing import Any

import numpy as np

from bench.expression import evaluate, read
from bench.problems.problem import Problem

_POINTS = 60


def drawn(problem: Problem, answer: str, data_seed: int) -> dict[str, Any]:
    """``points``: pairs of a true and a predicted value, where both are finite.

    Raises ValueError for what is no expression, and where the data cannot be had.
    """
    table = problem.data(data_seed).test
    places = np.linspace(0, len(table) - 1, min(_POINTS, len(table))).astype(int)
    X, y = table.X[places], table.y[places]
    expression = read(answer, problem.variables).filled
    predicted = evaluate(expression, [one.name for one in problem.variables], X)
    pairs = np.column_stack([y, np.broadcast_to(predicted, y.shape)])
    return {"points": pairs[np.isfinite(pairs).all(axis=1)].tolist()}
