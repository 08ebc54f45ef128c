"""Trajectories solved from the law itself, from starts that a catalogue names."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from bench.problems.portable import evaluate_portably
from bench.problems.systems.data import Array, SystemData, Trajectory
from bench.problems.systems.problem import SystemProblem
from bench.problems.systems.solver import TOLERANCE, solve

_LATER_POINTS = 101
_HORIZON = 3.0
"""How far a trajectory goes on, in units of what is shown: PROSE's 2 -> 6 (arXiv:2309.16816)."""


class Unsolvable(ValueError):
    """A trajectory that leaves the finite numbers."""


@dataclass(frozen=True)
class SolvedTrajectories:
    """Trajectories from ``starts``, each at ``points`` equal distances over ``duration``.

    They start at the time ``begin``, and are solved to ``tolerance`` (see ``solve``). ``shown`` are
    the numbers of the starts that a method sees; the others are held back. What is shown goes on
    for two more times ``duration``, but for chaotic systems, and where it goes nowhere.
    """

    depends_on: ClassVar[tuple[str, ...]] = ()
    starts: tuple[tuple[float, ...], ...]
    duration: float
    points: int
    shown: tuple[int, ...] = (0,)
    begin: float = 0.0
    tolerance: float = TOLERANCE

    def data(self, problem: SystemProblem, seed: int) -> SystemData:
        for law in problem.laws.values():  # refused here where it has no portable value
            names = [one.name for one in problem.variables]
            evaluate_portably(law, names, np.ones((1, len(names))))
        times = np.linspace(self.begin, self.begin + self.duration, self.points)
        paths = [self._solved(problem, start, times) for start in self.starts]
        shown = tuple(paths[k] for k in self.shown)
        held_back = tuple(path for k, path in enumerate(paths) if k not in self.shown)
        return SystemData(shown, self._later(problem, shown), held_back)

    def _solved(self, problem: SystemProblem, start: tuple[float, ...], times: Array) -> Trajectory:
        x = solve(problem.rates(), list(start), times, self.tolerance)
        if not np.isfinite(x).all():
            last = times[np.isfinite(x).all(axis=1)][-1]
            raise Unsolvable(
                f"problem '{problem.id}': from {list(start)} the law leads nowhere after t = {last}"
            )
        return Trajectory(times, x)

    def _later(
        self, problem: SystemProblem, shown: tuple[Trajectory, ...]
    ) -> tuple[Trajectory, ...]:
        if problem.lyapunov is not None:
            return ()
        last = self.begin + self.duration
        times = np.linspace(last, self.begin + _HORIZON * self.duration, _LATER_POINTS)
        rates, ends = problem.rates(), [one.x[-1].tolist() for one in shown]
        paths = [solve(rates, end, times, self.tolerance) for end in ends]
        if not all(np.isfinite(path).all() for path in paths):
            return ()
        return tuple(Trajectory(times, path) for path in paths)
