"""The small runs that a method is checked by, each as a benchmark runs it."""

from __future__ import annotations

import re
import sysconfig
import tempfile
import time
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from bench.authoring.probes import PLAIN, PROBES, probe_dataset
from bench.basics.paths import ROOT
from bench.method import Budget
from bench.models.scripted import scripted_endpoint
from bench.running.crew import Crew
from bench.running.limits import NEVER_LOADED, Limits
from bench.running.perform import Job, Performer
from bench.running.results.leases import Leases
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
    """One run, what it printed, and the seconds it took beside those on its clock."""

    record: Record
    log: str
    off_the_clock: float = 0.0

    @property
    def answered(self) -> bool:
        """Whether it returned an answer in time."""
        return self.record.status == "ok" and self.record.discovery is not None

    @property
    def loaded(self) -> bool:
        """False where importing the method and warming it up has taken too long."""
        return not self.record.message.startswith(NEVER_LOADED)

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
        """The answer's values on its training rows: by its formula, else by its predictor."""
        discovery = self.record.discovery
        if discovery is None:
            return None
        if discovery.best.text:
            return PROBES[self.record.run.problem].values(discovery.best.text)
        return unpacked(discovery.predicted["test"]) if "test" in discovery.predicted else None


Trials = Mapping[tuple[str, int], Trial]
"""By problem and seed."""


LOAD_SECONDS = 600.0
"""For importing a method and warming it up: Julia compiles for minutes."""

CALLS = 20
"""What a run may ask of the scripted model that answers methods which ask one."""


def trials(spec: MethodSpec, seconds: float) -> Iterator[tuple[tuple[str, int], Trial]]:
    """What every probe comes to, and one more run that is killed (``KILLED``, 0), one by one."""
    runs = [_run(spec, name, seconds) for name in PROBES]
    runs.append(replace(runs[0], seed=1))
    grace = min(1.0, seconds)
    keys = [*((run.problem, run.seed) for run in runs), (KILLED, 0)]
    tried = _done([*((run, grace) for run in runs), _ended(spec, seconds)])
    return zip(keys, tried, strict=True)


def killed_run(spec: MethodSpec, seconds: float) -> Trial:
    """A run on ``PLAIN`` that is ended in the middle of its budget."""
    (trial,) = _done([_ended(spec, seconds)])
    return trial


def _run(spec: MethodSpec, problem: str, seconds: float) -> Run:
    dataset, budget = probe_dataset(), Budget(seconds=seconds, calls=CALLS)
    return Run(spec, dataset.name, dataset.version, problem, 0, 0.0, budget)


def _ended(spec: MethodSpec, seconds: float) -> tuple[Run, float]:
    return _run(spec, PLAIN, seconds), -seconds / 2


def _done(wanted: Iterable[tuple[Run, float]]) -> Iterator[Trial]:
    """What each run comes to, with its grace, one after the other: what the method imports is
    imported once."""
    problems = {problem.name: problem for problem in probe_dataset().problems}
    with (
        tempfile.TemporaryDirectory() as folder,
        scripted_endpoint() as endpoint,
        Crew(closed=[Path(folder)]) as crew,
    ):
        for number, (run, grace) in enumerate(wanted):
            crew.limits = Limits(
                grace=grace, load_seconds=LOAD_SECONDS, wait_seconds=endpoint.wait_seconds
            )
            job = Job(run, problems[run.problem], endpoint)
            yield _tried(job, crew, Store(Path(folder) / str(number)))


def _tried(job: Job, crew: Crew, store: Store) -> Trial:
    begun = time.monotonic()
    with Leases(store.leases_folder) as leases:
        Performer(store, crew, leases).perform(job)
    (record,) = store.records()
    beside = time.monotonic() - begun - record.resources.wall_seconds
    return Trial(record, _log(store, record), beside)


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
