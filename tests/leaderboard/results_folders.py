"""Results folders made by hand, through the same classes that a benchmark writes them with."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

from bench.kinds.metrics import metrics_of
from bench.method import Budget, Discovery
from bench.running import STATUSES, MethodSpec, Record, Resources, Run, Store
from bench.running.results.content import with_content
from bench.running.results.judging import KeptScore, judge_of
from bench.scoring import Scorecard
from bench.scoring.steps import ScoringLimits


@cache
def judge_now() -> str:
    """What scorecards made now follow from."""
    return judge_of("table", ScoringLimits())


_METRICS = metrics_of("table")
_NAMES = [metric.name for metric in _METRICS]
GOOD: Mapping[str, float | None] = {
    metric.name: {"higher": 1.0, "lower": 0.0}[metric.better]
    for metric in _METRICS
    if metric.everywhere
} | {"complexity": 1.0}
BAD = {**GOOD, **{name: 0.0 for name in _NAMES if name.startswith("symbolic_")}} | {
    "accuracy": 0.0, "acc_tau": 0.0, "ned": 0.5, "r2": 0.5, "nmse": 0.5,
}  # fmt: skip
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
    values: Mapping[str, float | None] = field(default_factory=dict)
    scored: bool = True
    seconds: float = 10.0
    cpu_seconds: float | None = None
    setting: int = 0
    source: str = ""
    judge: str = field(default_factory=judge_now)

    @property
    def run(self) -> Run:
        method = MethodSpec(
            self.method, "some.where:Method", {"setting": self.setting}, self.source
        )
        budget = Budget(seconds=self.seconds, cpu_seconds=self.cpu_seconds)
        return Run(method, self.dataset, "1", self.problem, self.seed, self.noise, budget)

    @property
    def record(self) -> Record:
        found = None if self.answer is None else Discovery.of(self.answer)
        return Record(self.run, self.status, "", found, (), Resources(2.0, 1.5, 100.0))  # type: ignore[arg-type]

    @property
    def card(self) -> Scorecard:
        """Of a table whose law is known; ``values`` come on top of what ``yes`` implies."""
        values: dict[str, float | None] = dict.fromkeys(_NAMES)
        lost: tuple[str, ...] = ()
        if self.answer is None:
            values |= {metric.name: metric.worst for metric in _METRICS}
            lost = tuple(metric.name for metric in _METRICS if not metric.everywhere)
        else:
            values |= GOOD if self.yes else BAD
        values |= self.values
        kept = {name: value for name, value in values.items() if name not in lost}
        failure = "" if self.answer else "no expression"
        problem = f"{self.dataset}/{self.problem}"
        return Scorecard(problem, "table", self.answer, self.judge, failure, kept, lost)


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


def rewrite(path: Path, **changes: object) -> None:
    """Change what a file holds, as somebody would who writes its digest anew."""
    path.write_text(json.dumps(with_content({**json.loads(path.read_text()), **changes})))


def write_score(store: Store, result: Result) -> None:
    kept = KeptScore(result.run.digest, result.card)
    store.write_text(store.score_path(result.run.key), kept.to_json())
