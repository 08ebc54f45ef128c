"""Held out: the end of what is observed of a system, on which settings are chosen.

Neither other starts, nor what comes later, nor the law are part of it.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from bench.kinds.kind import Conditions, held_out_name
from bench.kinds.system.observing import observed
from bench.problems.systems.data import SystemData, Trajectory
from bench.problems.systems.problem import Observing, SystemProblem

SHARE = 0.25
"""The share of each trajectory, at its end, that a method is not shown, and judged by."""
FEWEST = 8
"""Points of a trajectory of which that can be done."""


class TooFewPoints(ValueError):
    """A problem one of whose trajectories cannot be parted."""


@dataclass(frozen=True)
class HeldOutEnds:
    """Of each trajectory of ``problem``, as it is observed, the first part is shown.

    The rest stands where trajectories from other starts would; it begins at the last point that is
    shown. Both have noise of the level ``noise``: a point held out is as good as one observed.
    """

    problem: SystemProblem
    noise: float

    def data(self, problem: SystemProblem, seed: int) -> SystemData:
        conditions = Conditions(noise=self.noise, data_seed=seed)
        whole = observed(self.problem, self.problem.data(seed), conditions)
        fewest = min(map(len, whole))
        if fewest < FEWEST:
            raise TooFewPoints(
                f"{self.problem.id} has a trajectory of {fewest} points; settings are chosen on "
                f"{FEWEST} or more"
            )
        cuts = [len(one) - max(1, round(SHARE * len(one))) for one in whole]
        shown = tuple(_points(one, 0, cut) for one, cut in zip(whole, cuts, strict=True))
        rest = tuple(_points(one, cut - 1, len(one)) for one, cut in zip(whole, cuts, strict=True))
        return SystemData(shown, held_back=rest)

    def check(self, problem: SystemProblem) -> None:
        """Look through the data where they lie in files."""
        self.problem.check()


def held_out(problem: SystemProblem, noise: float) -> SystemProblem:
    """``problem`` as far as settings may be chosen on it: what is observed, without the law."""
    dataset, version = held_out_name(problem.dataset, problem.version, noise)
    return replace(
        problem, dataset=dataset, version=version, truth=None, meaning="", law="",
        source=HeldOutEnds(problem, noise),
        observing=Observing(estimate=problem.observing.estimate),
    )  # fmt: skip


def _points(one: Trajectory, start: int, end: int) -> Trajectory:
    rest = {name: getattr(one, name) for name in ("u", "dx")}
    kept = {name: None if part is None else part[start:end] for name, part in rest.items()}
    return Trajectory(one.t[start:end], one.x[start:end], **kept)
