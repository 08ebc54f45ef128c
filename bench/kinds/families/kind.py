"""``families`` as a kind: what its interface asks, from the files beside this one."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Unpack

import numpy as np
from numpy.typing import NDArray

from bench.kinds.families.sorting import families_of
from bench.kinds.families.task import FamiliesTask
from bench.kinds.kind import Brief, Conditions, RunTerms, Shown
from bench.method import Answer

if TYPE_CHECKING:
    from bench.problems.numbers.fraction_sets import FamiliesProblem, FractionsData
    from bench.scoring.metrics import Metric
    from bench.scoring.steps import Scheme


class FamiliesKind:
    """See ``bench.kinds.kind.Kind``; there are no arrays: a fraction is told by its integers."""

    name = "families"
    reduces_to = "constant"
    reduction = "bench.kinds.families.reduction"

    def told(self, problem: FamiliesProblem, conditions: Conditions) -> Mapping[str, Any]:
        from bench.problems.numbers.named import NAMED

        pairs = zip(problem.names, problem.fractions, strict=True)
        fractions = {name: [list(a), list(b)] for name, (a, b) in pairs}
        return {"fractions": fractions, "digits": problem.digits, "constants": list(NAMED)}

    def arrays(
        self, problem: FamiliesProblem, data: FractionsData, conditions: Conditions
    ) -> tuple[NDArray[np.float64], ...]:
        return ()

    def task(
        self,
        told: Mapping[str, Any],
        arrays: tuple[NDArray[np.float64], ...],
        **run: Unpack[RunTerms],
    ) -> FamiliesTask:
        return FamiliesTask(
            fractions={name: (tuple(a), tuple(b)) for name, (a, b) in told["fractions"].items()},
            constants=tuple(told["constants"]),
            digits=told["digits"],
            **run,
        )

    def refusal(self, answer: Answer, told: Mapping[str, Any]) -> str | None:
        try:
            families_of(answer, list(told["fractions"]))
        except ValueError as error:
            return str(error)
        return None

    def in_brief(self, problem: FamiliesProblem) -> Brief:
        return Brief(_counted(problem), len(problem.fractions))

    def shown(self, problem: FamiliesProblem) -> Shown:
        rows = [
            {"name": name, "a": list(a), "b": list(b), "constant": label or None}
            for name, (a, b), label in zip(
                problem.names, problem.fractions, problem.labels, strict=True
            )
        ]
        digest = problem.data().digest
        facts = {"tier": problem.tier, "fractions": rows, "sha256": digest}
        lines = [_counted(problem), "a(n), b(n), falling powers, and the constant of the limit:"]
        lines += [f"  {one['name']}: {one['a']} {one['b']} {one['constant'] or ''}" for one in rows]
        return Shown(facts, [*map(str.rstrip, lines), f"SHA-256 of the data: {digest}"])

    def scheme(self) -> Scheme:
        from bench.kinds.families.scoring import SCHEME

        return SCHEME

    def metrics(self) -> tuple[Metric, ...]:
        from bench.kinds.families.metrics import METRICS

        return METRICS


def _counted(problem: FamiliesProblem) -> str:
    counts = Counter(label for label in problem.labels if label)
    return ", ".join(f"{count} of {name}" for name, count in counts.most_common())
