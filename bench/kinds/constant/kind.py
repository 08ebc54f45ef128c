"""``constant`` as a kind: what its interface asks, from the files beside this one."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Unpack

import numpy as np
from numpy.typing import NDArray

from bench.kinds.constant.relation import relation_of
from bench.kinds.constant.task import ConstantTask
from bench.kinds.kind import Brief, Conditions, RunTerms, Shown
from bench.method import Answer

if TYPE_CHECKING:
    from bench.problems.numbers.problem import ConstantProblem, NumberData
    from bench.scoring.metrics import Metric
    from bench.scoring.steps import Scheme


class ConstantKind:
    """See ``bench.kinds.kind.Kind``; there are no arrays: digits are told as text."""

    name = "constant"

    def told(self, problem: ConstantProblem, conditions: Conditions) -> Mapping[str, Any]:
        from bench.problems.numbers.named import NAMED

        number = "" if problem.fraction else str(problem.scaled(problem.digits))
        fraction = None if problem.fraction is None else [list(one) for one in problem.fraction]
        shown = {"number": number, "fraction": fraction, "digits": problem.digits}
        return {**shown, "constants": list(NAMED)}

    def arrays(
        self, problem: ConstantProblem, data: NumberData, conditions: Conditions
    ) -> tuple[NDArray[np.float64], ...]:
        return ()

    def task(
        self,
        told: Mapping[str, Any],
        arrays: tuple[NDArray[np.float64], ...],
        **run: Unpack[RunTerms],
    ) -> ConstantTask:
        a, b = told["fraction"] or ((), ())
        return ConstantTask(
            constants=tuple(told["constants"]),
            digits=told["digits"],
            number=int(told["number"]) if told["number"] else None,
            fraction=(tuple(a), tuple(b)) if told["fraction"] else None,
            **run,
        )

    def refusal(self, answer: Answer, told: Mapping[str, Any]) -> str | None:
        try:
            relation_of(answer, told["constants"])
        except ValueError as error:
            return str(error)
        return None

    def in_brief(self, problem: ConstantProblem) -> Brief:
        unknown = problem.fraction is not None and not problem.known
        return Brief(None if unknown else problem.truth, 1)

    def shown(self, problem: ConstantProblem) -> Shown:
        data = problem.data()
        digits = f"{data.scaled}e-{data.places}"
        facts = {
            "truth": problem.truth,
            "level": problem.tier,
            "fraction": None if problem.fraction is None else [*map(list, problem.fraction)],
            "digits": problem.digits,
            "number": digits,
            "sha256": data.digest,
        }
        lines = [f"truth: {problem.truth}", f"number: {digits}"]
        if problem.proven:
            facts["proven"] = problem.proven
            lines.append(f"seen to hold to {problem.proven} digits")
        if problem.fraction is not None:
            lines.append("a(n), b(n), falling powers: {} {}".format(*problem.fraction))
        return Shown(facts, [*lines, f"SHA-256 of the data: {data.digest}"])

    def scheme(self) -> Scheme:
        from bench.kinds.constant.scoring import SCHEME

        return SCHEME

    def metrics(self) -> tuple[Metric, ...]:
        from bench.kinds.constant.metrics import METRICS

        return METRICS
