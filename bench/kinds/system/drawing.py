"""What a page shows of an answer to a system: observed, true and found trajectories."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np

from bench.expression import Expression, read
from bench.kinds.kind import Conditions
from bench.kinds.system.observing import observed
from bench.kinds.system.solving.integration import IntegrationLimits, integrate
from bench.problems.systems.data import HELD_BACK, LATER, SHOWN, Array, Trajectory
from bench.problems.systems.problem import SystemProblem

_POINTS = 80
"""Points of a trajectory that are drawn."""
_EVALUATIONS = 20_000
"""Evaluations of the answer that a trajectory is worth, on whatever machine."""
_LARGEST = 10.0
"""Where a found trajectory leaves the picture, in the largest true state."""


def drawn(
    problem: SystemProblem, answer: Mapping[str, str], conditions: Conditions
) -> dict[str, Any]:
    """``paths``: of the first trajectory of each split, a list of rows for each state.

    A row is the split, the series (observed, true, found), the state, t and x. What was observed
    is of what was shown. Raises ValueError for what is no answer, and where the data cannot be had.
    """
    data = problem.data(conditions.data_seed)
    rates = {name: read(answer[name], problem.variables).filled for name in problem.names}
    rows: list[list[Any]] = []
    seen = observed(problem, data, conditions)
    rows += _rows(problem, SHOWN, "observed", seen[0].t, seen[0].x)
    for split, one in ((SHOWN, data.shown), (LATER, data.later), (HELD_BACK, data.held_back)):
        if one:
            rows += _rows(problem, split, "true", one[0].t, one[0].x)
            rows += _rows(problem, split, "found", one[0].t, _found(problem, rates, one[0]))
    return {"paths": rows}


def _found(
    problem: SystemProblem, rates: Mapping[str, Expression], trajectory: Trajectory
) -> Array:
    """The answer integrated from the first point of ``trajectory``: shape (n, states)."""
    size = _LARGEST * float(np.abs(trajectory.x).max()) or 1.0
    limits = IntegrationLimits(evaluations=_EVALUATIONS, size=size)
    system = problem.rates(rates, trajectory)
    return integrate(system, trajectory.x[0].tolist(), trajectory.t, limits).x


def _rows(problem: SystemProblem, split: str, series: str, t: Array, x: Array) -> Iterator[Any]:
    places = np.unique(np.linspace(0, len(t) - 1, _POINTS).astype(int))
    for name, states in zip(problem.names, x.T, strict=True):
        for time, state in zip(t[places], states[places], strict=True):
            if np.isfinite(state):
                yield [split, series, name, float(f"{time:.6g}"), float(f"{state:.6g}")]
