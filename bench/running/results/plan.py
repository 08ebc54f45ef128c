"""The plan: every run an experiment asks for, known before the first one starts."""

from __future__ import annotations

import itertools
import json
import os
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from bench.kinds.kind import AnyProblem, Disclosure
from bench.method import Budget
from bench.problems.dataset import Dataset
from bench.running.results.run import MethodSpec, Run, run_id


@dataclass(frozen=True)
class PlannedRun:
    """A line of the plan: which run, with what digest, under how many seconds of wall and CPU
    time, and how long it is likely to take."""

    method: str
    dataset: str
    version: str
    problem: str
    seed: int
    noise: float
    digest: str
    seconds: float
    cpu_seconds: float | None
    likely_seconds: float

    @cached_property
    def id(self) -> str:
        """The run's identity, as ``Run.id``."""
        return run_id(self.method, self.dataset, self.problem, self.seed, self.noise)

    @classmethod
    def of(cls, run: Run) -> PlannedRun:
        """The line for ``run``."""
        return cls(
            run.method.label,
            run.dataset,
            run.version,
            run.problem,
            run.seed,
            float(run.noise),
            run.digest,
            run.budget.seconds,
            run.budget.cpu_seconds,
            run.budget.likely_seconds,
        )


def matrix(
    methods: Sequence[MethodSpec],
    datasets: Mapping[str, Dataset],
    *,
    seeds: Sequence[int] = (0,),
    noise: Sequence[float] = (0.0,),
    budget: Budget | None = None,
    data_seed: int = 0,
    disclosure: Disclosure = "blind",
) -> list[Run]:
    """Every run of methods x problems x noise x seeds.

    Methods vary fastest: a benchmark that is stopped half-way has tried all methods on the same
    problems. Raises ValueError where two methods have one label, or a method cannot take a
    problem's kind.
    """
    budget = budget or Budget()
    labels = [method.label for method in methods]
    for label in labels:
        if labels.count(label) > 1:
            raise ValueError(f"two methods are labelled '{label}'; give one another label")
    for method, dataset in itertools.product(methods, datasets.values()):
        _check_kinds(method, dataset)
    return [
        Run(method, dataset.name, dataset.version, problem.name, seed, float(level), budget,
            data_seed, disclosure)
        for dataset in datasets.values()
        for problem, level, seed, method in itertools.product(
            dataset.problems, noise, seeds, methods
        )
    ]  # fmt: skip


def can_take(method: MethodSpec, problem: AnyProblem) -> bool:
    """Whether ``method`` can be set to ``problem``.

    A way from one kind to another, by which a method for tables takes part elsewhere, belongs
    here: who asks need not know of it.
    """
    return problem.kind in method.kinds


def _check_kinds(method: MethodSpec, dataset: Dataset) -> None:
    for problem in dataset.problems:
        if not can_take(method, problem):
            raise ValueError(
                f"method '{method.label}' takes problems of the kind {' or '.join(method.kinds)}, "
                f"and {dataset.name}/{problem.name} is of the kind {problem.kind}; leave one of "
                "them out"
            )


def read_plan(path: Path) -> dict[str, PlannedRun]:
    """The plan at ``path``, by run id: of several lines for one id the last one holds.

    Damaged lines (a machine that lost power while writing) are skipped: the command that planned
    those runs plans them again. No file is an empty plan.
    """
    plan: dict[str, PlannedRun] = {}
    try:
        with path.open("rb") as file:
            for line in file:
                try:
                    planned = PlannedRun(**json.loads(line))
                    plan[planned.id] = planned
                except (ValueError, TypeError):
                    continue
    except FileNotFoundError:
        pass
    return plan


def append_plan(path: Path, planned: Iterable[PlannedRun]) -> None:
    """Append to ``path`` the lines it does not hold yet, in one synced write."""
    known = read_plan(path)
    lines = [
        _line(line)
        for line in planned
        if line.id not in known or known[line.id].digest != line.digest
    ]
    if not lines:
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("ab") as file:
        if file.tell() and not _ends_with_newline(path):
            file.write(b"\n")  # the last line was cut off
        file.write("".join(lines).encode())
        file.flush()
        os.fsync(file.fileno())


def _line(planned: PlannedRun) -> str:
    fields = {name: getattr(planned, name) for name in PlannedRun.__dataclass_fields__}
    return json.dumps(fields, allow_nan=False) + "\n"


def _ends_with_newline(path: Path) -> bool:
    with path.open("rb") as file:
        file.seek(-1, os.SEEK_END)
        return file.read(1) == b"\n"
