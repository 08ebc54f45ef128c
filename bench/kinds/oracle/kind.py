"""``oracle`` as a kind: what its interface asks, from the files beside this one."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Unpack

import numpy as np
from numpy.typing import NDArray

from bench.kinds.kind import AnyOracle, Brief, Conditions, RunTerms, Shown
from bench.kinds.oracle import posing
from bench.kinds.oracle.task import OracleTask
from bench.method import Answer

if TYPE_CHECKING:
    from bench.problems.oracles.problem import OracleData, OracleProblem
    from bench.scoring.metrics import Metric
    from bench.scoring.steps import Scheme


class OracleKind:
    """See ``bench.kinds.kind.Kind``; there are no arrays: what a method sees, it asks for."""

    name = "oracle"
    reduces_to = "table"
    reduction = "bench.kinds.oracle.reduction"

    def told(self, problem: OracleProblem, conditions: Conditions) -> Mapping[str, Any]:
        return posing.told(problem, conditions.disclosure)

    def arrays(
        self, problem: OracleProblem, data: OracleData, conditions: Conditions
    ) -> tuple[NDArray[np.float64], ...]:
        return ()

    def held_back_inputs(
        self, problem: OracleProblem, data: OracleData
    ) -> Mapping[str, NDArray[np.float64]]:
        return {"test": data.x[:, None]}

    def oracle(self, problem: OracleProblem, data: OracleData, conditions: Conditions) -> AnyOracle:
        from bench.kinds.oracle.asking import Oracle

        return Oracle(problem, data, conditions)

    def task(
        self,
        told: Mapping[str, Any],
        arrays: tuple[NDArray[np.float64], ...],
        **run: Unpack[RunTerms],
    ) -> OracleTask:
        return OracleTask(
            variables=posing.variables(told),
            domain=posing.domain(told),
            questions=told["questions"],
            batch=told["batch"],
            **run,
        )

    def refusal(self, answer: Answer, told: Mapping[str, Any]) -> str | None:
        return posing.refusal(answer, told)

    def in_brief(self, problem: OracleProblem) -> Brief:
        return Brief(problem.truth, len(problem.variables))

    def shown(self, problem: OracleProblem) -> Shown:
        from bench.kinds.oracle import showing

        return showing.shown(problem)

    def scheme(self) -> Scheme:
        from bench.kinds.oracle.scoring import SCHEME

        return SCHEME

    def metrics(self) -> tuple[Metric, ...]:
        from bench.kinds.oracle.metrics import oracle_metrics

        return oracle_metrics()
