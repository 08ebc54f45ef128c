"""The small runs that a method is checked by, each as a benchmark runs it."""

from __future__ import annotations

import re
import sysconfig
import tempfile
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from bench.authoring.probes import PLAIN, PROBES, probe_dataset
from bench.basics.paths import ROOT
from bench.method import Budget
from bench.models.scripted import scripted_endpoint
from bench.running.execution import execute
from bench.running.executors.local import LocalExecutor
from bench.running.limits import Limits
from bench.running.results.plain import unpacked
from bench.running.results.record import Record
from bench.running.results.run import MethodSpec, Run
from bench.running.results.store import Store

KILLED = "killed"
"""The run on ``PLAIN`` that is ended in the middle of its budget."""

_TRACEBACK = "Traceback (most recent call last):"
_FRAME = re.compile(r'^  File "(?P<file>.+)", line (?P<line>\d+), in (?P<function>.+)$', re.M)


@dataclass(frozen=True, slots=True)
class Trial:
    """One run and what it printed."""

    record: Record
    log: str

    @property
    def answered(self) -> bool:
        """Whether it returned an answer in time."""
        return self.record.status == "ok" and self.record.discovery is not None

    @property
    def text(self) -> str:
        """The formula of its answer or last report; empty where there is none."""
        return "" if self.record.discovery is None else self.record.discovery.best.text

    @property
    def printed(self) -> int:
        """Characters that the method printed itself, the traceback of its end aside."""
        before = self.log.partition(_TRACEBACK)[0] if self.record.status == "error" else self.log
        return len(before)

    @property
    def fault(self) -> str:
        """Why it has no answer: status, message, and the line that raised."""
        place = _where(self.log) if self.record.status in ("error", "memory") else ""
        return f"{self.record.status}: {self.record.message}{place}"

    def values(self) -> NDArray[np.float64] | None:
        """The answer's values on its training rows: by its formula, else by its model."""
        discovery = self.record.discovery
        if discovery is None:
            return None
        if discovery.best.text:
            return PROBES[self.record.run.problem].values(discovery.best.text)
        return unpacked(discovery.predicted["test"]) if "test" in discovery.predicted else None


Trials = Mapping[tuple[str, int], Trial]
"""By problem and seed."""


CALLS = 20
"""What a run may ask of the scripted model that answers methods which ask one."""


def trials(spec: MethodSpec, seconds: float) -> Trials:
    """What every probe came to, and one more run that was killed (``KILLED``, 0)."""
    dataset = probe_dataset()
    budget = _budget(seconds)
    runs = [
        Run(spec, dataset.name, dataset.version, problem.name, 0, 0.0, budget)
        for problem in dataset.problems
    ]
    done = _done([*runs, replace(runs[0], seed=1)], Limits(grace=min(1.0, seconds)))
    found = {(one.record.run.problem, one.record.run.seed): one for one in done}
    return {**found, (KILLED, 0): killed_run(spec, seconds)}


def killed_run(spec: MethodSpec, seconds: float) -> Trial:
    """A run on ``PLAIN`` that is ended in the middle of its budget."""
    dataset = probe_dataset()
    run = Run(spec, dataset.name, dataset.version, PLAIN, 0, 0.0, _budget(seconds))
    (trial,) = _done([run], Limits(grace=-seconds / 2))
    return trial


def _budget(seconds: float) -> Budget:
    return Budget(seconds=seconds, calls=CALLS)


def _done(runs: Iterable[Run], limits: Limits) -> list[Trial]:
    dataset = probe_dataset()
    with tempfile.TemporaryDirectory() as folder, scripted_endpoint() as endpoint:
        store, datasets = Store(folder), {dataset.name: dataset}
        execute(list(runs), datasets, store, LocalExecutor(1), limits=limits, endpoint=endpoint)
        return [Trial(record, _log(store, record)) for record in store.records()]


def _log(store: Store, record: Record) -> str:
    path: Path = store.log_path(record.run.key)
    return path.read_text(errors="replace") if path.exists() else ""


def _where(log: str) -> str:
    """The line of the author's code that the last exception in a log came from, in brackets."""
    frames = list(_FRAME.finditer(log.rpartition(_TRACEBACK)[2]))
    theirs = [one for one in frames if not _is_library(one["file"])] or frames
    if not theirs:
        return ""
    last = theirs[-1]
    return f" ({Path(last['file']).name}, line {last['line']}, in {last['function']})"


def _is_library(file: str) -> bool:
    folders = [str(ROOT / "bench"), sysconfig.get_path("stdlib"), sysconfig.get_path("purelib")]
    return file.startswith("<") or any(file.startswith(f"{one}/") for one in folders)
