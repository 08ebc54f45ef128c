"""``panel`` as a kind: what its interface asks, from the files beside this one."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Unpack

import numpy as np
from numpy.typing import NDArray

from bench.kinds.kind import Brief, Conditions, RunTerms, Shown
from bench.kinds.panel import posing
from bench.kinds.panel.task import PanelTask
from bench.method import Answer

if TYPE_CHECKING:
    from bench.problems.panels.data import PanelData
    from bench.problems.panels.problem import PanelProblem
    from bench.scoring.metrics import Metric
    from bench.scoring.steps import Scheme


class PanelKind:
    """See ``bench.kinds.kind.Kind``; the arrays are the fields in turn, then the returns."""

    name = "panel"

    def told(self, problem: PanelProblem, conditions: Conditions) -> Mapping[str, Any]:
        return posing.told(problem, conditions.disclosure)

    def arrays(
        self, problem: PanelProblem, data: PanelData, conditions: Conditions
    ) -> tuple[NDArray[np.float64], ...]:
        return posing.arrays(problem, data, conditions)

    def task(
        self,
        told: Mapping[str, Any],
        arrays: tuple[NDArray[np.float64], ...],
        **run: Unpack[RunTerms],
    ) -> PanelTask:
        *fields, returns = arrays
        return PanelTask(
            fields=dict(zip(told["fields"], fields, strict=True)),
            returns=returns,
            horizon=told["horizon"],
            most=told["most"],
            description=told["description"],
            **run,
        )

    def refusal(self, answer: Answer, told: Mapping[str, Any]) -> str | None:
        return posing.refusal(answer, told["fields"], told["most"])

    def in_brief(self, problem: PanelProblem) -> Brief:
        from bench.kinds.panel import showing

        return showing.in_brief(problem)

    def shown(self, problem: PanelProblem) -> Shown:
        from bench.kinds.panel import showing

        return showing.shown(problem)

    def scheme(self) -> Scheme:
        from bench.kinds.panel.scoring import SCHEME

        return SCHEME

    def metrics(self) -> tuple[Metric, ...]:
        from bench.kinds.panel.metrics import METRICS

        return METRICS
