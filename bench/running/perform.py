"""Perform: one run from its problem to its record, on whatever machine this is."""

from __future__ import annotations

import os
import platform
import tempfile
import threading
import traceback
from collections import OrderedDict
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bench.installation import own_version
from bench.method import Candidate, Discovery
from bench.problems.data import Data
from bench.problems.problem import Problem
from bench.problems.variable import Variable
from bench.running.crew import Crew, failure
from bench.running.noise import noisy_target
from bench.running.results.leases import Leases
from bench.running.results.record import Record, RecordError, Report, Resources
from bench.running.results.run import Disclosure, Run
from bench.running.results.store import Store, storage_error
from bench.running.sandbox import wire
from bench.running.sandbox.answer import printable
from bench.running.sandbox.log import Log

_DATA_KEPT = 32  # problems


@dataclass(frozen=True)
class Job:
    """A run with the problem it is about: what an executor takes."""

    run: Run
    problem: Problem


class Performer:
    """Runs jobs one after the other, or from several threads, into one store."""

    def __init__(self, store: Store, crew: Crew, leases: Leases) -> None:
        self._store = store
        self._crew = crew
        self._leases = leases
        self._data = _DataCache()

    def perform(self, job: Job, on_start: Callable[[], None] = lambda: None) -> Record | None:
        """Run ``job`` and write its record; None where another process is running it.

        Where the run has been done meanwhile, its record is returned and nothing runs. Raises
        StoreError where the results folder cannot be written.
        """
        run = job.run
        try:
            if not self._leases.take(run.id):
                return None
        except OSError as error:
            raise storage_error(error, self._store.folder) from error
        try:
            record = done(self._store, run)
            if record is None:
                record = self._run(job, on_start)
                self._store.write(record)
            return record
        finally:
            self._leases.release(run.id)

    def _run(self, job: Job, on_start: Callable[[], None]) -> Record:
        begun = datetime.now(UTC)
        try:
            data = self._data.of(job)
        except Exception as error:  # a problem's own data source: CSV files, anything
            outcome = failure("error", printable(f"no data: {type(error).__name__}: {error}"))
            log = Log(self._store.log_path(job.run.id), self._crew.limits.log_bytes)
            log.write(traceback.format_exc().encode(errors="backslashreplace"))
            log.close()
            return to_record(job.run, outcome, begun, data_digest="")
        y = noisy_target(job.run, data.train.y)
        request = make_request(job, data.train.X, y)
        request["log"] = str(self._store.log_path(job.run.id).absolute())
        request["limits"] = asdict(self._crew.limits)
        descriptor = shared_file(data.train.X, y)
        try:
            outcome = self._crew.run(job.run.method, request, descriptor, on_start)
        finally:
            os.close(descriptor)
        return to_record(job.run, outcome, begun, data_digest=data.digest)


def done(store: Store, run: Run) -> Record | None:
    """The record of ``run`` where there is one that can be believed and is of this very run."""
    try:
        record = store.read(run.id)
    except RecordError:
        return None
    return record if record is not None and record.digest == run.digest else None


def make_request(job: Job, X: NDArray[np.float64], y: NDArray[np.float64]) -> wire.Message:
    """All that a worker is told: never the truth, never the test data."""
    run, problem = job.run, job.problem
    return {
        "target": run.method.target,
        "settings": dict(run.method.settings),
        "requires": list(run.method.requires),
        "variables": [_disclosed(v, run.disclosure) for v in problem.variables],
        "target_variable": _disclosed(problem.target.variable, run.disclosure),
        "description": problem.meaning if run.disclosure == "full" else "",
        "seed": run.seed,
        "budget": asdict(run.budget),
        "rows": X.shape[0],
        "columns": X.shape[1],
    }


def _disclosed(variable: Variable, disclosure: Disclosure) -> list[Any]:
    symbol = variable.symbol if disclosure != "blind" else ""
    if disclosure != "full":
        return [variable.name, symbol, "", None]
    unit = None if variable.unit is None else list(variable.unit)
    return [variable.name, symbol, variable.meaning, unit]


def shared_file(X: NDArray[np.float64], y: NDArray[np.float64]) -> int:
    """An open file without a name that holds ``X`` (row by row) and then ``y``, as ``<f8``."""
    if hasattr(os, "memfd_create"):
        descriptor = os.memfd_create("rediscover")
    else:
        descriptor, path = tempfile.mkstemp()
        Path(path).unlink()
    with os.fdopen(descriptor, "wb", closefd=False) as file:
        file.write(np.ascontiguousarray(X, dtype="<f8").data)
        file.write(np.ascontiguousarray(y, dtype="<f8").data)
    return descriptor


def to_record(run: Run, outcome: wire.Message, begun: datetime, data_digest: str) -> Record:
    """The record of a run from the outcome its supervisor told."""
    best = outcome["best"]
    discovery = None
    if best is not None:
        discovery = Discovery(Candidate(*best), tuple(Candidate(*c) for c in outcome["front"]))
    return Record(
        run=run,
        status=outcome["status"],
        message=outcome["message"],
        discovery=discovery,
        reports=tuple(Report(*report) for report in outcome["reports"]),
        resources=Resources(
            outcome["wall_seconds"], outcome["cpu_seconds"], outcome["peak_memory_mb"]
        ),
        provenance={
            "begun": begun.isoformat(timespec="milliseconds"),
            "host": platform.node(),
            "cpus": os.cpu_count(),
            "system": platform.platform(),
            "rediscover": own_version(),
            "packages": outcome["packages"],
            "data_digest": data_digest,
            "front_left_out": outcome["dropped"],
        },
    )


class _DataCache:
    """The data of the problems used last; two threads that want the same make it once."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._futures: OrderedDict[tuple[Any, ...], Future[Data]] = OrderedDict()

    def of(self, job: Job) -> Data:
        run = job.run
        key = (run.dataset, run.version, run.problem, run.data_seed)
        with self._lock:
            future = self._futures.get(key)
            mine = future is None
            if future is None:
                future = self._futures[key] = Future()
                while len(self._futures) > _DATA_KEPT:
                    self._futures.popitem(last=False)
            self._futures.move_to_end(key)
        if mine:
            try:
                future.set_result(job.problem.data(run.data_seed))
            except BaseException as error:
                future.set_exception(error)
        return future.result()
