"""``table`` as a kind: what its interface asks, from the files beside this one."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Unpack

import numpy as np
from numpy.typing import NDArray

from bench.kinds.kind import Brief, Conditions, RunTerms, Shown
from bench.kinds.table import posing
from bench.kinds.table.noise import noisy_target
from bench.kinds.table.task import Task
from bench.method import Answer

if TYPE_CHECKING:
    from bench.problems.data import Data
    from bench.problems.problem import Problem
    from bench.scoring.metrics import Metric
    from bench.scoring.steps import Scheme


class TableKind:
    """See ``bench.kinds.kind.Kind``; the arrays are ``X`` (n, d) and ``y`` (n,)."""

    name = "table"
    held_out_measure = "r2"

    def told(self, problem: Problem, conditions: Conditions) -> Mapping[str, Any]:
        return posing.told(problem, conditions.disclosure)

    def arrays(
        self, problem: Problem, data: Data, conditions: Conditions
    ) -> tuple[NDArray[np.float64], ...]:
        return data.train.X, noisy_target(problem, conditions, data.train.y)

    def held_back_inputs(self, problem: Problem, data: Data) -> Mapping[str, NDArray[np.float64]]:
        return {name: data.splits[name].X for name in ("test", "ood") if name in data.splits}

    def held_out(self, problem: Problem, noise: float) -> Problem:
        from bench.kinds.table import heldout

        return heldout.held_out(problem, noise)

    def task(
        self,
        told: Mapping[str, Any],
        arrays: tuple[NDArray[np.float64], ...],
        **run: Unpack[RunTerms],
    ) -> Task:
        X, y = arrays
        return Task(
            X=X,
            y=y,
            variables=posing.variables(told),
            target=posing.target(told),
            description=told["description"],
            **run,
        )

    def refusal(self, answer: Answer, told: Mapping[str, Any]) -> str | None:
        return posing.refusal(answer, told)

    def in_brief(self, problem: Problem) -> Brief:
        from bench.kinds.table import showing

        return showing.in_brief(problem)

    def shown(self, problem: Problem) -> Shown:
        from bench.kinds.table import showing

        return showing.shown(problem)

    def drawn(self, problem: Problem, answer: str, conditions: Conditions) -> Mapping[str, Any]:
        from bench.kinds.table import drawing

        return drawing.drawn(problem, answer, conditions.data_seed)

    def scheme(self) -> Scheme:
        from bench.kinds.table.scoring import SCHEME

        return SCHEME

    def metrics(self) -> tuple[Metric, ...]:
        from bench.kinds.table.metrics import table_metrics

        return table_metrics()
