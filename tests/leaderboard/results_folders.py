"""Results folders made by hand, through the same classes that a benchmark writes them with."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from bench.method import Budget, Discovery
from bench.running import STATUSES, MethodSpec, Record, Resources, Run, Store
from bench.scoring import EditDistance, Scorecard
from bench.scoring.numeric import NumericScore

GOOD = NumericScore(r2=1.0, nmse=0.0, within_tau=True, accurate=True, finite_share=1.0)
assert STATUSES[0] == "ok"


@dataclass(frozen=True)
class Result:
    """What became of one run; ``answer`` None: no expression, ``status`` empty: no record."""

    method: str = "m"
    problem: str = "p0"
    dataset: str = "toy"
    seed: int = 0
    noise: float = 0.0
    status: str = "ok"
    answer: str | None = "x0"
    yes: bool = True
    ood: NumericScore | None = None
    scored: bool = True
    seconds: float = 10.0
    setting: int = 0

    @property
    def run(self) -> Run:
        method = MethodSpec(self.method, "some.where:Method", {"setting": self.setting})
        budget = Budget(seconds=self.seconds)
        return Run(method, self.dataset, "1", self.problem, self.seed, self.noise, budget)

    @property
    def record(self) -> Record:
        found = None if self.answer is None else Discovery.of(self.answer)
        return Record(self.run, self.status, "", found, (), Resources(2.0, 1.5, 100.0))  # type: ignore[arg-type]

    @property
    def card(self) -> Scorecard:
        problem = f"{self.dataset}/{self.problem}"
        if self.answer is None:
            return Scorecard(problem, None, "1", "no expression", edit=EditDistance()).but(
                verdicts=_verdicts("no")
            )
        return Scorecard(
            problem, self.answer, "1",
            test=GOOD if self.yes else NumericScore(0.5, 0.5, False, False, 1.0),
            ood=self.ood,
            edit=EditDistance(ned=0.0 if self.yes else 0.5),
            verdicts=_verdicts("yes" if self.yes else "no"),
            complexity=1,
        )  # fmt: skip


def _verdicts(answer: str) -> dict[str, dict[str, object]]:
    verdict = {"answer": answer, "step": "", "reason": "", "evidence": {}, "witness": None}
    return {rule: dict(verdict, seconds=0.0) for rule in ("srbench_relative", "exact", "skeleton")}


def write(folder: Path, results: Iterable[Result]) -> Path:
    """A results folder that holds ``results``."""
    store, results = Store(folder), list(results)
    store.add_to_plan([result.run for result in results])
    for result in results:
        if not result.status:
            continue
        store.write(result.record)
        if result.scored:
            write_score(store, result)
    return folder


def write_score(store: Store, result: Result, expression: str | None = None) -> None:
    value = {
        "record_digest": result.run.digest,
        "expression": expression or result.answer,
        "card": result.card.as_dict(),
    }
    store.write_text(store.score_path(result.run.id), json.dumps(value))
