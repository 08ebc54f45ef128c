"""A small dataset, the misbehaving methods, and a way to run them for real."""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import psutil
import pytest

from bench.method import Budget
from bench.problems.data import Data, Table
from bench.problems.dataset import Dataset
from bench.problems.problem import Problem, Target
from bench.problems.variable import Variable
from bench.running import (
    Limits,
    LocalExecutor,
    MethodSpec,
    Record,
    Run,
    Store,
    execute,
    matrix,
)
from bench.running.events import Event, OnEvent

HARD = Path(__file__).with_name("hard_methods.py")
LIMITS = Limits(grace=0.3)


class Product:
    """x0 * x1 on a small grid; the test split is told apart by its values."""

    def data(self, problem: Problem, seed: int) -> Data:
        X = np.arange(1.0, 21.0).reshape(10, 2) + seed
        test = X + 1000
        return Data({"train": Table(X, X[:, 0] * X[:, 1]), "test": Table(test, test.prod(axis=1))})


def problem(name: str = "product") -> Problem:
    variables = (
        Variable("x0", "m", "the mass", (0, 0, 1, 0, 0)),
        Variable("x1", "a", "the acceleration", (1, -2, 0, 0, 0)),
    )
    target = Target(Variable("y", "F", "the force"), truth="x0*x1")
    return Problem("toy", "1", name, variables, (target,), Product(), meaning="Newton's second law")


def dataset(count: int = 1) -> Dataset:
    return Dataset("toy", "1", tuple(problem(f"p{k}") for k in range(count)))


def method(name: str, settings: Mapping[str, Any] | None = None, **more: Any) -> MethodSpec:
    settings = settings or {}
    if diary := settings.get("diary"):  # a run writes where it may, and nowhere else
        Path(diary).touch()
        more["worker"] = {**more.get("worker", {}), "write": [diary]}
    return MethodSpec(more.pop("label", name), f"{HARD}:{name}", settings, **more)


def toy_run(
    spec: MethodSpec, name: str = "p0", *, seconds: float = 20, memory_mb: int = 1000
) -> Run:
    """The run of ``spec`` on a problem of the toy dataset that ``run_all`` asks for."""
    return Run(spec, "toy", "1", name, budget=Budget(seconds=seconds, memory_mb=memory_mb))


def run_all(
    folder: Path,
    *methods: MethodSpec,
    problems: int = 1,
    seconds: float = 20,
    memory_mb: int = 1000,
    workers: int = 1,
    retry: tuple[str, ...] = (),
    limits: Limits = LIMITS,
    events: list[Event] | None = None,
    on_event: OnEvent = lambda event: None,
    **more: Any,
) -> dict[str, Record]:
    """Run methods on the toy dataset; the records by run id.

    The budget is generous: only what is meant to overrun it should, on the busiest machine.
    """
    budget = Budget(seconds=seconds, memory_mb=memory_mb)
    datasets = {"toy": dataset(problems)}
    runs = matrix(methods, datasets, budget=budget, **more)
    store = Store(folder)

    def take(event: Event) -> None:
        if events is not None:
            events.append(event)
        on_event(event)

    execute(
        runs, datasets, store, LocalExecutor(workers), limits=limits, retry=retry, on_event=take
    )
    return {record.run.id: record for record in store.records()}


def run_one(folder: Path, spec: MethodSpec, **more: Any) -> Record:
    """Run one method on one problem; its record."""
    (record,) = run_all(folder, spec, **more).values()
    return record


def run_together(folder: Path, *methods: MethodSpec, **more: Any) -> dict[str, Record]:
    """Run methods on one problem, from one fork server, two at a time; the records by label."""
    records = run_all(folder, *methods, workers=2, **more).values()
    return {record.run.method.label: record for record in records}


@contextlib.contextmanager
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of 256 kB; skips the test where none can be mounted."""
    if os.geteuid() != 0 or sys.platform != "linux":
        pytest.skip("mounting a small tmpfs needs root on Linux")
    disk = tmp_path / "disk"
    disk.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=256k", "tmpfs", str(disk)]
    if subprocess.run(mount, capture_output=True).returncode:
        pytest.skip("mounting is not allowed here")
    try:
        yield disk
    finally:
        subprocess.run(["umount", "-l", str(disk)], check=True)


def log_of(folder: Path, record: Record) -> str:
    path = Store(folder).log_path(record.run.key)
    return path.read_text(errors="replace") if path.exists() else ""


def templates() -> set[psutil.Process]:
    """The templates of this program that are alive."""
    found = set()
    for child in psutil.Process().children():
        with contextlib.suppress(psutil.Error):  # it has ended
            if "template" in child.cmdline():
                found.add(child)
    return found
