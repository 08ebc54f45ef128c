"""``system`` as a kind: what its interface asks, from the files beside this one."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Unpack

import numpy as np
from numpy.typing import NDArray

from bench.kinds.kind import Brief, Conditions, RunTerms, Shown
from bench.kinds.system import posing
from bench.kinds.system.task import SystemTask
from bench.method import Answer

if TYPE_CHECKING:
    from bench.problems.systems.data import SystemData
    from bench.problems.systems.problem import SystemProblem
    from bench.scoring.metrics import Metric
    from bench.scoring.steps import Scheme


class SystemKind:
    """See ``bench.kinds.kind.Kind``; the arrays are t, x, u and dx of each trajectory in turn."""

    name = "system"
    reduces_to = "table"
    reduction = "bench.kinds.system.reduction"
    held_out_measure = "generalisation_r2"

    def told(self, problem: SystemProblem, conditions: Conditions) -> Mapping[str, Any]:
        return posing.told(problem, conditions.disclosure)

    def arrays(
        self, problem: SystemProblem, data: SystemData, conditions: Conditions
    ) -> tuple[NDArray[np.float64], ...]:
        from bench.kinds.system.observing import observed

        return posing.flat(observed(problem, data, conditions))

    def task(
        self,
        told: Mapping[str, Any],
        arrays: tuple[NDArray[np.float64], ...],
        **run: Unpack[RunTerms],
    ) -> SystemTask:
        return SystemTask(
            trajectories=posing.trajectories(arrays),
            states=posing.listed(told, "states"),
            inputs=posing.listed(told, "inputs"),
            time=told["time"],
            estimate=told["estimate"],
            guess=told["guess"],
            description=told["description"],
            **run,
        )

    def refusal(self, answer: Answer, told: Mapping[str, Any]) -> str | None:
        return posing.refusal(answer, told)

    def in_brief(self, problem: SystemProblem) -> Brief:
        from bench.kinds.system import showing

        return showing.in_brief(problem)

    def shown(self, problem: SystemProblem) -> Shown:
        from bench.kinds.system import showing

        return showing.shown(problem)

    def held_out(self, problem: SystemProblem, noise: float) -> SystemProblem:
        from bench.kinds.system import heldout

        return heldout.held_out(problem, noise)

    def drawn(
        self, problem: SystemProblem, answer: Mapping[str, str], conditions: Conditions
    ) -> Mapping[str, Any]:
        from bench.kinds.system import drawing

        return drawing.drawn(problem, answer, conditions)

    def scheme(self) -> Scheme:
        from bench.kinds.system.scoring import SCHEME

        return SCHEME

    def metrics(self) -> tuple[Metric, ...]:
        from bench.kinds.system.metrics import system_metrics

        return system_metrics()
