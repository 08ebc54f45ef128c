"""A method, a dataset, a metric, a rule and an executor of a package from outside."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from bench import Data, Dataset, Discovery, Expression, Problem, Table, Target, Task, Variable
from bench.problems import Domain
from bench.running import Limits, LocalExecutor, Store
from bench.running.events import Event, Note
from bench.running.perform import Job
from bench.scoring import InstalledRule, Metric, Verdict


@dataclass(frozen=True)
class Mean:
    """The mean of the target."""

    def discover(self, task: Task) -> Discovery:
        return Discovery.of(float(np.mean(task.y)))


@dataclass(frozen=True)
class _Line:
    def data(self, problem: Problem, seed: int) -> Data:
        X = np.arange(1.0, 21.0)[:, None]
        table = Table(X, 3.0 * X[:, 0])
        return Data({"train": table, "test": table})


def lines() -> Dataset:
    variables, target = (Variable("x0"),), Target(truth="3*x0")
    problem = Problem("outside_lines", "1", "three", variables, (target,), _Line())
    return Dataset("outside_lines", "1", (problem,), "lines of a package", "here", "CC0")


def _length(card: object) -> float:
    return float(len(str(card.answer)))  # type: ignore[attr-defined]


LENGTH = Metric(
    "outside_length", "how many characters has the answer?", _length,
    summary="mean", better="lower", worst=1e6,
)  # fmt: skip


def _same(prediction: Expression, truth: Expression, domain: Domain) -> Verdict:
    same = str(prediction) == str(truth)
    return Verdict("yes" if same else "no", "canonical", "the texts are compared")


SAME_TEXT = InstalledRule("outside_same_text", "is it the law, letter by letter?", _same)


@dataclass(frozen=True)
class OneByOne:
    """One run at a time, and a word about it."""

    def run(self, jobs: Sequence[Job], store: Store, limits: Limits) -> Iterator[Event]:
        yield Note("an outside executor at work")
        yield from LocalExecutor(1).run(jobs, store, limits)
