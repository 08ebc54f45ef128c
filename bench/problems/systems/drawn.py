"""Trajectories from starts that are drawn, again where one leads too far."""

from __future__ import annotations

from dataclasses import dataclass
from random import Random
from typing import ClassVar

import numpy as np

from bench.problems.systems.data import SystemData, Trajectory
from bench.problems.systems.problem import SystemProblem
from bench.problems.systems.solved import Unsolvable
from bench.problems.systems.solver import solve

_STARTS = 2
_TRIES = 200
_RANGE = 2.0


@dataclass(frozen=True)
class DrawnTrajectories:
    """Two trajectories from within [-2, 2] in every state, none of which comes to ``largest``.

    ``points`` times over [0, ``duration``]; the first trajectory is shown and goes on, at
    ``later_points`` times, to ``horizon`` times ``duration``. The second is held back.
    """

    depends_on: ClassVar[tuple[str, ...]] = ()
    duration: float
    points: int
    horizon: float
    later_points: int
    largest: float = 1e3

    def data(self, problem: SystemProblem, seed: int) -> SystemData:
        """Raises Unsolvable where none of 200 starts stays small."""
        random = Random(f"{dict(problem.laws)}/{seed}/starts")
        shown = np.linspace(0.0, self.duration, self.points)
        later = np.linspace(self.duration, self.horizon * self.duration, self.later_points)
        times = np.concatenate([shown, later[1:]])
        rates = problem.rates()
        found: list[np.ndarray] = []
        for _ in range(_TRIES):
            start = [random.uniform(-_RANGE, _RANGE) for _ in problem.states]
            x = solve(rates, start, times)
            if float(np.abs(x).max()) < self.largest:  # nan is not
                found.append(x)
            if len(found) == _STARTS:
                break
        else:
            raise Unsolvable(
                f"problem '{problem.id}': {len(found)} of {_TRIES} starts within [-2, 2] stay "
                f"below {self.largest:g}; {_STARTS} are needed"
            )
        first, second = found
        begun = len(shown)
        return SystemData(
            (Trajectory(shown, first[:begun]),),
            (Trajectory(later, first[begun - 1 :]),),
            (Trajectory(shown, second[:begun]),),
        )
